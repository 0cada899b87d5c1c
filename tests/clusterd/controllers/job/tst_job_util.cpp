#include "clusterd/controllers/job/index_set.h"
#include "clusterd/controllers/job/job_pods.h"
#include "clusterd/controllers/job/job_status.h"
#include "clusterd/controllers/job/pod_failure_policy.h"
#include "core/api/typed.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers::job;

namespace {

const WallTime kNow{std::chrono::seconds(1'000'000)};

batchv1::Job makeJob(std::string_view spec) {
    auto job = api::decode<batchv1::Job>(R"({"metadata":{"name":"j","namespace":"n","uid":"u"},"spec":)" +
                                         std::string(spec) + "}");
    if (!job)
        qFatal("%s", job.error().message.c_str());
    return *job;
}

corev1::Pod makePod(const char *uid, std::string_view phase, int index = -1) {
    corev1::Pod pod;
    pod.metadata.name = pod.metadata.uid = uid;
    pod.metadata.namespace_ = "n";
    pod.metadata.finalizers.emplace_back(batchv1::kJobTrackingFinalizer);
    pod.metadata.creationTimestamp = api::Time(kNow);
    pod.status.phase = phase;
    if (index >= 0)
        pod.metadata.annotations[std::string(batchv1::kJobCompletionIndexAnnotation)] = std::to_string(index);
    return pod;
}

corev1::Pod exited(const char *uid, int code, int index = -1) {
    corev1::Pod pod = makePod(uid, corev1::kPodFailed, index);
    auto &container = pod.status.containerStatuses.emplace_back();
    container.name = "c";
    container.state.terminated.ensure().exitCode = code;
    container.state.terminated->finishedAt = api::Time(kNow);
    return pod;
}

std::string endOf(const batchv1::Job &job, const Pods &pods, WallTime now = kNow) {
    const auto end = findEnd(job, tally(job, pods), pods, now);
    return end ? end->type + "/" + end->reason : std::string();
}

PodPlan planOf(const batchv1::Job &job, const Pods &pods, const PodBackoff &backoff = PodBackoff(),
               WallTime now = kNow) {
    return planPods(job, tally(job, pods), pods, backoff, now);
}

std::string planText(const PodPlan &plan) {
    std::string text;
    for (const corev1::Pod *pod : plan.remove)
        text += "-" + pod->metadata.name + " ";
    for (const NewPod &pod : plan.create)
        text += "+" + (pod.index ? std::to_string(*pod.index) : std::string()) + " ";
    return text;
}

} // namespace

