/// Certificates, requests and bundles as peers and users give them.
#include "core/pki/certificate.h"
#include "core/pki/csr.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using fuzz::expect;

namespace {

void readAll(const pki::Certificate &certificate) {
    (void)certificate.subject();
    (void)certificate.issuer();
    (void)certificate.dnsNames();
    (void)certificate.ipAddresses();
    (void)certificate.usages();
    (void)certificate.notBefore();
    (void)certificate.notAfter();
    (void)certificate.isSelfSigned();
    const auto again = pki::Certificate::fromPem(certificate.pem());
    expect(again && again->der() == certificate.der(), "fromPem(pem) is the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    if (const auto certificate = pki::Certificate::fromDer(text))
        readAll(*certificate);
    if (const auto certificates = pki::Certificate::allFromPem(text)) {
        expect(!certificates->empty(), "a bundle holds something");
        for (const pki::Certificate &certificate : *certificates)
            readAll(certificate);
    }
    (void)pki::CertificatePool::fromPem(text);
    if (const auto request = pki::SigningRequest::fromPem(text)) {
        (void)request->subject();
        (void)request->dnsNames();
        (void)request->hasOtherNames();
    }
    (void)pki::SigningRequest::fromDer(text);
    return 0;
}
