#include "clusterd/controllers/podautoscaler/replica_calculator.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers::podautoscaler;
using namespace std::chrono_literals;

namespace {

const WallTime kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

api::Quantity quantity(const char *text) {
    return *api::Quantity::parse(text);
}

/// One pod: R ready, U unready while it starts, P pending, D being deleted, F failed; and what it uses in thousandths,
/// -1 for no measurement.
struct PodState {
    char state;
    int64_t usage;
};

corev1::Pod makePod(const std::string &name, char state, const char *request = "1") {
    corev1::Pod pod;
    pod.metadata.name = name;
    pod.status.phase = state == 'P' ? "Pending" : state == 'F' ? "Failed" : "Running";
    pod.status.startTime = api::Time(kNow - 1h);
    auto &condition = pod.status.conditions.emplace_back();
    condition.type = "Ready";
    condition.status = state == 'U' ? "False" : "True";
    condition.lastTransitionTime = api::Time(kNow - 50min);
    if (state == 'U')
        condition.lastTransitionTime = pod.status.startTime = api::Time(kNow - 1min);
    if (state == 'D')
        pod.metadata.deletionTimestamp = api::Time(kNow);
    auto &container = pod.spec.containers.emplace_back();
    container.name = "main";
    container.resources.requests["cpu"] = quantity(request);
    return pod;
}

struct Setup {
    Workload workload;
    Measurement measured;
};

Setup setupOf(const std::vector<PodState> &pods, int32_t replicas = 0) {
    Setup setup;
    setup.workload.specReplicas = setup.workload.statusReplicas =
        replicas ? replicas : static_cast<int32_t>(pods.size());
    setup.workload.now = kNow;
    int index = 0;
    for (const PodState &state : pods) {
        const std::string name = "p" + std::to_string(index++);
        setup.workload.pods.push_back(makePod(name, state.state));
        if (state.usage >= 0)
            setup.measured.pods[name] = {state.usage, kNow, 30s};
    }
    return setup;
}

MetricSpec metricOf(MetricType type, const char *name) {
    MetricSpec metric;
    metric.id.type = type;
    metric.id.name = name;
    return metric;
}

MetricSpec utilization(int32_t percent) {
    MetricSpec metric = metricOf(MetricType::Resource, "cpu");
    metric.averageUtilization = percent;
    return metric;
}

MetricSpec average(MetricType type, const char *name, const char *target) {
    MetricSpec metric = metricOf(type, name);
    metric.target = TargetType::AverageValue;
    metric.averageValue = quantity(target);
    return metric;
}

MetricSpec valueOf(MetricType type, const char *target) {
    MetricSpec metric = metricOf(type, "queue");
    metric.target = TargetType::Value;
    metric.value = quantity(target);
    return metric;
}

} // namespace

class ReplicaCalculatorTest : public QObject {
    Q_OBJECT

private slots:
    void byUtilization() {
        struct Case {
            const char *what;
            std::vector<PodState> pods;
            int32_t target, replicas, current; ///< replicas -1: an error
        };
        const Case cases[] = {
            {"on target", {{'R', 500}, {'R', 500}}, 50, 2, 50},
            {"within the tolerance", {{'R', 540}, {'R', 540}}, 50, 2, 54},
            {"twice the target", {{'R', 1000}, {'R', 1000}}, 50, 4, 100},
            {"rounded up", {{'R', 600}, {'R', 700}, {'R', 500}}, 50, 4, 60},
            {"half the target", {{'R', 250}, {'R', 250}, {'R', 250}, {'R', 250}}, 50, 2, 25},
            {"no use at all", {{'R', 0}, {'R', 0}}, 50, 0, 0},
            {"starting pods count as idle when it grows", {{'R', 1000}, {'U', 900}}, 50, 2, 100},
            {"and are left out when it shrinks", {{'R', 200}, {'R', 200}, {'U', 900}}, 50, 1, 20},
            {"pending pods count as idle", {{'R', 1000}, {'R', 1000}, {'P', -1}}, 50, 4, 100},
            {"unmeasured pods count as idle when it grows", {{'R', 1000}, {'R', 1000}, {'R', -1}}, 50, 4, 100},
            {"and as busy when it shrinks", {{'R', 100}, {'R', 100}, {'R', -1}}, 50, 3, 10},
            {"and may let it shrink a little", {{'R', 0}, {'R', 0}, {'R', 0}, {'R', 0}, {'R', -1}}, 50, 2, 0},
            {"pods that go don't count", {{'R', 1000}, {'D', 0}, {'F', 0}}, 50, 2, 100},
            {"nothing measured", {{'R', -1}}, 50, -1, 0},
            {"no pods", {}, 50, -1, 0},
        };
        for (const Case &c : cases) {
            const Setup setup = setupOf(c.pods);
            const auto proposal = propose(utilization(c.target), setup.measured, setup.workload, Settings());
            QVERIFY2(proposal.has_value() == (c.replicas >= 0), c.what);
            if (!proposal)
                continue;
            QVERIFY2(proposal->replicas == c.replicas, (c.what + std::to_string(proposal->replicas)).c_str());
            QVERIFY2(proposal->current.averageUtilization == c.current, c.what);
            QCOMPARE(proposal->metric, std::string("cpu resource utilization (percentage of request)"));
        }
    }

