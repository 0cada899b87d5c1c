#include "clusterd/cluster/certificates.h"

#include "core/base/files.h"
#include "tests/support/manual_clock.h"

#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace coracle;
using namespace coracle::cluster;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

class CertificatesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<test::ManualClock> m_clock;
    Paths m_paths;
    CertificateOptions m_options;

    Certificates prepare() {
        auto made = prepareCertificates(m_paths, m_options, *m_clock);
        if (!made)
            qFatal("%s", made.error().message.c_str());
        return std::move(*made);
    }
    static pki::Certificate leaf(const std::string &pem) { return *pki::Certificate::fromPem(pem); }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_clock = std::make_unique<test::ManualClock>();
        m_paths.data = m_folder->path().toStdString();
        m_options = {.productName = "clusterd",
                     .nodeName = "node-1",
                     .clusterDomain = "cluster.local",
                     .dnsNames = {"api.example.com"},
                     .addresses = {"10.43.0.1", "192.0.2.7"},
                     .nodeAddresses = {"192.0.2.7"}};
    }

    void makesThreeChainsOfTrust() {
        const Certificates made = prepare();
        const WallTime now = m_clock->now();
        auto verifies = [&](const Leaf &one, const std::string &ca, pki::Purpose purpose) {
            auto pool = pki::CertificatePool::fromPem(ca);
            const std::vector<std::string> chain{leaf(one.chainPem).der()};
            return pool->verify(chain, purpose, now).has_value();
        };
        QVERIFY(verifies(made.admin, made.clientCaPem, pki::Purpose::Client));
        QVERIFY(!verifies(made.admin, made.serverCaPem, pki::Purpose::Client));
        QVERIFY(!verifies(made.admin, made.clientCaPem, pki::Purpose::Server));
        QVERIFY(verifies(made.apiServing, made.serverCaPem, pki::Purpose::Server));
        QVERIFY(verifies(made.kubeletServing, made.serverCaPem, pki::Purpose::Server));
        QVERIFY(verifies(made.authProxy, made.requestHeaderCaPem, pki::Purpose::Client));
        QCOMPARE(leaf(made.admin.chainPem).subject(), (pki::Name{"system:admin", {"system:masters"}}));
        QCOMPARE(leaf(made.kubelet.chainPem).subject(), (pki::Name{"system:node:node-1", {"system:nodes"}}));
        const auto names = leaf(made.apiServing.chainPem).dnsNames();
        for (const char *name : {"kubernetes.default.svc.cluster.local", "localhost", "node-1", "api.example.com"})
            QVERIFY2(std::ranges::find(names, name) != names.end(), name);
        const auto addresses = leaf(made.apiServing.chainPem).ipAddresses();
        for (const char *address : {"127.0.0.1", "10.43.0.1", "192.0.2.7"})
            QVERIFY2(std::ranges::find(addresses, address) != addresses.end(), address);
    }

    void keysAreSecret() {
        prepare();
        int keys = 0;
        for (const fs::path &folder : {m_paths.tls(), m_paths.agent()})
            for (const auto &entry : fs::directory_iterator(folder))
                if (entry.path().extension() == ".key") {
                    struct stat info{};
                    QCOMPARE(::stat(entry.path().c_str(), &info), 0);
                    QCOMPARE(info.st_mode & 0777, mode_t(0600));
                    ++keys;
                }
        QVERIFY(keys >= 12);
    }

    void asecondStartChangesNothing() {
        const Certificates first = prepare();
        m_clock->advance(24h * 200);
        const Certificates second = prepare();
        QCOMPARE(second.apiServing.chainPem, first.apiServing.chainPem);
        QCOMPARE(second.admin.chainPem, first.admin.chainPem);
        QCOMPARE(second.serverCaPem, first.serverCaPem);
        QCOMPARE(second.serviceKeys[0].pem(), first.serviceKeys[0].pem());
    }

    void renewsWithTheSameKey_data() {
        QTest::addColumn<int>("days");
        QTest::addColumn<bool>("renewed");
        QTest::newRow("121 days left") << 365 - 121 << false;
        QTest::newRow("119 days left") << 365 - 119 << true;
        QTest::newRow("expired") << 366 << true;
    }
    void renewsWithTheSameKey() {
        QFETCH(int, days);
        QFETCH(bool, renewed);
        const Certificates first = prepare();
        m_clock->advance(24h * days);
        const Certificates second = prepare();
        QCOMPARE(second.apiServing.chainPem != first.apiServing.chainPem, renewed);
        QCOMPARE(second.kubelet.chainPem != first.kubelet.chainPem, renewed);
        QCOMPARE(second.apiServing.keyPem, first.apiServing.keyPem);
        QVERIFY(leaf(second.apiServing.chainPem).notAfter() > m_clock->now() + 24h * 100);
    }

    void renewsWhenNamesChange() {
        const Certificates first = prepare();
        m_options.addresses.push_back("192.0.2.8");
        const Certificates second = prepare();
        QVERIFY(second.apiServing.chainPem != first.apiServing.chainPem);
        QCOMPARE(second.kubeletServing.chainPem, first.kubeletServing.chainPem);
        m_options.nodeName = "node-2";
        QCOMPARE(leaf(prepare().kubelet.chainPem).subject().commonName, std::string("system:node:node-2"));
    }

    void renewsWhatIsDamaged() {
        const Certificates first = prepare();
        QVERIFY(writeFileAtomic(m_paths.tls() / "client-admin.crt", "rubbish", 0644).has_value());
        QVERIFY(writeFileAtomic(m_paths.tls() / "client-scheduler.key", "", 0600).has_value());
        QVERIFY(prepare().admin.chainPem != "rubbish");
        const auto scheduler = leaf(*readFile(m_paths.tls() / "client-scheduler.crt"));
        const auto key = pki::KeyPair::fromPem(*readFile(m_paths.tls() / "client-scheduler.key"));
        QCOMPARE(scheduler.publicKey().der(), key->publicKey().der());
    }

    void halfACaIsAnError() {
        prepare();
        fs::remove(m_paths.tls() / "client-ca.key");
        auto failed = prepareCertificates(m_paths, m_options, *m_clock);
        QVERIFY(!failed);
        QVERIFY(failed.error().message.find("client-ca.key is missing while") != std::string::npos);
        QVERIFY(fs::exists(m_paths.tls() / "client-ca.crt"));
    }

    void anExpiredCaIsAnError() {
        prepare();
        m_clock->advance(24h * 3651);
        auto failed = prepareCertificates(m_paths, m_options, *m_clock);
        QVERIFY(!failed);
        QVERIFY(failed.error().message.find("server-ca.crt expired on 2035-12-30") != std::string::npos);
    }

    void severalServiceKeys() {
        const Certificates first = prepare();
        const std::string added = pki::KeyPair::generateRsa()->pem();
        QVERIFY(writeFileAtomic(m_paths.tls() / "service.key", added + first.serviceKeys[0].pem(), 0600).has_value());
        const Certificates second = prepare();
        QCOMPARE(second.serviceKeys.size(), size_t(2));
        QCOMPARE(second.serviceKeys[0].pem(), added);
        QCOMPARE(*readFile(m_paths.tls() / "service.current.key"), added);
    }

    void inspectsAndRotates() {
        const Certificates first = prepare();
        for (const CertificateState &state : inspectCertificates(m_paths, *m_clock))
            QVERIFY(state.health == CertificateState::Health::Ok);
        m_clock->advance(24h * 300);
        int warnings = 0;
        for (const CertificateState &state : inspectCertificates(m_paths, *m_clock))
            warnings += state.health == CertificateState::Health::Warning;
        QCOMPARE(warnings, 10); // the leafs; the CAs live for ten years
        auto moved = rotateCertificates(m_paths, {"kubelet"}, *m_clock);
        QCOMPARE(moved->size(), size_t(4));
        QVERIFY(!fs::exists(m_paths.agent() / "client-kubelet.crt"));
        QVERIFY(fs::exists(m_paths.tls() / "client-admin.crt"));
        QVERIFY(prepare().kubelet.keyPem != first.kubelet.keyPem); // a rotation makes a new key
    }
};

QTEST_GUILESS_MAIN(CertificatesTest)
#include "tst_certificates.moc"
