#include "clusterd/controllers/cronjob/cron_schedule.h"
#include "clusterd/controllers/cronjob/cronjob_util.h"
#include "core/api/time.h"
#include "core/api/typed.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers::cronjob;

namespace {

WallTime at(std::string_view text) {
    return *api::Time::parse(text).value();
}

std::string textOf(std::optional<WallTime> time) {
    return time ? api::Time(*time).text() : "never";
}

CronSchedule scheduleOf(std::string_view text, std::string zone = "UTC") {
    auto schedule = CronSchedule::parse(text, std::move(zone));
    if (!schedule)
        qFatal("%s", schedule.error().message.c_str());
    return *schedule;
}

batchv1::CronJob makeCronJob(std::string_view lastScheduled) {
    batchv1::CronJob cronJob;
    cronJob.metadata.name = "c";
    cronJob.metadata.namespace_ = "n";
    cronJob.metadata.creationTimestamp = api::Time(at("2026-01-01T00:00:00Z"));
    if (!lastScheduled.empty())
        cronJob.status.lastScheduleTime = api::Time(at(lastScheduled));
    return cronJob;
}

batchv1::Job finished(const char *name, const char *condition, int started) {
    batchv1::Job job;
    job.metadata.name = job.metadata.uid = name;
    job.status.startTime = api::Time(WallTime(std::chrono::seconds(started)));
    auto &one = job.status.conditions.emplace_back();
    one.type = condition;
    one.status = "True";
    return job;
}

} // namespace

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

    void malformed_data() {
        QTest::addColumn<QString>("schedule");
        for (const char *text : {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
                                 "* * * * 7", "5-1 * * * *", "*/0 * * * *", "*/x * * * *", "a * * * *", "1,,2 * * * *",
                                 "@often", "@every soon", "* * * foo *", "- * * * *"})
            QTest::newRow(*text ? text : "empty") << text;
    }
    void malformed() {
        QFETCH(QString, schedule);
        QVERIFY(!CronSchedule::parse(schedule.toStdString(), "UTC"));
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

    void due() {
        const CronSchedule hourly = scheduleOf("@hourly");
        batchv1::CronJob cronJob = makeCronJob("");
        Due due = findDue(cronJob, hourly, at("2026-01-01T00:30:00Z"));
        QCOMPARE(textOf(due.time), std::string("never"));
        QCOMPARE(textOf(due.next), std::string("2026-01-01T01:00:00Z"));
        due = findDue(cronJob, hourly, at("2026-01-01T05:30:00Z"));
        QCOMPARE(textOf(due.time), std::string("2026-01-01T05:00:00Z"));
        QCOMPARE(textOf(due.next), std::string("2026-01-01T06:00:00Z"));
        QVERIFY(!due.tooLate && !due.manyMissed);
        cronJob.spec.startingDeadlineSeconds = 600;
        QVERIFY(findDue(cronJob, hourly, at("2026-01-01T05:30:00Z")).tooLate);
        QVERIFY(!findDue(cronJob, hourly, at("2026-01-01T05:09:00Z")).tooLate);
        cronJob.spec.startingDeadlineSeconds.reset();
        QVERIFY(!findDue(cronJob, hourly, at("2026-01-05T04:00:00Z")).manyMissed); // 100
        QVERIFY(findDue(cronJob, hourly, at("2026-01-05T05:00:00Z")).manyMissed);  // 101
        cronJob.spec.startingDeadlineSeconds = 7200;
        QVERIFY(!findDue(cronJob, hourly, at("2026-01-05T05:00:00Z")).manyMissed);
        // The date was set back: what ran does not run again.
        cronJob = makeCronJob("2026-01-01T12:00:00Z");
        due = findDue(cronJob, hourly, at("2026-01-01T10:30:00Z"));
        QCOMPARE(textOf(due.time), std::string("never"));
        QCOMPARE(textOf(due.next), std::string("2026-01-01T13:00:00Z"));
    }

    void jobs() {
        batchv1::CronJob cronJob = makeCronJob("");
        cronJob.metadata.uid = "u";
        cronJob.spec.jobTemplate.metadata.labels["a"] = "b";
        const CronSchedule schedule = scheduleOf("@hourly", "Europe/Berlin");
        const batchv1::Job job = makeJob(cronJob, schedule, at("2026-01-01T01:00:00Z"));
        QCOMPARE(job.metadata.name, std::string("c-29453820"));
        QCOMPARE(job.metadata.labels.at("a"), std::string("b"));
        QCOMPARE(job.metadata.ownerReferences[0].uid, std::string("u"));
        QCOMPARE(job.metadata.annotations.at("batch.kubernetes.io/cronjob-scheduled-timestamp"),
                 std::string("2026-01-01T02:00:00+01:00"));
        QCOMPARE(textOf(scheduledTime(cronJob, job)), std::string("2026-01-01T01:00:00Z"));
        QCOMPARE(textOf(scheduledTime(cronJob, batchv1::Job())), std::string("never"));
    }

    void history() {
        batchv1::CronJob cronJob = makeCronJob("");
        cronJob.spec.successfulJobsHistoryLimit = 1;
        cronJob.spec.failedJobsHistoryLimit = 0;
        Jobs jobs{finished("new", "Complete", 30), finished("old", "Complete", 10), finished("mid", "Complete", 20),
                  finished("bad", "Failed", 40), batchv1::Job()};
        std::string names;
        for (const batchv1::Job *job : beyondHistory(cronJob, jobs))
            names += job->metadata.name + " ";
        QCOMPARE(names, std::string("old mid bad "));
        cronJob.spec.successfulJobsHistoryLimit.reset();
        QCOMPARE(beyondHistory(cronJob, jobs).size(), size_t(1));
    }
};

QTEST_GUILESS_MAIN(CronScheduleTest)
#include "tst_cron_schedule.moc"
