#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/podautoscaler/horizontal_controller.h"
#include "core/api/types/apps_v1.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <fmt/format.h>
#include <random>

using namespace coracle;
using namespace coracle::controllers;
using namespace coracle::controllers::podautoscaler;
using namespace std::chrono_literals;

namespace {

/// Every pod of the selector uses the same.
class FakeMetrics final : public MetricsSource {
public:
    FakeMetrics(test::TestApi &api, Clock &clock) : m_api(api), m_clock(clock) {}

    Task<Result<PodMetrics>> resource(std::string space, std::string, api::LabelSelector pods, std::string) override {
        return each(std::move(space), std::move(pods), perPod);
    }
    Task<Result<PodMetrics>> pods(std::string space, std::string, api::LabelSelector pods,
                                  api::LabelSelector) override {
        return each(std::move(space), std::move(pods), perPod);
    }
    Task<Result<int64_t>> object(std::string, std::string, ObjectRef, api::LabelSelector) override {
        if (total < 0)
            co_return errors::other("nobody measures that");
        co_return total;
    }
    Task<Result<std::vector<int64_t>>> external(std::string, std::string, api::LabelSelector) override {
        if (total < 0)
            co_return errors::other("nobody measures that");
        co_return std::vector<int64_t>(1, total);
    }

    int64_t perPod = -1, total = -1; ///< -1: nothing is measured
    int rival = -1;                  ///< somebody scales the target to this while it is measured

private:
    Task<Result<PodMetrics>> each(std::string space, api::LabelSelector selector, int64_t value) {
        if (value < 0)
            co_return errors::other("no samples");
        if (rival >= 0) {
            std::string body = fmt::format(R"({{"spec":{{"replicas":{}}}}})", std::exchange(rival, -1));
            (void)co_await m_api.client().patch(appsv1::ReplicaSet::resource(), space, "web", client::PatchType::Merge,
                                                std::move(body));
        }
        PodMetrics metrics;
        auto listed = co_await m_api.client().list(corev1::Pod::resource(), space);
        for (const client::ObjectPtr &pod : listed->items)
            if (selector.matches(pod->labels()))
                metrics[std::string(pod->name())] = PodMetric{value, m_clock.now(), 30s};
        co_return metrics;
    }
    test::TestApi &m_api;
    Clock &m_clock;
};

/// A ReplicaSet that follows its scale, and the autoscaler.
struct World : test::RestartableFixture {
    World()
        : RestartableFixture([this](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<HorizontalController>(context, metrics));
          }) {
        begin();
    }
    ~World() { end(); }
    /// The workload's own controller: as many pods as are declared, all of them ready for long.
    void follow() {
        settle();
        const int32_t wanted = replicas();
        auto pods = podNames();
        while (static_cast<int32_t>(pods.size()) > wanted) {
            removePod(pods.back());
            pods.pop_back();
        }
        while (static_cast<int32_t>(pods.size()) < wanted) {
            pods.push_back("p" + std::to_string(++m_made));
            pod(pods.back());
        }
        merge(appsv1::ReplicaSet::resource(), "web", fmt::format(R"({{"status":{{"replicas":{}}}}})", wanted),
              "status");
        settle();
    }
    void pod(const std::string &name) {
        create(fmt::format(
            R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"default","labels":{{"app":"web"}}}},"spec":{{"containers":[{{"name":"c","image":"i","resources":{{"requests":{{"cpu":"1"}}}}}}]}}}})",
            name));
        merge(
            corev1::Pod::resource(), name,
            R"({"status":{"phase":"Running","startTime":"2025-12-01T00:00:00Z","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2025-12-01T00:00:10Z"}]}})",
            "status");
    }
    void target(int replicas) {
        create(fmt::format(
            R"({{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{{"name":"web","namespace":"default"}},"spec":{{"replicas":{},"selector":{{"matchLabels":{{"app":"web"}}}},"template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
            replicas));
        follow();
    }
    void autoscaler(const std::string &rest, const char *name = "web", const char *kind = "ReplicaSet",
                    const char *apiVersion = "apps/v1") {
        create(fmt::format(
            R"({{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{{"name":"{}","namespace":"default"}},"spec":{{"scaleTargetRef":{{"apiVersion":"{}","kind":"{}","name":"web"}},{}}}}})",
            name, apiVersion, kind, rest));
    }
    void patch(std::string body) { merge(autoscalers, "web", std::move(body)); }
    /// One period later, and the pods follow.
    void period() {
        clock.advance(15s);
        follow();
    }
    int32_t replicas() {
        return *api.run(client::get<appsv1::ReplicaSet>(api.client(), "default", "web"))->spec.replicas;
    }
    std::vector<std::string> podNames() {
        std::vector<std::string> names;
        const auto listed = api.run(api.client().list(corev1::Pod::resource(), "default"));
        for (const client::ObjectPtr &pod : listed->items)
            names.emplace_back(pod->name());
        return names;
    }
    AutoscalerStatus status(const char *name = "web") {
        settle();
        return *readStatus(**api.run(api.client().get(autoscalers, "default", name)));
    }
    /// "True/Reason" of a condition.
    std::string condition(std::string_view type, const char *name = "web") {
        for (const Condition &condition : status(name).conditions)
            if (condition.type == type)
                return condition.status + "/" + condition.reason;
        return {};
    }
    const api::ResourceInfo &autoscalers = *api::findResource("autoscaling", "v2", "horizontalpodautoscalers");
    FakeMetrics metrics{api, clock};

