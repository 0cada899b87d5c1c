#include "clusterd/kubelet/logs/log_reader.h"
#include "tests/support/manual_clock.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

using namespace coracle;
using namespace coracle::kubelet;
using namespace coracle::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct Reading {
    std::string text;
    Result<> result;
    bool done = false, running = false;
};

Task<Result<>> append(Reading *reading, std::string text) {
    reading->text += text;
    co_return Result<>{};
}
Task<bool> isRunning(Reading *reading) {
    co_return reading->running;
}
Task<> read(std::filesystem::path path, LogOptions options, Clock *clock, Reading *reading) {
    reading->result = co_await readLog(
        path, options, *clock, [reading](std::string text) { return append(reading, std::move(text)); },
        [reading] { return isRunning(reading); });
    reading->done = true;
}

constexpr const char *kLog = "2026-01-01T00:00:01.000000001Z stdout F one\n"
                             "2026-01-01T00:00:02.000000002Z stderr F two\n"
                             "2026-01-01T00:00:03.000000003Z stdout P thr\n"
                             "2026-01-01T00:00:03.100000003Z stdout F ee\n"
                             "not a log line\n"
                             "2026-01-01T00:00:04Z stdout F \n";

} // namespace

class LogReaderTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path() const { return m_folder.path().toStdString() + "/0.log"; }
    void write(const std::string &text) { std::ofstream(path(), std::ios::app) << text; }
    Reading readAll(LogOptions options) {
        asio::io_context context;
        ManualClock clock;
        Reading reading;
        asio::co_spawn(context, read(path(), std::move(options), &clock, &reading), asio::detached);
        context.run();
        return reading;
    }

private slots:
    void init() {
        std::filesystem::remove(path());
        write(kLog);
    }

    void options_data() {
        QTest::addColumn<int>("tail");
        QTest::addColumn<int>("limit");
        QTest::addColumn<bool>("timestamps");
        QTest::addColumn<QString>("stream");
        QTest::addColumn<int>("since");
        QTest::addColumn<QString>("expected");
        QTest::newRow("all") << -1 << -1 << false << "" << 0 << "one\ntwo\nthree\n\n";
        QTest::newRow("tail") << 2 << -1 << false << "" << 0 << "\n";
        QTest::newRow("tail of all") << 100 << -1 << false << "" << 0 << "one\ntwo\nthree\n\n";
        QTest::newRow("tail none") << 0 << -1 << false << "" << 0 << "";
        QTest::newRow("limit") << -1 << 5 << false << "" << 0 << "one\nt";
        QTest::newRow("stderr") << -1 << -1 << false << "Stderr" << 0 << "two\n";
        QTest::newRow("stdout") << -1 << -1 << false << "Stdout" << 0 << "one\nthree\n\n";
        QTest::newRow("since") << -1 << -1 << false << "" << 3 << "three\n\n";
        QTest::newRow("timestamps") << -1 << -1 << true << "Stderr" << 0 << "2026-01-01T00:00:02.000000002Z two\n";
    }
    void options() {
        QFETCH(int, tail);
        QFETCH(int, limit);
        QFETCH(bool, timestamps);
        QFETCH(QString, stream);
        QFETCH(int, since);
        QFETCH(QString, expected);
        LogOptions wanted;
        if (tail >= 0)
            wanted.tailLines = tail;
        if (limit >= 0)
            wanted.limitBytes = limit;
        wanted.timestamps = timestamps;
        wanted.stream = stream.toStdString();
        if (since > 0)
            wanted.since =
                WallTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)) + std::chrono::seconds(since);
        auto reading = readAll(wanted);
        QVERIFY(reading.result.has_value());
        QCOMPARE(QString::fromStdString(reading.text), expected);
    }

    void missingFileIsAnError() {
        std::filesystem::remove(path());
        QVERIFY(!readAll({}).result.has_value());
    }

    void followsOverRotation() {
        asio::io_context context;
        ManualClock clock;
        Reading reading;
        reading.running = true;
        LogOptions options;
        options.follow = true;
        options.tailLines = 0;
        asio::co_spawn(context, read(path(), options, &clock, &reading), asio::detached);
        auto settle = [&] {
            clock.advance(100ms);
            context.restart();
            context.poll();
        };
        context.poll();
        write("2026-01-01T00:00:05Z stdout F five\n");
        settle();
        QCOMPARE(reading.text, std::string("five\n"));
        // The last words in the old file, then a new one.
        write("2026-01-01T00:00:06Z stdout F six\n");
        std::filesystem::rename(path(), path().string() + ".20260101-000006");
        write("2026-01-01T00:00:07Z stdout F seven\n");
        settle();
        settle();
        QCOMPARE(reading.text, std::string("five\nsix\nseven\n"));
        // A line that is written in two steps comes whole.
        write("2026-01-01T00:00:08Z stdo");
        settle();
        write("ut F eight\n");
        reading.running = false;
        settle();
        settle();
        QVERIFY(reading.done);
        QCOMPARE(reading.text, std::string("five\nsix\nseven\neight\n"));
    }

    void tailForTerminationMessages() {
        QCOMPARE(logTail(path(), 80, 2048), std::string("one\ntwo\nthree\n\n"));
        QCOMPARE(logTail(path(), 80, 6), std::string("hree\n\n"));
        QCOMPARE(logTail("/nonexistent", 80, 2048), std::string());
    }
};

QTEST_GUILESS_MAIN(LogReaderTest)
#include "tst_log_reader.moc"
