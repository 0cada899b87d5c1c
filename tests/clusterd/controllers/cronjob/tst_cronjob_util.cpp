#include "clusterd/controllers/cronjob/cronjob_util.h"
#include "core/api/typed.h"
#include "tests/core/api/support/schedule_testing.h"

#include <QTest>

using namespace coracle;
using namespace coracle::test;
using namespace coracle::controllers::cronjob;

namespace {

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

class CronJobUtilTest : public QObject {
    Q_OBJECT

private slots:
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

QTEST_GUILESS_MAIN(CronJobUtilTest)
#include "tst_cronjob_util.moc"
