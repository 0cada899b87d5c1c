#include "clusterd/cluster/child_process.h"

#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <unistd.h>

using namespace coracle;
using namespace coracle::cluster;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

template<class T>
T run(Task<T> task) {
    boost::asio::io_context context;
    auto future = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
    context.run();
    return future.get();
}

} // namespace

class ChildProcessTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path output() const { return fs::path(m_folder.path().toStdString()) / "output"; }
    Process shell(const char *script) {
        auto process = Process::start(
            {.program = "/bin/sh", .arguments = {"-c", script}, .output = output(), .environment = childEnvironment()});
        if (!process)
            qFatal("%s", process.error().message.c_str());
        return std::move(*process);
    }

private slots:
    void saysHowItEnded() {
        Process failing = shell("echo out; echo err >&2; exit 3");
        QCOMPARE(run(failing.ended()), std::string("exited with code 3"));
        QVERIFY(!failing.running());
        QCOMPARE(*readFile(output()), std::string("out\nerr\n"));
        Process killed = shell("kill -9 $$");
        QCOMPARE(run(killed.ended()), std::string("was killed by signal 9 (Killed)"));
    }

    void standsAlone() {
        int ends[2];
        QCOMPARE(::pipe(ends), 0); // without close-on-exec
        fs::remove(output());
        Process process = shell("ls /proc/self/fd | wc -w; cut -d' ' -f5 /proc/$$/stat; echo $$");
        run(process.ended());
        ::close(ends[0]);
        ::close(ends[1]);
        std::istringstream lines(*readFile(output()));
        int descriptors = 0, group = 0, pid = 0;
        lines >> descriptors >> group >> pid;
        QCOMPARE(descriptors, 4); // 0, 1, 2 and ls's own
        QCOMPARE(group, pid);
    }

    void terminatesPolitelyThenNot() {
        Process polite = shell("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
        QTRY_VERIFY(readFile(output())->ends_with("ready\n"));
        run(polite.terminate(systemClock(), 10s));
        QVERIFY(!polite.running());
        fs::remove(output());
        Process deaf = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
        QTRY_VERIFY(fs::exists(output()) && readFile(output())->ends_with("ready\n"));
        run(deaf.terminate(systemClock(), 50ms));
        QVERIFY(!deaf.running());
    }

    void runsPrograms() {
        auto printed = run(runProgram("/bin/sh", {"-c", "echo hello"}, systemClock(), 10s));
        QCOMPARE(*printed, std::string("hello\n"));
        auto failed = run(runProgram("/bin/sh", {"-c", "echo why; exit 1"}, systemClock(), 10s));
        QCOMPARE(failed.error().message, std::string("sh exited with code 1: why"));
        auto late = run(runProgram("/bin/sh", {"-c", "exec sleep 1000"}, systemClock(), 50ms));
        QVERIFY(late.error().message.find("did not end in time") != std::string::npos);
        QVERIFY(!run(runProgram("/nonexistent", {}, systemClock(), 10s)));
    }

    void findsPrograms() {
        QVERIFY(findProgram("sh").has_value());
        QVERIFY(!findProgram("no-such-program-anywhere"));
    }

    void keepsItsOwnEnvironmentToItself() {
        ::setenv("NOTIFY_SOCKET", "/x", 1);
        ::setenv("CLUSTERD_TOKEN", "secret", 1);
        for (const std::string &variable : childEnvironment())
            QVERIFY(!variable.starts_with("NOTIFY_SOCKET") && variable.find("secret") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ChildProcessTest)
#include "tst_child_process.moc"
