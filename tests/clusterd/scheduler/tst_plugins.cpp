#include "clusterd/scheduler/plugins/image_locality.h"
#include "clusterd/scheduler/plugins/inter_pod_affinity.h"
#include "clusterd/scheduler/plugins/node_affinity.h"
#include "clusterd/scheduler/plugins/node_name.h"
#include "clusterd/scheduler/plugins/node_ports.h"
#include "clusterd/scheduler/plugins/node_resources_balanced_allocation.h"
#include "clusterd/scheduler/plugins/node_resources_fit.h"
#include "clusterd/scheduler/plugins/node_unschedulable.h"
#include "clusterd/scheduler/plugins/pod_topology_spread.h"
#include "clusterd/scheduler/plugins/priority_sort.h"
#include "clusterd/scheduler/plugins/scheduling_gates.h"
#include "clusterd/scheduler/plugins/taint_toleration.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

std::string affinity(std::string_view kind, std::string_view insides) {
    return fmt::format(R"("affinity":{{"{}":{{{}}}}})", kind, insides);
}

std::string required(std::string_view terms) {
    return fmt::format(R"("requiredDuringSchedulingIgnoredDuringExecution":{})", terms);
}

std::string appTerm(std::string_view app, std::string_view key) {
    return fmt::format(R"({{"labelSelector":{{"matchLabels":{{"app":"{}"}}}},"topologyKey":"{}"}})", app, key);
}

std::string spread(int skew, std::string_view key, std::string_view what = "DoNotSchedule",
                   std::string_view more = "") {
    return fmt::format(R"("topologySpreadConstraints":[{{"maxSkew":{},"topologyKey":"{}","whenUnsatisfiable":"{}",)"
                       R"("labelSelector":{{"matchLabels":{{"app":"web"}}}}{}}}])",
                       skew, key, what, more);
}

/// Nodes a and b in zone 1, c in zone 2, d without a zone.
void addZones(Cache &cache) {
    const std::pair<const char *, const char *> nodes[] = {
        {"a", R"("zone":"1")"}, {"b", R"("zone":"1")"}, {"c", R"("zone":"2")"}, {"d", ""}};
    for (const auto &[name, labels] : nodes)
        QVERIFY(cache.setNode(toObject(nodeJson(name, labels))));
}

void addPod(Cache &cache, const char *name, const char *node, const char *app, const std::string &spec = "") {
    cache.setPod(placed(smallPodJson(name, "", "", spec, fmt::format(R"("app":"{}")", app)), node));
}

std::string verdicts(const Plugin &plugin, const PodInfo &pod, const Cache &cache) {
    std::string text;
    for (const char *node : {"a", "b", "c", "d"}) {
        const std::string reason = filterReason(plugin, pod, cache, node);
        text += reason.empty() ? "+" : reason[0] == '!' ? "!" : "-";
    }
    return text;
}

} // namespace

class PluginsTest : public QObject {
    Q_OBJECT

    /// One row: a pod's spec against a node, perhaps with a pod on it.
    static void columns() {
        QTest::addColumn<QString>("podSpec");
        QTest::addColumn<QString>("node");
        QTest::addColumn<QString>("reason");
    }
    static void row(const char *name, const std::string &podSpec, const std::string &node, const char *reason) {
        QTest::newRow(name) << QString::fromStdString(podSpec) << QString::fromStdString(node) << QString(reason);
    }
    static void check(const Plugin &plugin) {
        QFETCH(QString, podSpec);
        QFETCH(QString, node);
        Cache cache;
        QVERIFY(cache.setNode(toObject(node.toStdString())));
        const PodInfoPtr pod = toPod(smallPodJson("p", "", "", podSpec.toStdString()));
        QTEST(QString::fromStdString(filterReason(plugin, *pod, cache, "n")), "reason");
    }

private slots:
    void nodeUnschedulable_data() {
        columns();
        const std::string cordoned = nodeJson("n", "", R"("unschedulable":true)");
        row("free", "", nodeJson("n"), "");
        row("cordoned", "", cordoned, "!node(s) were unschedulable");
        row("tolerated", R"("tolerations":[{"key":"node.kubernetes.io/unschedulable","operator":"Exists"}])", cordoned,
            "");
        row("everything tolerated", R"("tolerations":[{"operator":"Exists"}])", cordoned, "");
        row("another effect",
            R"("tolerations":[{"key":"node.kubernetes.io/unschedulable","operator":"Exists","effect":"NoExecute"}])",
            cordoned, "!node(s) were unschedulable");
    }
    void nodeUnschedulable() { check(NodeUnschedulable()); }

