#include "clusterd/cluster/certificate_signer.h"

#include "core/pki/csr.h"
#include "tests/support/manual_clock.h"

#include <QTest>

using namespace coracle;
using namespace coracle::cluster;
using namespace std::chrono_literals;

class CertificateSignerTest : public QObject {
    Q_OBJECT

    test::ManualClock m_clock;
    Certificates m_certificates;
    std::string m_request;

    Result<pki::Certificate> sign(const char *signer, std::vector<std::string> usages, Duration validity = 1h) {
        auto pem = makeCertificateSigner(m_certificates, m_clock)(m_request, signer, usages, validity);
        if (!pem)
            return Failure(pem.error());
        return pki::Certificate::fromPem(*pem);
    }

private slots:
    void initTestCase() {
        const WallTime now = m_clock.now();
        for (const char *name : {"server-ca", "client-ca", "request-header-ca"})
            m_certificates.authorities.push_back(*pki::CertificateAuthority::create(name, now - 1h, now + 24h * 3650));
        const auto key = *pki::KeyPair::generateEcdsa();
        m_request = pki::SigningRequest::create(key, {.commonName = "system:node:n",
                                                      .organizations = {"system:nodes"},
                                                      .dnsNames = {"n"},
                                                      .ipAddresses = {"192.0.2.7"}})
                        ->pem();
    }

    void eachSignerHasItsCa() {
        auto client = sign("kubernetes.io/kube-apiserver-client-kubelet", {"digital signature", "client auth"});
        QVERIFY(client->isSignedBy(m_certificates.clientCa().key.publicKey()));
        QCOMPARE(client->subject().commonName, std::string("system:node:n"));
        QVERIFY(client->usages() == (std::vector{pki::KeyUsage::DigitalSignature, pki::KeyUsage::ClientAuth}));
        auto serving = sign("kubernetes.io/kubelet-serving", {"server auth"});
        QVERIFY(serving->isSignedBy(m_certificates.serverCa().key.publicKey()));
        QCOMPARE(serving->ipAddresses(), std::vector<std::string>{"192.0.2.7"});
    }

    void validityHasALimit() {
        QCOMPARE(sign("kubernetes.io/kubelet-serving", {"server auth"}, 2h)->notAfter(), m_clock.now() + 2h);
        QCOMPARE(sign("kubernetes.io/kubelet-serving", {"server auth"}, 24h * 1000)->notAfter(),
                 m_clock.now() + 24h * 365);
        QCOMPARE(sign("kubernetes.io/kubelet-serving", {"server auth"}, 0h)->notAfter(), m_clock.now() + 24h * 365);
    }

    void refusesWhatItDoesNotKnow() {
        QVERIFY(!sign("kubernetes.io/kubelet-serving", {"code signing"}));
        m_request = "rubbish";
        QVERIFY(!sign("kubernetes.io/kubelet-serving", {"server auth"}));
    }
};

QTEST_GUILESS_MAIN(CertificateSignerTest)
#include "tst_certificate_signer.moc"
