#include "clusterd/controllers/job/job_controller.h"
#include "clusterd/controllers/job/job_tally.h"
#include "clusterd/controllers/pod_util.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <fmt/format.h>
#include <map>
#include <random>
#include <set>

/// Random fates of pods and changes of the job, while the controller ends and starts anew at random points, also in the
/// middle of its writes. Deterministic from the seed. In the end every pod was counted exactly once.
using namespace coracle;
using namespace coracle::controllers;

namespace {

class World : public test::RestartableFixture {
public:
    explicit World(uint32_t seed)
        : RestartableFixture([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<JobController>(context));
          }),
          random(seed) {
        begin();
    }

    int below(int bound) { return static_cast<int>(random() % static_cast<uint32_t>(bound)); }

    void createJob(const std::string &spec) {
        create(fmt::format(
            R"({{"apiVersion":"batch/v1","kind":"Job","metadata":{{"name":"j","namespace":"default"}},"spec":{{{},"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
            spec));
    }
    batchv1::Job job() { return *api.run(client::get<batchv1::Job>(api.client(), "default", "j")); }
    std::vector<corev1::Pod> pods() { return list<corev1::Pod>(); }
    Result<api::ObjectPtr> patch(const api::ResourceInfo &resource, const std::string &name, const std::string &body,
                                 const char *subresource = "") {
        client::WriteOptions options;
        options.subresource = subresource;
        return api.run(
            api.client().patch(resource, "default", name, client::PatchType::Merge, body, std::move(options)));
    }
    void end(const corev1::Pod &pod, bool well) {
        const auto ended =
            patch(corev1::Pod::resource(), pod.metadata.name,
                  fmt::format(R"({{"status":{{"phase":"{}"}}}})", well ? "Succeeded" : "Failed"), "status");
        if (ended && !job::hasTrackingFinalizer(*api::decode<corev1::Pod>(**ended)))
            givenUp.insert(pod.metadata.uid);
    }
    /// Something happens to a pod, the job, the time or the controller.
    void step() {
        runSome(static_cast<size_t>(below(30)));
        const int what = below(20);
        if (what < 8) {
            const auto all = pods();
            if (all.empty())
                return;
            const corev1::Pod &pod = all[static_cast<size_t>(below(static_cast<int>(all.size())))];
            if (isPodActive(pod))
                end(pod, below(3) > 0);
        } else if (what == 8) {
            const auto all = pods();
            if (all.empty())
                return;
            const corev1::Pod &pod = all[static_cast<size_t>(below(static_cast<int>(all.size())))];
            removed += isPodActive(pod) && api.run(client::remove(api.client(), pod));
        } else if (what < 12) {
            clock.advance(std::chrono::seconds(below(30)));
        } else if (what < 14) {
            suspended = !suspended;
            patch(batchv1::Job::resource(), "j", fmt::format(R"({{"spec":{{"suspend":{}}}}})", suspended));
        } else if (what < 16) {
            patch(batchv1::Job::resource(), "j", fmt::format(R"({{"spec":{{"parallelism":{}}}}})", below(5)));
        } else if (what < 19) {
            restart();
        }
    }
    /// From now on all pods succeed and nothing disturbs the job any more.
    void finish() {
        patch(batchv1::Job::resource(), "j", R"({"spec":{"suspend":false,"parallelism":3}})");
        for (int round = 0; round < 200 && !job::isFinished(job()); ++round) {
            settle();
            for (const corev1::Pod &pod : pods())
                if (isPodActive(pod))
                    end(pod, true);
            settle();
            clock.advance(std::chrono::seconds(60));
        }
        settle();
    }

    std::mt19937 random;
    /// UIDs of pods that ended when the controller had given them up, but before it could delete them: these are not
    /// counted.
    std::set<std::string> givenUp;
    bool suspended = false;
    int removed = 0; ///< pods that somebody else deleted: these fail, unless the controller gives them up just then
};

