#include "clusterd/appliance/configuration.h"

#include "clusterd/appliance/drop_in.h"
#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

using namespace coracle;
using namespace coracle::appliance;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

class OptionChangesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    config::Product m_product;
    std::map<std::string, std::string> m_variables;

    fs::path file() const { return fs::path(m_folder->path().toStdString()) / "config.yaml"; }
    fs::path dropIn(const char *name) const { return config::dropInFolder(file()) / name; }
    void put(const fs::path &path, std::string_view text) {
        QVERIFY(makeFolder(path.parent_path()).has_value());
        QVERIFY(writeFileAtomic(path, text, 0600).has_value());
    }

    /// As after a start with these files and flags.
    ConfigurationSource started(config::GivenFlags flags = {}) {
        flags.emplace_back("config", file().string());
        ConfigurationSource source{.product = m_product, .flags = std::move(flags)};
        source.environment = [this](const std::string &name) -> std::optional<std::string> {
            const auto found = m_variables.find(name);
            return found == m_variables.end() ? std::nullopt : std::optional(found->second);
        };
        auto running = source.onDisk();
        if (!running)
            qFatal("%s", running.error().message.c_str());
        source.running = std::move(*running);
        return source;
    }

    static OptionChanges set(std::string name, Texts values) {
        OptionChanges changes;
        changes[std::move(name)].values = std::move(values);
        return changes;
    }
    /// The one cause, or why there is none.
    static std::string only(const ChangePlan &plan) {
        return plan.errors.size() == 1 ? plan.errors[0].field + ": " + plan.errors[0].message
                                       : std::to_string(plan.errors.size()) + " errors";
    }
    static boost::json::object option(const boost::json::object &configuration, std::string_view name) {
        for (const auto &item : configuration.at("items").as_array())
            if (item.at("name").as_string() == name)
                return item.as_object();
        return {};
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_product = config::Product::named("clusterd", true, "/root");
        m_variables.clear();
        put(file(), "debug: false\ntls-san: [one]\ntoken: sesame\n");
    }

    void tellsWhereValuesComeFrom() {
        m_variables = {{"K3S_NODE_NAME", "box"}};
        put(dropIn("50-mine.yaml"), "tls-san+: [two]\n");
        const auto described = describeConfiguration(started({{"https-listen-port", "7443"}}));
        QVERIFY(described.has_value());
        const auto origin = [&](const char *name) { return option(*described, name).at("origin").as_string(); };
        QVERIFY(origin("https-listen-port") == "flag");
        QVERIFY(origin("debug") == "file");
        QVERIFY(origin("tls-san") == "drop-in");
        QVERIFY(origin("node-name") == "env");
        QVERIFY(origin("cluster-cidr") == "default");
        QVERIFY(option(*described, "node-name").at("source").as_string() == "K3S_NODE_NAME");
        QVERIFY(!option(*described, "https-listen-port").at("editable").as_bool());
        QVERIFY(option(*described, "debug").at("editable").as_bool());
        QVERIFY(!option(*described, "data-dir").at("editable").as_bool());
        QVERIFY(boost::json::serialize(option(*described, "tls-san").at("values")) == "[\"one\",\"two\"]");
        QCOMPARE(described->at("files").as_array().size(), size_t(2));
        QVERIFY(boost::json::serialize(*described).find("sesame") == std::string::npos);
    }

    void aGoodChange() {
        const ConfigurationSource source = started();
        OptionChanges changes = set("debug", {"true"});
        changes["tls-san"].values = Texts{"box.example.org", "10.0.0.1"};
        const ChangePlan plan = planChange(source, changes);
        QVERIFY2(plan.valid(), only(plan).c_str());
        QVERIFY(plan.changesFile);
        QCOMPARE(plan.differences.size(), size_t(2));
        QCOMPARE(plan.differences[1].name, std::string("tls-san"));
        QCOMPARE(plan.differences[1].before, Texts{"one"});
        QVERIFY(!fs::exists(source.managedFile())); // nothing was written
        put(source.managedFile(), plan.file);
        QCOMPARE(source.onDisk()->find("tls-san")->values, (Texts{"box.example.org", "10.0.0.1"}));
        QVERIFY(pendingRestart(source));
        const auto described = describeConfiguration(source);
        QVERIFY(option(*described, "debug").at("managed").as_bool());
        QVERIFY(boost::json::serialize(option(*described, "debug").at("values")) == "[\"false\"]");
        QVERIFY(boost::json::serialize(option(*described, "debug").at("pendingValues")) == "[\"true\"]");
        QVERIFY(!planChange(source, changes).changesFile); // the same once more
        OptionChanges back;
        back["debug"];
        back["tls-san"];
        const ChangePlan reset = planChange(source, back);
        QVERIFY(reset.valid());
        QCOMPARE(reset.differences.size(), size_t(2));
        QCOMPARE(reset.differences[0].after, Texts{"false"});
    }

    void refusals_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("values");
        QTest::addColumn<QString>("error");
        QTest::newRow("unknown") << "tls-sann" << QStringList{"x"}
                                 << "changes.tls-sann: there is no such option; did you mean tls-san?";
        QTest::newRow("of agents") << "disable-apiserver-lb" << QStringList{"true"}
                                   << "changes.disable-apiserver-lb: there is no such option";
        QTest::newRow("data folder") << "data-dir" << QStringList{"/x"}
                                     << "changes.data-dir: it cannot be changed here";
        QTest::newRow("flag") << "bind-address" << QStringList{"::"}
                              << "changes.bind-address: the daemon was started with --bind-address";
        QTest::newRow("later drop-in") << "node-name" << QStringList{"other"} << "95-mine.yaml says something else";
        QTest::newRow("two of one") << "debug" << QStringList{"true", "false"} << "changes.debug: takes one value";
        QTest::newRow("type") << "debug" << QStringList{"maybe"} << "changes.debug: ";
        QTest::newRow("not yet") << "cluster-init" << QStringList{"true"} << "changes.cluster-init: this version";
        QTest::newRow("rule") << "service-cidr" << QStringList{"10.42.7.0/24"} << "overlaps cluster-cidr";
        QTest::newRow("masked") << "token" << QStringList{"********"} << "changes.token: is masked";
        QTest::newRow("argument") << "kube-apiserver-arg" << QStringList{"ocid-issuer-url=x"}
                                  << "changes.kube-apiserver-arg: unknown flag: --ocid-issuer-url; did you mean";
    }
    void refusals() {
        QFETCH(QString, name);
        QFETCH(QStringList, values);
        QFETCH(QString, error);
        put(dropIn("95-mine.yaml"), "node-name: box\n");
        Texts texts;
        for (const QString &value : values)
            texts.push_back(value.toStdString());
        const ChangePlan plan =
            planChange(started({{"bind-address", "127.0.0.1"}}), set(name.toStdString(), std::move(texts)));
        QVERIFY2(QString::fromStdString(only(plan)).contains(error), only(plan).c_str());
    }

    void warns() {
        ConfigurationSource source = started();
        source.machineNetworks = [] { return std::vector{*config::Cidr::parse("10.60.1.0/24")}; };
        const ChangePlan clash = planChange(source, set("cluster-cidr", {"10.60.0.0/16"}));
        QVERIFY(clash.valid());
        QCOMPARE(clash.warnings.size(), size_t(1));
        QVERIFY(clash.warnings[0].find("10.60.1.0/24") != std::string::npos);
        const ChangePlan idle = planChange(source, set("vmodule", {"x=4"}));
        QCOMPARE(idle.warnings, Texts{"vmodule has no effect in this version"});
    }

    void secretsAreMasked() {
        const ChangePlan plan = planChange(started(), set("token", {"very-secret"}));
        QVERIFY(plan.valid());
        QVERIFY(plan.file.find("very-secret") != std::string::npos);
        const std::string shown = boost::json::serialize(plan.json());
        QVERIFY(shown.find("very-secret") == std::string::npos);
        QVERIFY(shown.find("sesame") == std::string::npos);
        QVERIFY(shown.find(kMask) != std::string::npos);
    }

    void whatSomebodyWroteByHandStays() {
        const ConfigurationSource source = started();
        put(source.managedFile(), "# mine\nnode-label+:\n- \"a=b\"\n");
        const ChangePlan plan = planChange(source, set("debug", {"true"}));
        QVERIFY(plan.valid());
        QVERIFY(plan.file.find("node-label+:\n  - a=b\n") != std::string::npos);
        put(source.managedFile(), "debug: [");
        QVERIFY(only(planChange(source, set("debug", {"true"}))).find("90-appliance.yaml") != std::string::npos);
    }

    void textsOfAnyKindComeBack() {
        const Texts odd{"true", "0x10", "a: b", "#x", "- y", "", " z ", "\"q\"", "line\nbreak", "@x", "ü", "1e3", "*"};
        config::FileEntries entries;
        entries["tls-san"] = {.values = odd, .isList = true};
        entries["disable"] = {.values = {}, .isList = true};
        const std::string text = dropInText(entries, DropInSecrets::Kept);
        const auto read = config::parseConfigText(text, "x");
        QVERIFY2(read.has_value(), text.c_str());
        QCOMPARE(read->at("tls-san").values, odd);
        QVERIFY(read->at("disable").values.empty());
    }
};

QTEST_GUILESS_MAIN(OptionChangesTest)
#include "tst_option_changes.moc"
