#include "clusterd/controllers/podautoscaler/scaling_rules.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers::podautoscaler;
using namespace std::chrono_literals;

namespace {

using Select = ScalingRules::Select;
using Type = ScalingPolicy::Type;

const SteadyTime kNow{10h};

ScalingRules rules(Select select, std::vector<ScalingPolicy> policies, int32_t window = 0) {
    return {.select = select, .policies = std::move(policies), .stabilizationWindowSeconds = window};
}

AutoscalerSpec specOf(int32_t least, int32_t most) {
    AutoscalerSpec spec;
    spec.minReplicas = least;
    spec.maxReplicas = most;
    return spec;
}

AutoscalerSpec specOf(int32_t least, int32_t most, ScalingRules up, ScalingRules down) {
    AutoscalerSpec spec = specOf(least, most);
    spec.behavior = Behavior{.up = std::move(up), .down = std::move(down)};
    return spec;
}

/// Entries by how long ago they were.
std::vector<History::Entry> ago(std::initializer_list<std::pair<std::chrono::seconds, int32_t>> entries) {
    std::vector<History::Entry> list;
    for (const auto &[span, replicas] : entries)
        list.push_back({kNow - span, replicas});
    return list;
}

} // namespace

class ScalingRulesTest : public QObject {
    Q_OBJECT

private slots:
    void withoutBehavior() {
        struct Case {
            const char *what;
            int32_t least, most, current, desired;
            std::vector<History::Entry> recommendations;
            int32_t replicas;
            const char *able;
            bool limited;
            const char *limit;
        };
        const Case cases[] = {
            {"as wanted", 1, 10, 3, 5, {}, 5, "ReadyForNewScale", false, "DesiredWithinRange"},
            {"nothing to do", 1, 10, 3, 3, {}, 3, "ReadyForNewScale", false, "DesiredWithinRange"},
            {"at most twice", 1, 50, 5, 30, {}, 10, "ReadyForNewScale", true, "ScaleUpLimit"},
            {"but four at once", 1, 50, 1, 30, {}, 4, "ReadyForNewScale", true, "ScaleUpLimit"},
            {"not above the maximum", 1, 8, 5, 30, {}, 8, "ReadyForNewScale", true, "TooManyReplicas"},
            {"not below the minimum", 2, 8, 5, 0, {}, 2, "ReadyForNewScale", true, "TooFewReplicas"},
            {"an earlier wish keeps it up", 1, 10, 5, 2, ago({{299s, 4}, {60s, 3}}), 4, "ScaleDownStabilized", false,
             "DesiredWithinRange"},
            {"not for longer than the window", 1, 10, 5, 2, ago({{301s, 4}, {60s, 3}}), 3, "ScaleDownStabilized", false,
             "DesiredWithinRange"},
            {"and does not hold it down", 1, 10, 5, 6, ago({{10s, 2}}), 6, "ReadyForNewScale", false,
             "DesiredWithinRange"},
        };
        for (const Case &c : cases) {
            History history;
            history.recommendations = c.recommendations;
            const Decision decision = decide(specOf(c.least, c.most), Settings(), history, c.current, c.desired, kNow);
            QVERIFY2(decision.replicas == c.replicas, c.what);
            QVERIFY2(decision.ableToScale.reason == c.able, c.what);
            QVERIFY2(decision.limited == c.limited && decision.limit.reason == c.limit, c.what);
        }
    }

    void limitsOfPolicies() {
        struct Case {
            const char *what;
            ScalingRules rules;
            int32_t current;
            std::vector<History::Entry> added, removed;
            int32_t up, down;
        };
        const ScalingPolicy fourPods{Type::Pods, 4, 60}, half{Type::Percent, 50, 60}, all{Type::Percent, 100, 60};
        const Case cases[] = {
            {"pods", rules(Select::Max, {fourPods}), 10, {}, {}, 14, 6},
            {"percent", rules(Select::Max, {half}), 10, {}, {}, 15, 5},
            {"percent of a few", rules(Select::Max, {{Type::Percent, 10, 60}}), 3, {}, {}, 4, 2},
            {"all may go", rules(Select::Max, {all}), 7, {}, {}, 14, 0},
            {"the larger change", rules(Select::Max, {fourPods, half}), 20, {}, {}, 30, 10},
            {"the smaller change", rules(Select::Min, {fourPods, half}), 20, {}, {}, 24, 16},
            {"none", rules(Select::Disabled, {fourPods}), 10, {}, {}, 10, 10},
            {"some of it was added", rules(Select::Max, {fourPods}), 10, ago({{59s, 3}, {61s, 9}}), {}, 11, 3},
            {"all of it was added", rules(Select::Max, {fourPods}), 10, ago({{30s, 4}, {20s, 2}}), {}, 10, 0},
            {"some of it was removed", rules(Select::Max, {fourPods}), 10, {}, ago({{5s, 3}}), 17, 9},
            {"all of it was removed", rules(Select::Max, {fourPods}), 10, {}, ago({{5s, 6}}), 20, 10},
            {"of the start of the period", rules(Select::Max, {half}), 15, ago({{10s, 5}}), {}, 15, 5},
            {"never below nothing", rules(Select::Max, {fourPods}), 2, {}, {}, 6, 0},
        };
        for (const Case &c : cases) {
            History history;
            history.added = c.added;
            history.removed = c.removed;
            const int32_t up = scaleUpLimit(c.rules, history, c.current, kNow);
            const int32_t down = scaleDownLimit(c.rules, history, c.current, kNow);
            QVERIFY2(up == c.up, (c.what + std::string(" up ") + std::to_string(up)).c_str());
            QVERIFY2(down == c.down, (c.what + std::string(" down ") + std::to_string(down)).c_str());
        }
    }

