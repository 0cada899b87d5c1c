#include "clusterd/controllers/disruption/disruption_controller.h"
#include "clusterd/controllers/disruption/stale_pod_disruption_controller.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/served_resources.h"
#include "core/api/types/apps_v1.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <fmt/format.h>
#include <random>

using namespace coracle;
using namespace coracle::controllers;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kDefinition =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},)"
    R"("spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},"versions":[)"
    R"({"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",)"
    R"("x-kubernetes-preserve-unknown-fields":true}},"subresources":{"scale":{"specReplicasPath":".spec.replicas",)"
    R"("statusReplicasPath":".status.replicas"}}}]}})";

struct World : test::RestartableFixture {
    World()
        : RestartableFixture([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<DisruptionController>(context));
              manager.add(std::make_unique<StalePodDisruptionController>(context));
          }) {
        begin();
    }
    void budget(const std::string &rules, const char *name = "web") {
        create(fmt::format(
            R"({{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{{"name":"{}","namespace":"default"}},"spec":{{"selector":{{"matchLabels":{{"app":"web"}}}},{}}}}})",
            name, rules));
    }
    client::ObjectPtr owner(const char *apiVersion, const char *kind, const char *name, int replicas,
                            const client::ObjectPtr &above = nullptr) {
        const bool plainSelector = std::string_view(kind) == "ReplicationController";
        return create(fmt::format(
            R"({{"apiVersion":"{}","kind":"{}","metadata":{{"name":"{}","namespace":"default"{}}},"spec":{{"replicas":{},"selector":{},"template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
            apiVersion, kind, name, above ? "," + references(above) : "", replicas,
            plainSelector ? R"({"app":"web"})" : R"({"matchLabels":{"app":"web"}})"));
    }
    static std::string references(const client::ObjectPtr &owner) {
        return fmt::format(
            R"("ownerReferences":[{{"apiVersion":"{}","kind":"{}","name":"{}","uid":"{}","controller":true}}])",
            owner->apiVersion(), owner->kind(), owner->name(), owner->uid());
    }
    void pod(const std::string &name, const client::ObjectPtr &above = nullptr, bool ready = true) {
        create(fmt::format(
            R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"default","labels":{{"app":"web"}}{}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}})",
            name, above ? "," + references(above) : ""));
        setReady(name, ready);
    }
    void setReady(const std::string &name, bool ready) {
        merge(corev1::Pod::resource(), name,
              fmt::format(R"({{"status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"{}"}}]}}}})",
                          ready ? "True" : "False"),
              "status");
    }
    Result<> evict(const std::string &name) {
        client::WriteOptions options;
        options.subresource = "eviction";
        auto done = api.run(api.client().create(corev1::Pod::resource(), "default", evictionOf(name), options, name));
        return done ? Result<>() : Result<>(std::unexpected(done.error()));
    }
    static std::string evictionOf(const std::string &name) {
        return fmt::format(
            R"({{"apiVersion":"policy/v1","kind":"Eviction","metadata":{{"name":"{}","namespace":"default"}}}})", name);
    }
    policyv1::PodDisruptionBudgetStatus status(const char *name = "web") {
        settle();
        return api.run(client::get<policyv1::PodDisruptionBudget>(api.client(), "default", name))->status;
    }
    bool reports(int expected, int desired, int healthy, int allowed) {
        const auto now = status();
        const bool equal = now.expectedPods == expected && now.desiredHealthy == desired &&
                           now.currentHealthy == healthy && now.disruptionsAllowed == allowed;
        if (!equal)
            qWarning("expected %d desired %d healthy %d allowed %d", now.expectedPods, now.desiredHealthy,
                     now.currentHealthy, now.disruptionsAllowed);
        return equal;
    }
    std::string reason() {
        const auto now = status();
        return now.conditions.empty() ? std::string() : now.conditions[0].reason;
    }
};

} // namespace

class DisruptionControllerTest : public QObject {
    Q_OBJECT

private slots:
    void aNumberOfBarePods() {
        World w;
        w.budget(R"("minAvailable":2)");
        QVERIFY(w.reports(0, 2, 0, 0));
        QVERIFY(w.hasEvent("NoPods"));
        for (const char *name : {"a", "b", "c"})
            w.pod(name);
        QVERIFY(w.reports(3, 2, 3, 1));
        QCOMPARE(w.reason(), std::string("SufficientPods"));
        QCOMPARE(w.status().observedGeneration, int64_t(1));
        w.setReady("a", false);
        QVERIFY(w.reports(3, 2, 2, 0));
        QCOMPARE(w.reason(), std::string("InsufficientPods"));
        w.setReady("a", true);
        w.merge(corev1::Pod::resource(), "a", R"({"metadata":{"labels":{"app":"other"}}})");
        QVERIFY(w.reports(2, 2, 2, 0));
        w.merge(policyv1::PodDisruptionBudget::resource(), "web", R"({"spec":{"minAvailable":1}})");
        QVERIFY(w.reports(2, 1, 2, 1));
        QCOMPARE(w.status().observedGeneration, int64_t(2));
    }

