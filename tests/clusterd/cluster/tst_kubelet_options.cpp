#include "clusterd/cluster/kubelet_options.h"

#include <QTest>

using namespace coracle;
using namespace coracle::cluster;

class KubeletOptionsTest : public QObject {
    Q_OBJECT

    config::ServerConfig m_config;
    Certificates m_certificates;

    Result<kubelet::KubeletOptions> make() {
        return makeKubeletOptions(m_config, Paths::of(m_config), m_certificates, "n", systemClock());
    }
    void argument(const char *text) { m_config.node.kubeletArguments = {*config::parseComponentArgument(text)}; }

private slots:
    void init() {
        m_config = {};
        m_config.product = config::Product::named("clusterd", true, "/root");
        m_config.dataDir = m_config.product.dataDir;
        m_config.bindAddress = *config::Address::parse("0.0.0.0");
        const WallTime now = systemClock().now();
        const auto ca = pki::CertificateAuthority::create("client-ca", now, now + std::chrono::hours(1));
        m_certificates.clientCaPem = ca->certificate.pem();
        m_certificates.authorities = {*ca};
    }

    void theUsualInstanceHasTheUsualNames() {
        const auto options = *make();
        QCOMPARE(options.serverPort, uint16_t(10250));
        QCOMPARE(options.cgroupRoot, std::string("/"));
        QCOMPARE(options.paths.root, std::filesystem::path("/var/lib/kubelet"));
        m_config.dataDir = "/srv/other";
        const auto other = *make();
        QCOMPARE(other.serverPort, uint16_t(0));
        QVERIFY(other.cgroupRoot != options.cgroupRoot);
        QCOMPARE(other.paths.root, std::filesystem::path("/srv/other/agent/kubelet"));
    }

    void readsArguments() {
        argument("max-pods=7");
        QCOMPARE(make()->podsMax, 7);
        argument("port=10300");
        QCOMPARE(make()->serverPort, uint16_t(10300));
        argument("system-reserved=cpu=100m,memory=50Mi");
        QCOMPARE(make()->reserved.at("cpu"), *api::Quantity::parse("100m"));
        QCOMPARE(make()->reserved.at("memory"), *api::Quantity::parse("50Mi"));
        argument("unknown-flag=1");
        QVERIFY(make().has_value());
    }

    void refusesBadArguments_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("not a number") << "max-pods=many";
        QTest::newRow("out of range") << "max-pods=0";
        QTest::newRow("port") << "port=70000";
        QTest::newRow("no quantity") << "system-reserved=cpu";
        QTest::newRow("bad quantity") << "kube-reserved=cpu=fast";
    }
    void refusesBadArguments() {
        QFETCH(QString, text);
        argument(text.toUtf8().constData());
        QVERIFY(!make());
    }

    void onlyTheApiServerMayAsk() {
        const auto options = *make();
        const WallTime now = systemClock().now();
        auto peerWith = [&](std::vector<std::string> groups) {
            const auto key = *pki::KeyPair::generateEcdsa();
            const auto leaf = *pki::issue(m_certificates.authorities[0],
                                          {.commonName = "x",
                                           .organizations = std::move(groups),
                                           .usages = {pki::KeyUsage::ClientAuth},
                                           .notBefore = now,
                                           .notAfter = now + std::chrono::minutes(5)},
                                          key.publicKey());
            http::Peer peer;
            peer.certificates = std::make_shared<const std::vector<std::string>>(std::vector{leaf.der()});
            return peer;
        };
        QVERIFY(options.authorize(peerWith({"system:masters"})));
        QVERIFY(!options.authorize(peerWith({"system:nodes"})));
        QVERIFY(!options.authorize(http::Peer()));
        http::Peer rubbish;
        rubbish.certificates = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"rubbish"});
        QVERIFY(!options.authorize(rubbish));
    }
};

QTEST_GUILESS_MAIN(KubeletOptionsTest)
#include "tst_kubelet_options.moc"