/// The pods that must be in the counters.
std::pair<int, int> endedPods(World &world) {
    int succeeded = 0, failed = 0;
    for (const corev1::Pod &pod : world.pods()) {
        if (world.givenUp.contains(pod.metadata.uid))
            continue;
        succeeded += pod.status.phase == corev1::kPodSucceeded;
        failed += pod.status.phase == corev1::kPodFailed;
    }
    return {succeeded, failed};
}

} // namespace

class JobModelTest : public QObject {
    Q_OBJECT

private slots:
    void everyPodIsCountedOnce_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 10; ++seed) {
            QTest::newRow(fmt::format("plain {}", seed).c_str())
                << R"("completions":8,"parallelism":3,"backoffLimit":1000)" << seed;
            QTest::newRow(fmt::format("indexed {}", seed).c_str())
                << R"("completionMode":"Indexed","completions":8,"parallelism":3,"backoffLimit":1000)" << seed;
            QTest::newRow(fmt::format("per index {}", seed).c_str())
                << R"("completionMode":"Indexed","completions":8,"parallelism":3,"backoffLimitPerIndex":1)" << seed;
            QTest::newRow(fmt::format("failing {}", seed).c_str())
                << R"("completions":8,"parallelism":3,"backoffLimit":2)" << seed;
        }
    }
    void everyPodIsCountedOnce() {
        QFETCH(QString, spec);
        QFETCH(int, seed);
        World world(static_cast<uint32_t>(seed));
        world.createJob(spec.toStdString());
        for (int i = 0; i < 120; ++i)
            world.step();
        world.finish();
        const batchv1::Job job = world.job();
        QVERIFY(job::isFinished(job));
        const auto [succeeded, failed] = endedPods(world);
        const auto *complete = job::findCondition(job.status, "Complete");
        if (complete) {
            QCOMPARE(job.status.succeeded, 8);
            QCOMPARE(job.status.succeeded, succeeded);
            QVERIFY(job.status.failed >= failed && job.status.failed <= failed + world.removed);
        } else {
            // What still ran when the job failed has failed with it, even if it ended well just then.
            QVERIFY(job.status.succeeded <= succeeded);
            QVERIFY(job.status.succeeded + job.status.failed >= succeeded + failed);
        }
        QVERIFY(complete || !spec.contains("1000"));
        QCOMPARE(job.status.active, 0);
        QCOMPARE(*job.status.terminating, 0);
        QVERIFY(job.status.uncountedTerminatedPods->succeeded.empty());
        QVERIFY(job.status.uncountedTerminatedPods->failed.empty());
        std::map<std::string, int> perIndex;
        for (const corev1::Pod &pod : world.pods()) {
            QVERIFY(!isPodActive(pod));
            QVERIFY(!job::hasTrackingFinalizer(pod));
            const auto index = job::completionIndex(job, pod);
            if (index && pod.status.phase == corev1::kPodSucceeded && !world.givenUp.contains(pod.metadata.uid))
                ++perIndex[std::to_string(*index)];
        }
        for (const auto &[index, count] : perIndex)
            QCOMPARE(count, 1);
    }

    void nothingIsLeftOfADeletedJob() {
        for (uint32_t seed = 100; seed < 110; ++seed) {
            World world(seed);
            world.createJob(R"("completions":8,"parallelism":3,"backoffLimit":1000)");
            for (int i = 0; i < 40; ++i)
                world.step();
            client::DeleteOptions options;
            options.propagationPolicy = "Background";
            QVERIFY(world.api.run(world.api.client().remove(batchv1::Job::resource(), "default", "j", options)));
            for (int i = 0; i < 5; ++i)
                world.step();
            world.settle();
            for (const corev1::Pod &pod : world.pods())
                QVERIFY(!job::hasTrackingFinalizer(pod));
        }
    }
};

QTEST_GUILESS_MAIN(JobModelTest)
#include "tst_job_model.moc"
