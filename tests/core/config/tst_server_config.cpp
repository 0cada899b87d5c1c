#include "core/config/server_config.h"

#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::config;
namespace fs = std::filesystem;

class ServerConfigTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    Result<ServerConfig> configure(const GivenFlags &flags) {
        Product product = Product::named("clusterd", true, "/root");
        product.configFolder = m_folder.path().toStdString();
        auto settings = Settings::resolve(kServer, product, flags, [](const std::string &) { return std::nullopt; });
        if (!settings)
            return Failure(settings.error());
        return ServerConfig::from(*settings, product);
    }

private slots:
    void defaults() {
        auto config = configure({});
        QVERIFY2(config.has_value(), config ? "" : config.error().message.c_str());
        QCOMPARE(config->dataDir, fs::path("/var/lib/clusterd"));
        QCOMPARE(config->httpsPort, uint16_t(6443));
        QCOMPARE(config->clusterCidrs[0].text(), std::string("10.42.0.0/16"));
        QCOMPARE(config->serviceCidrs[0].text(), std::string("10.43.0.0/16"));
        QCOMPARE(config->clusterDns[0].text(), std::string("10.43.0.10"));
        QCOMPARE(config->nodePorts, (PortRange{30000, 32767}));
        QCOMPARE(config->clusterDomain, std::string("cluster.local"));
        QCOMPARE(config->kubeconfig, fs::path("/etc/clusterd/clusterd.yaml"));
        QCOMPARE(config->kubeconfigMode, mode_t(0600));
        QCOMPARE(config->node.pauseImage, std::string("docker.io/coracle/pause:0.1"));
        QVERIFY(config->scheduler && config->controllers && config->agent && config->kubeProxy);
    }

    void readsWhatIsGiven() {
        auto config = configure({{"data-dir", "relative/../dir"},
                                 {"cluster-cidr", "10.1.0.0/16,fd01::/56"},
                                 {"service-cidr", "10.2.0.0/20,fd02::/112"},
                                 {"disable", "coredns,traefik"},
                                 {"disable", "servicelb"},
                                 {"write-kubeconfig-mode", "644"},
                                 {"node-label", "a=b"},
                                 {"node-taint", "c:NoSchedule"},
                                 {"kubelet-arg", "max-pods=5"},
                                 {"etcd-s3", "false"},
                                 {"v", "4"},
                                 {"tls-san", "*.example.com"}});
        QVERIFY2(config.has_value(), config ? "" : config.error().message.c_str());
        QCOMPARE(config->dataDir, fs::current_path() / "dir");
        QCOMPARE(config->clusterDns[0].text(), std::string("10.2.0.10"));
        QCOMPARE(config->clusterDns[1].text(), std::string("fd02::a"));
        QCOMPARE(config->disabled.size(), size_t(3));
        QCOMPARE(config->kubeconfigMode, mode_t(0644));
        QCOMPARE(config->node.labels[0].second, std::string("b"));
        QCOMPARE(config->node.taints[0].effect, std::string("NoSchedule"));
        QCOMPARE(config->node.kubeletArguments[0].value, std::string("5"));
        QVERIFY(config->log.debug);
    }

    void v6FirstGivesV6Networks() {
        auto config = configure({{"node-ip", "fd00::7"}});
        QVERIFY(config.has_value());
        QCOMPARE(config->clusterCidrs[0].text(), std::string("fd00:42::/56"));
        QCOMPARE(config->clusterDns[0].text(), std::string("fd00:43::a"));
    }

    void refuses_data() {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("message");
        struct Row {
            const char *option, *value, *message;
        };
        static constexpr Row kRows[] = {
            {"cluster-cidr", "10.42.0.0/99", "--cluster-cidr: \"10.42.0.0/99\" is not a CIDR"},
            {"cluster-cidr", "10.1.0.0/16,10.2.0.0/16", "at most one value per address family"},
            {"cluster-cidr", "fd00::/56", "same address families"},
            {"cluster-cidr", "10.43.128.0/17", "overlaps cluster-cidr"},
            {"cluster-cidr", "10.42.0.0/30", "too small"},
            {"service-cidr", "10.0.0.0/8", "the prefix must be from /12 to /28"},
            {"cluster-dns", "10.44.0.10", "10.44.0.10 is not in service-cidr"},
            {"https-listen-port", "port", "\"port\" is not a port number"},
            {"https-listen-port", "30001", "lies in service-node-port-range"},
            {"write-kubeconfig-mode", "rw", "octal file mode"},
            {"tls-san", "under_score", "neither a DNS name nor an IP address"},
            {"flannel-backend", "ipsec", "is not one of vxlan|host-gw"},
            {"node-taint", "x", "is not a taint"},
            {"debug", "maybe", "is not true or false"},
            {"secrets-encryption", "true", "--secrets-encryption: this version of Coracle does not have it yet"},
            {"datastore-endpoint", "postgres://secret@host", "--datastore-endpoint: this version"},
            {"etcd-snapshot-retention", "many", "is not a number"},
            {"token-file", "/nonexistent", "cannot open /nonexistent"},
        };
        for (const Row &row : kRows)
            QTest::addRow("%s=%s", row.option, row.value) << row.option << row.value << row.message;
    }
    void refuses() {
        QFETCH(QString, option);
        QFETCH(QString, value);
        QFETCH(QString, message);
        auto config = configure({{option.toStdString(), value.toStdString()}});
        QVERIFY(!config);
        const QString actual = QString::fromStdString(config.error().message);
        QVERIFY2(actual.contains(message), qPrintable(actual));
        QVERIFY(!actual.contains("secret@"));
    }

    void tokenFromAFile() {
        const fs::path file = fs::path(m_folder.path().toStdString()) / "token";
        QVERIFY(writeFileAtomic(file, "sesame\n", 0600).has_value());
        QCOMPARE(configure({{"token-file", file.string()}})->token, std::string("sesame"));
        QVERIFY(!configure({{"token-file", file.string()}, {"token", "x"}}));
    }

    void anAgentNeedsServerAndToken() {
        const Product product = Product::named("clusterd", true, "/root");
        auto settings = Settings::resolve(kAgent, product, {}, [](const std::string &) { return std::nullopt; });
        QVERIFY(settings.has_value());
        auto config = AgentConfig::from(*settings, product);
        QVERIFY(!config);
        QCOMPARE(config.error().message, std::string("--server: the address of the server to join is missing"));
    }
};

QTEST_GUILESS_MAIN(ServerConfigTest)
#include "tst_server_config.moc"
