#include "clusterd/controllers/disruption/disruption_status.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers::disruption;
using namespace std::chrono_literals;

namespace {

const WallTime kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

policyv1::PodDisruptionBudget budget(std::optional<api::IntOrString> minAvailable,
                                     std::optional<api::IntOrString> maxUnavailable = {}) {
    policyv1::PodDisruptionBudget made;
    made.metadata.generation = 3;
    made.spec.minAvailable = std::move(minAvailable);
    made.spec.maxUnavailable = std::move(maxUnavailable);
    return made;
}

corev1::Pod pod(std::string name, bool ready) {
    corev1::Pod made;
    made.metadata.name = std::move(name);
    made.status.phase = "Running";
    auto &condition = made.status.conditions.emplace_back();
    condition.type = corev1::kPodReady;
    condition.status = ready ? "True" : "False";
    return made;
}

corev1::Pod targeted(std::string reason = "PreemptionByScheduler") {
    corev1::Pod made = pod("p", true);
    auto &condition = made.status.conditions.emplace_back();
    condition.type = corev1::kDisruptionTarget;
    condition.status = "True";
    condition.reason = std::move(reason);
    condition.lastTransitionTime = api::Time(kNow);
    return made;
}

} // namespace

class DisruptionStatusTest : public QObject {
    Q_OBJECT

private slots:
    void demand() {
        struct Case {
            const char *what;
            std::optional<api::IntOrString> minAvailable, maxUnavailable;
            int32_t pods, declared;
            Demand demand;
            bool countsDeclared;
        };
        const Case cases[] = {
            {"a number to keep", 2, {}, 5, 0, {5, 2}, false},
            {"more to keep than there are", 7, {}, 5, 0, {5, 7}, false},
            {"a share to keep is rounded up", "50%", {}, 1, 5, {5, 3}, true},
            {"all", "100%", {}, 1, 5, {5, 5}, true},
            {"none", "0%", {}, 1, 5, {5, 0}, true},
            {"a number to miss", {}, 2, 1, 5, {5, 3}, true},
            {"a share to miss is rounded up", {}, "30%", 1, 5, {5, 3}, true},
            {"more to miss than are declared", {}, 9, 1, 5, {5, 0}, true},
            {"nothing may be missing", {}, 0, 1, 5, {5, 5}, true},
            {"a share of nothing", {}, "30%", 1, 0, {0, 0}, true},
            {"neither", {}, {}, 4, 0, {0, 0}, false},
        };
        for (const Case &c : cases) {
            const auto spec = budget(c.minAvailable, c.maxUnavailable).spec;
            const auto demand = demandOf(spec, c.pods, c.declared);
            QVERIFY2(demand && *demand == c.demand, c.what);
            QVERIFY2(countsDeclaredPods(spec) == c.countsDeclared, c.what);
        }
        QVERIFY(!demandOf(budget("most").spec, 1, 1));
        QVERIFY(!demandOf(budget({}, "most").spec, 1, 1));
    }

    void disruptionsAllowed() {
        struct Case {
            const char *what;
            Demand demand;
            int ready, unready, allowed;
            const char *status, *reason;
        };
        const Case cases[] = {
            {"some to spare", {5, 3}, 5, 0, 2, "True", "SufficientPods"},
            {"just enough", {5, 3}, 3, 2, 0, "False", "InsufficientPods"},
            {"too few", {5, 3}, 1, 4, 0, "False", "InsufficientPods"},
            {"nothing expected", {0, 0}, 4, 0, 0, "False", "InsufficientPods"},
            {"nothing wanted", {4, 0}, 4, 0, 4, "True", "SufficientPods"},
        };
        for (const Case &c : cases) {
            std::vector<corev1::Pod> pods;
            for (int i = 0; i < c.ready + c.unready; ++i)
                pods.push_back(pod("p" + std::to_string(i), i < c.ready));
            const auto status = calculateStatus(budget(1), c.demand, pods, PendingEvictions(), kNow);
            QVERIFY2(status.disruptionsAllowed == c.allowed, c.what);
            QCOMPARE(status.currentHealthy, c.ready);
            QCOMPARE(status.expectedPods, c.demand.expectedPods);
            QCOMPARE(status.desiredHealthy, c.demand.desiredHealthy);
            QCOMPARE(status.observedGeneration, int64_t(3));
            QCOMPARE(status.conditions.size(), size_t(1));
            QCOMPARE(status.conditions[0].type, std::string("DisruptionAllowed"));
            QCOMPARE(status.conditions[0].status, std::string(c.status));
            QCOMPARE(status.conditions[0].reason, std::string(c.reason));
            QCOMPARE(status.conditions[0].observedGeneration, int64_t(3));
        }
    }

