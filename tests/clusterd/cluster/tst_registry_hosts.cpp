#include "clusterd/cluster/registry_hosts.h"

#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::cluster;
namespace fs = std::filesystem;

class RegistryHostsTest : public QObject {
    Q_OBJECT

    static config::Registries parse(const char *yaml) {
        std::vector<config::RegistryProblem> problems;
        auto read = config::Registries::parse(yaml, problems);
        if (!problems.empty())
            qFatal("%s", problems[0].message.c_str());
        return read;
    }
    static std::string withoutHeading(const std::string &text) { return text.substr(text.find('\n') + 1); }

private slots:
    void mirrorsComeBeforeTheRegistry() {
        const auto files = registryHosts(parse("mirrors:\n"
                                               "  docker.io: {endpoint: ['https://m:5000', 'http://n/custom/']}\n"
                                               "  '*': {endpoint: ['https://all']}\n"
                                               "configs:\n"
                                               "  m:5000: {tls: {insecure_skip_verify: true}}\n"
                                               "  ghcr.io: {auth: {identity_token: t}}\n"),
                                         true);
        QCOMPARE(files.size(), size_t(4)); // "m:5000" may be asked for itself, too
        QCOMPARE(withoutHeading(files.at("docker.io")),
                 std::string("server = \"https://registry-1.docker.io\"\n"
                             "\n[host.\"https://m:5000\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
                             "  skip_verify = true\n"
                             "\n[host.\"http://n/custom/\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
                             "  override_path = true\n"
                             "\n[host.\"https://registry-1.docker.io\"]\n  capabilities = [\"pull\", \"resolve\"]\n"));
        QVERIFY(files.at("_default").find("server") == std::string::npos);
        QVERIFY(files.at("_default").find("[host.\"https://all\"]") != std::string::npos);
        QVERIFY(files.at("ghcr.io").find("server = \"https://ghcr.io\"") != std::string::npos);
    }

    void withoutTheRegistryItself() {
        const auto files =
            registryHosts(parse("mirrors: {a.io: {endpoint: ['https://m', 'https://n']}, b.io: {}}"), false);
        QVERIFY(files.at("a.io").find("server = \"https://n\"") != std::string::npos);
        QVERIFY(files.at("a.io").find("a.io") == std::string::npos);
        QVERIFY(files.at("b.io").find("server = \"https://b.io\"") != std::string::npos); // it has no mirrors
    }

    void signingIn() {
        config::ServerConfig config;
        config.product = config::Product::named("clusterd", true, "/root");
        config.dataDir = "/srv/a";
        const Paths paths = Paths::of(config);
        const auto registries = parse("configs:\n  m:5000: {auth: {username: me, password: 'a\"b'}}\n  n: {tls: {}}\n");
        QCOMPARE(registryConfig(paths, registries),
                 std::string("\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\n"
                             "  config_path = \"/srv/a/agent/etc/containerd/certs.d\"\n"
                             "\n[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"m:5000\".auth]\n"
                             "  username = \"me\"\n  password = \"a\\\"b\"\n"));
    }

    void filesThatAreNotWantedGo() {
        QTemporaryDir folder;
        config::ServerConfig config;
        config.product = config::Product::named("clusterd", true, "/root");
        config.dataDir = folder.path().toStdString();
        const Paths paths = Paths::of(config);
        QVERIFY(writeRegistryHosts(paths, {{"a.io", "one"}, {"b.io", "two"}}));
        QVERIFY(writeRegistryHosts(paths, {{"b.io", "three"}}));
        QVERIFY(!fs::exists(paths.containerdCerts() / "a.io"));
        QCOMPARE(*readFile(paths.containerdCerts() / "b.io" / "hosts.toml"), std::string("three"));
        QVERIFY(writeRegistryHosts(paths, {}));
        QVERIFY(fs::is_empty(paths.containerdCerts()));
        QVERIFY(writeFileAtomic(config.dataDir / "registries.yaml", "mirrors: [", 0600));
        QVERIFY(loadRegistries(config.dataDir / "registries.yaml").mirrors.empty());
        QVERIFY(loadRegistries(config.dataDir / "none.yaml").mirrors.empty());
    }
};

QTEST_GUILESS_MAIN(RegistryHostsTest)
#include "tst_registry_hosts.moc"
