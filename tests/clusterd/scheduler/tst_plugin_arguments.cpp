#include "clusterd/scheduler/plugins/inter_pod_affinity.h"
#include "clusterd/scheduler/plugins/node_affinity.h"
#include "clusterd/scheduler/plugins/node_resources_balanced_allocation.h"
#include "clusterd/scheduler/plugins/node_resources_fit.h"
#include "clusterd/scheduler/plugins/pod_topology_spread.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

template<class T>
typename T::Arguments arguments(const char *json) {
    auto parsed = T::Arguments::parse(boost::json::parse(json));
    if (!parsed)
        qFatal("%s", parsed.error().message.c_str());
    return *parsed;
}

void addNode(Cache &cache, const char *name, const char *labels = "", const char *allocatable = "") {
    const auto set = cache.setNode(toObject(nodeJson(name, labels, "", allocatable)));
    if (!set)
        qFatal("%s", set.error().message.c_str());
}

} // namespace

class PluginArgumentsTest : public QObject {
    Q_OBJECT

private slots:
    void fitStrategies() {
        Cache cache;
        addNode(cache, "a");
        addNode(cache, "b");
        cache.setPod(placed(smallPodJson("there", "2", "4Gi"), "a"));
        const PodInfoPtr pod = toPod(smallPodJson("p", "1", "2Gi"));
        QCOMPARE(scores(NodeResourcesFit(), *pod, cache), std::string("a=25 b=75"));
        const auto most = arguments<NodeResourcesFit>(R"({"scoringStrategy":{"type":"MostAllocated"}})");
        QCOMPARE(scores(NodeResourcesFit(most), *pod, cache), std::string("a=75 b=25"));
        const auto cpu = arguments<NodeResourcesFit>(
            R"({"scoringStrategy":{"type":"MostAllocated","resources":[{"name":"cpu","weight":3}]}})");
        const PodInfoPtr heavy = toPod(smallPodJson("p", "2", ""));
        QCOMPARE(scores(NodeResourcesFit(cpu), *heavy, cache), std::string("a=100 b=50"));
        const auto ratio = arguments<NodeResourcesFit>(
            R"({"scoringStrategy":{"type":"RequestedToCapacityRatio","requestedToCapacityRatio":{"shape":)"
            R"([{"utilization":0,"score":0},{"utilization":50,"score":10},{"utilization":100,"score":2}]}}})");
        // 75 % lies in the middle of 100 and 20, 25 % of 0 and 100.
        QCOMPARE(scores(NodeResourcesFit(ratio), *pod, cache), std::string("a=60 b=50"));
    }

    void ignoredExtendedResourcesNeedNotFit() {
        Cache cache;
        addNode(cache, "a");
        const PodInfoPtr pod =
            toPod(podJson("p", R"("containers":[{"name":"c","resources":{"requests":{"example.com/foo":"1"}}}])"));
        QCOMPARE(filterReason(NodeResourcesFit(), *pod, cache, "a"), std::string("!Insufficient example.com/foo"));
        for (const char *json :
             {R"({"ignoredResources":["example.com/foo"]})", R"({"ignoredResourceGroups":["example.com"]})"})
            QCOMPARE(filterReason(NodeResourcesFit(arguments<NodeResourcesFit>(json)), *pod, cache, "a"),
                     std::string());
    }

    void balanceOfThreeResources() {
        Cache cache;
        addNode(cache, "a", "", R"("cpu":"4","memory":"4Gi","pods":"9","example.com/foo":"4")");
        const PodInfoPtr pod =
            toPod(podJson("p", R"("containers":[{"name":"c","resources":{"requests":{"cpu":"1","memory":"1Gi",)"
                               R"("example.com/foo":"4"}}}])"));
        QCOMPARE(scores(NodeResourcesBalancedAllocation(), *pod, cache), std::string("a=75"));
        const auto three = arguments<NodeResourcesBalancedAllocation>(
            R"({"resources":[{"name":"cpu"},{"name":"memory"},{"name":"example.com/foo"}]})");
        // Of 0.25, 0.25 and 1 the standard deviation is 0.353: 64 with the pod, 100 without it.
        QCOMPARE(scores(NodeResourcesBalancedAllocation(three), *pod, cache), std::string("a=57"));
    }

