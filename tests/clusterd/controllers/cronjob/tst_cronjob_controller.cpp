#include "clusterd/controllers/cronjob/cronjob_controller.h"
#include "clusterd/controllers/pod_util.h"
#include "tests/clusterd/controllers/controllers_fixture.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

struct ClockFirst {
    test::ManualClock manual;
};

/// The tests play the Job controller.
struct Fixture : ClockFirst, test::ControllersFixture {
    Fixture() : test::ControllersFixture(manual) {
        add<CronJobController>();
        start();
    }
    void make(std::string_view schedule, std::string_view more = "") {
        create(fmt::format(
            R"({{"apiVersion":"batch/v1","kind":"CronJob","metadata":{{"name":"c","namespace":"default"}},"spec":{{"schedule":"{}","timeZone":"UTC",{}"jobTemplate":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}}}}}})",
            schedule, more));
    }
    batchv1::CronJob cronJob() { return read<batchv1::CronJob>("default", "c").value_or(batchv1::CronJob()); }
    std::vector<batchv1::Job> jobs() {
        auto all = list<batchv1::Job>("default");
        std::erase_if(all, [](const batchv1::Job &job) { return bool(job.metadata.deletionTimestamp); });
        return all;
    }
    size_t active() { return cronJob().status.active.size(); }
    void finish(const std::string &name, bool well = true) {
        const std::string now = api::Time(clock.now()).text();
        merge(
            batchv1::Job::resource(), "default", name,
            well
                ? fmt::format(
                      R"({{"status":{{"startTime":"{0}","completionTime":"{0}","conditions":[{{"type":"SuccessCriteriaMet","status":"True"}},{{"type":"Complete","status":"True","lastTransitionTime":"{0}"}}]}}}})",
                      now)
                : fmt::format(
                      R"({{"status":{{"startTime":"{0}","conditions":[{{"type":"FailureTarget","status":"True"}},{{"type":"Failed","status":"True","lastTransitionTime":"{0}"}}]}}}})",
                      now),
            "status");
    }
    void pass(std::chrono::seconds duration) {
        settle();
        manual.advance(duration);
        settle();
    }
    bool hasEvent(std::string_view reason) {
        for (const corev1::Event &event : list<corev1::Event>("default"))
            if (event.reason == reason)
                return true;
        return false;
    }
    void patch(std::string body) { merge(batchv1::CronJob::resource(), "default", "c", std::move(body)); }
};

constexpr std::chrono::seconds kMinute(60), kBit(1);

} // namespace

class CronJobControllerTest : public QObject {
    Q_OBJECT

private slots:
    void startsInTime() {
        Fixture f;
        f.make("* * * * *");
        f.pass(kMinute - kBit);
        QCOMPARE(f.jobs().size(), size_t(0));
        f.pass(2 * kBit);
        f.until([&] { return f.active() == 1; });
        // 2026-01-01T00:01:00Z
        QCOMPARE(f.jobs()[0].metadata.name, std::string("c-29453761"));
        QCOMPARE(f.jobs()[0].metadata.labels.at("a"), std::string("b"));
        QCOMPARE(f.cronJob().status.lastScheduleTime.text(), std::string("2026-01-01T00:01:00Z"));
        f.pass(kMinute);
        f.until([&] { return f.active() == 2; });
        f.finish("c-29453761");
        f.until([&] { return f.active() == 1; });
        QVERIFY(f.cronJob().status.lastSuccessfulTime);
        f.until([&] { return f.hasEvent("SuccessfulCreate") && f.hasEvent("SawCompletedJob"); });
    }

    void forbidWaits() {
        Fixture f;
        f.make("* * * * *", R"("concurrencyPolicy":"Forbid",)");
        f.pass(kMinute + kBit);
        f.until([&] { return f.active() == 1; });
        f.pass(kMinute);
        f.pass(kMinute);
        QCOMPARE(f.jobs().size(), size_t(1));
        f.until([&] { return f.hasEvent("JobAlreadyActive"); });
        f.finish("c-29453761");
        // The last time that could not be served is served now.
        f.until([&] { return f.cronJob().status.lastScheduleTime.text() == "2026-01-01T00:03:00Z"; });
        QCOMPARE(f.active(), size_t(1));
        QCOMPARE(f.jobs().size(), size_t(2));
    }

