#include "tests/clusterd/controllers/statefulset/statefulset_fixture.h"
#include "tests/support/manual_clock.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
using test::kClaimTemplates;
using test::statefulSetJson;

using Names = std::vector<std::string>;

namespace {

struct Fixture : test::StatefulSetFixture {
    Fixture() { start(); }
};

} // namespace

class StatefulSetControllerTest : public QObject {
    Q_OBJECT

private slots:
    void makesItsPodsInOrder() {
        Fixture f;
        std::string order;
        f.informers.get<corev1::Pod>().addHandler([&](const api::ObjectPtr &before, const api::ObjectPtr &after) {
            auto pod = after ? api::decode<corev1::Pod>(*after) : Result<corev1::Pod>();
            if (!before)
                order += "+" + pod->metadata.name;
            else if (isPodReady(*pod))
                order += "!";
        });
        f.create(statefulSetJson(R"("replicas":3,)"));
        f.until([&] { return f.complete(3); });
        QCOMPARE(order, std::string("+web-0!+web-1!+web-2!"));
        const auto pod = f.pod("web-1");
        const auto status = f.web().status;
        QCOMPARE(pod->metadata.labels.at("statefulset.kubernetes.io/pod-name"), std::string("web-1"));
        QCOMPARE(pod->metadata.labels.at("apps.kubernetes.io/pod-index"), std::string("1"));
        QCOMPARE(pod->metadata.labels.at("controller-revision-hash"), status.updateRevision);
        QCOMPARE(pod->spec.hostname, std::string("web-1"));
        QCOMPARE(pod->spec.subdomain, std::string("web"));
        QCOMPARE(controllerOf(pod->metadata)->uid, f.web().metadata.uid);
        QCOMPARE(status.currentReplicas, 3);
        QCOMPARE(status.collisionCount.value_or(-1), 0);
        const auto revisions = f.revisions();
        QCOMPARE(revisions.size(), size_t(1));
        QCOMPARE(revisions[0].metadata.name, status.currentRevision);
        QCOMPARE(revisions[0].revision, int64_t(1));
        f.until([&] { return f.events("SuccessfulCreate").size() == 3; });
        QVERIFY(f.events("SuccessfulCreate")[0].starts_with("create Pod web-"));
        QVERIFY(f.events("SuccessfulCreate")[0].ends_with(" in StatefulSet web successful"));
    }