    void byAverage() {
        struct Case {
            const char *what;
            std::vector<PodState> pods;
            const char *target;
            int32_t replicas;
            const char *current;
        };
        const Case cases[] = {
            {"on target", {{'R', 10000}, {'R', 10000}}, "10", 2, "10"},
            {"more", {{'R', 20000}, {'R', 10000}}, "10", 3, "15"},
            {"less", {{'R', 2000}, {'R', 4000}, {'R', 3000}}, "10", 1, "3"},
            {"unmeasured pods are on target when it shrinks", {{'R', 1000}, {'R', 1000}, {'R', -1}}, "10", 2, "1"},
            {"and idle when it grows", {{'R', 20000}, {'R', 20000}, {'R', -1}}, "10", 4, "20"},
            {"which may be no change at all", {{'R', 15000}, {'R', 15000}, {'R', -1}}, "10", 3, "15"},
        };
        for (const Case &c : cases) {
            const Setup setup = setupOf(c.pods);
            for (const MetricType type : {MetricType::Pods, MetricType::Resource}) {
                const auto proposal =
                    propose(average(type, "requests", c.target), setup.measured, setup.workload, Settings());
                QVERIFY2(proposal && proposal->replicas == c.replicas, c.what);
                QCOMPARE(proposal->current.averageValue->text(), std::string(c.current));
                QVERIFY(!proposal->current.averageUtilization);
            }
        }
        const Setup setup = setupOf({{'R', int64_t(64) << 20}});
        const auto memory =
            propose(average(MetricType::Resource, "memory", "100Mi"), setup.measured, setup.workload, Settings());
        QCOMPARE(memory->metric, std::string("memory resource"));
        QVERIFY(!propose(valueOf(MetricType::Pods, "1"), setup.measured, setup.workload, Settings()));
        QVERIFY(!propose(metricOf(MetricType::Resource, "cpu"), setup.measured, setup.workload, Settings()));
        QVERIFY(!propose(MetricSpec(), setup.measured, setup.workload, Settings()));
    }

    void byTotal() {
        struct Case {
            const char *what;
            MetricSpec metric;
            int64_t total;
            int32_t replicas;
            const char *value, *averageValue;
        };
        const std::vector<PodState> pods = {{'R', -1}, {'R', -1}, {'R', -1}, {'P', -1}};
        const Case cases[] = {
            {"on target", valueOf(MetricType::External, "100"), 100000, 4, "100", ""},
            {"within the tolerance", valueOf(MetricType::External, "100"), 109000, 4, "109", ""},
            {"more, of the ready pods", valueOf(MetricType::External, "100"), 200000, 6, "200", ""},
            {"less, of the ready pods", valueOf(MetricType::Object, "100"), 50000, 2, "50", ""},
            {"a share each", average(MetricType::External, "queue", "10"), 65000, 7, "", "16250m"},
            {"a share each is on target", average(MetricType::Object, "queue", "10"), 41000, 4, "", "10250m"},
            {"nothing", average(MetricType::External, "queue", "10"), 0, 0, "", "0"},
            {"far too much", average(MetricType::External, "queue", "1m"), std::numeric_limits<int64_t>::max(),
             std::numeric_limits<int32_t>::max(), "", nullptr},
        };
        for (const Case &c : cases) {
            Setup setup = setupOf(pods);
            setup.measured.total = c.total;
            const auto proposal = propose(c.metric, setup.measured, setup.workload, Settings());
            QVERIFY2(proposal && proposal->replicas == c.replicas, c.what);
            const auto &current = proposal->current;
            QVERIFY2((current.value ? current.value->text() : "") == c.value, c.what);
            if (c.averageValue)
                QVERIFY2((current.averageValue ? current.averageValue->text() : "") == c.averageValue, c.what);
        }
        QVERIFY(!propose(metricOf(MetricType::External, "queue"), Measurement(), setupOf(pods).workload, Settings()));
        QVERIFY(!propose(metricOf(MetricType::Object, "queue"), Measurement(), setupOf(pods).workload, Settings()));
        QCOMPARE(sumOf({1, 2, 3}), int64_t(6));
        QCOMPARE(sumOf({std::numeric_limits<int64_t>::max(), 5}), std::numeric_limits<int64_t>::max());
    }

