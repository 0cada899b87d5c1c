#include "clusterd/scheduler/scheduler.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;
using std::chrono::seconds;

namespace {

struct FixedRandom final : Random {
    uint64_t next() override { return m_state = m_state * 6364136223846793005u + 1442695040888963407u; }
    uint64_t m_state = 1;
};

/// The scheduler on an API in memory and virtual time.
struct Fixture {
    boost::asio::io_context context;
    test::ManualClock clock;
    FixedRandom random;
    SchedulerApi api{context.get_executor()};
    Scheduler scheduler;

    explicit Fixture(int nodes = 3, const char *configuration = nullptr)
        : scheduler(api, clock, random, context.get_executor(),
                    configuration ? SchedulerConfiguration::parse(configuration).value() : SchedulerConfiguration()) {
        for (int i = 0; i < nodes; ++i)
            api.memory.put(nodeJson(fmt::format("n{}", i), "", "", R"("cpu":"1","memory":"1Gi","pods":"10")"));
        scheduler.start();
        settle();
    }
    ~Fixture() {
        boost::asio::co_spawn(context, scheduler.stop(), boost::asio::detached);
        settle();
    }
    void settle() {
        context.restart();
        context.poll();
    }
    void advance(Duration duration) {
        clock.advance(duration);
        settle();
    }
    void put(const std::string &json) {
        api.memory.put(std::string_view(json));
        settle();
    }
    bool hasEvent(const std::string &text) {
        const auto events = api.events();
        return std::find(events.begin(), events.end(), text) != events.end();
    }
};

} // namespace

class SchedulerTest : public QObject {
    Q_OBJECT

private slots:
    void placesPodsAndSaysSo() {
        Fixture f;
        QVERIFY(f.scheduler.synced());
        f.put(smallPodJson("a", "600m", ""));
        f.put(smallPodJson("b", "600m", ""));
        f.put(smallPodJson("c", "600m", ""));
        std::set<std::string> nodes{f.api.nodeOf("a"), f.api.nodeOf("b"), f.api.nodeOf("c")};
        QCOMPARE(nodes, (std::set<std::string>{"n0", "n1", "n2"}));
        QVERIFY(f.hasEvent("Scheduled: Successfully assigned default/a to " + f.api.nodeOf("a")));
        QCOMPARE(f.scheduler.queue().find("a"), nullptr);
        QCOMPARE(f.scheduler.cache().podCount(), size_t(3));
        QVERIFY(!f.scheduler.cache().pod("a")->assumed);
    }

    void podsThatWereThereAtTheStart() {
        Fixture f(0);
        QVERIFY(f.scheduler.synced());
        f.put(smallPodJson("a", "", ""));
        QCOMPARE(f.api.conditionOf("a"), std::string("Unschedulable: no nodes available to schedule pods"));
        f.put(nodeJson("late"));
        f.advance(seconds(1));
        QCOMPARE(f.api.nodeOf("a"), std::string("late"));
    }

    void saysWhyAPodIsPending() {
        Fixture f;
        f.put(nodeJson("n1", "", R"("taints":[{"key":"k","effect":"NoSchedule"}])"));
        f.put(nodeJson("n2", "", R"("taints":[{"key":"l","effect":"NoExecute"}])"));
        f.put(smallPodJson("a", "1100m", ""));
        const std::string why = "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). "
                                "no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not "
                                "helpful for scheduling.";
        QCOMPARE(f.api.conditionOf("a"), "Unschedulable: " + why);
        QCOMPARE(f.api.events(), std::vector<std::string>{"FailedScheduling: " + why});
        // The same result again changes nothing at the API.
        const int conditions = f.api.conditions;
        f.advance(std::chrono::minutes(6));
        QCOMPARE(f.scheduler.queue().find("a")->attempts, 2);
        QCOMPARE(f.api.conditions, conditions);
    }

    void saysWhyPreemptionCannotHelp() {
        Fixture f(1);
        f.put(smallPodJson("there", "800m", ""));
        f.put(smallPodJson("a", "800m", ""));
        QCOMPARE(f.api.conditionOf("a"), std::string("Unschedulable: 0/1 nodes are available: 1 Insufficient cpu. no "
                                                     "new claims to deallocate, preemption: 0/1 nodes are "
                                                     "available: 1 No preemption victims found for incoming pod."));
        f.put(smallPodJson("b", "800m", "", R"("priority":5,"preemptionPolicy":"Never")"));
        QCOMPARE(f.api.conditionOf("b"), std::string("Unschedulable: 0/1 nodes are available: 1 Insufficient cpu. no "
                                                     "new claims to deallocate, preemption: not eligible due "
                                                     "to preemptionPolicy=Never."));
    }

