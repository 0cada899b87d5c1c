#include "clusterd/scheduler/algorithm.h"
#include "clusterd/scheduler/plugin_registry.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

/// The rules, said as plainly and slowly as possible, straight on the API's structs.
struct Reference {
    std::map<std::string, corev1::Node> nodes;
    std::map<std::string, corev1::Pod> placed; ///< with spec.nodeName

    static std::string label(const corev1::Node &node, const std::string &key) {
        const auto found = node.metadata.labels.find(key);
        return found == node.metadata.labels.end() ? "" : found->second;
    }
    static bool selects(const api::Ptr<metav1::LabelSelector> &selector, const corev1::Pod &pod) {
        for (const auto &[key, value] : selector->matchLabels)
            if (!pod.metadata.labels.contains(key) || pod.metadata.labels.at(key) != value)
                return false;
        return true;
    }
    static int64_t milli(const corev1::Pod &pod) {
        int64_t sum = 0;
        for (const auto &container : pod.spec.containers)
            if (const auto cpu = container.resources.requests.find("cpu"); cpu != container.resources.requests.end())
                sum += cpu->second.milliValue();
        return sum;
    }
    static bool tolerated(const corev1::Pod &pod, const corev1::Node &node) {
        for (const auto &taint : node.spec.taints) {
            bool found = taint.effect == "PreferNoSchedule";
            for (const auto &toleration : pod.spec.tolerations)
                found = found || (toleration.key == taint.key && toleration.value == taint.value);
            if (!found)
                return false;
        }
        return true;
    }
    bool selected(const corev1::Pod &pod, const corev1::Node &node) const {
        for (const auto &[key, value] : pod.spec.nodeSelector)
            if (label(node, key) != value)
                return false;
        return true;
    }
    bool fits(const corev1::Pod &pod, const std::string &name) const {
        const corev1::Node &node = nodes.at(name);
        int64_t used = milli(pod), count = 1;
        for (const auto &[uid, other] : placed) {
            if (other.spec.nodeName != name)
                continue;
            used += milli(other);
            ++count;
            for (const auto &mine : pod.spec.containers.at(0).ports)
                for (const auto &theirs : other.spec.containers.at(0).ports)
                    if (mine.hostPort == theirs.hostPort)
                        return false;
        }
        const bool room = milli(pod) == 0 || used <= node.status.allocatable.at("cpu").milliValue();
        return room && count <= node.status.allocatable.at("pods").value() && tolerated(pod, node) &&
               selected(pod, node) && affine(pod, node) && repelled(pod, node) && spread(pod, node);
    }
    /// Whether a placed pod that the term means is in the node's domain.
    bool near(const corev1::PodAffinityTerm &term, const corev1::Node &node) const {
        for (const auto &[uid, other] : placed)
            if (nodes.contains(other.spec.nodeName) && selects(term.labelSelector, other) &&
                !label(node, term.topologyKey).empty() &&
                label(nodes.at(other.spec.nodeName), term.topologyKey) == label(node, term.topologyKey))
                return true;
        return false;
    }
    bool affine(const corev1::Pod &pod, const corev1::Node &node) const {
        if (!pod.spec.affinity || !pod.spec.affinity->podAffinity)
            return true;
        const auto &term = pod.spec.affinity->podAffinity->requiredDuringSchedulingIgnoredDuringExecution.at(0);
        if (label(node, term.topologyKey).empty())
            return false;
        bool anybody = false;
        for (const auto &[name, other] : nodes)
            anybody = anybody || near(term, other);
        return near(term, node) || (!anybody && selects(term.labelSelector, pod));
    }
    bool repelled(const corev1::Pod &pod, const corev1::Node &node) const {
        if (pod.spec.affinity && pod.spec.affinity->podAntiAffinity &&
            near(pod.spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution.at(0), node))
            return false;
        for (const auto &[uid, other] : placed) {
            if (!other.spec.affinity || !other.spec.affinity->podAntiAffinity || !nodes.contains(other.spec.nodeName))
                continue;
            const auto &term =
                other.spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution.at(0);
            const std::string theirs = label(nodes.at(other.spec.nodeName), term.topologyKey);
            if (selects(term.labelSelector, pod) && !theirs.empty() && theirs == label(node, term.topologyKey))
                return false;
        }
        return true;
    }
    bool spread(const corev1::Pod &pod, const corev1::Node &node) const {
        for (const auto &constraint : pod.spec.topologySpreadConstraints) {
            const std::string domain = label(node, constraint.topologyKey);
            if (domain.empty())
                return false;
            std::map<std::string, int> counts;
            for (const auto &[name, other] : nodes)
                if (selected(pod, other) && !label(other, constraint.topologyKey).empty())
                    counts[label(other, constraint.topologyKey)] = 0;
            for (const auto &[uid, other] : placed)
                if (nodes.contains(other.spec.nodeName) && selected(pod, nodes.at(other.spec.nodeName)) &&
                    selects(constraint.labelSelector, other))
                    if (const auto at = counts.find(label(nodes.at(other.spec.nodeName), constraint.topologyKey));
                        at != counts.end())
                        ++at->second;
            int fewest = counts.empty() ? 0 : INT_MAX;
            for (const auto &[name, count] : counts)
                fewest = std::min(fewest, count);
            const int mine = counts.contains(domain) ? counts[domain] : 0;
            if (mine + selects(constraint.labelSelector, pod) - fewest > constraint.maxSkew)
                return false;
        }
        return true;
    }
};

