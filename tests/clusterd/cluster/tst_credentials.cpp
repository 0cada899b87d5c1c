#include "clusterd/cluster/credentials.h"

#include "core/base/files.h"
#include "core/config/kubeconfig.h"
#include "tests/support/manual_clock.h"

#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace coracle;
using namespace coracle::cluster;
namespace fs = std::filesystem;

class CredentialsTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    test::ManualClock m_clock;
    config::ServerConfig m_config;
    Paths m_paths;

    Certificates certificates() {
        auto made =
            prepareCertificates(m_paths, {.productName = "clusterd", .nodeName = "n", .clusterDomain = "d"}, m_clock);
        if (!made)
            qFatal("%s", made.error().message.c_str());
        return std::move(*made);
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_config = {};
        m_config.product = config::Product::named("clusterd", true, "/root");
        m_config.dataDir = m_folder->path().toStdString();
        m_config.kubeconfig = m_config.dataDir / "out" / "admin.yaml";
        m_paths = Paths::of(m_config);
    }

    void tokensAreMadeOnceAndKept() {
        const std::string ca = certificates().serverCaPem;
        auto first = prepareTokens(m_paths, m_config, ca, systemRandom());
        QVERIFY(first.has_value());
        QCOMPARE(first->server, first->agent);
        const std::string file = *readFile(m_paths.token());
        QCOMPARE(file, "K10" + *config::caHash(ca) + "::server:" + first->server + "\n");
        QCOMPARE(*readFile(m_paths.nodeToken()), file);
        QCOMPARE(*readFile(m_paths.agentToken()), file);
        struct stat info{};
        QCOMPARE(::stat(m_paths.token().c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
        QCOMPARE(prepareTokens(m_paths, m_config, ca, systemRandom())->server, first->server);
    }

    void theAdministratorsTokenIsSecretAndStays() {
        const std::string ca = certificates().serverCaPem;
        m_config.token = "sesame";
        const auto tokens = prepareTokens(m_paths, m_config, ca, systemRandom());
        QVERIFY(tokens.has_value());
        QCOMPARE(tokens->admin.size(), size_t(32));
        QCOMPARE(*readFile(m_paths.adminToken()), tokens->admin + "\n");
        struct stat info{};
        QCOMPARE(::stat(m_paths.adminToken().c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
        QCOMPARE(prepareTokens(m_paths, m_config, ca, systemRandom())->admin, tokens->admin);
        QVERIFY(fs::remove(m_paths.adminToken()));
        QVERIFY(prepareTokens(m_paths, m_config, ca, systemRandom())->admin != tokens->admin);
    }

    void configuredTokensCount() {
        const std::string ca = certificates().serverCaPem;
        m_config.token = "sesame";
        m_config.agentToken = "worker";
        auto tokens = prepareTokens(m_paths, m_config, ca, systemRandom());
        QCOMPARE(tokens->server, std::string("sesame"));
        QCOMPARE(*readFile(m_paths.agentToken()), "K10" + *config::caHash(ca) + "::node:worker\n");
        m_config.token = *readFile(m_paths.token());
        m_config.token.pop_back();
        m_config.agentToken.clear(); // what was set stays
        tokens = prepareTokens(m_paths, m_config, ca, systemRandom());
        QCOMPARE(tokens->server, std::string("sesame"));
        QCOMPARE(tokens->agent, std::string("worker"));
    }

    void foreignTokensAreRefused() {
        const std::string ca = certificates().serverCaPem;
        m_config.token = "K10" + std::string(64, '0') + "::server:sesame";
        auto tokens = prepareTokens(m_paths, m_config, ca, systemRandom());
        QVERIFY(!tokens);
        QVERIFY(tokens.error().message.find("of another cluster") != std::string::npos);
        QVERIFY(tokens.error().message.find("sesame") == std::string::npos);
        m_config.token = "abc123.0123456789abcdef";
        QVERIFY(!prepareTokens(m_paths, m_config, ca, systemRandom()));
    }

    void theAdministratorsKubeconfig() {
        const Certificates made = certificates();
        QVERIFY(writeKubeconfigs(m_paths, m_config, made, "https://127.0.0.1:7443").has_value());
        struct stat info{};
        QCOMPARE(::stat(m_config.kubeconfig.c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
        auto read = config::Kubeconfig::parse(*readFile(m_config.kubeconfig));
        QCOMPARE(read->cluster("default")->server, std::string("https://127.0.0.1:7443"));
        QCOMPARE(read->cluster("default")->caPem, made.serverCaPem);
        QCOMPARE(read->user("default")->keyPem, made.admin.keyPem);
        m_config.kubeconfigMode = 0644;
        QVERIFY(writeKubeconfigs(m_paths, m_config, made, "https://127.0.0.1:7443").has_value());
        QCOMPARE(::stat(m_config.kubeconfig.c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0644));
        auto scheduler = config::Kubeconfig::parse(*readFile(m_paths.credentials() / "scheduler.kubeconfig"));
        QVERIFY(fs::exists(scheduler->user("user")->certificateFile));
        QVERIFY(fs::exists(scheduler->cluster("local")->caFile));
        m_config.kubeconfigGroup = "no-such-group";
        QVERIFY(!writeKubeconfigs(m_paths, m_config, made, "https://127.0.0.1:7443"));
    }

    void nodeNames() {
        config::NodeConfig node;
        node.name = "edge-1";
        QCOMPARE(*prepareNodeName(m_paths, node, systemRandom()), std::string("edge-1"));
        node.withNodeId = true;
        const std::string withId = *prepareNodeName(m_paths, node, systemRandom());
        QCOMPARE(withId.size(), std::string("edge-1-01234567").size());
        QCOMPARE(*prepareNodeName(m_paths, node, systemRandom()), withId);
        QCOMPARE(prepareNodePassword(m_paths, systemRandom())->size(), size_t(32));
        QCOMPARE(*prepareNodePassword(m_paths, systemRandom()), *prepareNodePassword(m_paths, systemRandom()));
    }

    void instancesKeepApart() {
        const Instance usual = Instance::of("/var/lib/clusterd", "/var/lib/clusterd/");
        QVERIFY(usual.isDefault());
        QCOMPARE(usual.name("kubepods"), std::string("kubepods"));
        QCOMPARE(usual.bridge(), std::string("cni0"));
        const Instance other = Instance::of("/srv/a", "/var/lib/clusterd"),
                       third = Instance::of("/srv/b", "/var/lib/clusterd");
        QVERIFY(other.id() != third.id());
        QCOMPARE(Instance::of("/srv/x/../a", "/var/lib/clusterd").id(), other.id());
        QVERIFY(other.bridge().size() <= 15);
        QCOMPARE(other.name("kubepods"), "kubepods-" + other.id());
        QVERIFY(m_paths.kubelet().string().starts_with(m_paths.data.string()));
    }
};

QTEST_GUILESS_MAIN(CredentialsTest)
#include "tst_credentials.moc"
