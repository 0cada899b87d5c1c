#include "core/pki/certificate.h"
#include "core/pki/openssl.h"

#include <ctime>
#include <fmt/format.h>
#include <openssl/x509_vfy.h>

namespace coracle::pki {

struct CertificatePool::State {
    std::vector<Certificate> certificates;
    Owned<X509_STORE, X509_STORE_free> store;
};

Result<CertificatePool> CertificatePool::fromPem(std::string_view pem) {
    TRY(std::vector<Certificate> certificates, Certificate::allFromPem(pem));
    return CertificatePool(std::move(certificates));
}

CertificatePool::CertificatePool(std::vector<Certificate> certificates) {
    auto state = std::make_shared<State>();
    state->store.reset(X509_STORE_new());
    for (const Certificate &certificate : certificates)
        X509_STORE_add_cert(state->store.get(), certificate.handle());
    state->certificates = std::move(certificates);
    m_state = std::move(state);
}

CertificatePool::~CertificatePool() = default;
CertificatePool::CertificatePool(const CertificatePool &) = default;
CertificatePool &CertificatePool::operator=(const CertificatePool &) = default;

const std::vector<Certificate> &CertificatePool::certificates() const {
    return m_state->certificates;
}

std::string CertificatePool::pem() const {
    std::string text;
    for (const Certificate &certificate : m_state->certificates)
        text += certificate.pem();
    return text;
}

static std::string dateText(WallTime time) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm fields{};
    ::gmtime_r(&seconds, &fields);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &fields);
    return text;
}

/// Says why in words of the certificate that failed, which may be one of the chain.
static Failure explain(X509_STORE_CTX *context, const Certificate &leaf) {
    const int code = X509_STORE_CTX_get_error(context);
    Certificate failed = leaf;
    if (X509 *current = X509_STORE_CTX_get_current_cert(context)) {
        X509_up_ref(current);
        failed = Certificate(std::shared_ptr<x509_st>(current, X509_free));
    }
    const std::string name = failed.subject().commonName;
    std::string message;
    switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        message = fmt::format("certificate expired on {}", dateText(failed.notAfter()));
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        message = fmt::format("certificate is not valid before {}; check the clocks", dateText(failed.notBefore()));
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        message = fmt::format("certificate signed by unknown authority \"{}\"", failed.issuer().commonName);
        break;
    case X509_V_ERR_INVALID_PURPOSE:
        message = "certificate is not made for this purpose (extended key usage)";
        break;
    default:
        message = fmt::format("certificate is not valid: {}", X509_verify_cert_error_string(code));
    }
    return errors::unauthorized(fmt::format("x509: {} (subject \"{}\")", message, name));
}

static void freeStack(STACK_OF(X509) * stack) {
    sk_X509_free(stack);
}

Result<Certificate> CertificatePool::verify(std::span<const std::string> chain, Purpose purpose, WallTime now) const {
    if (chain.empty())
        return errors::unauthorized("x509: no certificate was sent");
    std::vector<Certificate> parsed;
    const Owned<STACK_OF(X509), &freeStack> rest(sk_X509_new_null());
    for (const std::string &der : chain) {
        auto certificate = Certificate::fromDer(der);
        if (!certificate)
            return errors::unauthorized("x509: " + certificate.error().message);
        parsed.push_back(std::move(*certificate));
        if (parsed.size() > 1)
            sk_X509_push(rest.get(), parsed.back().handle());
    }
    const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
    if (X509_STORE_CTX_init(context.get(), m_state->store.get(), parsed.front().handle(), rest.get()) != 1)
        return opensslError("cannot verify a certificate");
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_purpose(parameters,
                                  purpose == Purpose::Client ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_time(parameters, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    const bool good = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    if (!good)
        return explain(context.get(), parsed.front());
    return parsed.front();
}

} // namespace coracle::pki
