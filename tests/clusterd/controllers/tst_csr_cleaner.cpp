#include "clusterd/controllers/certificates/csr_cleaner.h"
#include "core/pki/csr.h"
#include "tests/clusterd/controllers/controllers_fixture.h"
#include "tests/support/manual_clock.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
using namespace std::chrono_literals;
using certificatesv1::CertificateSigningRequest;

namespace {

const WallTime kMade{1'767'225'600s}; // 2026-01-01T00:00:00Z, where the manual clock begins

CertificateSigningRequest request(std::initializer_list<const char *> conditions, std::string certificate = {}) {
    CertificateSigningRequest result;
    result.metadata.creationTimestamp = api::Time(kMade);
    for (const char *type : conditions) {
        auto &condition = result.status.conditions.emplace_back();
        condition.type = type;
        condition.lastUpdateTime = api::Time(kMade + 10min);
    }
    result.status.certificate = std::move(certificate);
    return result;
}

std::string certificate(Duration life) {
    const auto ca = pki::CertificateAuthority::create(
        "test", kMade - 1h,
        std::chrono::floor<std::chrono::microseconds>(kMade + std::chrono::seconds(1)) +
            std::chrono::duration_cast<std::chrono::microseconds>(life));
    return ca->certificate.pem();
}

} // namespace

class CsrCleanerTest : public QObject {
    Q_OBJECT

private slots:
    void endsInTheirTime() {
        QVERIFY(endOfRequest(request({})) == kMade + 24h);
        QVERIFY(endOfRequest(request({"Denied"})) == kMade + 10min + 1h);
        QVERIFY(endOfRequest(request({"Failed"})) == kMade + 10min + 1h);
        QVERIFY(endOfRequest(request({"Approved"})) == kMade + 10min + 24h);
        QVERIFY(endOfRequest(request({"Approved"}, certificate(1000h))) == kMade + 10min + 1h);
        QVERIFY(endOfRequest(request({"Approved", "Failed"})) == kMade + 10min + 1h);
        QVERIFY(endOfRequest(request({"Approved"}, certificate(20min))) < kMade + 30min);
    }

    void deletesThen() {
        test::ManualClock clock;
        test::ControllersFixture f(clock);
        f.add<CsrCleaner>();
        f.start();
        CertificateSigningRequest made;
        made.metadata.name = "web";
        made.spec.signerName = "example.com/x";
        made.spec.usages = {"client auth"};
        const auto key = pki::KeyPair::generateEcdsa();
        QVERIFY(key.has_value());
        const auto pem = pki::SigningRequest::create(*key, {.commonName = "web"});
        QVERIFY(pem.has_value());
        made.spec.request = pem->pem();
        QVERIFY(f.api.run(client::create(f.api.client(), made)).has_value());
        f.settle();
        clock.advance(23h);
        f.settle();
        QVERIFY(f.read<CertificateSigningRequest>({}, "web"));
        clock.advance(2h);
        f.settle();
        QVERIFY(!f.read<CertificateSigningRequest>({}, "web"));
    }
};

QTEST_GUILESS_MAIN(CsrCleanerTest)
#include "tst_csr_cleaner.moc"
