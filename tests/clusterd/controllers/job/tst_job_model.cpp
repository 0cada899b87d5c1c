#include "clusterd/controllers/job/job_controller.h"
#include "clusterd/controllers/job/job_tally.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/runtime.h"
#include "core/client/typed_client.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <map>
#include <random>
#include <set>

/// Random fates of pods and changes of the job, while the controller ends and starts anew at random points, also in the
/// middle of its writes. Deterministic from the seed. In the end every pod was counted exactly once.
using namespace coracle;
using namespace coracle::controllers;

namespace {

/// One life of the controller.
struct Life {
    Life(test::TestApi &api, Clock &clock)
        : api(api),
          gate(api.context().get_executor()),
          informers(api.client(), clock),
          context{api.client(), clock, systemRandom(), gate, informers},
          manager(context) {
        manager.add(std::make_unique<JobController>(context));
        manager.start();
    }
    ~Life() {
        bool closed = false;
        auto close = [](Gate *gate, bool *closed) -> Task<> {
            co_await gate->close();
            *closed = true;
        };
        boost::asio::co_spawn(api.context(), close(&gate, &closed), boost::asio::detached);
        api.runUntil([&] { return closed; });
    }

    test::TestApi &api;
    Gate gate;
    InformerFactory informers;
    ControllerContext context;
    ControllerManager manager;
};

struct World {
    explicit World(uint32_t seed) : random(seed), api(clock), life(std::make_unique<Life>(api, clock)) {}

    int below(int bound) { return static_cast<int>(random() % static_cast<uint32_t>(bound)); }

    void create(const std::string &spec) {
        const std::string json = fmt::format(
            R"({{"apiVersion":"batch/v1","kind":"Job","metadata":{{"name":"j","namespace":"default"}},"spec":{{{},"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
            spec);
        if (auto made = api.run(api.client().create(batchv1::Job::resource(), "default", json)); !made)
            qFatal("%s", made.error().message.c_str());
    }
    batchv1::Job job() { return *api.run(client::get<batchv1::Job>(api.client(), "default", "j")); }
    std::vector<corev1::Pod> pods() {
        std::vector<corev1::Pod> pods;
        const auto listed = api.run(api.client().list(corev1::Pod::resource(), "default"));
        for (const api::ObjectPtr &object : listed->items)
            pods.push_back(*api::decode<corev1::Pod>(*object));
        return pods;
    }
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
        api.context().restart();
        const int polls = below(30);
        for (int i = 0; i < polls; ++i)
            api.context().poll_one();
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
    void restart() {
        life.reset();
        life = std::make_unique<Life>(api, clock);
    }
    void settle() {
        for (int quiet = 0; quiet < 3;) {
            api.context().restart();
            const size_t ran = api.context().poll();
            quiet = ran == 0 && life->manager.running() && life->manager.idle() ? quiet + 1 : 0;
            if (ran == 0)
                api.context().run_for(std::chrono::milliseconds(2));
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

    test::ManualClock clock;
    std::mt19937 random;
    test::TestApi api;
    std::unique_ptr<Life> life;
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
        world.create(spec.toStdString());
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
            world.create(R"("completions":8,"parallelism":3,"backoffLimit":1000)");
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