    void importantPodTakesThePlaceOfTheLeastImportant() {
        Fixture f(2);
        // Both nodes are full; the least loss is one pod of priority 1.
        f.put(smallPodJson("a", "600m", "", R"("priority":3)"));
        f.put(smallPodJson("b", "600m", "", R"("priority":2)"));
        f.put(smallPodJson("c", "300m", "", R"("priority":1)"));
        f.put(smallPodJson("d", "300m", "", R"("priority":1)"));
        const std::string node = f.api.nodeOf("b");
        QVERIFY(!node.empty() && node != f.api.nodeOf("a"));
        f.put(smallPodJson("vip", "400m", "", R"("priority":100)"));
        f.advance(seconds(1));
        QCOMPARE(f.api.nodeOf("vip").empty(), false);
        QVERIFY(f.api.memory.find(corev1::Pod::resource(), "default/a"));
        QVERIFY(f.api.memory.find(corev1::Pod::resource(), "default/b"));
        const bool left = f.api.memory.find(corev1::Pod::resource(), "default/c") != nullptr;
        QVERIFY(left != (f.api.memory.find(corev1::Pod::resource(), "default/d") != nullptr));
        QVERIFY(f.hasEvent("Preempted: Preempted by pod vip on node " + f.api.nodeOf("vip")));
    }

    void roomMadeByPreemptionIsKept() {
        Fixture f(1);
        f.put(smallPodJson("victim", "1", "", R"("priority":1)"));
        f.api.gracefulRemoval = true;
        f.put(smallPodJson("vip", "1", "", R"("priority":100)"));
        QCOMPARE(f.api.memory.read<corev1::Pod>("default/vip").status.nominatedNodeName, std::string("n0"));
        f.put(smallPodJson("thief", "500m", "", R"("priority":50)"));
        // The victim ends while the important pod still backs off.
        f.api.memory.erase(corev1::Pod::resource(), "default/victim");
        f.settle();
        QCOMPARE(f.api.nodeOf("thief"), std::string());
        f.advance(seconds(1));
        QCOMPARE(f.api.nodeOf("vip"), std::string("n0"));
        f.advance(seconds(10));
        QCOMPARE(f.api.nodeOf("thief"), std::string());
    }

    void podGoesWhenRoomIsMade() {
        Fixture f(1);
        f.put(smallPodJson("a", "800m", ""));
        f.put(smallPodJson("b", "800m", ""));
        QCOMPARE(f.api.nodeOf("a"), std::string("n0"));
        QCOMPARE(f.api.nodeOf("b"), std::string());
        f.advance(seconds(30));
        QCOMPARE(f.api.nodeOf("b"), std::string());
        f.api.memory.erase(corev1::Pod::resource(), "default/a");
        f.settle();
        QCOMPARE(f.api.nodeOf("b"), std::string("n0"));
    }

    void finishedPodsMakeRoom() {
        Fixture f(1);
        f.put(smallPodJson("a", "800m", ""));
        f.put(smallPodJson("b", "800m", ""));
        f.advance(seconds(30));
        f.put(podJson("a", R"("nodeName":"n0","containers":[{"name":"c"}])", "", R"("phase":"Succeeded")"));
        QCOMPARE(f.api.nodeOf("b"), std::string("n0"));
    }

    void uncordonWakes() {
        Fixture f(0);
        f.put(nodeJson("n0", "", R"("unschedulable":true)"));
        f.put(smallPodJson("a", "", ""));
        QVERIFY(f.api.conditionOf("a").find("1 node(s) were unschedulable") != std::string::npos);
        f.advance(seconds(2));
        f.put(nodeJson("n0"));
        QCOMPARE(f.api.nodeOf("a"), std::string("n0"));
    }

