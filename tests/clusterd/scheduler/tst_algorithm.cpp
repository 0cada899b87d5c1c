#include "clusterd/scheduler/algorithm.h"
#include "clusterd/scheduler/plugin_registry.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/scheduler/reference_scheduler.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

struct Cluster : Profile {
    explicit Cluster(uint64_t seed) : Profile(seed) {
        if (auto added = addDefaultPlugins(framework, pluginContext()); !added)
            qFatal("%s", added.error().message.c_str());
    }

    Algorithm algorithm{cache, nominations, random};
    Reference reference;
    int made = 0;
    std::map<std::string, int> telling; ///< in how many decisions a plug-in's scores differed between nodes

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
        std::string taints;
        for (const auto &[key, effect] :
             {std::pair("k", "NoSchedule"), {"soft", "PreferNoSchedule"}, {"q", "PreferNoSchedule"}})
            if (chance(20))
                taints += fmt::format(R"({}{{"key":"{}","value":"v","effect":"{}"}})", taints.empty() ? "" : ",", key,
                                      effect);
        std::string images;
        for (const auto &[image, megabytes] : {std::pair("a:1", 90), {"b:latest", 700}})
            if (chance(50))
                images += fmt::format(R"({}{{"names":["{}"],"sizeBytes":{}}})", images.empty() ? "" : ",", image,
                                      megabytes << 20);
        const std::string json =
            nodeJson(name, labels, fmt::format(R"("taints":[{}])", taints),
                     fmt::format(R"("cpu":"{}","memory":"{}Gi","pods":"{}")", 1 + below(3), 1 + below(4), 2 + below(6)),
                     fmt::format(R"("images":[{}])", images));
        const auto set = cache.setNode(toObject(json));
        if (!set)
            qFatal("%s", set.error().message.c_str());
        reference.nodes[name] = *api::decode<corev1::Node>(std::string_view(json));
    }

    std::string term() {
        return fmt::format(R"({{"labelSelector":{{"matchLabels":{{"app":"{}"}}}},"topologyKey":"{}"}})", app(), key());
    }
    /// podAffinity or podAntiAffinity.
    std::string terms(uint64_t requiredPercent) {
        std::string required, preferred;
        if (chance(requiredPercent))
            required = term();
        for (const int percent : {20, 10})
            if (chance(static_cast<uint64_t>(percent)))
                preferred += fmt::format(R"({}{{"weight":{},"podAffinityTerm":{}}})", preferred.empty() ? "" : ",",
                                         1 + below(100), term());
        return fmt::format(R"({{"requiredDuringSchedulingIgnoredDuringExecution":[{}],)"
                           R"("preferredDuringSchedulingIgnoredDuringExecution":[{}]}})",
                           required, preferred);
    }
    std::string spreadConstraints() {
        std::string all;
        for (const char *when : {"DoNotSchedule", "ScheduleAnyway"})
            if (chance(25))
                all += fmt::format(R"({}{{"maxSkew":{},"topologyKey":"{}","whenUnsatisfiable":"{}","labelSelector":)"
                                   R"({{"matchLabels":{{"app":"{}"}}}}}})",
                                   all.empty() ? "" : ",", 1 + below(3), key(), when, app());
        return all;
    }
    std::string preferredNodes() {
        std::string all;
        for (const auto &[label, value] : {std::pair("disk", "ssd"), {"zone", "z1"}})
            if (chance(20))
                all += fmt::format(R"({}{{"weight":{},"preference":{{"matchExpressions":[{{"key":"{}","operator":"In",)"
                                   R"("values":["{}"]}}]}}}})",
                                   all.empty() ? "" : ",", 1 + below(100), label, value);
        return all;
    }

    std::string randomPod() {
        std::string spec = fmt::format(R"("affinity":{{"podAffinity":{},"podAntiAffinity":{},"nodeAffinity":{{)"
                                       R"("preferredDuringSchedulingIgnoredDuringExecution":[{}]}}}},)"
                                       R"("topologySpreadConstraints":[{}])",
                                       terms(15), terms(20), preferredNodes(), spreadConstraints());
        if (chance(20))
            spec += R"(,"nodeSelector":{"disk":"ssd"})";
        if (chance(30))
            spec +=
                R"(,"tolerations":[{"key":"k","value":"v"},{"key":"soft","value":"v","effect":"PreferNoSchedule"}])";
        const char *cpu[] = {"", R"("cpu":"200m")", R"("cpu":"700m")"};
        const char *memory[] = {"", R"("memory":"100Mi")", R"("memory":"450Mi")"};
        const std::string ports = chance(20) ? fmt::format(R"({{"hostPort":{}}})", 80 + below(2)) : "";
        const char *images[] = {"a:1", "b", "c"};
        const std::string wanted[] = {cpu[below(3)], memory[below(3)]};
        return podJson(
            fmt::format("p{}", made++),
            fmt::format(
                R"("containers":[{{"name":"c","image":"{}","ports":[{}],"resources":{{"requests":{{{}{}{}}}}}}}],{})",
                images[below(3)], ports, wanted[0], wanted[0].empty() || wanted[1].empty() ? "" : ",", wanted[1], spec),
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

    /// "a=700 b=320": the weighted sums.
    std::string totals(const PodInfo &pod, const std::set<std::string> &names) const {
        CycleState state;
        std::vector<const NodeInfo *> nodes;
        for (const std::string &name : names)
            nodes.push_back(cache.node(name));
        (void)framework.preFilter(state, pod, cache);
        const auto sums = framework.score(state, pod, cache, nodes);
        std::string text;
        for (size_t i = 0; i < nodes.size(); ++i)
            text += fmt::format("{}={} ", nodes[i]->name(), sums[i]);
        return text;
    }
    /// The same of the reference, and what each plug-in gives.
    std::pair<std::string, std::string> expectedTotals(const corev1::Pod &pod, const std::set<std::string> &names) {
        std::string text, details;
        auto sums = reference.total(pod, names);
        for (const std::string &name : names)
            text += fmt::format("{}={} ", name, sums[name]);
        for (const auto &[plugin, scores] : reference.scores(pod, names)) {
            std::set<int64_t> different;
            for (const std::string &name : names)
                different.insert(scores.contains(name) ? scores.at(name) : 0);
            telling[plugin] += different.size() > 1;
            details += plugin + ":";
            for (const auto &[name, score] : scores)
                details += fmt::format(" {}={}", name, score);
            details += "\n";
        }
        return {text, details};
    }

    Choice choose(const PodInfo &pod) {
        CycleState state;
        return algorithm.choose(framework, state, pod);
    }

    /// One pod: the framework and the reference have to agree on every node and its score, and on the best; then it
    /// is placed.
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
        if (!expected.empty()) {
            const auto [sums, details] = expectedTotals(plain, expected);
            if (const std::string given = totals(*pod, expected); given != sums)
                return fmt::format("scores {} instead of {}:\n{}for {}", given, sums, details, json);
        }
        const Choice choice = choose(*pod);
        if (expected.empty() != !choice.node || (choice.node && !expected.contains(choice.node->name())))
            return fmt::format("a wrong node for {}", json);
        if (auto sums = reference.total(plain, expected);
            choice.node && sums[choice.node->name()] < Reference::largest(sums))
            return fmt::format("not the best node for {}", json);
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
        std::map<std::string, int> telling;
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
            for (const auto &[plugin, count] : cluster.telling)
                telling[plugin] += count;
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
        // Every plug-in had something to say.
        QCOMPARE(telling.size(), size_t(7));
        for (const auto &[plugin, count] : telling)
            QVERIFY2(count > 100, fmt::format("{}: {}", plugin, count).c_str());
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