    void replaceReplaces() {
        Fixture f;
        f.make("* * * * *", R"("concurrencyPolicy":"Replace",)");
        f.pass(kMinute + kBit);
        f.until([&] { return f.active() == 1; });
        f.pass(kMinute);
        f.until([&] {
            const auto jobs = f.jobs();
            return f.active() == 1 && jobs.size() == 1 && jobs[0].metadata.name == "c-29453762";
        });
        f.until([&] { return f.hasEvent("SuccessfulDelete"); });
    }

    void historyIsTrimmed() {
        Fixture f;
        f.make("* * * * *", R"("successfulJobsHistoryLimit":2,"failedJobsHistoryLimit":1,)");
        f.pass(kMinute + kBit);
        for (int minute = 1; minute <= 6; ++minute) {
            const std::string name = fmt::format("c-{}", 29453760 + minute);
            f.until([&] { return f.active() == 1; });
            f.finish(name, minute % 2 == 0);
            f.until([&] { return f.active() == 0; });
            if (minute < 6)
                f.pass(kMinute);
        }
        f.until([&] { return f.jobs().size() == 3; });
        std::string names;
        for (const batchv1::Job &job : f.jobs())
            names += job.metadata.name + " ";
        QCOMPARE(names, std::string("c-29453764 c-29453765 c-29453766 "));
    }

    void suspendedOnesDontStart() {
        Fixture f;
        f.make("* * * * *", R"("suspend":true,)");
        f.pass(5 * kMinute);
        QCOMPARE(f.jobs().size(), size_t(0));
        f.patch(R"({"spec":{"suspend":false}})");
        f.until([&] { return f.active() == 1; });
        QCOMPARE(f.jobs().size(), size_t(1)); // the last of what was missed
    }

    void deadlinesAreKept() {
        Fixture f;
        f.make("@hourly", R"("suspend":true,"startingDeadlineSeconds":60,)");
        f.pass(std::chrono::minutes(90));
        f.patch(R"({"spec":{"suspend":false}})");
        f.until([&] { return f.hasEvent("MissSchedule"); });
        f.settle();
        QCOMPARE(f.jobs().size(), size_t(0));
    }

    void aDateSetAheadOrBackStartsNothingTwice() {
        Fixture f;
        f.make("@hourly");
        f.settle();
        f.manual.jumpWall(std::chrono::hours(200));
        f.pass(kMinute + kBit);
        f.until([&] { return f.jobs().size() == 1 && f.active() == 1; });
        f.until([&] { return f.hasEvent("TooManyMissedTimes"); });
        f.manual.jumpWall(-std::chrono::hours(2));
        f.pass(kMinute + kBit);
        f.pass(std::chrono::hours(1));
        QCOMPARE(f.jobs().size(), size_t(1));
    }

    /// The controller ended between making the job and noting it.
    void aStartThatWasNotNotedIsFoundAgain() {
        Fixture f;
        f.make("* * * * *", R"("concurrencyPolicy":"Forbid",)");
        f.pass(kMinute + kBit);
        f.until([&] { return f.active() == 1; });
        f.merge(batchv1::CronJob::resource(), "default", "c", R"({"status":{"active":null,"lastScheduleTime":null}})",
                "status");
        f.until([&] { return f.active() == 1; });
        f.pass(kMinute);
        QCOMPARE(f.jobs().size(), size_t(1));
        // A job that went away is forgotten.
        client::DeleteOptions options;
        options.propagationPolicy = "Background";
        QVERIFY(f.api.run(client::remove(f.api.client(), f.jobs()[0], options)));
        f.until([&] { return f.hasEvent("MissingJob"); });
    }

    void jobsOfPeopleAreNotCounted() {
        Fixture f;
        f.make("@yearly");
        f.settle();
        f.create(fmt::format(
            R"({{"apiVersion":"batch/v1","kind":"Job","metadata":{{"name":"own","namespace":"default","ownerReferences":[{{"apiVersion":"batch/v1","kind":"CronJob","name":"c","uid":"{}","controller":true}}]}},"spec":{{"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
            f.cronJob().metadata.uid));
        f.until([&] { return f.hasEvent("UnexpectedJob"); });
        QCOMPARE(f.active(), size_t(0));
    }
};

QTEST_GUILESS_MAIN(CronJobControllerTest)
#include "tst_cronjob_controller.moc"