    void twoBudgetsForAPod() {
        World w;
        w.budget(R"("minAvailable":1)", "web");
        w.pod("a");
        w.settle();
        QVERIFY(!w.hasEvent("MultiplePodDisruptionBudgets"));
        w.budget(R"("minAvailable":1)", "other");
        w.settle();
        w.pod("b");
        QVERIFY(w.hasEvent("MultiplePodDisruptionBudgets"));
    }

    void theDeclaredNumberOfADeployment() {
        World w;
        w.budget(R"("maxUnavailable":"30%")");
        const auto deployment = w.owner("apps/v1", "Deployment", "web", 5);
        const auto old = w.owner("apps/v1", "ReplicaSet", "web-1", 2, deployment);
        const auto fresh = w.owner("apps/v1", "ReplicaSet", "web-2", 3, deployment);
        w.pod("a", old);
        w.pod("b", old);
        w.pod("c", fresh);
        QVERIFY(w.reports(5, 3, 3, 0));
        w.pod("d", fresh);
        QVERIFY(w.reports(5, 3, 4, 1));
        w.merge(appsv1::Deployment::resource(), "web", R"({"spec":{"replicas":3}})");
        QVERIFY(w.reports(3, 2, 4, 2));
    }

    void ownersOfOtherKinds() {
        World w;
        w.create(std::string(kDefinition));
        w.api.runUntil([&] { return findServedKind(w.api.client(), "example.com/v1", "Thing") != nullptr; });
        w.budget(R"("minAvailable":"50%")");
        w.pod("a", w.owner("apps/v1", "StatefulSet", "one", 2));
        w.pod("b", w.owner("v1", "ReplicationController", "two", 3));
        w.pod("c", w.owner("apps/v1", "ReplicaSet", "three", 4));
        w.pod(
            "d",
            w.create(
                R"({"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"four","namespace":"default"},"spec":{"replicas":2}})"));
        QVERIFY(w.reports(11, 6, 4, 0));
        w.pod("bare");
        QVERIFY(w.reports(11, 6, 5, 0));
        QVERIFY(w.hasEvent("UnmanagedPods"));
    }

    void anUnknownOwnerLetsNothingGo() {
        World w;
        const auto set = w.owner("apps/v1", "ReplicaSet", "web", 2);
        w.pod("a", set);
        w.pod("b", set);
        w.budget(R"("maxUnavailable":1)");
        QVERIFY(w.reports(2, 1, 2, 1));
        const auto job =
            w.create(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"odd","namespace":"default"}})");
        w.pod("c", job);
        QVERIFY(w.reports(2, 1, 2, 0));
        QCOMPARE(w.reason(), std::string("SyncFailed"));
        QVERIFY(w.status().conditions[0].message.find("scale") != std::string::npos);
        QVERIFY(w.hasEvent("CalculateExpectedPodCountFailed"));
        w.removePod("c");
        QVERIFY(w.reports(2, 1, 2, 1));
    }

    void evictionsSpendTheBudget() {
        World w;
        w.budget(R"("minAvailable":2)");
        for (const char *name : {"a", "b", "c"})
            w.pod(name);
        w.settle();
        // Two at the same time, of which one is allowed.
        int granted = 0, answered = 0;
        for (const char *name : {"a", "b"}) {
            client::WriteOptions options;
            options.subresource = "eviction";
            boost::asio::co_spawn(
                w.api.context(),
                w.api.client().create(corev1::Pod::resource(), "default", World::evictionOf(name), options, name),
                [&](std::exception_ptr, const Result<client::ObjectPtr> &done) {
                    ++answered;
                    granted += done.has_value();
                });
        }
        w.api.runUntil([&] { return answered == 2; });
        QCOMPARE(granted, 1);
        QVERIFY(w.reports(2, 2, 2, 0));
        const auto refused = w.evict("c");
        QVERIFY(!refused && refused.error().code == 429);
        w.setReady("c", false);
        w.settle();
        QVERIFY(!w.evict("c")); // IfHealthyBudget, and the budget is not
        w.merge(policyv1::PodDisruptionBudget::resource(), "web",
                R"({"spec":{"unhealthyPodEvictionPolicy":"AlwaysAllow"}})");
        w.settle();
        QVERIFY(w.evict("c").has_value());
        QVERIFY(w.status().disruptedPods.empty());
    }

    void aGrantedEvictionLapses() {
        World w;
        w.budget(R"("minAvailable":1)");
        w.pod("a");
        w.pod("b");
        QVERIFY(w.reports(2, 1, 2, 1));
        // What the API server writes before it deletes the pod; then it dies.
        w.merge(policyv1::PodDisruptionBudget::resource(), "web",
                R"({"status":{"disruptionsAllowed":0,"disruptedPods":{"a":"2026-01-01T00:00:00Z"}}})", "status");
        QVERIFY(w.reports(2, 1, 1, 0));
        w.restart(); // and the controller with it
        w.clock.advance(119s);
        QVERIFY(w.reports(2, 1, 1, 0));
        w.clock.advance(1s);
        QVERIFY(w.reports(2, 1, 2, 1));
        QVERIFY(w.status().disruptedPods.empty());
        QVERIFY(w.hasEvent("NotDeleted"));
    }

    void staleDisruptionTargetsGo() {
        World w;
        w.pod("a");
        w.merge(
            corev1::Pod::resource(), "a",
            R"({"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"DisruptionTarget","status":"True","reason":"PreemptionByScheduler","lastTransitionTime":"2026-01-01T00:00:00Z"}]}})",
            "status");
        auto target = [&] {
            w.settle();
            const auto pod = w.list<corev1::Pod>().front();
            return findCondition(pod.status, corev1::kDisruptionTarget)->status;
        };
        w.settle();
        w.clock.advance(119s);
        QCOMPARE(target(), std::string("True"));
        w.clock.advance(1s);
        QCOMPARE(target(), std::string("False"));
        QVERIFY(isPodReady(w.list<corev1::Pod>().front()));
    }

    void anythingMayHappen_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 5; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    void anythingMayHappen() {
        QFETCH(int, seed);
        std::mt19937 random(static_cast<unsigned>(seed));
        auto below = [&](size_t limit) { return limit ? static_cast<size_t>(random() % limit) : size_t(0); };
        World w;
        w.budget(R"("maxUnavailable":1)");
        const std::vector<client::ObjectPtr> owners = {w.owner("apps/v1", "ReplicaSet", "s0", 2),
                                                       w.owner("apps/v1", "ReplicaSet", "s1", 3)};
        static const char *const kRules[] = {
            R"({"minAvailable":null,"maxUnavailable":1})", R"({"minAvailable":null,"maxUnavailable":"40%"})",
            R"({"minAvailable":2,"maxUnavailable":null})", R"({"minAvailable":"60%","maxUnavailable":null})"};
        for (int step = 0, made = 0; step < 120; ++step) {
            const auto pods = w.list<corev1::Pod>();
            const std::string victim = pods.empty() ? std::string() : pods[below(pods.size())].metadata.name;
            switch (below(8)) {
            case 0:
            case 1:
                w.pod("p" + std::to_string(made++), owners[below(2)], below(4) != 0);
                break;
            case 2:
                if (!victim.empty())
                    w.setReady(victim, below(2) == 0);
                break;
            case 3:
                if (!victim.empty())
                    w.removePod(victim);
                break;
            case 4:
                if (!victim.empty())
                    (void)w.evict(victim);
                break;
            case 5:
                w.merge(appsv1::ReplicaSet::resource(), "s" + std::to_string(below(2)),
                        fmt::format(R"({{"spec":{{"replicas":{}}}}})", below(6)));
                break;
            case 6:
                w.merge(policyv1::PodDisruptionBudget::resource(), "web",
                        fmt::format(R"({{"spec":{}}})", kRules[below(std::size(kRules))]));
                break;
            default:
                w.clock.advance(std::chrono::seconds(below(60)));
                if (below(3) == 0)
                    w.restart();
            }
            w.runSome(below(12));
        }
        w.settle();
        w.clock.advance(3min);
        w.settle();
        const auto budget = w.api.run(client::get<policyv1::PodDisruptionBudget>(w.api.client(), "default", "web"));
        int32_t declared = 0, healthy = 0;
        const auto pods = w.list<corev1::Pod>();
        for (const auto &set : w.list<appsv1::ReplicaSet>())
            if (std::ranges::any_of(pods,
                                    [&](const auto &p) { return controllerOf(p.metadata)->uid == set.metadata.uid; }))
                declared += *set.spec.replicas;
        for (const auto &pod : pods)
            healthy += isPodReady(pod);
        const auto demand = disruption::demandOf(budget->spec, static_cast<int32_t>(pods.size()), declared);
        QVERIFY(w.reports(demand->expectedPods, demand->desiredHealthy, healthy,
                          demand->expectedPods > 0 ? std::max(healthy - demand->desiredHealthy, 0) : 0));
        QCOMPARE(budget->status.observedGeneration, budget->metadata.generation);
        QVERIFY(budget->status.disruptedPods.empty());
    }
};

QTEST_GUILESS_MAIN(DisruptionControllerTest)
#include "tst_disruption_controller.moc"
