#include "core/config/settings.h"

#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>
#include <set>

using namespace coracle;
using namespace coracle::config;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

class SettingsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    Product m_product;

    Result<Settings> resolve(const GivenFlags &flags, Variables variables = {}, Commands command = kServer) {
        return Settings::resolve(command, m_product, flags,
                                 [variables](const std::string &name) -> std::optional<std::string> {
                                     auto found = variables.find(name);
                                     return found == variables.end() ? std::nullopt : std::optional(found->second);
                                 });
    }
    void writeConfig(const char *text) { QVERIFY(writeFileAtomic(m_product.configFile(), text, 0600).has_value()); }

private slots:
    void init() {
        m_product = Product::named("clusterd", true, "/root");
        m_product.configFolder = m_folder.path().toStdString();
        writeConfig("");
    }

    void precedence_data() {
        QTest::addColumn<QString>("flag");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("own");
        QTest::addColumn<QString>("k3s");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("origin");
        QTest::newRow("flag") << "f" << "c" << "e" << "k" << "f" << "--token";
        QTest::newRow("file") << "" << "c" << "e" << "k" << "c" << "token in ";
        QTest::newRow("own variable") << "" << "" << "e" << "k" << "e" << "CLUSTERD_TOKEN";
        QTest::newRow("k3s variable") << "" << "" << "" << "k" << "k" << "K3S_TOKEN";
        QTest::newRow("none") << "" << "" << "" << "" << "" << "";
    }
    void precedence() {
        QFETCH(QString, flag);
        QFETCH(QString, file);
        QFETCH(QString, own);
        QFETCH(QString, k3s);
        QFETCH(QString, value);
        QFETCH(QString, origin);
        writeConfig(file.isEmpty() ? "" : "token: c\n");
        GivenFlags flags;
        if (!flag.isEmpty())
            flags = {{"token", "earlier"}, {"token", flag.toStdString()}};
        auto settings = resolve(flags, {{"CLUSTERD_TOKEN", own.toStdString()}, {"K3S_TOKEN", k3s.toStdString()}});
        QVERIFY(settings.has_value());
        const Setting *token = settings->find("token");
        QCOMPARE(token != nullptr, !value.isEmpty());
        if (token) {
            QCOMPARE(token->values, Texts{value.toStdString()});
            QVERIFY(QString::fromStdString(token->origin).startsWith(origin));
        }
    }

    void aListOfFlagsReplacesTheFiles() {
        writeConfig("tls-san: [a, b]\n");
        QCOMPARE(resolve({})->find("tls-san")->values, (Texts{"a", "b"}));
        QCOMPARE(resolve({{"tls-san", "c"}, {"tls-san", "d"}})->find("tls-san")->values, (Texts{"c", "d"}));
    }

    void namesTheNearestRightOne() {
        auto flag = resolve({{"cluster-cird", "x"}});
        QVERIFY(!flag);
        QCOMPARE(flag.error().message,
                 std::string("unknown flag \"--cluster-cird\"; did you mean \"--cluster-cidr\"?"));
        writeConfig("write-kubeconfg-mode: 644\n");
        auto key = resolve({});
        QVERIFY(!key);
        QCOMPARE(key.error().message,
                 m_product.configFile().string() +
                     ": unknown key \"write-kubeconfg-mode\"; did you mean \"write-kubeconfig-mode\"?");
        QCOMPARE(unknownFlag(kServer, "--qqqqqqqqqq=1").error().message, std::string("unknown flag \"--qqqqqqqqqq\""));
        QVERIFY(unknownFlag(kAgent, "--https-listen-prt").error().message.find("did you mean") == std::string::npos);
    }

    void oneFileServesServerAndAgent() {
        writeConfig("https-listen-port: 7443\ntoken: t\n");
        auto agent = resolve({}, {}, kAgent);
        QVERIFY(agent.has_value());
        QVERIFY(!agent->find("https-listen-port"));
        QVERIFY(agent->find("token"));
        QVERIFY(!resolve({{"https-listen-port", "1"}}, {}, kAgent));
    }

    void findsTheFile() {
        const fs::path other = m_product.configFolder / "other.yaml";
        QVERIFY(writeFileAtomic(other, "d: /x\n", 0600).has_value());
        auto byFlag = resolve({{"config", other.string()}});
        QCOMPARE(byFlag->configFile(), other);
        QCOMPARE(byFlag->find("data-dir")->values, Texts{"/x"}); // a one-letter key is a short flag
        QCOMPARE(resolve({{"config", "/nonexistent"}}, {{"K3S_CONFIG_FILE", other.string()}})->configFile(), other);
        QVERIFY(!resolve({{"config", "/nonexistent"}}));
        QVERIFY(!resolve({}, {{"CLUSTERD_CONFIG_FILE", "/nonexistent"}}));
    }

    void saysWhatHasNoEffect() {
        auto settings = resolve({{"etcd-snapshot-name", "daily"}, {"token", "t"}});
        QCOMPARE(settings->warnings(), Texts{"--etcd-snapshot-name has no effect in this version"});
    }

    void theTableIsConsistent() {
        std::set<std::string_view> names;
        std::set<char> letters;
        for (const OptionInfo &option : allOptions()) {
            QVERIFY2(names.insert(option.name).second, option.name.data());
            QVERIFY2(!option.shortName || letters.insert(option.shortName).second, option.name.data());
            QVERIFY2(!option.help.empty() && !option.help.ends_with('.'), option.name.data());
            QVERIFY2((option.type == OptionType::Choice) == !option.choices.empty(), option.name.data());
            QVERIFY2(!option.splitCommas || option.list, option.name.data());
        }
        QCOMPARE(findOption("d")->name, std::string_view("data-dir"));
        QVERIFY(names.size() > 120);
    }

    void calledAsK3s() {
        const Product k3s = Product::named("/usr/local/bin/k3s", true, "/root");
        QCOMPARE(k3s.configFile(), fs::path("/etc/rancher/k3s/config.yaml"));
        QCOMPARE(k3s.dataDir, fs::path("/var/lib/rancher/k3s"));
        QCOMPARE(k3s.kubeconfig, fs::path("/etc/rancher/k3s/k3s.yaml"));
        QCOMPARE(Product::named("./clusterd", true, "/root").dataDir, fs::path("/var/lib/clusterd"));
        QCOMPARE(Product::named("clusterd", false, "/home/u").kubeconfig, fs::path("/home/u/.kube/clusterd.yaml"));
    }
};

QTEST_GUILESS_MAIN(SettingsTest)
#include "tst_settings.moc"
