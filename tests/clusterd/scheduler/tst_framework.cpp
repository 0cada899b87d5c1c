#include "clusterd/scheduler/framework.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

struct Reserving final : ReservePlugin {
    Reserving(std::string pluginName, bool works, std::string &record)
        : label(std::move(pluginName)), ok(works), log(record) {}
    std::string_view name() const override { return label; }
    Filtered reserve(CycleState &, const PodInfo &, const std::string &node) override {
        log += "+" + label;
        if (!ok)
            return Rejection{.reasons = {"no room on " + node}};
        return std::nullopt;
    }
    void unreserve(CycleState &, const PodInfo &, const std::string &) override { log += "-" + label; }
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
        return Rejection{.reasons = {label + " says no"}};
    }
    std::string label;
    Outcome outcome;
};

/// Delays every pod.
struct Delaying final : PermitPlugin {
    Delaying(std::string_view pluginName, Duration duration) : label(pluginName), wait(duration) {}
    std::string_view name() const override { return label; }
    Outcome permit(CycleState &, const PodInfo &, const std::string &) override {
        return {.rejected = {}, .wait = wait};
    }
    std::string_view label;
    Duration wait;
};

/// Notes the node in the log before and after the binding.
struct Preparing final : PreBindPlugin, PostBindPlugin {
    Preparing(Work amount, Filtered outcome, std::string &record)
        : work(amount), rejected(std::move(outcome)), log(record) {}
    std::string_view name() const override { return "Preparing"; }
    Work preBindWork(const CycleState &, const PodInfo &, const std::string &) const override { return work; }
    Task<Filtered> preBind(CycleState &, PodInfoPtr, std::string node) override {
        log += "pre-" + node;
        co_return rejected;
    }
    void postBind(CycleState &, const PodInfo &, const std::string &node) override { log += " post-" + node; }
    Work work;
    Filtered rejected;
    std::string &log;
};

/// What a task gives that never has to wait for anything but the profile's clock.
struct Waiter {
    Filtered rejected;
    bool done = false;
    void begin(Profile &profile, Task<Filtered> task) {
        boost::asio::co_spawn(profile.context, std::move(task), [this](std::exception_ptr, Filtered outcome) {
            rejected = std::move(outcome);
            done = true;
        });
        profile.settle();
    }
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
        CycleState state;
        QVERIFY(!framework.reserve(state, *m_pod, "n"));
        framework.unreserve(state, *m_pod, "n");
        QCOMPARE(log, std::string("+a+b-b-a"));
    }

    void failedReservationEndsThere() {
        std::string log;
        Framework framework;
        framework.add(std::make_unique<Reserving>("a", true, log));
        framework.add(std::make_unique<Reserving>("b", false, log));
        framework.add(std::make_unique<Reserving>("c", true, log));
        CycleState state;
        const auto rejected = framework.reserve(state, *m_pod, "n");
        QCOMPARE(rejected.value().reasons, std::vector<std::string>{"no room on n"});
        QCOMPARE(rejected->plugin, std::string_view("b"));
        QCOMPARE(log, std::string("+a+b"));
        framework.unreserve(state, *m_pod, "n");
        QCOMPARE(log, std::string("+a+b-c-b-a"));
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
        framework.add(
            std::make_unique<Filtering>("one", PreFilterPlugin::Outcome{.rejected = Rejection{.reasons = {"never"}}}));
        CycleState state;
        const auto prepared = framework.preFilter(state, *m_pod, Cache());
        QCOMPARE(prepared.rejected->plugin, std::string_view("one"));
    }

    void delayedPodWaitsForAllThatDelayIt() {
        Profile profile;
        profile.framework.add(std::make_unique<Delaying>("one", std::chrono::seconds(5)));
        profile.framework.add(std::make_unique<Delaying>("two", std::chrono::seconds(9)));
        CycleState state;
        QVERIFY(!profile.framework.permit(state, m_pod, "n", profile.waiting));
        Waiter waiter;
        waiter.begin(profile, profile.waiting.wait(m_pod));
        QCOMPARE(profile.waiting.uids(), std::vector<std::string>{"p"});
        profile.waiting.allow("p", "one");
        profile.advance(std::chrono::seconds(6));
        QVERIFY(!waiter.done);
        profile.waiting.allow("p", "two");
        profile.settle();
        QVERIFY(waiter.done && !waiter.rejected);
        QVERIFY(profile.waiting.uids().empty());
    }

    void delayEndsWithItsTimeOrARejection() {
        Profile profile;
        profile.framework.add(std::make_unique<Delaying>("one", std::chrono::seconds(5)));
        CycleState state;
        QVERIFY(!profile.framework.permit(state, m_pod, "n", profile.waiting));
        Waiter late;
        late.begin(profile, profile.waiting.wait(m_pod));
        profile.advance(std::chrono::seconds(5));
        QVERIFY(late.done);
        QCOMPARE(late.rejected->plugin, std::string_view("one"));
        QVERIFY(late.rejected->reasons.at(0).starts_with("rejected due to timeout"));
        QVERIFY(!profile.framework.permit(state, m_pod, "n", profile.waiting));
        Waiter denied;
        denied.begin(profile, profile.waiting.wait(m_pod));
        profile.waiting.reject("p", "one", "preempted");
        profile.settle();
        QCOMPARE(denied.rejected.value().reasons.at(0), std::string("preempted"));
    }

    void undelayedPodsDoNotWait() {
        Profile profile;
        Waiter waiter;
        waiter.begin(profile, profile.waiting.wait(m_pod));
        QVERIFY(waiter.done && !waiter.rejected);
    }

    void preBindRunsWhereItIsNeeded() {
        Profile profile;
        std::string log;
        profile.framework.add(std::make_unique<Preparing>(PreBindPlugin::Work::None, std::nullopt, log));
        CycleState state;
        QCOMPARE(profile.framework.preBindWork(state, *m_pod, "n"), PreBindPlugin::Work::None);
        profile.framework.add(std::make_unique<Preparing>(PreBindPlugin::Work::Long, std::nullopt, log));
        QCOMPARE(profile.framework.preBindWork(state, *m_pod, "n"), PreBindPlugin::Work::Long);
        profile.framework.add(std::make_unique<Preparing>(PreBindPlugin::Work::Brief,
                                                          Rejection{.reasons = {"gone"}, .error = true}, log));
        QCOMPARE(profile.framework.preBindWork(state, *m_pod, "n"), PreBindPlugin::Work::Long);
        Waiter waiter;
        waiter.begin(profile, profile.framework.preBind(state, m_pod, "n"));
        QCOMPARE(log, std::string("pre-npre-n"));
        QCOMPARE(waiter.rejected.value().plugin, std::string_view("Preparing"));
        profile.framework.postBind(state, *m_pod, "n");
        QCOMPARE(log, std::string("pre-npre-n post-n post-n post-n"));
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