struct Cluster : Profile {
    explicit Cluster(uint64_t seed) : Profile(seed) {
        if (auto added = addDefaultPlugins(framework, pluginContext()); !added)
            qFatal("%s", added.error().message.c_str());
    }

    Algorithm algorithm{cache, nominations, random};
    Reference reference;
    int made = 0;

    uint64_t below(uint64_t bound) { return random.below(bound); }
    bool chance(uint64_t percent) { return below(100) < percent; }
    std::string app() { return std::string(1, static_cast<char>('a' + below(3))); }
    std::string key() { return chance(50) ? "zone" : "kubernetes.io/hostname"; }

    void setNode() {
        const std::string name = fmt::format("n{}", below(8));
        if (chance(20)) {
            cache.removeNode(name);
            reference.nodes.erase(name);
            return;
        }
        std::string labels = chance(80) ? fmt::format(R"("zone":"z{}")", below(3)) : "";
        if (chance(50))
            labels += std::string(labels.empty() ? "" : ",") + R"("disk":"ssd")";
        const std::string json =
            nodeJson(name, labels, chance(20) ? R"("taints":[{"key":"k","value":"v","effect":"NoSchedule"}])" : "",
                     fmt::format(R"("cpu":"{}","memory":"8Gi","pods":"{}")", 1 + below(3), 2 + below(6)));
        const auto set = cache.setNode(toObject(json));
        if (!set)
            qFatal("%s", set.error().message.c_str());
        reference.nodes[name] = *api::decode<corev1::Node>(std::string_view(json));
    }

    std::string randomPod() {
        std::string spec, affinity;
        auto term = [&] {
            return fmt::format(R"({{"requiredDuringSchedulingIgnoredDuringExecution":[{{"labelSelector":)"
                               R"({{"matchLabels":{{"app":"{}"}}}},"topologyKey":"{}"}}]}})",
                               app(), key());
        };
        if (chance(15))
            affinity += R"("podAffinity":)" + term();
        if (chance(20))
            affinity += std::string(affinity.empty() ? "" : ",") + R"("podAntiAffinity":)" + term();
        if (!affinity.empty())
            spec += R"(,"affinity":{)" + affinity + "}";
        if (chance(25))
            spec +=
                fmt::format(R"(,"topologySpreadConstraints":[{{"maxSkew":{},"topologyKey":"{}","whenUnsatisfiable":)"
                            R"("DoNotSchedule","labelSelector":{{"matchLabels":{{"app":"{}"}}}}}}])",
                            1 + below(2), key(), app());
        if (chance(20))
            spec += R"(,"nodeSelector":{"disk":"ssd"})";
        if (chance(30))
            spec += R"(,"tolerations":[{"key":"k","value":"v"}])";
        const char *amounts[] = {"", R"("cpu":"200m")", R"("cpu":"700m")"};
        const std::string ports = chance(20) ? fmt::format(R"({{"hostPort":{}}})", 80 + below(2)) : "";
        return podJson(fmt::format("p{}", made++),
                       fmt::format(R"("containers":[{{"name":"c","ports":[{}],"resources":{{"requests":{{{}}}}}}}]{})",
                                   ports, amounts[below(3)], spec),
                       fmt::format(R"("app":"{}")", app()));
    }

    std::set<std::string> feasible(const PodInfo &pod) const {
        CycleState state;
        std::set<std::string> names;
        const auto prepared = framework.preFilter(state, pod, cache);
        for (const NodeInfo *node : cache.nodes())
            if (!prepared.rejected && !Framework::filter(state, prepared.filters, pod, *node))
                names.insert(node->name());
        return names;
    }

    Choice choose(const PodInfo &pod) {
        CycleState state;
        return algorithm.choose(framework, state, pod);
    }