private:
    int m_made = 0;
};

constexpr const char *kHalf =
    R"("minReplicas":1,"maxReplicas":10,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}])";

} // namespace

class HorizontalControllerTest : public QObject {
    Q_OBJECT

private slots:
    void growsAndShrinks() {
        World w;
        w.target(2);
        w.metrics.perPod = 500;
        w.autoscaler(kHalf);
        auto status = w.status();
        QCOMPARE(status.currentReplicas, 2);
        QCOMPARE(status.desiredReplicas, 2);
        QVERIFY(!status.lastScaleTime);
        QCOMPARE(status.currentMetrics.size(), size_t(1));
        QCOMPARE(*status.currentMetrics[0].current.averageUtilization, 50);
        QCOMPARE(status.currentMetrics[0].current.averageValue->text(), std::string("500m"));
        QCOMPARE(w.condition(kAbleToScale), std::string("True/ReadyForNewScale"));
        QCOMPARE(w.condition(kScalingActive), std::string("True/ValidMetricFound"));
        QCOMPARE(w.condition(kScalingLimited), std::string("False/DesiredWithinRange"));
        w.metrics.perPod = 900;
        w.period();
        QCOMPARE(w.replicas(), 4);
        QVERIFY(w.hasEvent("SuccessfulRescale",
                           "New size: 4; reason: cpu resource utilization (percentage of request) above target"));
        status = w.status();
        QVERIFY(status.lastScaleTime == api::Time(w.clock.now()));
        QCOMPARE(status.desiredReplicas, 4);
        QCOMPARE(w.condition(kAbleToScale), std::string("True/SucceededRescale"));
        // Less load: for five minutes the highest wish holds.
        w.metrics.perPod = 100;
        for (int i = 0; i < 20; ++i)
            w.period();
        QCOMPARE(w.replicas(), 4);
        QCOMPARE(w.condition(kAbleToScale), std::string("True/ScaleDownStabilized"));
        w.period();
        QCOMPARE(w.replicas(), 1);
        QVERIFY(w.hasEvent("SuccessfulRescale", "New size: 1; reason: All metrics below target"));
    }

    void keepsItsLimits() {
        World w;
        w.target(8);
        w.metrics.perPod = 500;
        w.autoscaler(
            R"("minReplicas":2,"maxReplicas":5,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}])");
        w.follow();
        QCOMPARE(w.replicas(), 5);
        QVERIFY(
            w.hasEvent("SuccessfulRescale", "New size: 5; reason: Current number of replicas above Spec.MaxReplicas"));
        w.patch(R"({"spec":{"minReplicas":7,"maxReplicas":9}})"); // works at once
        w.follow();
        QCOMPARE(w.replicas(), 7);
        QVERIFY(
            w.hasEvent("SuccessfulRescale", "New size: 7; reason: Current number of replicas below Spec.MinReplicas"));
        w.metrics.perPod = 1000;
        w.period();
        QCOMPARE(w.replicas(), 9);
        QCOMPARE(w.condition(kScalingLimited), std::string("True/TooManyReplicas"));
    }