    void refusedBindingIsTriedAgain() {
        Fixture f(1);
        f.api.bindingsRefused = 2;
        f.put(smallPodJson("a", "800m", ""));
        QCOMPARE(f.api.nodeOf("a"), std::string());
        QCOMPARE(f.scheduler.cache().podCount(), size_t(0));
        f.advance(seconds(1));
        QCOMPARE(f.api.nodeOf("a"), std::string());
        f.advance(seconds(2));
        QCOMPARE(f.api.nodeOf("a"), std::string("n0"));
        QVERIFY(f.hasEvent("FailedScheduling: running Bind plugin \"DefaultBinder\": refused"));
    }

    void lostAnswersAndRestartsLoseNoPod() {
        for (uint64_t seed = 1; seed <= 20; ++seed) {
            boost::asio::io_context context;
            test::ManualClock clock;
            SeededRandom random(seed);
            SchedulerApi api(context.get_executor());
            bool faulty = true;
            test::FaultyClient client(api, [&](const api::ResourceInfo &) {
                using Fault = test::FaultyClient::Fault;
                const uint64_t what = faulty ? random.below(6) : 5;
                return what == 0 ? Fault::Before : what == 1 ? Fault::After : Fault::None;
            });
            for (int i = 0; i < 4; ++i)
                api.memory.put(nodeJson(fmt::format("n{}", i), "", "", R"("cpu":"1","memory":"1Gi","pods":"10")"));
            std::unique_ptr<Scheduler> scheduler;
            auto settle = [&] {
                context.restart();
                context.poll();
            };
            auto stop = [&] {
                boost::asio::co_spawn(context, scheduler->stop(), boost::asio::detached);
                settle();
            };
            int made = 0;
            for (int round = 0; round < 30; ++round) {
                if (!scheduler || random.below(5) == 0) {
                    if (scheduler)
                        stop();
                    scheduler = std::make_unique<Scheduler>(client, clock, random, context.get_executor());
                    scheduler->start();
                }
                if (made < 16)
                    api.memory.put(smallPodJson(fmt::format("p{}", made++), "250m", ""));
                // Not always all that can happen does.
                context.restart();
                for (uint64_t steps = random.below(40); steps > 0; --steps)
                    context.poll_one();
                clock.advance(seconds(random.below(3)));
            }
            faulty = false;
            for (int i = 0; i < 20; ++i) {
                settle();
                clock.advance(seconds(10));
            }
            settle();
            std::map<std::string, int> placed;
            for (int i = 0; i < made; ++i)
                ++placed[api.nodeOf(fmt::format("p{}", i))];
            for (int i = 0; i < 4; ++i)
                QCOMPARE(placed[fmt::format("n{}", i)], 4);
            QCOMPARE(scheduler->cache().podCount(), size_t(16));
            using Place = QueuedPod::Place;
            for (const Place place :
                 {Place::Active, Place::BackingOff, Place::Unschedulable, Place::Gated, Place::InFlight})
                QCOMPARE(scheduler->queue().count(place), size_t(0));
            stop();
        }
    }

    void profilesHaveTheirOwnRules() {
        Fixture f(1, R"(
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- schedulerName: default-scheduler
- schedulerName: careless
  plugins: {filter: {disabled: [{name: NodeResourcesFit}]}}
)");
        f.put(smallPodJson("a", "3", ""));
        std::string json = smallPodJson("b", "3", "");
        json.replace(json.find("default-scheduler"), std::string_view("default-scheduler").size(), "careless");
        f.put(json);
        QCOMPARE(f.api.nodeOf("a"), std::string());
        QCOMPARE(f.api.nodeOf("b"), std::string("n0"));
    }

    void gatedPodsAreLeftAlone() {
        Fixture f(1);
        f.put(smallPodJson("a", "", "", R"("schedulingGates":[{"name":"x"}])"));
        QCOMPARE(f.scheduler.queue().count(QueuedPod::Place::Gated), size_t(1));
        f.put(smallPodJson("a", "", ""));
        QCOMPARE(f.api.nodeOf("a"), std::string("n0"));
    }

    void severalVictimsGoBeforeThePodIsTriedAgain() {
        Fixture f(1);
        f.put(smallPodJson("a", "500m", "", R"("priority":1)"));
        f.put(smallPodJson("b", "500m", "", R"("priority":1)"));
        f.put(smallPodJson("vip", "1", "", R"("priority":100)"));
        QVERIFY(!f.api.memory.find(corev1::Pod::resource(), "default/a"));
        QVERIFY(!f.api.memory.find(corev1::Pod::resource(), "default/b"));
        f.advance(seconds(1));
        QCOMPARE(f.api.nodeOf("vip"), std::string("n0"));
        QCOMPARE(f.scheduler.queue().find("vip"), nullptr);
    }

