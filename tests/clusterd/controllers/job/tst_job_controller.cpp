#include "clusterd/controllers/job/job_controller.h"
#include "clusterd/controllers/job/job_tally.h"
#include "clusterd/controllers/pod_util.h"
#include "tests/clusterd/controllers/controllers_fixture.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

constexpr std::string_view kTemplate =
    R"("template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}})";

std::string jobJson(std::string_view spec, std::string_view podTemplate = kTemplate) {
    return fmt::format(
        R"({{"apiVersion":"batch/v1","kind":"Job","metadata":{{"name":"j","namespace":"default"}},"spec":{{{}{}{}}}}})",
        spec, spec.empty() ? "" : ",", podTemplate);
}

struct ClockFirst {
    test::ManualClock manual;
};

/// The tests play the kubelet.
struct Fixture : ClockFirst, test::ControllersFixture {
    Fixture() : test::ControllersFixture(manual) {
        add<JobController>();
        start();
    }
    batchv1::Job job() { return read<batchv1::Job>("default", "j").value_or(batchv1::Job()); }
    std::vector<corev1::Pod> pods() { return list<corev1::Pod>("default"); }
    std::vector<corev1::Pod> active() {
        auto all = pods();
        std::erase_if(all, [](const corev1::Pod &pod) { return !isPodActive(pod); });
        return all;
    }
    void end(const corev1::Pod &pod, int exitCode) {
        const std::string at = api::Time(clock.now()).text();
        merge(
            corev1::Pod::resource(), "default", pod.metadata.name,
            fmt::format(
                R"({{"status":{{"phase":"{}","containerStatuses":[{{"name":"c","image":"i","imageID":"","ready":false,"restartCount":0,"state":{{"terminated":{{"exitCode":{},"finishedAt":"{}"}}}}}}]}}}})",
                exitCode == 0 ? "Succeeded" : "Failed", exitCode, at),
            "status");
    }
    /// Virtual time goes on, a little at a time, until it is so.
    void untilLater(const std::function<bool()> &done) {
        until([&] {
            if (done())
                return true;
            settle();
            if (!done())
                manual.advance(std::chrono::seconds(1));
            return false;
        });
    }
    void patch(std::string body) { merge(batchv1::Job::resource(), "default", "j", std::move(body)); }
    std::string reason(std::string_view type) {
        const batchv1::Job found = job();
        const auto *condition = job::findCondition(found.status, type);
        return condition && condition->status == "True" ? condition->reason : std::string();
    }
    bool hasEvent(std::string_view reason) {
        for (const corev1::Event &event : list<corev1::Event>("default"))
            if (event.reason == reason)
                return true;
        return false;
    }
};

} // namespace

class JobControllerTest : public QObject {
    Q_OBJECT

private slots:
    void runsToCompletion() {
        Fixture f;
        f.create(jobJson(R"("completions":3,"parallelism":2)"));
        f.until([&] { return f.job().status.active == 2; });
        QCOMPARE(f.active().size(), size_t(2));
        QVERIFY(f.job().status.startTime);
        QVERIFY(job::hasTrackingFinalizer(f.active()[0]));
        f.end(f.active()[0], 0);
        f.until([&] { return f.job().status.succeeded == 1 && f.job().status.active == 2; });
        f.end(f.active()[0], 0);
        f.end(f.active()[0], 0);
        f.until([&] { return !f.reason("Complete").empty(); });
        const batchv1::Job job = f.job();
        QCOMPARE(job.status.succeeded, 3);
        QCOMPARE(job.status.active, 0);
        QCOMPARE(job.status.failed, 0);
        QVERIFY(job.status.completionTime);
        QCOMPARE(f.reason("Complete"), std::string("CompletionsReached"));
        QCOMPARE(f.reason("SuccessCriteriaMet"), std::string("CompletionsReached"));
        for (const corev1::Pod &pod : f.pods())
            QVERIFY(!job::hasTrackingFinalizer(pod));
        f.until([&] { return f.hasEvent("Completed") && f.hasEvent("SuccessfulCreate"); });
        f.settle();
        QCOMPARE(f.pods().size(), size_t(3));
    }

    void retriesWithBackoffAndGivesUp() {
        Fixture f;
        f.create(jobJson(R"("backoffLimit":1)"));
        f.until([&] { return f.active().size() == 1; });
        f.settle();
        f.end(f.active()[0], 1);
        f.until([&] { return f.job().status.failed == 1; });
        f.settle();
        QCOMPARE(f.active().size(), size_t(0)); // waits ten seconds
        const WallTime before = f.clock.now();
        f.untilLater([&] { return f.active().size() == 1; });
        QVERIFY(f.clock.now() - before >= std::chrono::seconds(9));
        QVERIFY(f.clock.now() - before <= std::chrono::seconds(12));
        f.settle();
        f.end(f.active()[0], 1);
        f.until([&] { return !f.reason("Failed").empty(); });
        QCOMPARE(f.reason("Failed"), std::string("BackoffLimitExceeded"));
        QCOMPARE(f.job().status.failed, 2);
        QVERIFY(f.job().status.completionTime.isZero());
        f.until([&] { return f.hasEvent("BackoffLimitExceeded"); });
    }

