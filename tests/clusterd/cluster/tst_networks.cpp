#include "clusterd/cluster/networks.h"

#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::cluster;
namespace fs = std::filesystem;

class NetworksTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    fs::path folder() const { return m_folder->path().toStdString(); }
    config::ServerConfig configFor(const char *name) {
        config::ServerConfig config;
        config.product = config::Product::named("clusterd", true, "/root");
        config.product.dataDir = folder() / "usual";
        config.dataDir = folder() / name;
        config.clusterCidrs = {*config::Cidr::parse("10.42.0.0/16")};
        config.serviceCidrs = {*config::Cidr::parse("10.43.0.0/16")};
        config.clusterDns = {*config::Address::parse("10.43.0.10")};
        fs::create_directories(config.dataDir);
        return config;
    }
    config::ServerConfig choose(config::ServerConfig config, const std::set<std::string> &local = {"127.0.0.1"}) {
        auto chosen = chooseNetworks(Paths::of(config), config, folder() / "registry", local);
        if (!chosen)
            qFatal("%s", chosen.error().message.c_str());
        return config;
    }
    static std::string text(const config::ServerConfig &config) {
        return config.clusterCidrs[0].text() + " " + config.serviceCidrs[0].text() + " " + config.clusterDns[0].text();
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void clustersOnOneMachineGetTheirOwn() {
        QCOMPARE(text(choose(configFor("usual"))), std::string("10.42.0.0/16 10.43.0.0/16 10.43.0.10"));
        QCOMPARE(text(choose(configFor("a"))), std::string("10.44.0.0/16 10.45.0.0/16 10.45.0.10"));
        QCOMPARE(text(choose(configFor("b"))), std::string("10.46.0.0/16 10.47.0.0/16 10.47.0.10"));
    }

    void whatWasChosenStays() {
        choose(configFor("a"), {"10.42.0.1", "10.45.0.10"});
        QCOMPARE(text(choose(configFor("a"))), std::string("10.46.0.0/16 10.47.0.0/16 10.47.0.10"));
        fs::remove_all(folder() / "registry"); // a reboot
        QCOMPARE(text(choose(configFor("b"))), std::string("10.42.0.0/16 10.43.0.0/16 10.43.0.10"));
        QCOMPARE(text(choose(configFor("a"))), std::string("10.46.0.0/16 10.47.0.0/16 10.47.0.10"));
    }

    void theUsersNetworksAreUsed() {
        config::ServerConfig config = configFor("a");
        config.networksConfigured = true;
        choose(configFor("usual"));
        QCOMPARE(text(choose(config)), std::string("10.42.0.0/16 10.43.0.0/16 10.43.0.10"));
        QVERIFY(!fs::exists(Paths::of(config).server() / "networks"));
        config::ServerConfig dns = configFor("b");
        dns.clusterDnsConfigured = true;
        QCOMPARE(choose(dns).clusterDns[0].text(), std::string("10.43.0.10"));
    }

    void aDeletedClusterGivesItsNetworksBack() {
        choose(configFor("a"));
        fs::remove_all(folder() / "a");
        QCOMPARE(text(choose(configFor("b"))), std::string("10.42.0.0/16 10.43.0.0/16 10.43.0.10"));
    }

    void nothingFreeIsAnError() {
        std::set<std::string> local;
        for (int octet = 42; octet < 256; ++octet)
            local.insert("10." + std::to_string(octet) + ".0.1");
        config::ServerConfig config = configFor("a");
        auto chosen = chooseNetworks(Paths::of(config), config, folder() / "registry", local);
        QVERIFY(!chosen);
        QVERIFY(chosen.error().message.find("--cluster-cidr") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(NetworksTest)
#include "tst_networks.moc"