    void preemptedPodsAreMarked() {
        Fixture f(1);
        f.put(smallPodJson("low", "1", "", R"("priority":1)"));
        f.api.gracefulRemoval = true;
        f.put(smallPodJson("vip", "1", "", R"("priority":100)"));
        const auto low = f.api.memory.read<corev1::Pod>("default/low");
        QVERIFY(low.metadata.deletionTimestamp);
        QCOMPARE(low.status.conditions.at(0).type, std::string("DisruptionTarget"));
        QCOMPARE(low.status.conditions[0].message,
                 std::string("default-scheduler: preempting to accommodate a higher priority pod"));
        // While the victim ends nothing more is preempted, and the nomination stays.
        f.advance(std::chrono::minutes(6));
        QCOMPARE(f.api.memory.read<corev1::Pod>("default/vip").status.nominatedNodeName, std::string("n0"));
    }

    void deletedPodLeavesItsKeptRoom() {
        Fixture f(1);
        f.put(smallPodJson("low", "1", "", R"("priority":1)"));
        f.api.gracefulRemoval = true;
        f.put(smallPodJson("vip", "1", "", R"("priority":100)"));
        f.put(smallPodJson("small", "500m", "", R"("priority":50)"));
        f.api.memory.erase(corev1::Pod::resource(), "default/vip");
        f.api.memory.erase(corev1::Pod::resource(), "default/low");
        f.advance(seconds(2));
        QCOMPARE(f.api.nodeOf("small"), std::string("n0"));
    }

    void leavesOtherSchedulersPodsAlone() {
        Fixture f(1);
        std::string json = smallPodJson("a", "", "");
        json.replace(json.find("default-scheduler"), std::string_view("default-scheduler").size(), "mine");
        f.put(json);
        QCOMPARE(f.api.nodeOf("a"), std::string());
        QCOMPARE(f.api.events().size(), size_t(0));
    }

    void deletingPodsAreNotPlaced() {
        Fixture f(1);
        f.put(smallPodJson("full", "1", ""));
        f.put(smallPodJson("a", "1", ""));
        f.api.memory.deletePod("default", "a", 30);
        f.settle();
        f.api.memory.erase(corev1::Pod::resource(), "default/full");
        f.advance(seconds(30));
        QCOMPARE(f.api.nodeOf("a"), std::string());
        QCOMPARE(f.scheduler.queue().find("a"), nullptr);
    }

    void daemonPodGoesToItsNodeOnly() {
        Fixture f;
        auto pinned = [](const char *name, const char *node) {
            return smallPodJson(
                name, "", "",
                fmt::format(R"("affinity":{{"nodeAffinity":{{"requiredDuringSchedulingIgnoredDuringExecution":)"
                            R"({{"nodeSelectorTerms":[{{"matchFields":[{{"key":"metadata.name",)"
                            R"("operator":"In","values":["{}"]}}]}}]}}}}}})",
                            node));
        };
        f.put(pinned("a", "n1"));
        QCOMPARE(f.api.nodeOf("a"), std::string("n1"));
        f.put(pinned("b", "gone"));
        QVERIFY2(f.api.conditionOf("b").find("3 node(s) didn't satisfy plugin(s) [NodeAffinity]") != std::string::npos,
                 f.api.conditionOf("b").c_str());
    }

    void antiAffinityHoldsWithinABurst() {
        // Assumed pods count before their binding is confirmed.
        Fixture f(3);
        for (int i = 0; i < 4; ++i)
            f.api.memory.put(smallPodJson(
                fmt::format("p{}", i), "", "",
                R"("affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[)"
                R"({"labelSelector":{"matchLabels":{"app":"x"}},"topologyKey":"kubernetes.io/hostname"}]}})",
                R"("app":"x")"));
        f.settle();
        std::set<std::string> nodes;
        for (int i = 0; i < 4; ++i)
            nodes.insert(f.api.nodeOf(fmt::format("p{}", i)));
        QCOMPARE(nodes, (std::set<std::string>{"", "n0", "n1", "n2"}));
    }
};

QTEST_GUILESS_MAIN(SchedulerTest)
#include "tst_scheduler.moc"