    void zeroReplicasSwitchItOff() {
        World w;
        w.target(0);
        w.metrics.perPod = 500;
        w.autoscaler(kHalf);
        QCOMPARE(w.condition(kScalingActive), std::string("False/ScalingDisabled"));
        QCOMPARE(w.replicas(), 0);
        w.merge(appsv1::ReplicaSet::resource(), "web", R"({"spec":{"replicas":1}})");
        w.follow();
        w.period();
        QCOMPARE(w.condition(kScalingActive), std::string("True/ValidMetricFound"));
    }

    void theHighestMetricWins() {
        World w;
        w.target(4);
        w.metrics.perPod = 500;
        w.metrics.total = 60000;
        w.autoscaler(
            R"("maxReplicas":10,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}},)"
            R"({"type":"External","external":{"metric":{"name":"queue","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"AverageValue","averageValue":"10"}}},)"
            R"({"type":"Object","object":{"metric":{"name":"hits"},"describedObject":{"kind":"Service","name":"web","apiVersion":"v1"},"target":{"type":"Value","value":"60"}}},)"
            R"({"type":"Pods","pods":{"metric":{"name":"packets"},"target":{"type":"AverageValue","averageValue":"1"}}}])");
        w.follow();
        QCOMPARE(w.replicas(), 6);
        const auto status = w.status();
        QCOMPARE(status.currentMetrics.size(), size_t(4));
        QCOMPARE(status.currentMetrics[1].current.averageValue->text(), std::string("15"));
        QVERIFY(bool(status.currentMetrics[1].id.selector));
        QCOMPARE(status.currentMetrics[2].id.described.kind, std::string("Service"));
        QCOMPARE(status.currentMetrics[2].current.value->text(), std::string("60"));
        QCOMPARE(status.currentMetrics[3].id.name, std::string("packets"));
        // With one metric lost it may grow, but not shrink.
        w.metrics.total = -1;
        w.metrics.perPod = 700;
        w.period();
        QCOMPARE(w.replicas(), 9);
        QVERIFY(w.hasEvent("FailedGetExternalMetric") && w.hasEvent("FailedGetObjectMetric"));
        w.metrics.perPod = 1;
        for (int i = 0; i < 25; ++i)
            w.period();
        QCOMPARE(w.replicas(), 9);
        QCOMPARE(w.condition(kScalingActive), std::string("False/FailedGetExternalMetric"));
        QVERIFY(w.hasEvent("FailedComputeMetricsReplicas"));
    }

    void whatCannotBeHadIsTold() {
        World w;
        w.autoscaler(kHalf);
        QCOMPARE(w.condition(kAbleToScale), std::string("False/FailedGetScale"));
        QVERIFY(w.hasEvent("FailedGetScale"));
        w.target(2);
        w.period();
        QCOMPARE(w.condition(kAbleToScale), std::string("True/SucceededGetScale"));
        QCOMPARE(w.condition(kScalingActive), std::string("False/FailedGetResourceMetric"));
        QVERIFY(w.hasEvent("FailedGetResourceMetric"));
        w.metrics.perPod = 500;
        w.period();
        QCOMPARE(w.condition(kScalingActive), std::string("True/ValidMetricFound"));
        w.autoscaler(kHalf, "other");
        QCOMPARE(w.condition(kScalingActive, "other"), std::string("False/AmbiguousSelector"));
        QVERIFY(w.hasEvent("AmbiguousSelector"));
        QVERIFY(w.api.run(w.api.client().remove(w.autoscalers, "default", "other")).has_value());
        w.period();
        QCOMPARE(w.condition(kScalingActive), std::string("True/ValidMetricFound"));
        w.autoscaler(kHalf, "daemons", "DaemonSet");
        QCOMPARE(w.condition(kAbleToScale, "daemons"), std::string("False/FailedGetScale"));
    }

    void anotherWriterIsSeen() {
        World w;
        w.target(2);
        w.metrics.perPod = 1000;
        w.metrics.rival = 3;
        w.autoscaler(kHalf, "web", "ReplicaSet", "apps/v1beta9"); // any version of the group will do
        w.settle();
        QCOMPARE(w.replicas(), 3); // the write conflicted
        QVERIFY(!w.hasEvent("SuccessfulRescale"));
        w.clock.advance(10ms);
        w.settle();
        QCOMPARE(w.replicas(), 4);
        QVERIFY(w.hasEvent("SuccessfulRescale"));
    }

    void aNewOneOfTheSameNameBeginsAnew() {
        World w;
        w.target(2);
        w.metrics.perPod = 1000;
        const std::string oneAMinute =
            std::string(kHalf) +
            R"(,"behavior":{"scaleUp":{"policies":[{"type":"Pods","value":1,"periodSeconds":60}]}})";
        w.autoscaler(oneAMinute);
        w.follow();
        QCOMPARE(w.replicas(), 3);
        (void)w.api.run(w.api.client().remove(w.autoscalers, "default", "web"));
        w.autoscaler(oneAMinute);
        w.follow();
        QCOMPARE(w.replicas(), 4);
    }

    void followsItsBehavior() {
        World w;
        w.target(2);
        w.metrics.perPod = 1000;
        w.autoscaler(
            std::string(kHalf) +
            R"(,"behavior":{"scaleUp":{"policies":[{"type":"Pods","value":1,"periodSeconds":60}]},"scaleDown":{"stabilizationWindowSeconds":0,"selectPolicy":"Disabled"}})");
        w.follow();
        QCOMPARE(w.replicas(), 3);
        QCOMPARE(w.condition(kScalingLimited), std::string("True/ScaleUpLimit"));
        for (int i = 0; i < 3; ++i)
            w.period();
        QCOMPARE(w.replicas(), 3);
        w.period();
        QCOMPARE(w.replicas(), 4);
        w.metrics.perPod = 10;
        for (int i = 0; i < 10; ++i)
            w.period();
        QCOMPARE(w.replicas(), 4);
        QCOMPARE(w.condition(kScalingLimited), std::string("True/ScaleDownLimit"));
        w.patch(R"({"spec":{"behavior":{"scaleDown":{"selectPolicy":"Max"}}}})");
        w.follow();
        QCOMPARE(w.replicas(), 1);
    }

    void anythingMayHappen_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 4; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    /// The load is a total that all pods share; in the end the pods are as many as it needs.
    void anythingMayHappen() {
        QFETCH(int, seed);
        std::mt19937 random(static_cast<unsigned>(seed));
        auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
        World w;
        w.target(3);
        w.autoscaler(kHalf);
        int64_t load = 1000;
        int32_t least = 1, most = 10;
        auto share = [&] { w.metrics.perPod = load / std::max<int64_t>(1, static_cast<int64_t>(w.podNames().size())); };
        for (int step = 0; step < 50; ++step) {
            switch (below(6)) {
            case 0:
                load = static_cast<int64_t>(below(6000));
                break;
            case 1:
                w.metrics.perPod = -1; // until the next share
                w.clock.advance(15s);
                w.settle();
                break;
            case 2:
                w.merge(appsv1::ReplicaSet::resource(), "web",
                        fmt::format(R"({{"spec":{{"replicas":{}}}}})", 1 + below(12)));
                break;
            case 3:
                least = 1 + static_cast<int32_t>(below(4));
                most = least + static_cast<int32_t>(below(8));
                w.patch(fmt::format(R"({{"spec":{{"minReplicas":{},"maxReplicas":{}}}}})", least, most));
                break;
            case 4: // dies between any two steps
                share();
                w.clock.advance(15s);
                w.runSome(below(20));
                w.restart();
                break;
            default:
                w.period();
            }
            w.follow();
            share();
        }
        for (int i = 0; i < 45; ++i) {
            share();
            w.period();
        }
        const int32_t needed = std::clamp(static_cast<int32_t>((load + 499) / 500), least, most);
        const int32_t found = w.replicas();
        const double ratio = static_cast<double>(load) / found / 500;
        QVERIFY2(found == needed || (found >= least && found <= most && ratio > 0.88 && ratio < 1.12),
                 fmt::format("{} replicas for {}", found, load).c_str());
        QCOMPARE(w.status().desiredReplicas, found);
        QCOMPARE(w.status().currentReplicas, found);
        QCOMPARE(w.condition(kScalingActive), std::string("True/ValidMetricFound"));
    }
};

QTEST_GUILESS_MAIN(HorizontalControllerTest)
#include "tst_horizontal_controller.moc"