class JobUtilTest : public QObject {
    Q_OBJECT

private slots:
    void indexSets_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("written");
        QTest::addColumn<int>("size");
        QTest::newRow("empty") << "" << "" << 0;
        QTest::newRow("one") << "7" << "7" << 1;
        QTest::newRow("pair") << "3,4" << "3,4" << 2;
        QTest::newRow("pair as range") << "3-4" << "3,4" << 2;
        QTest::newRow("range") << "1,3-5,7" << "1,3-5,7" << 5;
        QTest::newRow("neighbours join") << "1,2,3,5" << "1-3,5" << 4;
        QTest::newRow("cut at the limit") << "8-20" << "8,9" << 2;
        QTest::newRow("above the limit") << "2,10,11-12" << "2" << 1;
        QTest::newRow("malformed end") << "1,x,3" << "1" << 1;
    }
    void indexSets() {
        QFETCH(QString, text);
        const IndexSet set = IndexSet::parse(text.toStdString(), 10);
        QTEST(QString::fromStdString(set.text()), "written");
        QTEST(int(set.size()), "size");
    }

    void indexSetAgainstAPlainSet() {
        IndexSet set;
        std::set<int> plain;
        uint32_t state = 7;
        for (int i = 0; i < 400; ++i) {
            state = state * 1664525u + 1013904223u;
            const int index = int(state >> 16) % 300;
            set.insert(index);
            plain.insert(index);
            QCOMPARE(set.size(), int32_t(plain.size()));
        }
        for (int i = 0; i < 300; ++i)
            QCOMPARE(set.contains(i), plain.contains(i));
        QVERIFY(IndexSet::parse(set.text(), 300) == set);
        QCOMPARE(set.common(set), set.size());
        QCOMPARE(IndexSet::parse("0-9,20", 100).common(IndexSet::parse("5-20", 100)), 6);
    }

    void podFailurePolicy_data() {
        QTest::addColumn<QString>("rules");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("action");
        QTest::newRow("in") << R"([{"action":"FailJob","onExitCodes":{"operator":"In","values":[42]}}])" << 42
                            << "FailJob";
        QTest::newRow("not listed") << R"([{"action":"FailJob","onExitCodes":{"operator":"In","values":[42]}}])" << 1
                                    << "Count";
        QTest::newRow("not in") << R"([{"action":"Ignore","onExitCodes":{"operator":"NotIn","values":[42]}}])" << 1
                                << "Ignore";
        QTest::newRow("success never matches")
            << R"([{"action":"Ignore","onExitCodes":{"operator":"NotIn","values":[42]}}])" << 0 << "Count";
        QTest::newRow("other container")
            << R"([{"action":"Ignore","onExitCodes":{"containerName":"x","operator":"In","values":[1]}}])" << 1
            << "Count";
        QTest::newRow("condition")
            << R"([{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget","status":"True"}]}])" << 1
            << "Ignore";
        QTest::newRow("condition of another status")
            << R"([{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget","status":"False"}]}])" << 1
            << "Count";
        QTest::newRow("first rule wins")
            << R"([{"action":"Count","onExitCodes":{"operator":"In","values":[1]}},{"action":"FailJob","onExitCodes":{"operator":"In","values":[1]}}])"
            << 1 << "Count";
        QTest::newRow("fail index") << R"([{"action":"FailIndex","onExitCodes":{"operator":"In","values":[3]}}])" << 3
                                    << "FailIndex";
    }
    void podFailurePolicy() {
        QFETCH(QString, rules);
        QFETCH(int, code);
        const batchv1::Job job = makeJob(R"({"podFailurePolicy":{"rules":)" + rules.toStdString() + "}}");
        corev1::Pod pod = exited("p", code);
        auto &condition = pod.status.conditions.emplace_back();
        condition.type = "DisruptionTarget";
        condition.status = "True";
        QTEST(QString::fromStdString(std::string(judge(job.spec, pod).action)), "action");
    }

    void backoffDoubles() {
        using namespace std::chrono;
        const int64_t expected[] = {0, 10, 20, 40, 80, 160, 320, 600, 600};
        for (int failures = 0; failures < 9; ++failures)
            QCOMPARE(duration_cast<seconds>(backoffLeft(failures, kNow, kNow)).count(), expected[failures]);
        QCOMPARE(duration_cast<seconds>(backoffLeft(2, kNow, kNow + seconds(15))).count(), 5);
        QCOMPARE(backoffLeft(1, kNow, kNow + hours(1)), Duration::zero());
        QCOMPARE(duration_cast<seconds>(backoffLeft(1, kNow + hours(1), kNow)).count(), 10); // set back
        PodBackoff backoff;
        backoff.failed(exited("a", 1));
        backoff.failed(exited("a", 1));
        QCOMPARE(duration_cast<seconds>(backoff.left(kNow)).count(), 10);
        backoff.failed(exited("b", 1));
        QCOMPARE(duration_cast<seconds>(backoff.left(kNow)).count(), 20);
        corev1::Pod success = exited("s", 0);
        success.status.containerStatuses[0].state.terminated->finishedAt = api::Time(kNow + seconds(1));
        backoff.succeeded(success);
        QCOMPARE(backoff.left(kNow), Duration::zero());
    }

    void plans_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<int>("succeeded");
        QTest::addColumn<int>("active");
        QTest::addColumn<QString>("plan");
        QTest::newRow("first") << R"({"completions":1,"parallelism":1})" << 0 << 0 << "+ ";
        QTest::newRow("parallel") << R"({"completions":5,"parallelism":3})" << 0 << 1 << "+ + ";
        QTest::newRow("the rest") << R"({"completions":5,"parallelism":3})" << 4 << 0 << "+ ";
        QTest::newRow("enough") << R"({"completions":5,"parallelism":3})" << 4 << 1 << "";
        QTest::newRow("too many") << R"({"completions":5,"parallelism":1})" << 0 << 2 << "-r0 ";
        QTest::newRow("work queue") << R"({"parallelism":2})" << 0 << 0 << "+ + ";
        QTest::newRow("work queue after a success") << R"({"parallelism":2})" << 1 << 1 << "";
        QTest::newRow("suspended") << R"({"completions":5,"parallelism":3,"suspend":true})" << 0 << 2 << "-r0 -r1 ";
        QTest::newRow("paused by parallelism") << R"({"completions":5,"parallelism":0})" << 0 << 0 << "";
    }
    void plans() {
        QFETCH(QString, spec);
        QFETCH(int, succeeded);
        QFETCH(int, active);
        batchv1::Job job = makeJob(spec.toStdString());
        job.status.succeeded = succeeded;
        Pods pods;
        for (int i = 0; i < active; ++i)
            pods.push_back(makePod(("r" + std::to_string(i)).c_str(), corev1::kPodRunning));
        QTEST(QString::fromStdString(planText(planOf(job, pods))), "plan");
    }

    void indexedPlans() {
        batchv1::Job job = makeJob(R"({"completionMode":"Indexed","completions":5,"parallelism":3})");
        job.status.completedIndexes = "0,2";
        QCOMPARE(planText(planOf(job, {})), std::string("+1 +3 +4 "));
        QCOMPARE(planText(planOf(job, {makePod("a", "Running", 3)})), std::string("+1 +4 "));
        // Duplicates, indexes out of range and pods that could not be counted go before anything is made.
        corev1::Pod pending = makePod("b", "Pending", 3), bare = makePod("d", "Running", 1);
        bare.metadata.finalizers.clear();
        QCOMPARE(planText(planOf(job, {makePod("a", "Running", 3), pending})), std::string("-b "));
        QCOMPARE(planText(planOf(job, {makePod("c", "Running", 9)})), std::string("-c "));
        QCOMPARE(planText(planOf(job, {bare})), std::string("-d "));
    }

    void terminatingPodsAreReplacedAsThePolicySays() {
        corev1::Pod terminating = makePod("t", "Running", 0);
        terminating.metadata.deletionTimestamp = api::Time(kNow);
        for (const bool onlyFailed : {false, true}) {
            batchv1::Job job = makeJob(R"({"completionMode":"Indexed","completions":2,"parallelism":2})");
            job.spec.podReplacementPolicy = onlyFailed ? "Failed" : "TerminatingOrFailed";
            QCOMPARE(planText(planOf(job, {terminating})), std::string(onlyFailed ? "+1 " : "+0 +1 "));
            QCOMPARE(tally(job, {terminating}).failed, onlyFailed ? 0 : 1);
            QCOMPARE(tally(job, {terminating}).terminating, 1);
        }
    }

    void limitsOfEachIndex() {
        batchv1::Job job = makeJob(
            R"({"completionMode":"Indexed","completions":3,"parallelism":3,"backoffLimit":100,"backoffLimitPerIndex":1})");
        corev1::Pod first = exited("a", 1, 0), second = exited("b", 1, 1);
        second.metadata.annotations[std::string(batchv1::kJobIndexFailureCountAnnotation)] = "1";
        const Pods pods{first, second};
        const Tally counted = tally(job, pods);
        QCOMPARE(counted.failedIndexes.text(), std::string("1"));
        QCOMPARE(counted.replaceable.size(), size_t(1));
        // Index 0 waits for its back-off; index 1 has failed for good.
        PodPlan plan = planPods(job, counted, pods, PodBackoff(), kNow);
        QCOMPARE(planText(plan), std::string("+2 "));
        QCOMPARE(plan.wait, Duration(std::chrono::seconds(10)));
        plan = planPods(job, counted, pods, PodBackoff(), kNow + std::chrono::seconds(10));
        QCOMPARE(planText(plan), std::string("+0 +2 "));
        QCOMPARE(plan.create[0].failures->counted, 1);
        QCOMPARE(controllers::job::makePod(job, plan.create[0])
                     .metadata.annotations.at(std::string(batchv1::kJobIndexFailureCountAnnotation)),
                 std::string("1"));
        // The pod whose annotations are needed keeps its finalizer.
        const Counting counting = countPods(job, counted, pods, std::nullopt);
        QCOMPARE(counting.pods.size(), size_t(1));
        QCOMPARE(counting.pods[0]->metadata.name, std::string("b"));
        QCOMPARE(*counting.status.failedIndexes, std::string("1"));
        job.spec.maxFailedIndexes = 0;
        QCOMPARE(endOf(job, pods), std::string("FailureTarget/MaxFailedIndexesExceeded"));
        job.spec.maxFailedIndexes.reset();
        QCOMPARE(endOf(job, pods), std::string());
        job.status.completedIndexes = "0,2";
        QCOMPARE(endOf(job, pods), std::string("FailureTarget/FailedIndexes"));
    }

    void ends() {
        batchv1::Job job = makeJob(R"({"completions":2,"parallelism":2,"backoffLimit":1})");
        QCOMPARE(endOf(job, {exited("a", 1)}), std::string());
        QCOMPARE(endOf(job, {exited("a", 1), exited("b", 1)}), std::string("FailureTarget/BackoffLimitExceeded"));
        job.spec.activeDeadlineSeconds = 30;
        job.status.startTime = api::Time(kNow);
        QCOMPARE(endOf(job, {}, kNow + std::chrono::seconds(29)), std::string());
        QCOMPARE(endOf(job, {}, kNow + std::chrono::seconds(30)), std::string("FailureTarget/DeadlineExceeded"));
        job.spec.activeDeadlineSeconds = INT64_MAX;
        QCOMPARE(endOf(job, {}, kNow + std::chrono::seconds(30)), std::string());
        QVERIFY(*untilDeadline(job, kNow) > std::chrono::hours(1));
        job.spec.activeDeadlineSeconds = 30;
        job.spec.suspend = true;
        QCOMPARE(endOf(job, {}, kNow + std::chrono::seconds(30)), std::string());

        batchv1::Job restarting = makeJob(R"({"backoffLimit":2,"template":{"spec":{"restartPolicy":"OnFailure"}}})");
        corev1::Pod pod = makePod("a", corev1::kPodRunning);
        pod.status.containerStatuses.emplace_back().restartCount = 1;
        QCOMPARE(endOf(restarting, {pod}), std::string());
        pod.status.initContainerStatuses.emplace_back().restartCount = 1;
        QCOMPARE(endOf(restarting, {pod}), std::string("FailureTarget/BackoffLimitExceeded"));

        batchv1::Job policy = makeJob(
            R"({"backoffLimit":6,"podFailurePolicy":{"rules":[{"action":"FailJob","onExitCodes":{"operator":"In","values":[42]}}]}})");
        QCOMPARE(endOf(policy, {exited("a", 41)}), std::string());
        QCOMPARE(endOf(policy, {exited("a", 42)}), std::string("FailureTarget/PodFailurePolicy"));

        batchv1::Job success = makeJob(
            R"({"completionMode":"Indexed","completions":5,"parallelism":5,"successPolicy":{"rules":[{"succeededIndexes":"0,1","succeededCount":2},{"succeededCount":3}]}})");
        success.status.completedIndexes = "0,3";
        QCOMPARE(endOf(success, {}), std::string());
        success.status.completedIndexes = "0,1";
        QCOMPARE(endOf(success, {}), std::string("SuccessCriteriaMet/SuccessPolicy"));
        success.status.completedIndexes = "2-4";
        QCOMPARE(endOf(success, {}), std::string("SuccessCriteriaMet/SuccessPolicy"));
    }

    /// Whatever happens between the steps, each pod is counted once.
    void countsOnce() {
        batchv1::Job job = makeJob(R"({"completions":4,"parallelism":4,"backoffLimit":6})");
        Pods pods{makePod("a", corev1::kPodSucceeded), exited("b", 1), makePod("c", corev1::kPodRunning)};
        Counting counting = countPods(job, tally(job, pods), pods, std::nullopt);
        QCOMPARE(counting.pods.size(), size_t(2));
        QCOMPARE(counting.status.uncountedTerminatedPods->succeeded, std::vector<std::string>{"a"});
        QCOMPARE(counting.status.uncountedTerminatedPods->failed, std::vector<std::string>{"b"});
        // A crash after storing: nothing is listed twice, and the totals stay.
        job.status = counting.status;
        counting = countPods(job, tally(job, pods), pods, std::nullopt);
        QVERIFY(counting.status == job.status);
        QCOMPARE(tally(job, pods).succeeded, 1);
        QCOMPARE(tally(job, pods).failed, 1);
        // A crash after one finalizer was removed.
        pods[0].metadata.finalizers.clear();
        settleUncounted(job.status, {"b", "c"});
        QCOMPARE(job.status.succeeded, 1);
        QCOMPARE(job.status.failed, 0);
        QCOMPARE(tally(job, pods).succeeded, 1);
        QCOMPARE(tally(job, pods).failed, 1);
        settleUncounted(job.status, {"c"});
        QCOMPARE(job.status.failed, 1);
        QVERIFY(!hasUncounted(job.status));
        // At the end of a failed job what still runs has failed too; of a succeeded one it has not.
        const auto failure = makeCondition(batchv1::kJobFailureTarget, "R", "", kNow);
        QCOMPARE(countPods(job, tally(job, pods), pods, failure).status.uncountedTerminatedPods->failed.size(),
                 size_t(2));
        const auto success = makeCondition(batchv1::kJobSuccessCriteriaMet, "R", "", kNow);
        counting = countPods(job, tally(job, pods), pods, success);
        QCOMPARE(counting.status.uncountedTerminatedPods->failed, std::vector<std::string>{"b"});
        QCOMPARE(counting.pods.size(), size_t(2));
    }

    void suspension() {
        batchv1::Job job = makeJob(R"({"suspend":false})");
        batchv1::JobStatus status;
        QVERIFY(!noteSuspension(job, status, kNow));
        QVERIFY(status.startTime == api::Time(kNow));
        QVERIFY(status.conditions.empty());
        job.spec.suspend = true;
        QVERIFY(noteSuspension(job, status, kNow));
        QVERIFY(!noteSuspension(job, status, kNow));
        QVERIFY(status.startTime.isZero());
        QCOMPARE(status.conditions[0].reason, std::string("JobSuspended"));
        job.spec.suspend = false;
        QVERIFY(noteSuspension(job, status, kNow + std::chrono::seconds(5)));
        QVERIFY(status.startTime == api::Time(kNow + std::chrono::seconds(5)));
        QCOMPARE(status.conditions[0].status, std::string("False"));
    }

    /// The API server refuses a finished job without a start.
    void endAtTheFirstLook() {
        batchv1::JobStatus status;
        batchv1::JobCondition end;
        end.type = batchv1::kJobFailureTarget;
        end.reason = "BackoffLimitExceeded";
        finish(status, end, kNow);
        QVERIFY(status.startTime == api::Time(kNow));
        QCOMPARE(status.conditions[0].type, std::string("Failed"));
        finish(status, end, kNow + std::chrono::seconds(5));
        QVERIFY(status.startTime == api::Time(kNow));
    }

    void indexedPods() {
        const batchv1::Job job = makeJob(
            R"({"completionMode":"Indexed","completions":3,"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c"},{"name":"d","env":[{"name":"JOB_COMPLETION_INDEX","value":"own"}]}],"initContainers":[{"name":"i"}]}}})");
        const corev1::Pod pod = controllers::job::makePod(job, NewPod{.index = 2});
        QCOMPARE(pod.metadata.generateName, std::string("j-2-"));
        QCOMPARE(pod.spec.hostname, std::string("j-2"));
        QCOMPARE(pod.metadata.labels.at("batch.kubernetes.io/job-completion-index"), std::string("2"));
        QCOMPARE(pod.metadata.annotations.at("batch.kubernetes.io/job-completion-index"), std::string("2"));
        QCOMPARE(pod.metadata.labels.at("a"), std::string("b"));
        QVERIFY(hasTrackingFinalizer(pod));
        QCOMPARE(pod.spec.containers[0].env[0].valueFrom->fieldRef->fieldPath,
                 std::string("metadata.annotations['batch.kubernetes.io/job-completion-index']"));
        QCOMPARE(pod.spec.containers[1].env.size(), size_t(1));
        QCOMPARE(pod.spec.containers[1].env[0].value, std::string("own"));
        QCOMPARE(pod.spec.initContainers[0].env.size(), size_t(1));
    }
};

QTEST_GUILESS_MAIN(JobUtilTest)
#include "tst_job_util.moc"