    void taintToleration_data() {
        columns();
        auto tainted = [](const char *effect) {
            return nodeJson("n", "", fmt::format(R"("taints":[{{"key":"k","value":"v","effect":"{}"}}])", effect));
        };
        auto tolerates = [](const char *insides) { return fmt::format(R"("tolerations":[{{{}}}])", insides); };
        const char *no = "!node(s) had untolerated taint(s)";
        row("no taint", "", nodeJson("n"), "");
        row("NoSchedule", "", tainted("NoSchedule"), no);
        row("NoExecute", "", tainted("NoExecute"), no);
        row("PreferNoSchedule", "", tainted("PreferNoSchedule"), "");
        row("equal", tolerates(R"("key":"k","value":"v","effect":"NoSchedule")"), tainted("NoSchedule"), "");
        row("equal, any effect", tolerates(R"("key":"k","operator":"Equal","value":"v")"), tainted("NoExecute"), "");
        row("other value", tolerates(R"("key":"k","value":"w")"), tainted("NoSchedule"), no);
        row("other key", tolerates(R"("key":"l","operator":"Exists")"), tainted("NoSchedule"), no);
        row("exists", tolerates(R"("key":"k","operator":"Exists")"), tainted("NoSchedule"), "");
        row("other effect", tolerates(R"("key":"k","operator":"Exists","effect":"NoExecute")"), tainted("NoSchedule"),
            no);
        row("everything", tolerates(R"("operator":"Exists")"), tainted("NoExecute"), "");
    }
    void taintToleration() { check(TaintToleration()); }