    void withBehavior() {
        struct Case {
            const char *what;
            AutoscalerSpec spec;
            int32_t current, desired;
            std::vector<History::Entry> recommendations;
            int32_t replicas;
            const char *able;
            bool limited;
            const char *limit;
        };
        const ScalingRules two = rules(Select::Max, {{Type::Pods, 2, 60}});
        const ScalingRules any = rules(Select::Max, {{Type::Pods, 100, 60}});
        const ScalingRules slow = rules(Select::Max, {{Type::Pods, 100, 60}}, 100);
        ScalingRules usual = any;
        usual.stabilizationWindowSeconds.reset();
        const Case cases[] = {
            {"as wanted", specOf(1, 20, any, any), 5, 9, {}, 9, "ReadyForNewScale", false, "DesiredWithinRange"},
            {"up by the policy", specOf(1, 20, two, two), 5, 9, {}, 7, "ReadyForNewScale", true, "ScaleUpLimit"},
            {"down by the policy", specOf(1, 20, two, two), 5, 1, {}, 3, "ReadyForNewScale", true, "ScaleDownLimit"},
            {"up to the maximum", specOf(1, 8, any, any), 5, 9, {}, 8, "ReadyForNewScale", true, "TooManyReplicas"},
            {"down to the minimum", specOf(3, 8, any, any), 5, 1, {}, 3, "ReadyForNewScale", true, "TooFewReplicas"},
            {"the lowest of the window", specOf(1, 20, slow, slow), 5, 9, ago({{99s, 7}, {50s, 8}, {101s, 2}}), 7,
             "ScaleUpStabilized", false, "DesiredWithinRange"},
            {"the highest of the window", specOf(1, 20, slow, slow), 5, 1, ago({{99s, 3}, {50s, 2}, {101s, 9}}), 3,
             "ScaleDownStabilized", false, "DesiredWithinRange"},
            {"between both it stays", specOf(1, 20, slow, slow), 5, 9, ago({{50s, 2}}), 5, "ScaleUpStabilized", false,
             "DesiredWithinRange"},
            {"the controller's own window", specOf(1, 20, any, usual), 5, 1, ago({{290s, 4}}), 4, "ScaleDownStabilized",
             false, "DesiredWithinRange"},
            {"no growth",
             specOf(1, 20, rules(Select::Disabled, {{Type::Pods, 9, 60}}), any),
             5,
             9,
             {},
             5,
             "ReadyForNewScale",
             true,
             "ScaleUpLimit"},
        };
        for (const Case &c : cases) {
            History history;
            history.recommendations = c.recommendations;
            const Decision decision = decide(c.spec, Settings(), history, c.current, c.desired, kNow);
            QVERIFY2(decision.replicas == c.replicas, c.what);
            QVERIFY2(decision.ableToScale.reason == c.able, c.what);
            QVERIFY2(decision.limited == c.limited && decision.limit.reason == c.limit, c.what);
        }
    }

    void theHistoryStaysShort() {
        const AutoscalerSpec plain = specOf(1, 9);
        const AutoscalerSpec spec =
            specOf(1, 9, rules(Select::Max, {{Type::Pods, 1, 60}}, 30), rules(Select::Max, {{Type::Pods, 1, 20}}, 90));
        History history;
        for (int second = 0; second < 1000; ++second) {
            const SteadyTime now = kNow + std::chrono::seconds(second);
            history.recommend(spec, Settings(), second % 7, now);
            history.scaled(spec, 3, second % 2 ? 4 : 1, now);
        }
        QCOMPARE(history.recommendations.size(), size_t(91));
        QCOMPARE(history.added.size() + history.removed.size(), size_t(61));
        QCOMPARE(history.added.back().replicas, 1);
        QCOMPARE(history.removed.back().replicas, 2);
        history.recommend(plain, Settings(), 1, kNow + 1000s);
        QCOMPARE(history.recommendations.size(), size_t(92));
        history.scaled(plain, 3, 4, kNow);
        QVERIFY(history.added.empty() && history.removed.empty());
    }
};

QTEST_GUILESS_MAIN(ScalingRulesTest)
#include "tst_scaling_rules.moc"
