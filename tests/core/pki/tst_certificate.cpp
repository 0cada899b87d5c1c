#include "core/pki/certificate.h"
#include "core/pki/csr.h"

#include <QTest>

using namespace coracle;
using namespace coracle::pki;
using namespace std::chrono_literals;

namespace {

const WallTime kNow{1'800'000'000s};

CertificateAuthority authority(std::string name = "test-ca") {
    return CertificateAuthority::create(std::move(name), kNow - 24h, kNow + 24h * 3650).value();
}

CertificateRequest clientRequest() {
    return {.commonName = "system:node:one",
            .organizations = {"system:nodes", "second"},
            .usages = {KeyUsage::DigitalSignature, KeyUsage::ClientAuth},
            .notBefore = kNow,
            .notAfter = kNow + 24h * 365};
}

CertificateRequest serverRequest() {
    return {.commonName = "kube-apiserver",
            .dnsNames = {"kubernetes", "kubernetes.default.svc"},
            .ipAddresses = {"10.43.0.1", "fd00::1"},
            .usages = {KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment, KeyUsage::ServerAuth},
            .notBefore = kNow,
            .notAfter = kNow + 24h * 365};
}

Certificate leaf(const CertificateAuthority &ca, const CertificateRequest &request) {
    return issue(ca, request, KeyPair::generateEcdsa()->publicKey()).value();
}

std::vector<std::string> chainOf(const Certificate &certificate) {
    return {certificate.der()};
}

} // namespace

class CertificateTest : public QObject {
    Q_OBJECT

private slots:
    void issuesWhatIsAsked() {
        const CertificateAuthority ca = authority();
        const Certificate client = leaf(ca, clientRequest());
        QCOMPARE(client.subject().commonName, std::string("system:node:one"));
        QCOMPARE(client.subject().organizations, (std::vector<std::string>{"system:nodes", "second"}));
        QCOMPARE(client.issuer().commonName, std::string("test-ca"));
        QVERIFY(client.notBefore() == kNow && client.notAfter() == kNow + 24h * 365);
        QVERIFY(!client.isCa() && !client.isSelfSigned() && ca.certificate.isCa() && ca.certificate.isSelfSigned());
        const std::vector<KeyUsage> usages{KeyUsage::DigitalSignature, KeyUsage::ClientAuth};
        QVERIFY(client.usages() == usages);
        const Certificate server = leaf(ca, serverRequest());
        QCOMPARE(server.dnsNames(), serverRequest().dnsNames);
        QCOMPARE(server.ipAddresses(), serverRequest().ipAddresses);
        QVERIFY(server.serial() != client.serial() && server.fingerprint().size() == 64);
    }

    void pemAndDerComeBack() {
        const CertificateAuthority ca = authority();
        QCOMPARE(Certificate::fromPem(ca.certificate.pem())->der(), ca.certificate.der());
        QCOMPARE(Certificate::fromDer(ca.certificate.der())->fingerprint(), ca.certificate.fingerprint());
        const Certificate other = leaf(ca, clientRequest());
        QCOMPARE(Certificate::allFromPem("noise\n" + chainPem(other, ca))->size(), size_t(2));
        const auto loaded = CertificateAuthority::load(ca.certificate.pem(), ca.key.pem());
        QVERIFY(loaded.has_value());
        QVERIFY(leaf(*loaded, clientRequest()).isSignedBy(ca.key.publicKey()));
    }

    void verifiesByPurpose_data() {
        QTest::addColumn<bool>("client");
        QTest::addColumn<bool>("asClient");
        QTest::addColumn<int>("days");
        QTest::addColumn<QString>("error");
        QTest::newRow("client as client") << true << true << 1 << "";
        QTest::newRow("server as server") << false << false << 1 << "";
        QTest::newRow("client as server") << true << false << 1 << "not made for this purpose";
        QTest::newRow("server as client") << false << true << 1 << "not made for this purpose";
        QTest::newRow("expired") << true << true << 366 << "certificate expired on 2028-01-15T08:00:00Z";
        QTest::newRow("too early") << true << true << -1 << "certificate is not valid before 2027-01-15T08:00:00Z";
    }
    void verifiesByPurpose() {
        QFETCH(bool, client);
        QFETCH(bool, asClient);
        QFETCH(int, days);
        QFETCH(QString, error);
        const CertificateAuthority ca = authority();
        const CertificatePool pool({authority("other").certificate, ca.certificate});
        const Certificate certificate = leaf(ca, client ? clientRequest() : serverRequest());
        const auto verified =
            pool.verify(chainOf(certificate), asClient ? Purpose::Client : Purpose::Server, kNow + 24h * days);
        QCOMPARE(verified.has_value(), error.isEmpty());
        if (!verified) {
            QCOMPARE(verified.error().code, 401);
            QVERIFY2(verified.error().message.find(error.toStdString()) != std::string::npos,
                     verified.error().message.c_str());
        }
    }

