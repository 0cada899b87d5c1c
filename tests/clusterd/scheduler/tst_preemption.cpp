#include "clusterd/scheduler/algorithm.h"
#include "clusterd/scheduler/plugin_registry.h"
#include "clusterd/scheduler/preemption.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

/// Nodes of one CPU, and pods on them.
struct Cluster : Profile {
    explicit Cluster(uint64_t seed = 1) : Profile(seed) {
        if (auto added = addDefaultPlugins(framework, pluginContext()); !added)
            qFatal("%s", added.error().message.c_str());
    }
    void node(const char *name, const char *zone = "z") {
        const auto set = cache.setNode(toObject(
            nodeJson(name, fmt::format(R"("zone":"{}")", zone), "", R"("cpu":"1","memory":"1Gi","pods":"10")")));
        if (!set)
            qFatal("%s", set.error().message.c_str());
    }
    void pod(const char *name, const char *onNode, int priority, const char *cpu, const char *app = "none",
             const char *start = "2026-01-01T00:00:00Z", const std::string &more = "") {
        const std::string json =
            podJson(name,
                    fmt::format(R"("nodeName":"{}","priority":{},"containers":[{{"name":"c","resources":{{"requests":)"
                                R"({{"cpu":"{}"}}}}}}]{})",
                                onNode, priority, cpu, more),
                    fmt::format(R"("app":"{}")", app), fmt::format(R"("startTime":"{}")", start));
        cache.setPod(toPod(json));
    }
    void budget(const char *app, int64_t allowed) {
        Budget protection{"default", {}, {}, allowed};
        const auto added = protection.selector.add("app", api::LabelSelector::Operator::Equals, {app});
        if (!added)
            qFatal("%s", added.error().message.c_str());
        budgets.push_back(std::move(protection));
    }
    Preemption::Candidates candidates(const PodInfoPtr &incoming) {
        CycleState state;
        Algorithm algorithm(cache, nominations, random);
        const Choice choice = algorithm.choose(framework, state, *incoming);
        if (choice.node)
            qFatal("the pod fits");
        return Preemption(framework, cache, nominations, random, {}).candidates(incoming, choice.diagnosis, budgets);
    }
    std::string find(const PodInfoPtr &incoming) {
        const Preemption::Candidates found = candidates(incoming);
        const Preemption::Plan *best = Preemption::best(found.plans);
        std::string text = best ? best->node + ":" : found.message;
        if (best)
            for (const PodInfoPtr &victim : best->victims)
                text += fmt::format(" {}", victim->name());
        return text;
    }
    std::vector<Budget> budgets;
};

PodInfoPtr vip(const char *cpu = "1", const char *more = "") {
    return toPod(smallPodJson("vip", cpu, "", fmt::format(R"("priority":1000{})", more), R"("app":"vip")"));
}

} // namespace

class PreemptionTest : public QObject {
    Q_OBJECT

private slots:
    void fewestViolatedBudgetsComeFirst() {
        Cluster c;
        c.node("a");
        c.node("b");
        c.pod("one", "a", 1, "900m", "web");
        c.pod("important", "b", 500, "900m");
        c.budget("web", 0);
        QCOMPARE(c.find(vip()), std::string("b: important"));
        c.budgets[0].allowed = 1;
        QCOMPARE(c.find(vip()), std::string("a: one"));
        // A pod whose disruption is counted already costs nothing more.
        c.budgets[0].allowed = 0;
        c.budgets[0].disrupted.insert("one");
        QCOMPARE(c.find(vip()), std::string("a: one"));
    }

    void protectedPodsAreSparedFirst() {
        Cluster c;
        c.node("a");
        c.pod("guarded", "a", 1, "500m", "web");
        c.pod("free", "a", 2, "500m");
        c.budget("web", 0);
        QCOMPARE(c.find(vip("500m")), std::string("a: free"));
    }

    void lowestHighestPriorityThenSumThenCount() {
        Cluster c;
        c.node("a");
        c.node("b");
        c.pod("a1", "a", 10, "900m");
        c.pod("b1", "b", 5, "500m");
        c.pod("b2", "b", 5, "500m");
        QCOMPARE(c.find(vip()), std::string("b: b1 b2"));
        c.pod("a1", "a", 5, "900m");
        // The same highest priority: one pod is a smaller sum than two.
        QCOMPARE(c.find(vip()), std::string("a: a1"));
    }

    void latestStartIsTheLastCriterion() {
        Cluster c;
        c.node("a");
        c.node("b");
        c.pod("old", "a", 1, "900m", "none", "2026-01-01T00:00:00Z");
        c.pod("young", "b", 1, "900m", "none", "2026-02-01T00:00:00Z");
        QCOMPARE(c.find(vip()), std::string("b: young"));
    }

    void onlyAsManyAsNeededGo() {
        Cluster c;
        c.node("a");
        c.pod("p1", "a", 1, "300m", "none", "2026-01-03T00:00:00Z");
        c.pod("p2", "a", 1, "300m", "none", "2026-01-01T00:00:00Z");
        c.pod("p3", "a", 2, "300m");
        QCOMPARE(c.find(vip("400m")), std::string("a: p1"));
    }

