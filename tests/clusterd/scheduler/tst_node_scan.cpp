#include "clusterd/scheduler/node_scan.h"
#include "clusterd/scheduler/plugin_registry.h"
#include "clusterd/scheduler/workers.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

/// Fails on one node.
struct Failing final : FilterPlugin {
    std::string_view name() const override { return "Failing"; }
    Filtered filter(const CycleState &, const PodInfo &, const NodeInfo &node) const override {
        if (node.name() != "n1700")
            return std::nullopt;
        return Rejection{.reasons = {"out of order"}, .error = true};
    }
};

/// Notes which thread calls it.
struct Exclusive final : FilterPlugin {
    std::string_view name() const override { return "Exclusive"; }
    bool exclusive() const override { return true; }
    Filtered filter(const CycleState &, const PodInfo &, const NodeInfo &) const override {
        elsewhere = elsewhere || std::this_thread::get_id() != home;
        return Rejection{.reasons = {"no"}};
    }
    const std::thread::id home = std::this_thread::get_id();
    mutable std::atomic<bool> elsewhere = false;
};

constexpr size_t kNodes = 3000;

/// Nodes of all kinds: large and small, tainted, of three zones, with pods on them.
struct Cluster : Profile {
    Cluster() {
        if (auto added = addDefaultPlugins(framework, pluginContext()); !added)
            qFatal("%s", added.error().message.c_str());
        for (size_t i = 0; i < kNodes; ++i) {
            const std::string name = fmt::format("n{}", i);
            const std::string node =
                nodeJson(name, fmt::format(R"("kubernetes.io/hostname":"{}","zone":"z{}")", name, i % 3),
                         i % 7 == 0 ? R"("taints":[{"key":"k","value":"v","effect":"NoSchedule"}])" : "",
                         fmt::format(R"("cpu":"{}","memory":"8Gi","pods":"{}")", 1 + i % 4, i % 50 == 0 ? 0 : 10));
            if (auto set = cache.setNode(toObject(node)); !set)
                qFatal("%s", set.error().message.c_str());
            if (i % 5 == 0)
                cache.setPod(placed(smallPodJson(fmt::format("on-{}", i), "500m", "1Gi", "", R"("app":"a")"), name));
        }
    }
    /// All that a scan tells, as text.
    std::string scan(const PodInfo &pod, size_t first, size_t enough, Workers &threads) {
        CycleState state;
        const Framework::Prepared prepared = framework.preFilter(state, pod, cache);
        Diagnosis diagnosis;
        const Scanned scanned = scanNodes({.cache = cache,
                                           .state = state,
                                           .prepared = prepared,
                                           .pod = pod,
                                           .nominations = nominations,
                                           .nodes = cache.nodes(),
                                           .first = first,
                                           .enough = enough,
                                           .workers = threads,
                                           .clock = systemClock(),
                                           .worthSharing = Duration::zero()},
                                          diagnosis);
        std::string text = fmt::format("looked {} error {} {} unresolvable {}", scanned.looked, diagnosis.error,
                                       diagnosis.clusterReason, diagnosis.unresolvable);
        for (const NodeInfo *node : scanned.feasible)
            text += " " + node->name();
        for (const auto &[reason, count] : diagnosis.reasons)
            text += fmt::format("; {} {}", count, reason);
        for (const std::string_view plugin : diagnosis.plugins)
            text += fmt::format(" by {}", plugin);
        for (const std::string &name : diagnosis.resolvable)
            text += " -" + name;
        return text;
    }
    /// With and without helpers.
    void compare(const PodInfo &pod, size_t first, size_t enough) {
        const std::string expected = scan(pod, first, enough, alone);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(scan(pod, first, enough, several), expected);
    }
    Workers alone{1}, several{16};
};

std::string withAntiAffinity(std::string_view key) {
    return fmt::format(R"("affinity":{{"podAntiAffinity":{{"requiredDuringSchedulingIgnoredDuringExecution":[)"
                       R"({{"labelSelector":{{"matchLabels":{{"app":"a"}}}},"topologyKey":"{}"}}]}}}})",
                       key);
}

} // namespace

class NodeScanTest : public QObject {
    Q_OBJECT

private slots:
    void severalThreadsFindTheSame_data() {
        QTest::addColumn<QString>("pod");
        auto add = [](const char *name, const std::string &pod) { QTest::newRow(name) << QString::fromStdString(pod); };
        add("fits almost everywhere", smallPodJson("p", "100m", ""));
        add("fits on a quarter", smallPodJson("p", "4", ""));
        add("fits nowhere", smallPodJson("p", "5", ""));
        add("fits on few", smallPodJson("p", "4", "", R"("nodeSelector":{"kubernetes.io/hostname":"n2999"})"));
        add("no zone is free", smallPodJson("p", "1", "", withAntiAffinity("zone")));
        add("few hosts are taken", smallPodJson("p", "3", "", withAntiAffinity("kubernetes.io/hostname")));
        add("spread",
            smallPodJson("p", "3", "",
                         R"("topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"kubernetes.io/hostname",)"
                         R"("whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"a"}}}])",
                         R"("app":"a")"));
    }
    void severalThreadsFindTheSame() {
        QFETCH(QString, pod);
        Cluster cluster;
        const PodInfoPtr info = toPod(pod.toStdString());
        for (const size_t first : {0, 1, 1234, 2999})
            for (const size_t enough : {1, 100, 511, 600, 650, 700, 3000})
                cluster.compare(*info, first, enough);
    }

    void aFailureIsTheSame() {
        Cluster cluster;
        cluster.framework.add(std::make_unique<Failing>());
        for (const size_t first : {0, 1000, 1699, 1701})
            cluster.compare(*toPod(smallPodJson("p", "4", "")), first, kNodes);
    }

    void whatKeepsNotesStaysOnItsThread() {
        Cluster cluster;
        auto plugin = std::make_unique<Exclusive>();
        const Exclusive &exclusive = *plugin;
        cluster.framework.add(std::move(plugin));
        cluster.compare(*toPod(smallPodJson("p", "1", "")), 0, kNodes);
        QVERIFY(!exclusive.elsewhere);
    }

    void nominatedPodsAreTriedAlone() {
        Cluster cluster;
        cluster.nominations.set(toPod(smallPodJson("important", "4", "", R"("priority":5)")), "n2003");
        cluster.compare(*toPod(smallPodJson("p", "4", "")), 0, kNodes);
    }

    void workersDoEachPieceOnce() {
        for (const size_t parallelism : {1, 2, 16}) {
            Workers workers(parallelism);
            for (const size_t count : {0, 1, 2, 1000}) {
                std::vector<std::atomic<int>> done(count);
                QCOMPARE(workers.run(count,
                                     [&](size_t piece) {
                                         ++done[piece];
                                         return true;
                                     }),
                         count);
                for (const auto &times : done)
                    QCOMPARE(times.load(), 1);
            }
        }
    }

    void workersEndEarly() {
        Workers workers(16);
        for (int round = 0; round < 200; ++round) {
            std::vector<std::atomic<int>> done(1000);
            const size_t begun = workers.run(1000, [&](size_t piece) {
                ++done[piece];
                return piece != 20;
            });
            QVERIFY(begun > 20);
            for (size_t i = 0; i < 1000; ++i)
                QCOMPARE(done[i].load(), i < begun ? 1 : 0);
        }
    }
};

QTEST_GUILESS_MAIN(NodeScanTest)
#include "tst_node_scan.moc"
