#include "clusterd/appliance/program_choice.h"
#include "clusterd/appliance/upgrade_source.h"
#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::appliance;
namespace fs = std::filesystem;

/// Which versions are offered, which may be taken, and which program is the daemon.
class UpgradeSourceTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path path(const std::string &name = "") const { return fs::path(m_folder->path().toStdString()) / name; }
    void put(const std::string &name, std::string_view text, unsigned mode = 0644) const {
        QVERIFY(makeFolder(path(name).parent_path()));
        QVERIFY(writeFileAtomic(path(name), text, mode));
    }
    static std::string version(const std::string &number, const std::string &file = "clusterd") {
        return "{\"version\": \"" + number + "\", \"kubernetesVersion\": \"v1.36.1\", \"sha256\": \"" +
               std::string(64, 'a') + "\", \"file\": \"" + file + "\"}";
    }
    std::string offered(const std::string &source) const {
        std::string all;
        for (const OfferedVersion &one : readUpgradeSource(path(source)).versions)
            all += (all.empty() ? "" : " ") + one.version;
        return all;
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void versionsAreCompared_data() {
        QTest::addColumn<QString>("less");
        QTest::addColumn<QString>("more");
        for (const auto &[less, more] : std::vector<std::pair<const char *, const char *>>{{"0.1.0", "0.1.1"},
                                                                                           {"0.9.0", "0.10.0"},
                                                                                           {"1.9.9", "2.0.0"},
                                                                                           {"1.0.0-rc1", "1.0.0"},
                                                                                           {"1.0.0-rc1", "v1.0.0-rc2"},
                                                                                           {"v0.1.0", "0.2.0"}})
            QTest::addRow("%s < %s", less, more) << less << more;
    }
    void versionsAreCompared() {
        QFETCH(const QString, less);
        QFETCH(const QString, more);
        QVERIFY(*ReleaseVersion::parse(less.toStdString()) < *ReleaseVersion::parse(more.toStdString()));
    }

    void whatIsNoVersion() {
        for (const char *text :
             {"", "1", "1.2", "1.2.", "1.2.x", "a.b.c", "1.2.3.4", "1.2.3-", "1.2.3-a/b", "-1.2.3", "../x"})
            QVERIFY2(!ReleaseVersion::parse(text), text);
    }

    void folderAndChannel() {
        QCOMPARE(readUpgradeSource(path("nowhere")).kind, std::string("none"));
        put("dir/version.json", version("0.2.0"));
        put("dir/b/version.json", version("0.10.0"));
        put("dir/c/version.json", "not JSON");
        QCOMPARE(offered("dir"), std::string("0.10.0 0.2.0"));
        QVERIFY(readUpgradeSource(path("dir")).error.find("c/version.json") != std::string::npos);
        QCOMPARE(readUpgradeSource(path("dir")).versions.front().program, path("dir/b/clusterd"));
        put("channel.json",
            "{\"versions\": [" + version("0.3.0") + "," + version("0.4.0") + "," + version("0.3.0") + "]}");
        QCOMPARE(offered("channel.json"), std::string("0.4.0 0.3.0"));
        QCOMPARE(readUpgradeSource(path("channel.json")).kind, std::string("channel"));
    }

    void whatLeadsAwayIsNotOffered() {
        for (const char *file : {"../clusterd", "/bin/sh", "a/../../x", ""}) {
            put("dir/version.json", version("0.2.0", file));
            QCOMPARE(offered("dir"), std::string());
            QVERIFY(!readUpgradeSource(path("dir")).error.empty());
        }
        put("dir/version.json", version("../../0.2.0"));
        QCOMPARE(offered("dir"), std::string());
    }

    void whatMayFollow_data() {
        QTest::addColumn<QString>("offered");
        QTest::addColumn<QString>("kubernetes");
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("refusal");
        QTest::newRow("next") << "0.2.0" << "v1.36.5" << "" << "";
        QTest::newRow("next minor") << "0.2.0" << "v1.37.0+clusterd1" << "" << "";
        QTest::newRow("same") << "v0.1.0" << "v1.36.2" << "" << "runs already";
        QTest::newRow("older") << "0.0.9" << "v1.36.2" << "" << "is older";
        QTest::newRow("too far") << "0.9.0" << "v1.38.0" << "" << "skips a minor";
        QTest::newRow("major") << "0.9.0" << "v2.36.0" << "" << "skips a minor";
        QTest::newRow("older Kubernetes") << "0.2.0" << "v1.35.0" << "" << "older";
        QTest::newRow("needs more") << "0.3.0" << "v1.36.2" << "0.2.0" << "follows 0.2.0";
        QTest::newRow("has enough") << "0.3.0" << "v1.36.2" << "0.1.0" << "";
    }
    void whatMayFollow() {
        QFETCH(const QString, offered);
        QFETCH(const QString, kubernetes);
        QFETCH(const QString, from);
        QFETCH(const QString, refusal);
        const std::string said = refusalOf({.version = offered.toStdString(),
                                            .kubernetesVersion = kubernetes.toStdString(),
                                            .upgradesFrom = from.toStdString()},
                                           "v0.1.0", "v1.36.2+clusterd1");
        QCOMPARE(said.empty(), refusal.isEmpty());
        QVERIFY2(said.find(refusal.toStdString()) != std::string::npos, said.c_str());
    }

    void whichProgramIsMeant() {
        const ProgramChoice programs(path());
        for (const char *program : {"installed", "versions/0.2.0/clusterd", "versions/0.3.0/clusterd"})
            put(program, "", 0755);
        const ProgramChoice::Choice installed{path("installed"), "v0.1.0"},
            second{programs.programOf("0.2.0"), "0.2.0"}, third{programs.programOf("0.3.0"), "0.3.0"};
        QVERIFY(!programs.other(installed));
        QVERIFY(programs.choose(installed));
        QVERIFY(!programs.other(installed));
        QVERIFY(programs.choose(second));
        QCOMPARE(programs.other(installed).value(), second.program);
        QVERIFY(!programs.other(second));
        QVERIFY(programs.choose(installed)); // rolled back
        QCOMPARE(programs.other(second).value(), installed.program);
        QVERIFY(programs.choose(second)); // and a later one rolled back to it
        QCOMPARE(programs.other(third).value(), second.program);
        // The machine's package was upgraded beyond the choice.
        QVERIFY(!programs.other({path("installed"), "v0.5.0"}));
        fs::remove(second.program);
        QVERIFY(!programs.other(installed));
        put("versions/current.json", "{");
        QVERIFY(!programs.other(installed));
    }
};

QTEST_GUILESS_MAIN(UpgradeSourceTest)
#include "tst_upgrade_source.moc"