    void nodeAffinity_data() {
        columns();
        const std::string node = nodeJson("n", R"("disk":"ssd","gen":"5","word":"x")");
        const char *no = "!node(s) didn't match Pod's node affinity/selector";
        auto terms = [](const std::string &text) {
            return affinity("nodeAffinity", required(fmt::format(R"({{"nodeSelectorTerms":[{}]}})", text)));
        };
        auto expression = [&](const char *key, const char *op, const char *values) {
            return terms(fmt::format(R"({{"matchExpressions":[{{"key":"{}","operator":"{}","values":[{}]}}]}})", key,
                                     op, values));
        };
        row("selector", R"("nodeSelector":{"disk":"ssd"})", node, "");
        row("selector, other value", R"("nodeSelector":{"disk":"hdd"})", node, no);
        row("selector, no label", R"("nodeSelector":{"gpu":"yes"})", node, no);
        row("In", expression("disk", "In", R"("hdd","ssd")"), node, "");
        row("In, no label", expression("gpu", "In", R"("a")"), node, no);
        row("NotIn", expression("disk", "NotIn", R"("hdd")"), node, "");
        row("NotIn, no label", expression("gpu", "NotIn", R"("a")"), node, "");
        row("NotIn, listed", expression("disk", "NotIn", R"("ssd")"), node, no);
        row("Exists", expression("disk", "Exists", ""), node, "");
        row("Exists not", expression("gpu", "Exists", ""), node, no);
        row("DoesNotExist", expression("gpu", "DoesNotExist", ""), node, "");
        row("Gt", expression("gen", "Gt", R"("4")"), node, "");
        row("Gt equal", expression("gen", "Gt", R"("5")"), node, no);
        row("Lt", expression("gen", "Lt", R"("6")"), node, "");
        row("Gt no number", expression("word", "Gt", R"("4")"), node, no);
        row("no terms", terms(""), node, no);
        row("empty term", terms("{}"), node, no);
        row("one of two terms",
            terms(R"({"matchExpressions":[{"key":"gpu","operator":"Exists"}]},)"
                  R"({"matchExpressions":[{"key":"disk","operator":"Exists"}]})"),
            node, "");
        row("all requirements of a term",
            terms(R"({"matchExpressions":[{"key":"gpu","operator":"Exists"},{"key":"disk","operator":"Exists"}]})"),
            node, no);
        row("by name", terms(R"({"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]})"), node, "");
        row("by other name", terms(R"({"matchFields":[{"key":"metadata.name","operator":"In","values":["m"]}]})"), node,
            no);
        row("selector and term", R"("nodeSelector":{"disk":"hdd"},)" + expression("disk", "Exists", ""), node, no);
    }
    void nodeAffinity() { check(NodeAffinity()); }

    void nodeAffinityNamesItsNodes() {
        auto names = [](const char *terms) {
            CycleState state;
            const PodInfoPtr pod = toPod(smallPodJson(
                "p", "", "", affinity("nodeAffinity", required(fmt::format(R"({{"nodeSelectorTerms":{}}})", terms)))));
            auto outcome = NodeAffinity().preFilter(state, *pod, Cache());
            return outcome.nodes ? static_cast<int>(outcome.nodes->size()) : -1;
        };
        QCOMPARE(names(R"([{"matchFields":[{"key":"metadata.name","operator":"In","values":["x"]}]}])"), 1);
        QCOMPARE(names(R"([{"matchFields":[{"key":"metadata.name","operator":"In","values":["x"]}]},)"
                       R"({"matchFields":[{"key":"metadata.name","operator":"In","values":["y"]}]}])"),
                 2);
        QCOMPARE(names(R"([{"matchFields":[{"key":"metadata.name","operator":"In","values":["x"]}]},)"
                       R"({"matchExpressions":[{"key":"a","operator":"Exists"}]}])"),
                 -1);
    }

    void nodePorts_data() {
        QTest::addColumn<QString>("taken");
        QTest::addColumn<QString>("wanted");
        QTest::addColumn<bool>("fits");
        QTest::newRow("same") << R"({"hostPort":80})" << R"({"hostPort":80})" << false;
        QTest::newRow("other port") << R"({"hostPort":80})" << R"({"hostPort":81})" << true;
        QTest::newRow("other protocol") << R"({"hostPort":80})" << R"({"hostPort":80,"protocol":"UDP"})" << true;
        QTest::newRow("same address") << R"({"hostPort":80,"hostIP":"1.1.1.1"})"
                                      << R"({"hostPort":80,"hostIP":"1.1.1.1"})" << false;
        QTest::newRow("other address") << R"({"hostPort":80,"hostIP":"1.1.1.1"})"
                                       << R"({"hostPort":80,"hostIP":"1.1.1.2"})" << true;
        QTest::newRow("all addresses wanted")
            << R"({"hostPort":80,"hostIP":"1.1.1.1"})" << R"({"hostPort":80,"hostIP":"0.0.0.0"})" << false;
        QTest::newRow("all addresses taken")
            << R"({"hostPort":80})" << R"({"hostPort":80,"hostIP":"1.1.1.2"})" << false;
        QTest::newRow("container ports only") << R"({"containerPort":80})" << R"({"containerPort":80})" << true;
    }
    void nodePorts() {
        QFETCH(QString, taken);
        QFETCH(QString, wanted);
        QFETCH(bool, fits);
        auto pod = [](const char *name, const QString &port) {
            return podJson(name, fmt::format(R"("containers":[{{"name":"c","ports":[{}]}}])", port.toStdString()));
        };
        Cache cache;
        QVERIFY(cache.setNode(toObject(nodeJson("n"))));
        cache.setPod(placed(pod("there", taken), "n"));
        const std::string reason = filterReason(NodePorts(), *toPod(pod("new", wanted)), cache, "n");
        QCOMPARE(reason, fits ? std::string() : "node(s) didn't have free ports for the requested pod ports");
        cache.removePod("there");
        QCOMPARE(filterReason(NodePorts(), *toPod(pod("new", wanted)), cache, "n"), std::string());
    }

    void nodeResourcesFit_data() {
        QTest::addColumn<QString>("cpu");
        QTest::addColumn<QString>("memory");
        QTest::addColumn<QString>("allocatable");
        QTest::addColumn<QString>("reason");
        const char *small = R"("cpu":"1","memory":"1Gi","pods":"2")";
        QTest::newRow("fits exactly") << "500m" << "512Mi" << small << "";
        QTest::newRow("too much cpu") << "501m" << "512Mi" << small << "Insufficient cpu";
        QTest::newRow("too much memory") << "1m" << "513Mi" << small << "Insufficient memory";
        QTest::newRow("larger than the node") << "1001m" << "" << small << "!Insufficient cpu";
        QTest::newRow("nothing wanted") << "" << "" << R"("cpu":"100m","memory":"1Mi","pods":"2")" << "";
        QTest::newRow("no room for another pod") << "" << "" << R"("cpu":"1","memory":"1Gi","pods":"1")"
                                                 << "Too many pods";
    }
    void nodeResourcesFit() {
        QFETCH(QString, cpu);
        QFETCH(QString, memory);
        QFETCH(QString, allocatable);
        Cache cache;
        QVERIFY(cache.setNode(toObject(nodeJson("n", "", "", allocatable.toStdString()))));
        cache.setPod(placed(smallPodJson("there", "500m", "512Mi"), "n"));
        const PodInfoPtr pod = toPod(smallPodJson("p", cpu.toStdString(), memory.toStdString()));
        QTEST(QString::fromStdString(filterReason(NodeResourcesFit(), *pod, cache, "n")), "reason");
    }

    void extendedResources() {
        Cache cache;
        QVERIFY(cache.setNode(toObject(nodeJson("n", "", "", R"("cpu":"1","pods":"10","example.com/gpu":"2")"))));
        auto pod = [](const char *name, int gpus) {
            return podJson(name, fmt::format(R"("containers":[{{"name":"c","resources":{{"requests":)"
                                             R"({{"example.com/gpu":"{}"}}}}}}])",
                                             gpus));
        };
        cache.setPod(placed(pod("there", 1), "n"));
        QCOMPARE(filterReason(NodeResourcesFit(), *toPod(pod("p", 1)), cache, "n"), std::string());
        QCOMPARE(filterReason(NodeResourcesFit(), *toPod(pod("p", 2)), cache, "n"),
                 std::string("Insufficient example.com/gpu"));
    }

    void nodeName() {
        Cache cache;
        addZones(cache);
        QCOMPARE(verdicts(NodeName(), *toPod(smallPodJson("p", "", "")), cache), std::string("++++"));
    }

    void schedulingGates() {
        const PodInfoPtr gated = toPod(smallPodJson("p", "", "", R"("schedulingGates":[{"name":"a"},{"name":"b"}])"));
        QCOMPARE(SchedulingGates().preEnqueue(*gated)->reasons.at(0),
                 std::string("waiting for scheduling gates: [a b]"));
        QVERIFY(!SchedulingGates().preEnqueue(*toPod(smallPodJson("p", "", ""))));
    }

    void prioritySort() {
        const PrioritySort sort;
        const SteadyTime early(std::chrono::seconds(1)), late(std::chrono::seconds(2));
        QVERIFY(sort.before({10, late}, {0, early}));
        QVERIFY(!sort.before({0, early}, {10, late}));
        QVERIFY(sort.before({0, early}, {0, late}));
        QVERIFY(!sort.before({0, early}, {0, early}));
    }

    void interPodAffinity_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("verdict");
        auto row = [](const char *name, const std::string &spec, const char *verdict) {
            QTest::newRow(name) << QString::fromStdString(spec) << QString(verdict);
        };
        // A pod of app db is on a, one of app web on c.
        row("none", "", "++++");
        row("same node", affinity("podAffinity", required("[" + appTerm("db", "kubernetes.io/hostname") + "]")),
            "+!!!");
        row("same zone", affinity("podAffinity", required("[" + appTerm("db", "zone") + "]")), "++!!");
        row("both apps nowhere",
            affinity("podAffinity", required("[" + appTerm("db", "zone") + "," + appTerm("web", "zone") + "]")),
            "!!!!");
        row("its own app, first of its kind", affinity("podAffinity", required("[" + appTerm("new", "zone") + "]")),
            "+++!");
        row("an app that nobody has", affinity("podAffinity", required("[" + appTerm("other", "zone") + "]")), "!!!!");
        row("not with db", affinity("podAntiAffinity", required("[" + appTerm("db", "zone") + "]")), "--++");
        row("not with db or web",
            affinity("podAntiAffinity",
                     required("[" + appTerm("db", "kubernetes.io/hostname") + "," + appTerm("web", "zone") + "]")),
            "-+-+");
        row("another namespace",
            affinity("podAntiAffinity",
                     required(R"([{"labelSelector":{"matchLabels":{"app":"db"}},"topologyKey":"zone",)"
                              R"("namespaces":["elsewhere"]}])")),
            "++++");
        row("every namespace",
            affinity("podAntiAffinity", required(R"([{"labelSelector":{},"topologyKey":"zone",)"
                                                 R"("namespaceSelector":{}}])")),
            "---+");
        row("namespaces by label",
            affinity("podAntiAffinity", required(R"([{"labelSelector":{},"topologyKey":"zone",)"
                                                 R"("namespaceSelector":{"matchLabels":{"team":"x"}}}])")),
            "---+");
        row("namespaces by other label",
            affinity("podAntiAffinity", required(R"([{"labelSelector":{},"topologyKey":"zone",)"
                                                 R"("namespaceSelector":{"matchLabels":{"team":"y"}}}])")),
            "++++");
        row("no selector matches nothing", affinity("podAntiAffinity", required(R"([{"topologyKey":"zone"}])")),
            "++++");
    }
    void interPodAffinity() {
        QFETCH(QString, spec);
        Cache cache;
        addZones(cache);
        cache.setNamespace(toObject(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"default",)"
                                    R"("labels":{"team":"x"}}})"));
        addPod(cache, "one", "a", "db");
        addPod(cache, "two", "c", "web");
        const PodInfoPtr pod = toPod(smallPodJson("p", "", "", spec.toStdString(), R"("app":"new")"));
        QTEST(QString::fromStdString(verdicts(InterPodAffinity(), *pod, cache)), "verdict");
    }

    void existingAntiAffinityKeepsOthersAway() {
        Cache cache;
        addZones(cache);
        const std::string spec = affinity("podAntiAffinity", required("[" + appTerm("web", "zone") + "]"));
        addPod(cache, "one", "a", "db", spec);
        addPod(cache, "two", "a", "db", spec);
        const PodInfoPtr web = toPod(smallPodJson("p", "", "", "", R"("app":"web")"));
        const PodInfoPtr other = toPod(smallPodJson("q", "", "", "", R"("app":"other")"));
        QCOMPARE(verdicts(InterPodAffinity(), *web, cache), std::string("--++"));
        QCOMPARE(filterReason(InterPodAffinity(), *web, cache, "a"),
                 std::string("node(s) didn't satisfy existing pods anti-affinity rules"));
        QCOMPARE(verdicts(InterPodAffinity(), *other, cache), std::string("++++"));
        // The node moves to another zone; one pod goes, then the other.
        QVERIFY(cache.setNode(toObject(nodeJson("a", R"("zone":"2")"))));
        QCOMPARE(verdicts(InterPodAffinity(), *web, cache), std::string("-+-+"));
        cache.removePod("one");
        QCOMPARE(verdicts(InterPodAffinity(), *web, cache), std::string("-+-+"));
        cache.removePod("two");
        QCOMPARE(verdicts(InterPodAffinity(), *web, cache), std::string("++++"));
    }

    void topologySpread_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("verdict");
        auto row = [](const char *name, const std::string &spec, const char *verdict) {
            QTest::newRow(name) << QString::fromStdString(spec) << QString(verdict);
        };
        // Two web pods are on a, one on c.
        row("by zone", spread(1, "zone"), "--+!");
        row("by zone, skew 2", spread(2, "zone"), "+++!");
        row("by node", spread(1, "kubernetes.io/hostname"), "-+-+");
        row("by node, skew 2", spread(2, "kubernetes.io/hostname"), "-+++");
        row("three zones asked for", spread(1, "zone", "DoNotSchedule", R"(,"minDomains":3)"), "---!");
        row("preferred only", spread(1, "zone", "ScheduleAnyway"), "++++");
        // The pod can't go to c anyhow: NodeAffinity says so.
        row("zone 2 not counted", R"("nodeSelector":{"zone":"1"},)" + spread(1, "zone"), "+++!");
        row("selector ignored",
            R"("nodeSelector":{"zone":"1"},)" + spread(1, "zone", "DoNotSchedule", R"(,"nodeAffinityPolicy":"Ignore")"),
            "--+!");
    }
    void topologySpread() {
        QFETCH(QString, spec);
        Cache cache;
        addZones(cache);
        addPod(cache, "one", "a", "web");
        addPod(cache, "two", "a", "web");
        addPod(cache, "three", "c", "web");
        addPod(cache, "four", "c", "db");
        const PodInfoPtr pod = toPod(smallPodJson("p", "", "", spec.toStdString(), R"("app":"web")"));
        QTEST(QString::fromStdString(verdicts(PodTopologySpread(), *pod, cache)), "verdict");
    }

    void leastAllocatedScores() {
        Cache cache;
        QVERIFY(cache.setNode(toObject(nodeJson("a", "", "", R"("cpu":"4","memory":"8Gi","pods":"10")"))));
        QVERIFY(cache.setNode(toObject(nodeJson("b", "", "", R"("cpu":"4","memory":"8Gi","pods":"10")"))));
        cache.setPod(placed(smallPodJson("one", "2", "4Gi"), "a"));
        // (4 - 3) / 4 of the CPU and (8 - 6) / 8 of the memory stay free on a.
        QCOMPARE(scores(NodeResourcesFit(), *toPod(smallPodJson("p", "1", "2Gi")), cache), std::string("a=25 b=75"));
    }

    void balancedAllocationScores() {
        Cache cache;
        QVERIFY(cache.setNode(toObject(nodeJson("a", "", "", R"("cpu":"4","memory":"8Gi","pods":"10")"))));
        QVERIFY(cache.setNode(toObject(nodeJson("b", "", "", R"("cpu":"4","memory":"4Gi","pods":"10")"))));
        // On a the balance stays, on b half of the CPU and all of the memory would be in use.
        QCOMPARE(scores(NodeResourcesBalancedAllocation(), *toPod(smallPodJson("p", "2", "4Gi")), cache),
                 std::string("a=75 b=62"));
        // A pod that evens out what is there is worth most.
        cache.setPod(placed(smallPodJson("lopsided", "4", ""), "a"));
        QCOMPARE(scores(NodeResourcesBalancedAllocation(), *toPod(smallPodJson("p", "", "8Gi")), cache),
                 std::string("a=100 b=50"));
        QCOMPARE(scores(NodeResourcesBalancedAllocation(), *toPod(smallPodJson("p", "", "")), cache),
                 std::string("skipped"));
    }

    void taintScores() {
        Cache cache;
        auto soft = [](const char *key) { return fmt::format(R"({{"key":"{}","effect":"PreferNoSchedule"}})", key); };
        QVERIFY(cache.setNode(toObject(nodeJson("a"))));
        QVERIFY(cache.setNode(toObject(nodeJson("b", "", R"("taints":[)" + soft("x") + "]"))));
        QVERIFY(cache.setNode(toObject(nodeJson("c", "", R"("taints":[)" + soft("x") + "," + soft("y") + "]"))));
        QCOMPARE(scores(TaintToleration(), *toPod(smallPodJson("p", "", "")), cache), std::string("a=100 b=50 c=0"));
    }

    void nodeAffinityScores() {
        Cache cache;
        addZones(cache);
        const std::string spec = affinity(
            "nodeAffinity",
            R"("preferredDuringSchedulingIgnoredDuringExecution":[)"
            R"({"weight":10,"preference":{"matchExpressions":[{"key":"zone","operator":"In","values":["1"]}]}},)"
            R"({"weight":30,"preference":{"matchExpressions":[{"key":"zone","operator":"In","values":["2"]}]}}])");
        QCOMPARE(scores(NodeAffinity(), *toPod(smallPodJson("p", "", "", spec)), cache),
                 std::string("a=33 b=33 c=100 d=0"));
    }

    void imageScores() {
        Cache cache;
        const char *image =
            R"("images":[{"names":["docker.io/big:latest","docker.io/big@sha256:0"],"sizeBytes":524288000}])";
        QVERIFY(cache.setNode(toObject(nodeJson("a", "", "", "", image))));
        QVERIFY(cache.setNode(toObject(nodeJson("b"))));
        const PodInfoPtr pod = toPod(podJson("p", R"("containers":[{"name":"c","image":"docker.io/big"}])"));
        // Half of 500 MB, for one of two nodes has it; between 23 MB and 1000 MB.
        QCOMPARE(scores(ImageLocality(), *pod, cache), std::string("a=23 b=0"));
        cache.removeNode("a");
        QCOMPARE(scores(ImageLocality(), *pod, cache), std::string("skipped"));
        QCOMPARE(withTag("host:5000/x"), std::string("host:5000/x:latest"));
        QCOMPARE(withTag("x:1"), std::string("x:1"));
    }

    void interPodAffinityScores() {
        Cache cache;
        addZones(cache);
        addPod(cache, "one", "a", "db");
        // A pod on c would like web pods near.
        addPod(cache, "two", "c", "other",
               affinity("podAffinity",
                        R"("preferredDuringSchedulingIgnoredDuringExecution":[{"weight":10,"podAffinityTerm":)" +
                            appTerm("web", "kubernetes.io/hostname") + "}]"));
        const std::string spec = affinity(
            "podAffinity", R"("preferredDuringSchedulingIgnoredDuringExecution":[{"weight":20,"podAffinityTerm":)" +
                               appTerm("db", "zone") + "}]");
        QCOMPARE(scores(InterPodAffinity(), *toPod(smallPodJson("p", "", "", spec, R"("app":"web")")), cache),
                 std::string("a=100 b=100 c=50 d=0"));
    }

    void topologySpreadScores() {
        Cache cache;
        addZones(cache);
        addPod(cache, "one", "a", "web");
        addPod(cache, "two", "a", "web");
        addPod(cache, "three", "c", "web");
        // Zone 1 has two, zone 2 has one; times ln 4: 3 and 1.
        QCOMPARE(scores(PodTopologySpread(),
                        *toPod(smallPodJson("p", "", "", spread(1, "zone", "ScheduleAnyway"), R"("app":"web")")),
                        cache),
                 std::string("a=33 b=33 c=100 d=0"));
    }
};

QTEST_GUILESS_MAIN(PluginsTest)
#include "tst_plugins.moc"