    void equalsAndMoreImportantOnesStay() {
        Cluster c;
        c.node("a");
        c.pod("equal", "a", 1000, "900m");
        QCOMPARE(c.find(vip()),
                 std::string("0/1 nodes are available: 1 No preemption victims found for incoming pod."));
    }

    void neverMeansNever() {
        Cluster c;
        c.node("a");
        c.pod("low", "a", 1, "900m");
        QCOMPARE(c.find(vip("1", R"(,"preemptionPolicy":"Never")")),
                 std::string("not eligible due to preemptionPolicy=Never."));
    }

    void antiAffinityAndSpreadFollowTheTrial() {
        Cluster c;
        c.node("a", "z1");
        c.node("b", "z2");
        const std::string anti =
            R"(,"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)"
            R"([{"labelSelector":{"matchLabels":{"app":"vip"}},"topologyKey":"kubernetes.io/hostname"}]}})";
        // Both keep the pod away; only one is less important.
        c.pod("hater", "a", 1, "100m", "none", "2026-01-01T00:00:00Z", anti);
        c.pod("strong", "b", 2000, "100m", "none", "2026-01-01T00:00:00Z", anti);
        QCOMPARE(c.find(vip("100m")), std::string("a: hater"));
        c.cache.removePod("hater");
        c.cache.removePod("strong");
        c.pod("r1", "a", 1, "100m", "vip");
        c.pod("r2", "a", 1, "100m", "vip", "2026-01-02T00:00:00Z");
        c.pod("full", "b", 2000, "1");
        const char *spread = R"(,"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":)"
                             R"("DoNotSchedule","labelSelector":{"matchLabels":{"app":"vip"}}}])";
        QCOMPARE(c.find(vip("100m", spread)), std::string("a: r1 r2"));
    }

    void nominatedRoomIsNotTaken() {
        Cluster c;
        c.node("a");
        c.nominations.set(toPod(smallPodJson("first", "800m", "", R"("priority":1000)")), "a");
        CycleState state;
        Algorithm algorithm(c.cache, c.nominations, c.random);
        QVERIFY(!algorithm.choose(c.framework, state, *toPod(smallPodJson("low", "500m", "", R"("priority":1)"))).node);
        QVERIFY(
            algorithm.choose(c.framework, state, *toPod(smallPodJson("top", "500m", "", R"("priority":2000)"))).node);
        QCOMPARE(c.cache.podCount(), size_t(0));
    }

    void awaitsFormerVictims() {
        Cluster c;
        c.node("a");
        const std::string json = podJson("going",
                                         R"("nodeName":"a","priority":1,"containers":[{"name":"c","resources":)"
                                         R"({"requests":{"cpu":"1"}}}])",
                                         "",
                                         R"("conditions":[{"type":"DisruptionTarget","status":"True","reason":)"
                                         R"("PreemptionByScheduler"}])");
        std::string deleting = json;
        deleting.insert(deleting.find(R"("uid")"), R"("deletionTimestamp":"2026-01-01T00:00:00Z",)");
        c.cache.setPod(toPod(deleting));
        const std::string waiting =
            podJson("vip", R"("priority":1000,"containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}])", "",
                    R"("nominatedNodeName":"a")");
        const Preemption::Candidates found = c.candidates(toPod(waiting));
        QVERIFY(found.underWay);
        QCOMPARE(found.message, std::string("not eligible due to a terminating pod on the nominated node."));
    }

    /// Whatever is tried, the cache is afterwards as before, and the plan really makes room.
    void plansHoldAndLeaveNoTrace() {
        for (uint64_t seed = 1; seed <= 60; ++seed) {
            Cluster c(seed);
            for (const char *name : {"a", "b", "c"})
                c.node(name, name);
            for (uint64_t i = 0; i < 12; ++i) {
                static const char *const kNodes[] = {"a", "b", "c"};
                const std::string name = fmt::format("p{}", i);
                c.pod(name.c_str(), kNodes[i % 3], static_cast<int>(c.random.below(5)), "240m",
                      c.random.below(2) ? "web" : "db");
            }
            c.budget("web", static_cast<int64_t>(c.random.below(3)));
            const PodInfoPtr incoming = vip(c.random.below(2) ? "500m" : "900m");
            std::map<std::string, int64_t> before;
            for (const NodeInfo *node : c.cache.nodes())
                before[node->name()] = node->requested().milliCpu;
            const Preemption::Candidates found = c.candidates(incoming);
            QVERIFY2(!found.plans.empty(), found.message.c_str());
            const Preemption::Plan plan = *Preemption::best(found.plans);
            for (const NodeInfo *node : c.cache.nodes())
                QCOMPARE(node->requested().milliCpu, before[node->name()]);
            QCOMPARE(c.cache.podCount(), size_t(12));
            for (const PodInfoPtr &victim : plan.victims) {
                QVERIFY(victim->priority < incoming->priority);
                QCOMPARE(victim->node, plan.node);
                c.cache.removePod(victim->uid());
            }
            QVERIFY(c.cache.node(plan.node)->requested().milliCpu + incoming->requests.milliCpu <= 1000);
            // None of them could have stayed.
            QVERIFY(c.cache.node(plan.node)->requested().milliCpu + 240 + incoming->requests.milliCpu > 1000);
        }
    }
};

QTEST_GUILESS_MAIN(PreemptionTest)
#include "tst_preemption.moc"
