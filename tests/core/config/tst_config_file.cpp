#include "core/config/config_file.h"

#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::config;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

class ConfigFileTest : public QObject {
    Q_OBJECT

private slots:
    void readsScalarsAndLists() {
        auto entries = parseConfigText("token: abc\ndebug: true\nhttps-listen-port: 7443\ntls-san:\n  - a\n  - b\n"
                                       "server:\nempty: []\n",
                                       "config.yaml");
        QVERIFY(entries.has_value());
        QCOMPARE(entries->at("token").values, Texts{"abc"});
        QCOMPARE(entries->at("debug").values, Texts{"true"});
        QCOMPARE(entries->at("https-listen-port").values, Texts{"7443"});
        QCOMPARE(entries->at("tls-san").values, (Texts{"a", "b"}));
        QVERIFY(!entries->contains("server")); // no value is not an empty value
        QVERIFY(entries->at("empty").values.empty());
        QVERIFY(parseConfigText("", "config.yaml")->empty());
        QVERIFY(parseConfigText("# only a comment\n", "config.yaml")->empty());
    }

    void refusesWhatIsNotAConfiguration_data() {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QString>("message");
        QTest::newRow("list") << QByteArray("- a\n") << "line 1: the file must hold";
        QTest::newRow("nested map") << QByteArray("a: 1\ntoken:\n  b: 1\n")
                                    << "line 3: \"token\" must be a value or a list of values";
        QTest::newRow("nested list") << QByteArray("tls-san:\n- - a\n") << "\"tls-san\" must be";
        QTest::newRow("twice") << QByteArray("a: 1\na: 2\n") << "line 2: \"a\" is given twice";
        QTest::newRow("broken") << QByteArray("a: [1\n") << "config.yaml, line";
        QTest::newRow("tab") << QByteArray("a:\n\t- b\n") << "config.yaml, line 2";
        QTest::newRow("very deep") << QByteArray(200000, '[') << "config.yaml";
    }
    void refusesWhatIsNotAConfiguration() {
        QFETCH(QByteArray, yaml);
        QFETCH(QString, message);
        auto entries = parseConfigText(yaml.toStdString(), "config.yaml");
        QVERIFY(!entries);
        QVERIFY2(QString::fromStdString(entries.error().message).contains(message), entries.error().message.c_str());
    }

    void mergesDropInsInOrder() {
        QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "config.yaml";
        const fs::path dropIns = file.string() + ".d";
        QVERIFY(makeFolder(dropIns).has_value());
        auto put = [](const fs::path &path, const char *text) {
            QVERIFY(writeFileAtomic(path, text, 0600).has_value());
        };
        put(file, "tls-san: [one]\nnode-name: base\ntoken: base\ndisable: a\n");
        put(dropIns / "20-second.yml", "tls-san+: [three]\ntoken: second\n");
        put(dropIns / "10-first.yaml", "tls-san+:\n- two\nnode-name: first\ndisable+: b\nnode-ip+: 10.0.0.1\n");
        put(dropIns / "30-ignored.txt", "node-name: ignored\n");
        auto read = readConfigFiles(file, MustExist::No);
        QVERIFY(read.has_value());
        const FileEntries *entries = &read->entries;
        QCOMPARE(entries->at("tls-san").values, (Texts{"one", "two", "three"}));
        QCOMPARE(entries->at("tls-san").file, dropIns / "20-second.yml");
        QCOMPARE(read->files, (std::vector<fs::path>{file, dropIns / "10-first.yaml", dropIns / "20-second.yml"}));
        QCOMPARE(entries->at("node-name").values, Texts{"first"});
        QCOMPARE(entries->at("token").values, Texts{"second"});
        QCOMPARE(entries->at("disable").values, Texts{"a,b"});
        QCOMPARE(entries->at("node-ip").values, Texts{"10.0.0.1"});
        put(dropIns / "40-over.yaml", "tls-san: [four]\n"); // without '+' it overwrites again
        QCOMPARE(readConfigFiles(file, MustExist::No)->entries.at("tls-san").values, Texts{"four"});

        // As if one file held another text, one were new and one were not there; nothing is written.
        const FileOverlay overlay{{file, "token: changed\n"},
                                  {dropIns / "40-over.yaml", std::nullopt},
                                  {dropIns / "50-new.yaml", "node-name: new\n"}};
        auto tried = readConfigFiles(file, MustExist::No, overlay);
        QVERIFY(tried.has_value());
        QCOMPARE(tried->entries.at("node-name").values, Texts{"new"});
        QCOMPARE(tried->entries.at("tls-san").values, (Texts{"two", "three"}));
        QCOMPARE(tried->files.back(), dropIns / "50-new.yaml");
        QVERIFY(!fs::exists(dropIns / "50-new.yaml"));
    }

    void appendsAListToAScalar() {
        FileEntries entries = *parseConfigText("tls-san: one", "a");
        mergeEntries(entries, *parseConfigText("tls-san+: [two]", "b"));
        QCOMPARE(entries.at("tls-san").values, (Texts{"one", "two"}));
        QCOMPARE(entries.at("tls-san").origin, std::string("a and b"));
        FileEntries empty = *parseConfigText("tls-san: []", "a");
        mergeEntries(empty, *parseConfigText("tls-san+: two", "b"));
        QCOMPARE(empty.at("tls-san").values, Texts{"two"});
    }

    void missingFiles() {
        QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "config.yaml";
        QVERIFY(readConfigFiles(file, MustExist::No)->entries.empty());
        auto missing = readConfigFiles(file, MustExist::Yes);
        QVERIFY(!missing);
        QVERIFY(missing.error().message.find("config.yaml: No such file") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ConfigFileTest)
#include "tst_config_file.moc"
