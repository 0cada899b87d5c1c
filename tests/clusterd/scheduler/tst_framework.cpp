#include "clusterd/scheduler/framework.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

struct Reserving final : ReservePlugin {
    Reserving(std::string pluginName, bool works, std::string &record)
        : label(std::move(pluginName)), ok(works), log(record) {}
    std::string_view name() const override { return label; }
    Result<> reserve(const PodInfo &, const std::string &node) override {
        log += "+" + label;
        if (!ok)
            return errors::other("no room on " + node);
        return {};
    }
    void unreserve(const PodInfo &, const std::string &) override { log += "-" + label; }
    std::string label;
    bool ok;
    std::string &log;
};

/// Gives each node the number in its name.
struct Scoring final : PreScorePlugin, ScorePlugin {
    explicit Scoring(bool takesPart) : wanted(takesPart) {}
    std::string_view name() const override { return "Scoring"; }
    bool preScore(CycleState &, const PodInfo &, const Cache &, const std::vector<const NodeInfo *> &) const override {
        return wanted;
    }
    int64_t score(const CycleState &, const PodInfo &, const NodeInfo &node) const override {
        return std::stoi(node.name());
    }
    bool wanted;
};

struct Filtering final : PreFilterPlugin, FilterPlugin {
    Filtering(std::string pluginName, Outcome prepared) : label(std::move(pluginName)), outcome(std::move(prepared)) {}
    std::string_view name() const override { return label; }
    Outcome preFilter(CycleState &, const PodInfo &, const Cache &) const override { return outcome; }
    Filtered filter(const CycleState &, const PodInfo &, const NodeInfo &) const override {
        return Rejection{{label + " says no"}, true};
    }
    std::string label;
    Outcome outcome;
};

} // namespace

class FrameworkTest : public QObject {
    Q_OBJECT

    const PodInfoPtr m_pod = toPod(smallPodJson("p", "", ""));

private slots:
    void reservesInOrderAndGivesBackInReverse() {
        std::string log;
        Framework framework;
        framework.add(std::make_unique<Reserving>("a", true, log));
        framework.add(std::make_unique<Reserving>("b", true, log));
        QVERIFY(framework.reserve(*m_pod, "n"));
        framework.unreserve(*m_pod, "n");
        QCOMPARE(log, std::string("+a+b-b-a"));
    }

    void failedReservationIsUndone() {
        std::string log;
        Framework framework;
        framework.add(std::make_unique<Reserving>("a", true, log));
        framework.add(std::make_unique<Reserving>("b", false, log));
        framework.add(std::make_unique<Reserving>("c", true, log));
        const auto reserved = framework.reserve(*m_pod, "n");
        QVERIFY(!reserved);
        QCOMPARE(reserved.error().message, std::string("no room on n"));
        QCOMPARE(log, std::string("+a+b-b-a"));
    }

    void scoresAreWeightedAndSkippedOnesLeftOut() {
        Framework framework;
        framework.add(std::make_unique<Scoring>(true), 3);
        framework.add(std::make_unique<Scoring>(true), 1);
        framework.add(std::make_unique<Scoring>(false), 100);
        Cache cache;
        QVERIFY(cache.setNode(toObject(nodeJson("5"))));
        CycleState state;
        QCOMPARE(framework.score(state, *m_pod, cache, {cache.node("5")}), std::vector<int64_t>{20});
    }

    void skippedFiltersAreNotAskedAndNodeSetsAreIntersected() {
        Framework framework;
        PreFilterPlugin::Outcome skip{.skip = true};
        skip.nodes = {"a", "b"};
        PreFilterPlugin::Outcome some;
        some.nodes = {"b", "c"};
        framework.add(std::make_unique<Filtering>("one", skip));
        framework.add(std::make_unique<Filtering>("two", some));
        Cache cache;
        QVERIFY(cache.setNode(toObject(nodeJson("b"))));
        CycleState state;
        const auto prepared = framework.preFilter(state, *m_pod, cache);
        QCOMPARE(prepared.nodes.value(), std::vector<std::string>{"b"});
        QCOMPARE(prepared.filters.size(), size_t(1));
        const auto rejected = Framework::filter(state, prepared.filters, *m_pod, *cache.node("b"));
        QCOMPARE(rejected->plugin, std::string_view("two"));
        QCOMPARE(rejected->reasons.at(0), std::string("two says no"));
    }

    void preFilterCanRejectAllNodes() {
        Framework framework;
        framework.add(std::make_unique<Filtering>("one", PreFilterPlugin::Outcome{.rejected = Rejection{{"never"}}}));
        CycleState state;
        const auto prepared = framework.preFilter(state, *m_pod, Cache());
        QCOMPARE(prepared.rejected->plugin, std::string_view("one"));
    }

    void scaling() {
        std::vector<int64_t> scores{0, 5, 10};
        scaleScores(scores, ScoreOrder::LargeIsGood);
        QCOMPARE(scores, (std::vector<int64_t>{0, 50, 100}));
        scaleScores(scores, ScoreOrder::SmallIsGood);
        QCOMPARE(scores, (std::vector<int64_t>{100, 50, 0}));
        scores = {0, 0};
        scaleScores(scores, ScoreOrder::SmallIsGood);
        QCOMPARE(scores, (std::vector<int64_t>{100, 100}));
    }
};

QTEST_GUILESS_MAIN(FrameworkTest)
#include "tst_framework.moc"