    void addedAffinityIsForAllPods() {
        Cache cache;
        addNode(cache, "a", R"("disk":"ssd")");
        addNode(cache, "b");
        const PodInfoPtr pod = toPod(smallPodJson("p", "", ""));
        const NodeAffinity plugin(arguments<NodeAffinity>(
            R"({"addedAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":)"
            R"([{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd"]}]}]},)"
            R"("preferredDuringSchedulingIgnoredDuringExecution":[{"weight":5,"preference":{"matchExpressions":)"
            R"([{"key":"disk","operator":"Exists"}]}}]}})"));
        QCOMPARE(filterReason(plugin, *pod, cache, "a"), std::string());
        QCOMPARE(filterReason(plugin, *pod, cache, "b"),
                 std::string("!node(s) didn't match scheduler-enforced node affinity"));
        QCOMPARE(scores(plugin, *pod, cache), std::string("a=100 b=0"));
        QCOMPARE(scores(NodeAffinity(), *pod, cache), std::string("skipped"));
    }

    void existingPodsPreferencesCanBeIgnored() {
        Cache cache;
        addNode(cache, "a");
        addNode(cache, "b");
        const char *likes =
            R"("affinity":{"podAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":9,)"
            R"("podAffinityTerm":{"labelSelector":{},"topologyKey":"kubernetes.io/hostname"}}]}})";
        cache.setPod(placed(smallPodJson("there", "", "", likes), "a"));
        const PodInfoPtr pod = toPod(smallPodJson("p", "", ""));
        QCOMPARE(scores(InterPodAffinity(), *pod, cache), std::string("a=100 b=0"));
        const auto ignore = arguments<InterPodAffinity>(R"({"ignorePreferredTermsOfExistingPods":true})");
        QCOMPARE(scores(InterPodAffinity(ignore), *pod, cache), std::string("skipped"));
    }

    void hardAffinityOfPlacedPodsAttracts() {
        Cache cache;
        addNode(cache, "a");
        addNode(cache, "b");
        const char *needs = R"("affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[)"
                            R"({"labelSelector":{},"topologyKey":"kubernetes.io/hostname"}]}})";
        cache.setPod(placed(smallPodJson("there", "", "", needs), "b"));
        const PodInfoPtr pod = toPod(smallPodJson("p", "", ""));
        QCOMPARE(scores(InterPodAffinity(), *pod, cache), std::string("a=0 b=100"));
        const auto none = arguments<InterPodAffinity>(R"({"hardPodAffinityWeight":0})");
        QCOMPARE(scores(InterPodAffinity(none), *pod, cache), std::string("skipped"));
    }

    void replicasAreSpreadByDefault() {
        Profile profile;
        Cache &cache = profile.cache;
        const PodTopologySpread plugin(profile.pluginContext(), arguments<PodTopologySpread>("{}"));
        profile.informers.start(profile.gate);
        profile.settle();
        for (const char *name : {"a", "b", "c"})
            addNode(cache, name, name[0] == 'c' ? "" : R"("topology.kubernetes.io/zone":"z")");
        cache.setPod(placed(smallPodJson("there", "", "", "", R"("app":"web")"), "a"));
        const PodInfoPtr pod = toPod(smallPodJson("p", "", "", "", R"("app":"web")"));
        QCOMPARE(scores(plugin, *pod, cache), std::string("skipped"));
        profile.api.memory.put(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"default"},)"
                               R"("spec":{"selector":{"app":"web"}}})");
        profile.settle();
        // Nodes without a zone take part.
        const std::string spread = scores(plugin, *pod, cache);
        QVERIFY2(spread.starts_with("a=") && spread.ends_with("c=100"), spread.c_str());
        QCOMPARE(filterReason(plugin, *pod, cache, "a"), std::string());
        QCOMPARE(scores(plugin, *toPod(smallPodJson("q", "", "", "", R"("app":"db")")), cache), std::string("skipped"));
    }

    void ownDefaultConstraintsCanBeHard() {
        Profile profile;
        Cache &cache = profile.cache;
        const PodTopologySpread plugin(
            profile.pluginContext(),
            arguments<PodTopologySpread>(R"({"defaultingType":"List","defaultConstraints":[{"maxSkew":1,)"
                                         R"("topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":)"
                                         R"("DoNotSchedule"}]})"));
        profile.api.memory.put(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"default"},)"
                               R"("spec":{"selector":{"app":"web"}}})");
        profile.informers.start(profile.gate);
        profile.settle();
        addNode(cache, "a");
        addNode(cache, "b");
        cache.setPod(placed(smallPodJson("there", "", "", "", R"("app":"web")"), "a"));
        const PodInfoPtr pod = toPod(smallPodJson("p", "", "", "", R"("app":"web")"));
        QCOMPARE(filterReason(plugin, *pod, cache, "a"),
                 std::string("node(s) didn't match pod topology spread constraints"));
        QCOMPARE(filterReason(plugin, *pod, cache, "b"), std::string());
    }

    void topologyNumbersSurviveManyNodes() {
        Cache cache;
        Topology &topology = cache.topology();
        const size_t key = topology.key("kubernetes.io/hostname");
        addNode(cache, "a");
        const int32_t first = topology.domain(*cache.node("a"), key);
        QCOMPARE(topology.domain(*cache.node("a"), topology.key("zone")), Topology::kNone);
        addNode(cache, "b");
        QVERIFY(topology.domain(*cache.node("b"), key) != first);
        QCOMPARE(topology.domain(*cache.node("a"), key), first);
        topology.reset();
        QCOMPARE(topology.size(), size_t(0));
        const size_t again = topology.key("zone");
        QCOMPARE(topology.domain(*cache.node("a"), again), Topology::kNone);
    }
};

QTEST_GUILESS_MAIN(PluginArgumentsTest)
#include "tst_plugin_arguments.moc"