    void unknownAuthorityFails() {
        const CertificatePool pool({authority("other").certificate});
        const auto verified = pool.verify(chainOf(leaf(authority(), clientRequest())), Purpose::Client, kNow + 1h);
        QVERIFY(!verified);
        QVERIFY(verified.error().message.find("unknown authority \"test-ca\"") != std::string::npos);
        QVERIFY(!pool.verify({}, Purpose::Client, kNow));
        const std::vector<std::string> garbage{"garbage"};
        QVERIFY(!pool.verify(garbage, Purpose::Client, kNow));
    }

    void intermediatesLeadToTheRootOrAreTrustedThemselves() {
        const CertificateAuthority root = authority("root");
        const CertificateAuthority middle = root.createIntermediate("middle", kNow - 1h, kNow + 24h * 400).value();
        const Certificate certificate = leaf(middle, clientRequest());
        const std::vector<std::string> chain{certificate.der(), middle.certificate.der()};
        QVERIFY(CertificatePool({root.certificate}).verify(chain, Purpose::Client, kNow + 1h).has_value());
        QVERIFY(!CertificatePool({root.certificate}).verify(chainOf(certificate), Purpose::Client, kNow + 1h));
        QVERIFY(CertificatePool({middle.certificate}).verify(chainOf(certificate), Purpose::Client, kNow + 1h));
    }

    void validityIsCutToTheAuthority() {
        const auto ca = CertificateAuthority::create("short", kNow - 1h, kNow + 24h).value();
        QVERIFY(leaf(ca, clientRequest()).notAfter() == kNow + 24h);
        CertificateRequest late = clientRequest();
        late.notBefore = kNow + 48h;
        QVERIFY(!issue(ca, late, ca.key.publicKey()));
    }

    void refusesWrongInput() {
        const CertificateAuthority ca = authority(), other = authority("other");
        const auto mixed = CertificateAuthority::load(ca.certificate.pem(), other.key.pem());
        QVERIFY(!mixed);
        QVERIFY(mixed.error().message.find("does not belong") != std::string::npos);
        const KeyPair key = KeyPair::generateEcdsa().value();
        const Certificate plain = issue(ca, clientRequest(), key.publicKey()).value();
        QVERIFY(!CertificateAuthority::load(plain.pem(), key.pem()));
        QVERIFY(!Certificate::fromPem(""));
        QVERIFY(!Certificate::fromPem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
        QVERIFY(!Certificate::fromDer(ca.certificate.der() + "x"));
        CertificateRequest bad = serverRequest();
        bad.ipAddresses = {"10.0.0.300"};
        QVERIFY(!issue(ca, bad, key.publicKey()));
        bad = serverRequest();
        bad.dnsNames = {std::string("a\0b", 3)};
        QVERIFY(!issue(ca, bad, key.publicKey()));
        QVERIFY(!issue(ca, {.commonName = std::string(65, 'x'), .notBefore = kNow, .notAfter = kNow + 1h},
                       key.publicKey()));
    }

    void keysComeBack() {
        for (const KeyPair &key : {KeyPair::generateEcdsa().value(), KeyPair::generateRsa().value()}) {
            const KeyPair again = KeyPair::fromPem(key.pem()).value();
            QVERIFY(again.algorithm() == key.algorithm());
            const std::string signature = again.sign("text").value();
            QVERIFY(key.publicKey().verify("text", signature));
            QVERIFY(!key.publicKey().verify("texd", signature));
            QCOMPARE(PublicKey::fromPem(key.publicKey().pem())->keyId(), key.publicKey().keyId());
            QCOMPARE(PublicKey::fromPem(key.pem())->keyId(), key.publicKey().keyId());
        }
        QVERIFY(KeyPair::generateEcdsa()->pem().starts_with("-----BEGIN EC PRIVATE KEY-----"));
        QVERIFY(!KeyPair::fromPem("nothing"));
        QVERIFY(!KeyPair::fromPem(KeyPair::generateRsa(1024)->pem()));
    }

    void signingRequests() {
        const KeyPair key = KeyPair::generateEcdsa().value();
        const SigningRequest request = SigningRequest::create(key, serverRequest()).value();
        const SigningRequest read = SigningRequest::fromPem(request.pem()).value();
        QCOMPARE(read.subject().commonName, std::string("kube-apiserver"));
        QCOMPARE(read.dnsNames(), serverRequest().dnsNames);
        QCOMPARE(read.ipAddresses(), serverRequest().ipAddresses);
        QVERIFY(!read.hasOtherNames());
        QCOMPARE(read.publicKey().keyId(), key.publicKey().keyId());
        std::string damaged = request.der();
        damaged[damaged.size() - 1] ^= 1;
        QVERIFY(!SigningRequest::fromDer(damaged));
        QVERIFY(
            !SigningRequest::fromPem("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"));
    }
};

QTEST_GUILESS_MAIN(CertificateTest)
#include "tst_certificate.moc"