    void grantedEvictions() {
        auto declared = budget(1);
        declared.status.disruptedPods = {{"early", api::Time(kNow - 90s)},
                                         {"fresh", api::Time(kNow - 10s)},
                                         {"overdue", api::Time(kNow - 120s)},
                                         {"going", api::Time(kNow)},
                                         {"gone", api::Time(kNow)}};
        std::vector<corev1::Pod> pods;
        for (const char *name : {"early", "fresh", "overdue", "going", "other", "unready"})
            pods.push_back(pod(name, std::string_view(name) != "unready"));
        pods[3].metadata.deletionTimestamp = api::Time(kNow);
        const PendingEvictions pending = pendingEvictions(declared.status, pods, kNow);
        QCOMPARE(pending.pods.size(), size_t(2));
        QVERIFY(pending.pods.contains("early") && pending.pods.contains("fresh"));
        QCOMPARE(pending.overdue.size(), size_t(1));
        QCOMPARE(pending.overdue[0]->metadata.name, std::string("overdue"));
        QVERIFY(pending.nextExpiry == kNow + 30s);
        QCOMPARE(countHealthy(pods, pending), 2); // overdue and other
    }

    void theConditionKeepsItsTransitionTime() {
        auto declared = budget(1);
        const std::vector<corev1::Pod> pods = {pod("a", true), pod("b", true)};
        declared.status = calculateStatus(declared, Demand{2, 1}, pods, PendingEvictions(), kNow);
        auto later = calculateStatus(declared, Demand{2, 1}, pods, PendingEvictions(), kNow + 10s);
        QVERIFY(later == declared.status);
        later = failedStatus(declared, "no such owner", kNow + 10s);
        QCOMPARE(later.disruptionsAllowed, 0);
        QCOMPARE(later.currentHealthy, 2);
        QCOMPARE(later.conditions[0].reason, std::string("SyncFailed"));
        QCOMPARE(later.conditions[0].message, std::string("no such owner"));
        QVERIFY(later.conditions[0].lastTransitionTime == api::Time(kNow + 10s));
        declared.status = later;
        later = calculateStatus(declared, Demand{2, 2}, pods, PendingEvictions(), kNow + 20s);
        QCOMPARE(later.conditions[0].reason, std::string("InsufficientPods"));
        QCOMPARE(later.conditions[0].message, std::string());
        QVERIFY(later.conditions[0].lastTransitionTime == api::Time(kNow + 10s));
    }

    void disruptionTargets() {
        QVERIFY(disruptionTargetExpiry(targeted()) == kNow + 2min);
        QVERIFY(!disruptionTargetExpiry(pod("p", true)));
        QVERIFY(!disruptionTargetExpiry(targeted("TerminationByKubelet")));
        corev1::Pod going = targeted();
        going.metadata.deletionTimestamp = api::Time(kNow);
        QVERIFY(!disruptionTargetExpiry(going));
        corev1::Pod ended = targeted();
        ended.status.phase = corev1::kPodSucceeded;
        QVERIFY(!disruptionTargetExpiry(ended));
        corev1::Pod mended = targeted();
        mended.status.conditions.back().status = "False";
        QVERIFY(!disruptionTargetExpiry(mended));
    }
};

QTEST_GUILESS_MAIN(DisruptionStatusTest)
#include "tst_disruption_status.moc"
