#include "clusterd/appliance/server_folder.h"

#include "core/base/files.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace coracle;
using namespace coracle::appliance;
namespace fs = std::filesystem;

/// One state of the cluster in place of another, also by processes that are killed.
class ServerFolderTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path data() const { return m_folder->path().toStdString(); }
    ServerFolder folder() const { return ServerFolder(data()); }

    void put(const fs::path &file, std::string_view text) const {
        QVERIFY(makeFolder(file.parent_path()));
        QVERIFY(writeFileAtomic(file, text, 0600));
    }
    /// Both files of a state say the same: else it is a mixture.
    std::string state() const {
        const std::string a = readFile(folder().current() / "a").value_or("?");
        return a == readFile(folder().current() / "tls/b").value_or("!") ? a : "a mixture";
    }
    std::string stageOther(const char *content) const {
        put(folder().other() / "a", content);
        put(folder().other() / "tls/b", content);
        return *folder().markOther(systemRandom());
    }

    /// All that a restore does, without the daemon.
    void exchange() const {
        const std::string to = state() == "old" ? "new" : "old";
        if (!folder().markCurrent(systemRandom()))
            return;
        fs::remove_all(folder().other());
        if (folder().want(stageOther(to.c_str())))
            (void)folder().settle();
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        put(folder().current() / "a", "old");
        put(folder().current() / "tls/b", "old");
    }

    void exchangesWhenItIsWantedAndBack() {
        QVERIFY(folder().settle()); // nothing was ever asked for
        QVERIFY(folder().markCurrent(systemRandom()));
        const std::string before = *readFile(folder().wantedFile());
        const std::string generation = stageOther("new");
        QVERIFY(folder().settle());
        QCOMPARE(state(), std::string("old"));
        QVERIFY(folder().want(generation));
        QVERIFY(folder().settle());
        QVERIFY(folder().settle()); // as often as one likes
        QCOMPARE(state(), std::string("new"));
        QCOMPARE(*readFile(folder().other() / "a"), std::string("old"));
        put(folder().wantedFile(), before);
        QVERIFY(folder().settle());
        QCOMPARE(state(), std::string("old"));
        QVERIFY(folder().dropOther());
        QVERIFY(!fs::exists(folder().other()));
        QCOMPARE(state(), std::string("old"));
    }

    void theOtherStaysWhileItIsWanted() {
        QVERIFY(folder().markCurrent(systemRandom()));
        QVERIFY(folder().want(stageOther("new")));
        QVERIFY(folder().dropOther());
        QVERIFY(fs::exists(folder().other()));
        QVERIFY(!folder().markCurrent(systemRandom())); // two restores at once
    }

    void aStateThatIsNotThere() {
        QVERIFY(folder().want("nowhere"));
        const auto settled = folder().settle();
        QVERIFY(!settled);
        QVERIFY(settled.error().message.find("remove that file") != std::string::npos);
        QCOMPARE(state(), std::string("old"));
    }

    void killedAtAnyMoment() {
        QElapsedTimer timer;
        timer.start();
        exchange();
        const qint64 whole = timer.nsecsElapsed() / 1000;
        for (int round = 0; round < 30; ++round) {
            const std::string before = state(), after = before == "old" ? "new" : "old";
            const pid_t child = ::fork();
            if (child == 0) {
                exchange();
                ::_exit(0);
            }
            ::usleep(static_cast<useconds_t>(whole * round / 20)); // from its begin to beyond its end
            ::kill(child, SIGKILL);
            int status = 0;
            ::waitpid(child, &status, 0);
            QVERIFY(state() == before || state() == after);
            QVERIFY(folder().settle()); // the next start
            QVERIFY(state() == before || state() == after);
            QVERIFY(folder().dropOther());
        }
        exchange(); // and it works still
        QVERIFY(state() == "old" || state() == "new");
    }
};

QTEST_GUILESS_MAIN(ServerFolderTest)
#include "tst_server_folder.moc"