    void countsFromItsStart() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":2,"ordinals":{"start":5},)"));
        f.until([&] { return f.complete(2); });
        QCOMPARE(f.podNames(), (Names{"web-5", "web-6"}));
        f.patch(R"({"spec":{"ordinals":{"start":6}}})");
        f.until([&] { return f.podNames() == Names{"web-6", "web-7"} && f.complete(2); });
    }

    void waitsForTheFirstUnreadyPod() {
        Fixture f;
        f.makeReady = false;
        f.create(statefulSetJson(R"("replicas":3,)"));
        f.until([&] { return f.podNames() == Names{"web-0"}; });
        f.settle();
        QCOMPARE(f.podNames(), (Names{"web-0"}));
        f.setPod("web-0", "Running", true);
        f.until([&] { return f.podNames() == Names{"web-0", "web-1"}; });
        f.settle();
        QCOMPARE(f.podNames(), (Names{"web-0", "web-1"}));
    }

    void parallelWaitsForNone() {
        Fixture f;
        f.makeReady = false;
        f.create(statefulSetJson(R"("replicas":3,"podManagementPolicy":"Parallel",)"));
        f.until([&] { return f.podNames().size() == 3; });
        f.scale(1);
        f.until([&] { return f.podNames() == Names{"web-0"}; });
    }

    void scalesDownFromTheHighest() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":3,)"));
        f.until([&] { return f.complete(3); });
        std::string gone;
        f.informers.get<corev1::Pod>().addHandler([&](const api::ObjectPtr &before, const api::ObjectPtr &after) {
            if (!after)
                gone += before->name();
        });
        f.setPod("web-0", "Running", false);
        f.scale(1);
        f.settle();
        QCOMPARE(f.podNames().size(), size_t(3));
        f.setPod("web-0", "Running", true);
        f.until([&] { return f.complete(1); });
        QCOMPARE(gone, std::string("web-2web-1"));
        f.until([&] { return f.events("SuccessfulDelete").size() == 2; });
    }

    void updatesFromTheHighestDownToThePartition() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":3,"updateStrategy":{"rollingUpdate":{"partition":2}},)"));
        f.until([&] { return f.complete(3); });
        const std::string first = f.web().status.currentRevision;
        f.setImage("two");
        f.until([&] { return f.images() == "web-0=one web-1=one web-2=two" && f.web().status.updatedReplicas == 1; });
        f.settle();
        auto status = f.web().status;
        QCOMPARE(status.currentRevision, first);
        QVERIFY(status.updateRevision != first);
        QCOMPARE(status.currentReplicas, 2);
        // Below the partition a pod comes back as it was.
        f.removePod("web-0");
        f.until([&] { return f.web().status.availableReplicas == 3 && f.podNames().size() == 3; });
        QCOMPARE(f.images(), std::string("web-0=one web-1=one web-2=two"));
        std::string gone;
        f.informers.get<corev1::Pod>().addHandler([&](const api::ObjectPtr &before, const api::ObjectPtr &after) {
            if (!after)
                gone += before->name();
        });
        f.patch(R"({"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}})");
        f.until([&] { return f.complete(3); });
        QCOMPARE(f.images(), std::string("web-0=two web-1=two web-2=two"));
        QCOMPARE(gone, std::string("web-1web-0"));
        QCOMPARE(f.web().status.currentReplicas, 3);
    }

    void onDeleteWaitsForThePerson() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":2,"updateStrategy":{"type":"OnDelete"},)"));
        f.until([&] { return f.web().status.availableReplicas == 2; });
        f.setImage("two");
        f.until([&] { return f.revisions().size() == 2; });
        f.settle();
        QCOMPARE(f.images(), std::string("web-0=one web-1=one"));
        f.removePod("web-0");
        f.until([&] { return f.images() == "web-0=two web-1=one"; });
    }

    void updatesSeveralAtOnce() {
        Fixture f;
        f.create(statefulSetJson(
            R"("replicas":4,"podManagementPolicy":"Parallel","updateStrategy":{"rollingUpdate":{"maxUnavailable":2}},)"));
        f.until([&] { return f.complete(4); });
        f.makeReady = false;
        f.setImage("two");
        f.until([&] { return f.images() == "web-0=one web-1=one web-2=two web-3=two"; });
        f.settle();
        QCOMPARE(f.images(), std::string("web-0=one web-1=one web-2=two web-3=two"));
        f.setPod("web-3", "Running", true);
        f.until([&] { return f.images() == "web-0=one web-1=two web-2=two web-3=two"; });
    }

    void keepsAHistoryAndGoesBack() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":1,"revisionHistoryLimit":2,)", "v0"));
        f.until([&] { return f.complete(1); });
        for (const char *image : {"v1", "v2", "v3", "v4"}) {
            f.setImage(image);
            f.until([&] { return f.images() == fmt::format("web-0={}", image) && f.complete(1); });
        }
        f.until([&] { return f.revisions().size() == 3; });
        f.setImage("v2");
        f.until([&] { return f.images() == "web-0=v2" && f.complete(1); });
        f.settle();
        auto revisions = f.revisions();
        QCOMPARE(revisions.size(), size_t(3));
        std::vector<int64_t> numbers;
        for (const auto &revision : revisions) {
            numbers.push_back(revision.revision);
            QVERIFY(revision.data.text.find(R"("$patch":"replace")") != std::string::npos);
            QCOMPARE(revision.metadata.labels.at("app"), std::string("web"));
        }
        std::sort(numbers.begin(), numbers.end());
        QCOMPARE(numbers, (std::vector<int64_t>{4, 5, 6}));
    }

    void adoptsItsRevisionsAgain() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":1,)"));
        f.until([&] { return f.complete(1); });
        f.merge(appsv1::ControllerRevision::resource(), "default", f.revisions()[0].metadata.name,
                R"({"metadata":{"ownerReferences":null}})");
        f.scale(2);
        f.until([&] { return f.complete(2); });
        const auto revisions = f.revisions();
        QCOMPARE(revisions.size(), size_t(1));
        QVERIFY(controllerOf(revisions[0].metadata));
    }

    void aTakenRevisionNameIsACollision() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":0,)"));
        f.until([&] { return f.complete(0); });
        const auto mine = f.revisions()[0];
        (void)f.api.run(f.api.client().remove(appsv1::StatefulSet::resource(), "default", "web"));
        f.settle();
        // The revision is still there, with an owner that is gone; a set of the same name needs another name for its
        // own.
        f.create(statefulSetJson(R"("replicas":0,)"));
        f.until([&] { return f.complete(0); });
        QCOMPARE(f.web().status.collisionCount.value_or(0), 1);
        QVERIFY(f.web().status.updateRevision != mine.metadata.name);
    }

    void makesFinishedPodsAgain() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":2,)"));
        f.until([&] { return f.complete(2); });
        for (const char *phase : {"Failed", "Succeeded"}) {
            const std::string before = f.pod("web-0")->metadata.uid;
            f.setPod("web-0", phase, false);
            f.until([&] {
                const auto pod = f.pod("web-0");
                return pod && pod->metadata.uid != before && f.complete(2);
            });
        }
    }

    void waitsForAPodThatIsBeingDeleted() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":2,)"));
        f.until([&] { return f.complete(2); });
        f.merge(corev1::Pod::resource(), "default", "web-1", R"({"metadata":{"finalizers":["example.com/hold"]}})");
        const std::string before = f.pod("web-1")->metadata.uid;
        f.removePod("web-1");
        f.scale(3);
        f.settle();
        QCOMPARE(f.podNames(), (Names{"web-0", "web-1"}));
        f.merge(corev1::Pod::resource(), "default", "web-1", R"({"metadata":{"finalizers":null}})");
        f.until([&] { return f.complete(3); });
        QVERIFY(f.pod("web-1")->metadata.uid != before);
    }

    void claimsComeBeforeTheirPods() {
        Fixture f;
        std::string order;
        f.informers.get<corev1::Pod>().addHandler([&](const api::ObjectPtr &before, const api::ObjectPtr &after) {
            if (!before && after)
                order += f.read<corev1::PersistentVolumeClaim>("default", "data-web-0") ? "ok" : "late";
        });
        f.create(statefulSetJson(fmt::format(R"("replicas":1,{})", kClaimTemplates)));
        f.until([&] { return f.complete(1); });
        QCOMPARE(order, std::string("ok"));
        const auto claim = f.read<corev1::PersistentVolumeClaim>("default", "data-web-0");
        QCOMPARE(claim->metadata.labels.at("app"), std::string("web"));
        QCOMPARE(claim->metadata.labels.at("tier"), std::string("disk"));
        QVERIFY(claim->metadata.ownerReferences.empty());
        const auto pod = f.pod("web-0");
        QCOMPARE(pod->spec.volumes[0].name, std::string("data"));
        QCOMPARE(pod->spec.volumes[0].persistentVolumeClaim->claimName, std::string("data-web-0"));
        // Retained: the claim outlives its pod, and is used again.
        f.scale(0);
        f.until([&] { return f.podNames().empty(); });
        f.scale(1);
        f.until([&] { return f.complete(1); });
        QCOMPARE(f.read<corev1::PersistentVolumeClaim>("default", "data-web-0")->metadata.uid, claim->metadata.uid);
        f.until([&] { return f.events("SuccessfulCreate").size() >= 2; });
        const auto events = f.events("SuccessfulCreate");
        QVERIFY(
            std::count(events.begin(), events.end(), "create Claim data-web-0 Pod web-0 in StatefulSet web success"));
    }

    void claimsGoWithTheirOwners() {
        test::StatefulSetFixture f;
        f.add<GarbageCollector>();
        f.start();
        f.create(statefulSetJson(fmt::format(
            R"("replicas":2,"persistentVolumeClaimRetentionPolicy":{{"whenDeleted":"Retain","whenScaled":"Delete"}},{})",
            kClaimTemplates)));
        f.until([&] { return f.complete(2); });
        auto claim = f.read<corev1::PersistentVolumeClaim>("default", "data-web-1");
        QVERIFY(claim->metadata.ownerReferences.empty());
        f.scale(1);
        f.until([&] { return !f.read<corev1::PersistentVolumeClaim>("default", "data-web-1"); });
        QVERIFY(f.read<corev1::PersistentVolumeClaim>("default", "data-web-0"));
        f.scale(2);
        f.until([&] { return f.complete(2); });
        QVERIFY(f.read<corev1::PersistentVolumeClaim>("default", "data-web-1")->metadata.uid != claim->metadata.uid);
        f.patch(R"({"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Retain"}}})");
        f.until([&] {
            return f.read<corev1::PersistentVolumeClaim>("default", "data-web-0")->metadata.ownerReferences.empty() &&
                   f.read<corev1::PersistentVolumeClaim>("default", "data-web-1")->metadata.ownerReferences.empty();
        });
        f.patch(R"({"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Delete","whenScaled":"Retain"}}})");
        f.until([&] {
            return !f.read<corev1::PersistentVolumeClaim>("default", "data-web-0")->metadata.ownerReferences.empty();
        });
        (void)f.api.run(f.api.client().remove(appsv1::StatefulSet::resource(), "default", "web"));
        f.until([&] {
            return f.podNames().empty() && f.revisions().empty() &&
                   !f.read<corev1::PersistentVolumeClaim>("default", "data-web-0");
        });
    }

    void minReadySecondsDelaysAvailability() {
        test::ManualClock clock;
        test::StatefulSetFixture f(clock);
        f.start();
        f.create(statefulSetJson(R"("replicas":2,"minReadySeconds":30,)"));
        f.until([&] { return f.web().status.readyReplicas == 1; });
        f.settle();
        QCOMPARE(f.podNames(), (Names{"web-0"}));
        QCOMPARE(f.web().status.availableReplicas, 0);
        clock.advance(std::chrono::seconds(31));
        f.until([&] { return f.web().status.readyReplicas == 2; });
        QCOMPARE(f.web().status.availableReplicas, 1);
        clock.advance(std::chrono::seconds(31));
        f.until([&] { return f.complete(2); });
    }

    void adoptsAndReleasesByNameAndLabels() {
        Fixture f;
        f.create(statefulSetJson(R"("replicas":2,)"));
        f.until([&] { return f.complete(2); });
        const std::string uid = f.pod("web-1")->metadata.uid;
        f.merge(corev1::Pod::resource(), "default", "web-1", R"({"metadata":{"ownerReferences":null}})");
        f.until([&] { return controllerOf(f.pod("web-1")->metadata) != nullptr; });
        QCOMPARE(f.pod("web-1")->metadata.uid, uid);
        // A matching pod of another name is not the set's.
        f.create(
            R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"other","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i"}]}})");
        f.settle();
        QVERIFY(!controllerOf(f.pod("other")->metadata));
        // A released pod keeps the name, which the set waits for.
        f.merge(corev1::Pod::resource(), "default", "web-1", R"({"metadata":{"labels":{"app":"mine"}}})");
        f.until([&] { return !controllerOf(f.pod("web-1")->metadata); });
        f.until([&] { return !f.events("FailedCreate").empty(); });
        QVERIFY(f.events("FailedCreate")[0].starts_with("create Pod web-1 in StatefulSet web failed error: "));
        f.removePod("web-1");
        f.until([&] { return f.complete(2); });
        // Labels that were taken away come back.
        f.merge(
            corev1::Pod::resource(), "default", "web-0",
            R"({"metadata":{"labels":{"statefulset.kubernetes.io/pod-name":null,"apps.kubernetes.io/pod-index":null}}})");
        f.until([&] { return f.pod("web-0")->metadata.labels.contains("apps.kubernetes.io/pod-index"); });
    }

    void orphansStayOrphans() {
        test::StatefulSetFixture f;
        f.add<GarbageCollector>();
        f.start();
        f.create(statefulSetJson(R"("replicas":2,)"));
        f.until([&] { return f.complete(2); });
        client::DeleteOptions options;
        options.propagationPolicy = "Orphan";
        (void)f.api.run(f.api.client().remove(appsv1::StatefulSet::resource(), "default", "web", options));
        f.until([&] { return !f.read<appsv1::StatefulSet>("default", "web"); });
        f.settle();
        QCOMPARE(f.podNames(), (Names{"web-0", "web-1"}));
        QVERIFY(!controllerOf(f.pod("web-0")->metadata));
        const std::string uid = f.pod("web-0")->metadata.uid;
        f.create(statefulSetJson(R"("replicas":2,)"));
        f.until([&] { return f.complete(2); });
        QCOMPARE(f.pod("web-0")->metadata.uid, uid);
        QCOMPARE(f.revisions().size(), size_t(1));
    }
};

QTEST_GUILESS_MAIN(StatefulSetControllerTest)
#include "tst_statefulset_controller.moc"