    void toleranceOfTheBehavior() {
        AutoscalerSpec spec;
        spec.behavior = Behavior();
        spec.behavior->up.tolerance = 0.5;
        const Tolerances tolerances = tolerancesOf(spec, Settings());
        QVERIFY(tolerances.cover(1.5) && !tolerances.cover(1.51));
        QVERIFY(tolerances.cover(0.9) && !tolerances.cover(0.89));
        QCOMPARE(tolerancesOf(AutoscalerSpec(), Settings()).up, 0.1);
        Setup setup = setupOf({{'R', 700}, {'R', 700}});
        setup.workload.tolerances = tolerances;
        QCOMPARE(propose(utilization(50), setup.measured, setup.workload, Settings())->replicas, 2);
    }

    void requests() {
        Setup setup = setupOf({{'R', 800}});
        corev1::Pod &pod = setup.workload.pods[0];
        auto proposed = [&](MetricType type, const char *container) {
            MetricSpec metric = utilization(50);
            metric.id.type = type;
            metric.id.container = container;
            const auto proposal = propose(metric, setup.measured, setup.workload, Settings());
            return proposal ? *proposal->current.averageUtilization : -1;
        };
        auto &car = pod.spec.initContainers.emplace_back();
        car.name = "car";
        car.restartPolicy = "Always";
        car.resources.requests["cpu"] = quantity("3");
        auto &init = pod.spec.initContainers.emplace_back();
        init.name = "init";
        QCOMPARE(proposed(MetricType::Resource, ""), 20); // of the container and the side-car
        QCOMPARE(proposed(MetricType::ContainerResource, "main"), 80);
        QCOMPARE(proposed(MetricType::ContainerResource, "none"), -1);
        pod.spec.resources.ensure().requests["cpu"] = quantity("8");
        QCOMPARE(proposed(MetricType::Resource, ""), 10); // of the pod
        QCOMPARE(proposed(MetricType::ContainerResource, "main"), 80);
        pod.spec.resources.reset();
        pod.spec.containers[0].resources.requests.clear();
        QCOMPARE(proposed(MetricType::Resource, ""), -1);
    }

    void startingPods() {
        struct Case {
            const char *what;
            Duration started, changed, measured; ///< ago
            bool ready, starting;
        };
        const Case cases[] = {
            {"ready for long", 1h, 50min, 0s, true, false},
            {"just ready, measured before", 2min, 10s, 0s, true, true},
            {"just ready, measured since", 2min, 40s, 0s, true, false},
            {"not ready yet", 2min, 2min, 0s, false, true},
            {"never ready", 1h, 1h, 0s, false, true},
            {"no longer ready", 1h, 10min, 0s, false, false},
        };
        for (const Case &c : cases) {
            corev1::Pod pod = makePod("p", 'R');
            auto ago = [](Duration span) {
                return api::Time(kNow - std::chrono::duration_cast<WallTime::duration>(span));
            };
            pod.status.startTime = ago(c.started);
            pod.status.conditions[0].status = c.ready ? "True" : "False";
            pod.status.conditions[0].lastTransitionTime = ago(c.changed);
            const PodMetrics metrics = {{"p", {1, *ago(c.measured), 30s}}};
            QVERIFY2(groupPods({pod}, metrics, "cpu", Settings(), kNow).unready.contains("p") == c.starting, c.what);
            QVERIFY2(groupPods({pod}, metrics, "memory", Settings(), kNow).ready == 1, c.what);
        }
        corev1::Pod silent = makePod("p", 'R');
        silent.status.conditions.clear();
        QVERIFY(groupPods({silent}, {{"p", {}}}, "cpu", Settings(), kNow).unready.contains("p"));
    }
};

QTEST_GUILESS_MAIN(ReplicaCalculatorTest)
#include "tst_replica_calculator.moc"