    /// One pod: the framework and the reference have to agree on every node; then it is placed.
    std::string place() {
        const std::string json = randomPod();
        const PodInfoPtr pod = toPod(json);
        corev1::Pod plain = *api::decode<corev1::Pod>(std::string_view(json));
        std::set<std::string> expected;
        for (const auto &[name, node] : reference.nodes)
            if (reference.fits(plain, name))
                expected.insert(name);
        if (feasible(*pod) != expected)
            return fmt::format("another set of nodes fits {}", json);
        const Choice choice = choose(*pod);
        if (expected.empty() != !choice.node || (choice.node && !expected.contains(choice.node->name())))
            return fmt::format("a wrong node for {}", json);
        if (!choice.node)
            return "";
        const std::string node = choice.node->name();
        cache.assume(pod, node);
        if (chance(20)) {
            cache.forget(pod->uid());
            return "";
        }
        if (chance(80))
            cache.setPod(scheduler::testing::placed(json, node));
        plain.spec.nodeName = node;
        reference.placed[std::string(pod->uid())] = std::move(plain);
        return "";
    }

    void removeOne() {
        if (reference.placed.empty())
            return;
        const auto victim = std::next(reference.placed.begin(), static_cast<ptrdiff_t>(below(reference.placed.size())));
        cache.removePod(victim->first);
        reference.placed.erase(victim);
    }
};

} // namespace

class AlgorithmTest : public QObject {
    Q_OBJECT

private slots:
    void agreesWithThePlainRules() {
        for (uint64_t seed = 1; seed <= 60; ++seed) {
            Cluster cluster(seed);
            for (int i = 0; i < 6; ++i)
                cluster.setNode();
            for (int step = 0; step < 80; ++step) {
                const uint64_t what = cluster.below(10);
                std::string wrong;
                if (what == 0)
                    cluster.setNode();
                else if (what <= 2)
                    cluster.removeOne();
                else
                    wrong = cluster.place();
                QVERIFY2(wrong.empty(), fmt::format("seed {} step {}: {}", seed, step, wrong).c_str());
            }
            // Nothing is left over when all pods are gone.
            while (!cluster.reference.placed.empty())
                cluster.removeOne();
            QCOMPARE(cluster.cache.podCount(), size_t(0));
            QVERIFY(cluster.cache.antiAffinity().groups().empty());
            for (const NodeInfo *node : cluster.cache.nodes()) {
                QCOMPARE(node->requested(), Resources());
                QCOMPARE(node->scoringRequested(), Resources());
            }
        }
    }

    void enoughNodes_data() {
        QTest::addColumn<int>("nodes");
        QTest::addColumn<int>("enough");
        for (const auto &[nodes, enough] :
             {std::pair(0, 0), {99, 99}, {100, 100}, {1000, 420}, {5000, 500}, {10000, 500}})
            QTest::addRow("%d", nodes) << nodes << enough;
    }
    void enoughNodes() {
        QFETCH(int, nodes);
        QTEST(static_cast<int>(Algorithm::enoughNodes(static_cast<size_t>(nodes))), "enough");
    }

    void largeClustersAreVisitedInTurns() {
        Cluster cluster(1);
        for (int i = 0; i < 400; ++i)
            QVERIFY(cluster.cache.setNode(toObject(nodeJson(fmt::format("n{}", i)))));
        std::set<std::string> used;
        for (int i = 0; i < 400; ++i) {
            const PodInfoPtr pod = toPod(smallPodJson(fmt::format("p{}", i), "3", "1Gi"));
            const Choice choice = cluster.choose(*pod);
            QVERIFY(choice.node);
            QVERIFY(choice.feasible <= 188);
            cluster.cache.assume(pod, choice.node->name());
            used.insert(choice.node->name());
        }
        QCOMPARE(used.size(), size_t(400));
        QVERIFY(!cluster.choose(*toPod(smallPodJson("more", "3", "1Gi"))).node);
    }

    void zonesTakeTurns() {
        Cache cache;
        for (const auto &[name, zone] : {std::pair("a", "1"), {"b", "1"}, {"c", "1"}, {"d", "2"}, {"e", "3"}})
            QVERIFY(
                cache.setNode(toObject(nodeJson(name, fmt::format(R"("topology.kubernetes.io/zone":"{}")", zone)))));
        std::string order;
        for (const NodeInfo *node : cache.nodes())
            order += node->name();
        QCOMPARE(order, std::string("adebc"));
        cache.removeNode("a");
        order.clear();
        for (const NodeInfo *node : cache.nodes())
            order += node->name();
        QCOMPARE(order, std::string("bdec"));
    }

    void equallyGoodNodesAreChosenByChance() {
        Cluster cluster(7);
        for (const char *name : {"a", "b", "c"})
            QVERIFY(cluster.cache.setNode(toObject(nodeJson(name))));
        const PodInfoPtr pod = toPod(smallPodJson("p", "1", "1Gi"));
        std::map<std::string, int> chosen;
        for (int i = 0; i < 300; ++i)
            ++chosen[cluster.choose(*pod).node->name()];
        QCOMPARE(chosen.size(), size_t(3));
        for (const auto &[name, count] : chosen)
            QVERIFY(count > 60);
    }
};

QTEST_GUILESS_MAIN(AlgorithmTest)
#include "tst_algorithm.moc"
