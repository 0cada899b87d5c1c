#include "tests/clusterd/controllers/daemon/daemonset_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
using test::DaemonSetFixture;

namespace {

using Running = std::multiset<std::string>;

bool isComplete(DaemonSetFixture &d) {
    const auto agent = d.agent();
    const auto &status = agent.status;
    return status.observedGeneration == agent.metadata.generation && status.numberMisscheduled == 0 &&
           status.updatedNumberScheduled == status.desiredNumberScheduled &&
           status.numberAvailable == status.desiredNumberScheduled;
}

Task<> giveAway(DaemonSetFixture &d, const corev1::Pod &pod) {
    (void)co_await d.f.api.client().patch(corev1::Pod::resource(), "default", pod.metadata.name,
                                          client::PatchType::Merge, R"({"metadata":{"ownerReferences":null}})");
}

} // namespace

class DaemonSetControllerTest : public QObject {
    Q_OBJECT

private slots:
    void runsOnePodOnEveryNode() {
        DaemonSetFixture d;
        d.node("a");
        d.node("b");
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 2; }));
        QCOMPARE(d.running(), (Running{"a=v0", "b=v0"}));
        const auto agent = d.agent();
        QCOMPARE(agent.status.desiredNumberScheduled, 2);
        QCOMPARE(agent.status.currentNumberScheduled, 2);
        QCOMPARE(agent.status.updatedNumberScheduled, 2);
        QCOMPARE(agent.status.numberReady, 2);
        QCOMPARE(agent.status.numberUnavailable, 0);
        QCOMPARE(agent.status.observedGeneration, agent.metadata.generation);
        const auto revisions = d.revisions();
        QCOMPARE(revisions.size(), size_t(1));
        QCOMPARE(revisions[0].revision, int64_t(1));
        for (const corev1::Pod &pod : d.pods()) {
            QCOMPARE(pod.metadata.labels.at("controller-revision-hash"),
                     std::string(history::hashLabel(revisions[0].metadata)));
            QCOMPARE(pod.metadata.labels.at("pod-template-generation"), std::string("1"));
            QCOMPARE(controllerOf(pod.metadata)->uid, agent.metadata.uid);
        }
        QVERIFY(d.hasEvent("SuccessfulCreate"));
    }

    void followsTheNodes() {
        DaemonSetFixture d;
        d.node("a", R"({"disk":"ssd"})");
        d.node("b", R"({"disk":"hdd"})");
        d.daemonSet(R"({"template":{"spec":{"nodeSelector":{"disk":"ssd"}}}})");
        QVERIFY(d.converge([&] { return d.running() == Running{"a=v0"}; }));
        d.node("c", R"({"disk":"ssd"})");
        QVERIFY(d.converge([&] { return d.running() == Running{"a=v0", "c=v0"}; }));
        d.f.merge(corev1::Node::resource(), {}, "b", R"({"metadata":{"labels":{"disk":"ssd"}}})");
        QVERIFY(d.converge([&] { return d.running() == Running{"a=v0", "b=v0", "c=v0"}; }));
        d.f.merge(corev1::Node::resource(), {}, "a", R"({"metadata":{"labels":{"disk":"hdd"}}})");
        QVERIFY(d.converge([&] { return d.running() == Running{"b=v0", "c=v0"}; }));
        d.taint("b", R"([{"key":"mine","effect":"NoSchedule"}])");
        QVERIFY(d.converge([&] { return d.agent().status.numberMisscheduled == 1; }));
        QCOMPARE(d.running(), (Running{"b=v0", "c=v0"}));
        d.taint("c", R"([{"key":"mine","effect":"NoExecute"}])");
        QVERIFY(d.converge([&] { return d.running() == Running{"b=v0"}; }));
        QVERIFY(d.hasEvent("SuccessfulDelete"));
        QCOMPARE(d.agent().status.desiredNumberScheduled, 0);
    }

    void aPodThatWaitsForANodeThatIsGoneGoes() {
        DaemonSetFixture d;
        d.kubeletsWork = false;
        d.node("a");
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.pods().size() == 1; }));
        (void)d.f.api.run(d.f.api.client().remove(corev1::Node::resource(), {}, "a"));
        QVERIFY(d.converge([&] { return d.pods().empty(); }));
    }

    void rollsWithinMaxUnavailable() {
        DaemonSetFixture d;
        for (const char *name : {"a", "b", "c", "d", "e"})
            d.node(name);
        d.daemonSet(R"({"updateStrategy":{"rollingUpdate":{"maxUnavailable":"40%"}}})");
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 5; }));
        int leastReady = 99;
        size_t most = 0;
        d.f.informers.get<corev1::Pod>().addHandler([&](const api::ObjectPtr &, const api::ObjectPtr &) {
            int ready = 0;
            size_t active = 0;
            for (const api::ObjectPtr &object : d.f.informers.get<corev1::Pod>().list()) {
                const auto pod = api::decode<corev1::Pod>(*object);
                ready += isPodActive(*pod) && isPodReady(*pod);
                active += isPodActive(*pod);
            }
            leastReady = std::min(leastReady, ready);
            most = std::max(most, active);
        });
        leastReady = 99;
        d.setImage("v1");
        QVERIFY(d.converge([&] { return d.agent().status.updatedNumberScheduled == 5 && isComplete(d); }));
        QCOMPARE(d.running(), (Running{"a=v1", "b=v1", "c=v1", "d=v1", "e=v1"}));
        QVERIFY2(leastReady >= 3, std::to_string(leastReady).c_str());
        QCOMPARE(most, size_t(5));
    }

    void surgesBeforeItRemoves() {
        DaemonSetFixture d;
        for (const char *name : {"a", "b", "c"})
            d.node(name);
        d.daemonSet(R"({"updateStrategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":1}},"minReadySeconds":5})");
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 3; }));
        size_t most = 0;
        std::set<std::string> least{"a", "b", "c"};
        d.f.informers.get<corev1::Pod>().addHandler([&](const api::ObjectPtr &, const api::ObjectPtr &) {
            size_t active = 0;
            std::set<std::string> serving;
            for (const api::ObjectPtr &object : d.f.informers.get<corev1::Pod>().list()) {
                const auto pod = api::decode<corev1::Pod>(*object);
                active += isPodActive(*pod);
                if (isPodActive(*pod) && isPodAvailable(*pod, 5, d.clock.now()))
                    serving.insert(pod->spec.nodeName);
            }
            most = std::max(most, active);
            if (serving.size() < least.size())
                least = serving;
        });
        least = {"a", "b", "c"};
        d.setImage("v1");
        QVERIFY(d.converge([&] { return d.running() == Running{"a=v1", "b=v1", "c=v1"} && isComplete(d); }));
        QCOMPARE(most, size_t(4));
        QCOMPARE(least.size(), size_t(3));
    }

    void aRolloutThatNeverGetsReadyStops() {
        DaemonSetFixture d;
        for (const char *name : {"a", "b", "c"})
            d.node(name);
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 3; }));
        d.becomesReady = [](const corev1::Pod &pod) { return pod.spec.containers[0].image != "broken"; };
        d.setImage("broken");
        QVERIFY(d.converge([&] { return d.agent().status.updatedNumberScheduled == 1; }));
        d.clock.advance(std::chrono::minutes(10));
        QVERIFY(d.converge([&] { return true; }));
        QCOMPARE(d.agent().status.numberUnavailable, 1);
        // Back to what worked: the broken one is replaced, the others stay.
        d.setImage("v0");
        QVERIFY(d.converge([&] { return d.running() == Running{"a=v0", "b=v0", "c=v0"} && isComplete(d); }));
        QCOMPARE(d.revisions().size(), size_t(2));
    }

    void onDeleteWaitsForSomebody() {
        DaemonSetFixture d;
        d.node("a");
        d.node("b");
        d.daemonSet(R"({"updateStrategy":{"type":"OnDelete","rollingUpdate":null}})");
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 2; }));
        d.setImage("v1");
        QVERIFY(d.converge([&] { return d.agent().status.updatedNumberScheduled == 0; }));
        QCOMPARE(d.running(), (Running{"a=v0", "b=v0"}));
        d.remove(d.pods()[0]);
        QVERIFY(d.converge([&] { return d.agent().status.updatedNumberScheduled == 1; }));
        QCOMPARE(d.running().size(), size_t(2));
    }

    void failedPodsAreReplacedWithBackOff() {
        DaemonSetFixture d;
        d.node("a");
        d.daemonSet();
        auto fresh = [&](const std::string &old) {
            const auto pods = d.pods();
            return pods.size() == 1 && pods[0].metadata.uid != old && isPodReady(pods[0]);
        };
        QVERIFY(d.converge([&] { return fresh({}); }));
        // The first is replaced at once, the others 1, 2 and 4 seconds after the one before.
        const SteadyTime begin = d.clock.steadyNow();
        for (int round = 0; round < 4; ++round) {
            const corev1::Pod pod = d.pods()[0];
            d.end(pod, "Failed");
            QVERIFY(d.converge([&] { return fresh(pod.metadata.uid); }));
        }
        QVERIFY(d.clock.steadyNow() - begin >= std::chrono::seconds(7));
        QVERIFY(d.hasEvent("FailedDaemonPod"));
        const corev1::Pod pod = d.pods()[0];
        d.end(pod, "Succeeded");
        QVERIFY(d.converge([&] { return fresh(pod.metadata.uid); }));
        QVERIFY(d.hasEvent("SucceededDaemonPod"));
    }

    void adoptsAndReleases() {
        DaemonSetFixture d;
        d.node("a");
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 1; }));
        corev1::Pod pod = d.pods()[0];
        d.f.merge(corev1::Pod::resource(), "default", pod.metadata.name, R"({"metadata":{"ownerReferences":null}})");
        d.f.merge(appsv1::ControllerRevision::resource(), "default", d.revisions()[0].metadata.name,
                  R"({"metadata":{"ownerReferences":null}})");
        QVERIFY(
            d.converge([&] { return controllerOf(d.pods()[0].metadata) && controllerOf(d.revisions()[0].metadata); }));
        QCOMPARE(d.pods().size(), size_t(1));
        QCOMPARE(d.pods()[0].metadata.uid, pod.metadata.uid);
        QCOMPARE(d.revisions().size(), size_t(1));
        d.f.merge(corev1::Pod::resource(), "default", pod.metadata.name, R"({"metadata":{"labels":{"app":"other"}}})");
        QVERIFY(d.converge([&] { return d.pods().size() == 2; }));
        for (const corev1::Pod &each : d.pods())
            QCOMPARE(controllerOf(each.metadata) == nullptr, each.metadata.uid == pod.metadata.uid);
    }

    void aSetThatIsDeletedMakesAndAdoptsNothing() {
        DaemonSetFixture d;
        d.node("a");
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 1; }));
        d.patch(R"({"metadata":{"finalizers":["example.com/wait"]}})");
        (void)d.f.api.run(d.f.api.client().remove(appsv1::DaemonSet::resource(), "default", "agent"));
        const corev1::Pod pod = d.pods()[0];
        d.f.merge(corev1::Pod::resource(), "default", pod.metadata.name, R"({"metadata":{"ownerReferences":null}})");
        d.node("b");
        QVERIFY(d.converge([&] { return true; }));
        QCOMPARE(d.pods().size(), size_t(1));
        QVERIFY(!controllerOf(d.pods()[0].metadata));
    }

    void rollingBackTakesTheOldRevisionUpAgain() {
        DaemonSetFixture d;
        d.node("a");
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 1; }));
        const std::string first = d.revisions()[0].metadata.name;
        d.setImage("v1");
        QVERIFY(d.converge([&] { return d.running() == Running{"a=v1"} && isComplete(d); }));
        // As kubectl rollout undo does it.
        client::ObjectPtr undone;
        for (const appsv1::ControllerRevision &revision : d.revisions())
            if (revision.metadata.name == first)
                undone = *d.f.api.run(d.f.api.client().patch(appsv1::DaemonSet::resource(), "default", "agent",
                                                             client::PatchType::StrategicMerge, revision.data.text));
        QVERIFY(undone);
        QVERIFY(d.converge([&] { return d.running() == Running{"a=v0"} && isComplete(d); }));
        const auto revisions = d.revisions();
        QCOMPARE(revisions.size(), size_t(2));
        for (const appsv1::ControllerRevision &revision : revisions)
            QCOMPARE(revision.revision, int64_t(revision.metadata.name == first ? 3 : 2));
    }

    void oldRevisionsBeyondTheLimitGo() {
        DaemonSetFixture d;
        d.node("a");
        d.daemonSet(R"({"revisionHistoryLimit":2})");
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 1; }));
        for (const char *image : {"v1", "v2", "v3", "v4"}) {
            d.setImage(image);
            QVERIFY(d.converge([&] { return d.running() == Running{std::string("a=") + image} && isComplete(d); }));
        }
        QVERIFY(d.converge([&] { return d.revisions().size() == 3; }));
        std::set<int64_t> numbers;
        for (const appsv1::ControllerRevision &revision : d.revisions())
            numbers.insert(revision.revision);
        QCOMPARE(numbers, (std::set<int64_t>{3, 4, 5}));
    }

    void duplicatesOfTheCurrentRevisionGo() {
        DaemonSetFixture d;
        d.node("a");
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 1; }));
        const std::string uid = d.pods()[0].metadata.uid;
        appsv1::ControllerRevision twin = d.revisions()[0];
        twin.metadata.name = "agent-twin";
        twin.metadata.uid.clear();
        twin.metadata.resourceVersion.clear();
        twin.metadata.labels["controller-revision-hash"] = "twin";
        twin.revision = 8;
        QVERIFY(d.f.api.run(client::create(d.f.api.client(), twin)));
        QVERIFY(d.converge([&] {
            return d.revisions().size() == 1 && d.pods().size() == 1 &&
                   d.pods()[0].metadata.labels.at("controller-revision-hash") == "twin";
        }));
        QCOMPARE(d.pods()[0].metadata.uid, uid);
        // Without its label a revision gets its name as the hash.
        d.f.merge(appsv1::ControllerRevision::resource(), "default", "agent-twin",
                  R"({"metadata":{"labels":{"controller-revision-hash":null}}})");
        QVERIFY(d.converge([&] { return history::hashLabel(d.revisions()[0].metadata) == "agent-twin"; }));
    }

    void collisionsOfHashesAreCounted() {
        DaemonSetFixture d;
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.revisions().size() == 1; }));
        appsv1::DaemonSet next = d.agent();
        next.spec.template_.spec.containers[0].image = "v1";
        appsv1::ControllerRevision taken =
            history::make("apps/v1", "DaemonSet", next.metadata, next.spec.template_, 1, {});
        taken.metadata.ownerReferences.clear();
        taken.metadata.labels.clear();
        taken.data.text = R"({"other":true})";
        QVERIFY(d.f.api.run(client::create(d.f.api.client(), taken)));
        d.setImage("v1");
        QVERIFY(d.converge([&] { return d.revisions().size() == 3; }));
        QCOMPARE(d.agent().status.collisionCount, std::optional<int32_t>(1));
        d.node("a");
        QVERIFY(d.converge([&] { return d.running() == Running{"a=v1"} && isComplete(d); }));
    }

    void whatCannotBeMadeIsReportedAndTriedAgain() {
        DaemonSetFixture d;
        bool refuse = true;
        d.faults = [&](const api::ResourceInfo &resource) {
            return refuse && &resource == &corev1::Pod::resource() ? test::FaultyClient::Fault::Before
                                                                   : test::FaultyClient::Fault::None;
        };
        d.restart();
        d.node("a");
        d.node("b");
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.hasEvent("FailedCreate"); }));
        QCOMPARE(d.agent().status.desiredNumberScheduled, 2);
        QCOMPARE(d.agent().status.currentNumberScheduled, 0);
        refuse = false;
        QVERIFY(d.converge([&] { return d.running() == Running{"a=v0", "b=v0"}; }));
    }

    void aSetMadeAnewTakesItsPodsBack() {
        DaemonSetFixture d;
        d.node("a");
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.agent().status.numberAvailable == 1; }));
        const std::string pod = d.pods()[0].metadata.uid, revision = d.revisions()[0].metadata.uid;
        (void)d.f.api.run(d.f.api.client().remove(appsv1::DaemonSet::resource(), "default", "agent"));
        // As the garbage collector orphans them.
        const std::string orphaned = R"({"metadata":{"ownerReferences":null}})";
        d.f.merge(corev1::Pod::resource(), "default", d.pods()[0].metadata.name, orphaned);
        d.f.merge(appsv1::ControllerRevision::resource(), "default", d.revisions()[0].metadata.name, orphaned);
        d.daemonSet();
        QVERIFY(d.converge([&] { return isComplete(d) && d.agent().status.numberAvailable == 1; }));
        QCOMPARE(d.pods().size(), size_t(1));
        QCOMPARE(d.pods()[0].metadata.uid, pod);
        QCOMPARE(d.revisions().size(), size_t(1));
        QCOMPARE(d.revisions()[0].metadata.uid, revision);
        QCOMPARE(controllerOf(d.pods()[0].metadata)->uid, d.agent().metadata.uid);
    }

    void aPodThatIsGivenAwayWhileItIsDeletedIsNotWaitedFor() {
        DaemonSetFixture d;
        d.kubeletsWork = false;
        d.node("a");
        d.daemonSet();
        QVERIFY(d.converge([&] { return d.pods().size() == 1; }));
        // Both changes are there before the controller sees the first of them.
        const corev1::Pod pod = d.pods()[0];
        bool givenAway = false;
        d.faults = [&](const api::ResourceInfo &resource) {
            if (&resource == &corev1::Pod::resource() && !std::exchange(givenAway, true))
                d.f.gate.spawn([&d, &pod] { return giveAway(d, pod); });
            return test::FaultyClient::Fault::None;
        };
        d.restart();
        d.taint("a", R"([{"key":"mine","effect":"NoExecute"}])");
        QVERIFY(d.converge([&] { return givenAway && d.pods().empty(); }));
        d.taint("a", "[]");
        const SteadyTime begin = d.clock.steadyNow();
        QVERIFY(d.converge([&] { return d.pods().size() == 1; }));
        QVERIFY(d.clock.steadyNow() - begin < std::chrono::minutes(1));
    }
};

QTEST_GUILESS_MAIN(DaemonSetControllerTest)
#include "tst_daemonset_controller.moc"