    void workQueueEndsWhenAllWorkersEnd() {
        Fixture f;
        f.create(jobJson(R"("parallelism":3)"));
        f.until([&] { return f.job().status.active == 3; });
        f.end(f.active()[0], 0);
        f.until([&] { return f.job().status.succeeded == 1; });
        f.settle();
        QCOMPARE(f.active().size(), size_t(2));
        f.end(f.active()[0], 0);
        f.end(f.active()[0], 0);
        f.until([&] { return !f.reason("Complete").empty(); });
        QCOMPARE(f.job().status.succeeded, 3);
    }

    void indexesRunOnce() {
        Fixture f;
        f.create(jobJson(R"("completionMode":"Indexed","completions":4,"parallelism":4)"));
        f.until([&] { return f.job().status.active == 4; });
        std::set<std::string> hosts;
        for (const corev1::Pod &pod : f.active())
            hosts.insert(pod.spec.hostname);
        QCOMPARE(hosts, (std::set<std::string>{"j-0", "j-1", "j-2", "j-3"}));
        for (const corev1::Pod &pod : f.active())
            if (pod.spec.hostname != "j-1")
                f.end(pod, 0);
        f.until([&] { return f.job().status.completedIndexes == "0,2,3"; });
        f.end(f.active()[0], 1);
        f.untilLater([&] { return f.active().size() == 1; });
        QCOMPARE(f.active()[0].spec.hostname, std::string("j-1"));
        f.end(f.active()[0], 0);
        f.until([&] { return !f.reason("Complete").empty(); });
        QCOMPARE(f.job().status.completedIndexes, std::string("0-3"));
        QCOMPARE(f.job().status.failed, 1);
    }

    void eachIndexHasItsOwnLimit() {
        Fixture f;
        f.create(jobJson(R"("completionMode":"Indexed","completions":2,"parallelism":2,"backoffLimitPerIndex":1)"));
        f.until([&] { return f.job().status.active == 2; });
        auto byHost = [&](const char *host) {
            for (const corev1::Pod &pod : f.active())
                if (pod.spec.hostname == host)
                    return std::optional(pod);
            return std::optional<corev1::Pod>();
        };
        f.end(*byHost("j-1"), 0);
        f.end(*byHost("j-0"), 1);
        f.until([&] { return f.job().status.completedIndexes == "1"; });
        f.untilLater([&] { return byHost("j-0").has_value(); });
        QCOMPARE(byHost("j-0")->metadata.annotations.at("batch.kubernetes.io/job-index-failure-count"),
                 std::string("1"));
        f.end(*byHost("j-0"), 1);
        f.until([&] { return !f.reason("Failed").empty(); });
        QCOMPARE(f.reason("Failed"), std::string("FailedIndexes"));
        QCOMPARE(*f.job().status.failedIndexes, std::string("0"));
        QCOMPARE(f.job().status.failed, 2);
        QCOMPARE(f.job().status.succeeded, 1);
    }

    void suspendsAndResumes() {
        Fixture f;
        f.create(jobJson(R"("completions":2,"parallelism":2)"));
        f.until([&] { return f.job().status.active == 2; });
        f.patch(R"({"spec":{"suspend":true}})");
        f.until([&] { return f.pods().empty() && f.reason("Suspended") == "JobSuspended"; });
        f.settle();
        QCOMPARE(f.job().status.active, 0);
        QCOMPARE(f.job().status.failed, 0); // given up, not failed
        QVERIFY(f.job().status.startTime.isZero());
        f.patch(R"({"spec":{"suspend":false}})");
        f.until([&] { return f.job().status.active == 2; });
        QVERIFY(f.reason("Suspended").empty());
        QVERIFY(f.job().status.startTime);
        f.until([&] { return f.hasEvent("Suspended") && f.hasEvent("Resumed"); });
    }

    void deadlineEndsTheJob() {
        Fixture f;
        f.create(jobJson(R"("activeDeadlineSeconds":60)"));
        f.until([&] { return f.job().status.active == 1; });
        const WallTime before = f.clock.now();
        f.untilLater([&] { return !f.reason("Failed").empty(); });
        QVERIFY(f.clock.now() - before >= std::chrono::seconds(59));
        QCOMPARE(f.reason("Failed"), std::string("DeadlineExceeded"));
        QCOMPARE(f.job().status.failed, 1);
        QCOMPARE(f.pods().size(), size_t(0));
    }

