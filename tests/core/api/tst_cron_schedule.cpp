#include "tests/core/api/support/schedule_testing.h"

#include <QTest>

using namespace coracle;
using namespace coracle::test;
using api::CronSchedule;

class CronScheduleTest : public QObject {
    Q_OBJECT

private slots:
    void next_data() {
        QTest::addColumn<QString>("schedule");
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("after");
        QTest::addColumn<QString>("expected");
        auto row = [](const char *schedule, const char *after, const char *expected, const char *zone = "UTC") {
            QTest::newRow((std::string(schedule) + " " + zone + " " + after).c_str())
                << schedule << zone << after << expected;
        };
        row("* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z");
        row("* * * * *", "2026-01-01T00:00:59Z", "2026-01-01T00:01:00Z");
        row("*/15 * * * *", "2026-01-01T00:46:00Z", "2026-01-01T01:00:00Z");
        row("5/20 * * * *", "2026-01-01T00:26:00Z", "2026-01-01T00:45:00Z");
        row("10-14/2 8 * * *", "2026-01-01T08:12:00Z", "2026-01-01T08:14:00Z");
        row("10-14/2 8 * * *", "2026-01-01T08:14:00Z", "2026-01-02T08:10:00Z");
        row("0 0 1,15 * *", "2026-01-01T00:00:00Z", "2026-01-15T00:00:00Z");
        row("0 0 * * mon", "2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z");
        row("0 0 * * MON-FRI", "2026-01-02T00:00:00Z", "2026-01-05T00:00:00Z");
        row("0 0 1 feb ?", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
        row("0 0 13 * 5", "2026-01-03T00:00:00Z", "2026-01-09T00:00:00Z"); // either day
        row("0 0 13 * 5", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z");
        row("0 0 */2 * 5", "2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z"); // a step restricts
        row("0 0 */1 * 5", "2026-01-03T00:00:00Z", "2026-01-09T00:00:00Z"); // this one does not
        row("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z");
        row("0 0 31 2 *", "2026-01-01T00:00:00Z", "never");
        row("@hourly", "2026-01-01T00:30:00Z", "2026-01-01T01:00:00Z");
        row("@daily", "2026-01-01T00:30:00Z", "2026-01-02T00:00:00Z");
        row("@midnight", "2026-01-01T00:30:00Z", "2026-01-02T00:00:00Z");
        row("@weekly", "2026-01-01T00:30:00Z", "2026-01-04T00:00:00Z");
        row("@monthly", "2026-01-01T00:30:00Z", "2026-02-01T00:00:00Z");
        row("@yearly", "2026-01-01T00:30:00Z", "2027-01-01T00:00:00Z");
        row("@annually", "2026-01-01T00:30:00Z", "2027-01-01T00:00:00Z");
        row("@every 90s", "2026-01-01T00:30:00Z", "2026-01-01T00:31:30Z");
        row("0 9 * * *", "2026-01-01T00:00:00Z", "2026-01-01T08:00:00Z", "Europe/Berlin");
        row("0 9 * * *", "2026-07-01T00:00:00Z", "2026-07-01T07:00:00Z", "Europe/Berlin");
        row("30 9 * * *", "2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z", "Asia/Kolkata");
        // 2026-03-29 has no 02:30 in Berlin, 2026-10-25 has it twice.
        row("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z", "Europe/Berlin");
        row("0 3 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "Europe/Berlin");
        row("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "Europe/Berlin");
        row("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "Europe/Berlin");
        // 2026-04-24 has no midnight in Cairo.
        row("0 0 * * *", "2026-04-23T12:00:00Z", "2026-04-24T21:00:00Z", "Africa/Cairo");
        row("0 1 * * *", "2026-04-23T12:00:00Z", "2026-04-23T22:00:00Z", "Africa/Cairo");
    }
    void next() {
        QFETCH(QString, schedule);
        QFETCH(QString, zone);
        QFETCH(QString, after);
        const CronSchedule parsed = scheduleOf(schedule.toStdString(), zone.toStdString());
        QTEST(QString::fromStdString(textOf(parsed.next(at(after.toStdString())))), "expected");
    }

    /// In the words of the library that Kubernetes reads schedules with.
    void malformed_data() {
        QTest::addColumn<QString>("schedule");
        QTest::addColumn<QString>("error");
        auto row = [](const char *schedule, const char *error) {
            QTest::newRow(*schedule ? schedule : "empty") << schedule << error;
        };
        row("", "empty spec string");
        row("* * * *", "expected exactly 5 fields, found 4: [* * * *]");
        row("* * * *  * *", "expected exactly 5 fields, found 6: [* * * * * *]");
        row("60 * * * *", "end of range (60) above maximum (59): 60");
        row("* 5-24 * * *", "end of range (24) above maximum (23): 5-24");
        row("* * 0 * *", "beginning of range (0) below minimum (1): 0");
        row("* * * 13 *", "end of range (13) above maximum (12): 13");
        row("* * * * 7", "end of range (7) above maximum (6): 7");
        row("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1");
        row("*/0 * * * *", "step of range should be a positive number: */0");
        row("*/x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax");
        row("1/2/3 * * * *", "too many slashes: 1/2/3");
        row("1-2-3 * * * *", "too many hyphens: 1-2-3");
        row("* * * foo *", "failed to parse int from foo: strconv.Atoi: parsing \"foo\": invalid syntax");
        row("- * * * *", "failed to parse int from : strconv.Atoi: parsing \"\": invalid syntax");
        row("@often", "unrecognized descriptor: @often");
    }
    void malformed() {
        QFETCH(QString, schedule);
        QFETCH(QString, error);
        const auto parsed = CronSchedule::parse(schedule.toStdString(), "UTC");
        QVERIFY(!parsed);
        QCOMPARE(QString::fromStdString(parsed.error().message), error);
    }
    void malformedDuration() {
        const auto parsed = CronSchedule::parse("@every soon", "UTC");
        QVERIFY(!parsed);
        QVERIFY(parsed.error().message.starts_with("failed to parse duration @every soon: "));
    }
    void emptyElementsAreLeftOut() {
        QCOMPARE(textOf(scheduleOf("1,,3\t* * * *").next(at("2026-01-01T00:01:00Z"))),
                 std::string("2026-01-01T00:03:00Z"));
    }
    void unknownZone() { QVERIFY(!CronSchedule::parse("* * * * *", "Nowhere/City")); }

    /// Against going minute by minute.
    void lastIsTheLast() {
        for (const char *text : {"* * * * *", "*/7 * * * *", "0 3 * * *", "30 6-16/4 * * 1-5", "0 0 1 * *"}) {
            const CronSchedule schedule = scheduleOf(text, "Europe/Berlin");
            const WallTime from = at("2026-03-27T00:00:00Z");
            for (int step = 0; step < 60; ++step) {
                const WallTime until = from + std::chrono::minutes(97 * step);
                std::optional<WallTime> expected;
                for (auto time = schedule.next(from); time && *time <= until; time = schedule.next(*time))
                    expected = time;
                QCOMPARE(textOf(schedule.last(from, until)), textOf(expected));
            }
        }
        QCOMPARE(textOf(scheduleOf("@every 1h").last(at("2026-01-01T00:10:00Z"), at("2026-01-02T00:00:00Z"))),
                 std::string("2026-01-01T23:10:00Z"));
        QCOMPARE(textOf(scheduleOf("* * * * *").last(at("1990-01-01T00:00:00Z"), at("2026-01-02T00:00:30Z"))),
                 std::string("2026-01-02T00:00:00Z"));
    }
};

QTEST_GUILESS_MAIN(CronScheduleTest)
#include "tst_cron_schedule.moc"