    void policyFailsTheJobAndIgnoresFailures() {
        Fixture f;
        f.create(jobJson(
            R"("backoffLimit":0,"podFailurePolicy":{"rules":[{"action":"Ignore","onExitCodes":{"operator":"In","values":[7]}},{"action":"FailJob","onExitCodes":{"operator":"In","values":[42]}}]})"));
        f.until([&] { return f.active().size() == 1; });
        f.settle();
        f.end(f.active()[0], 7);
        f.untilLater([&] { return f.active().size() == 1; });
        f.settle();
        QCOMPARE(f.job().status.failed, 0);
        f.end(f.active()[0], 42);
        f.until([&] { return !f.reason("Failed").empty(); });
        QCOMPARE(f.reason("Failed"), std::string("PodFailurePolicy"));
    }

    void successPolicyEndsTheOthers() {
        Fixture f;
        f.create(jobJson(
            R"("completionMode":"Indexed","completions":3,"parallelism":3,"backoffLimit":0,"successPolicy":{"rules":[{"succeededIndexes":"0"}]})"));
        f.until([&] { return f.job().status.active == 3; });
        for (const corev1::Pod &pod : f.active())
            if (pod.spec.hostname == "j-0")
                f.end(pod, 0);
        f.until([&] { return !f.reason("Complete").empty(); });
        QCOMPARE(f.reason("Complete"), std::string("SuccessPolicy"));
        QCOMPARE(f.job().status.succeeded, 1);
        QCOMPARE(f.job().status.failed, 0);
        QCOMPARE(f.active().size(), size_t(0));
    }

    void terminalConditionWaitsForTerminatingPods() {
        Fixture f;
        f.create(jobJson(R"("activeDeadlineSeconds":5)"));
        f.until([&] { return f.active().size() == 1; });
        // Bound to a node: its kubelet ends it, so a deletion takes until then.
        const std::string name = f.active()[0].metadata.name;
        const std::string binding = fmt::format(
            R"({{"apiVersion":"v1","kind":"Binding","metadata":{{"name":"{}"}},"target":{{"kind":"Node","name":"n"}}}})",
            name);
        client::WriteOptions options;
        options.subresource = "binding";
        QVERIFY(f.api.run(f.api.client().create(corev1::Pod::resource(), "default", binding, options, name)));
        f.untilLater([&] { return !f.reason("FailureTarget").empty(); });
        f.settle();
        QVERIFY(f.reason("Failed").empty());
        QCOMPARE(*f.job().status.terminating, 1);
        client::DeleteOptions now;
        now.gracePeriodSeconds = 0;
        QVERIFY(f.api.run(client::remove(f.api.client(), f.pods()[0], now)));
        f.until([&] { return !f.reason("Failed").empty(); });
        QCOMPARE(*f.job().status.terminating, 0);
    }

    void jobsManagedByOthersAreLeftAlone() {
        Fixture f;
        f.create(jobJson(R"("managedBy":"example.com/other")"));
        f.settle();
        QCOMPARE(f.pods().size(), size_t(0));
        QVERIFY(f.job().status.startTime.isZero());
    }

    void podsOfADeletedJobCanGo() {
        Fixture f;
        f.create(jobJson(R"("completions":2,"parallelism":2)"));
        f.until([&] { return f.job().status.active == 2; });
        f.end(f.active()[0], 0);
        f.settle();
        client::DeleteOptions options;
        options.propagationPolicy = "Background";
        QVERIFY(f.api.run(f.api.client().remove(batchv1::Job::resource(), "default", "j", options)));
        f.until([&] {
            for (const corev1::Pod &pod : f.pods())
                if (job::hasTrackingFinalizer(pod))
                    return false;
            return true;
        });
    }

    void orphansLoseTheFinalizerAndMatchingOnesAreAdopted() {
        Fixture f;
        f.create(jobJson(R"("completions":1)"));
        f.until([&] { return f.job().status.active == 1; });
        const corev1::Pod pod = f.active()[0];
        f.merge(corev1::Pod::resource(), "default", pod.metadata.name, R"({"metadata":{"ownerReferences":null}})");
        f.until([&] {
            const auto again = f.read<corev1::Pod>("default", pod.metadata.name);
            return again && controllerOf(again->metadata) && job::hasTrackingFinalizer(*again);
        });
        f.settle();
        QCOMPARE(f.active().size(), size_t(1));
        // Without the labels it is no longer the job's.
        f.merge(corev1::Pod::resource(), "default", pod.metadata.name, R"({"metadata":{"labels":null}})");
        f.until([&] {
            const auto again = f.read<corev1::Pod>("default", pod.metadata.name);
            return again && !controllerOf(again->metadata) && !job::hasTrackingFinalizer(*again);
        });
        f.until([&] { return f.active().size() == 2; });
    }
};

QTEST_GUILESS_MAIN(JobControllerTest)
#include "tst_job_controller.moc"
