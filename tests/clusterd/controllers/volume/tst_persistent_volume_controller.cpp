#include "clusterd/controllers/volume/pv_protection_controller.h"
#include "clusterd/controllers/volume/pvc_protection_controller.h"
#include "tests/clusterd/controllers/volume/volume_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
namespace annotations = coracle::volume::annotations;

namespace {

struct Fixture : test::VolumeFixture {
    Fixture() {
        add<PersistentVolumeController>();
        add<PvProtectionController>();
        add<PvcProtectionController>();
        start();
    }
};

constexpr const char *kWaitMessage = "waiting for first consumer to be created before binding";

} // namespace

/// The binder on a real API server.
class PersistentVolumeControllerTest : public QObject {
    Q_OBJECT

private slots:
    void bindsTheSmallestThatFits() {
        Fixture f;
        f.makeVolume("large", "", "9Gi");
        f.makeVolume("small", "", "1Gi");
        f.makeVolume("right", "", "4Gi");
        f.settle();
        QCOMPARE(f.volumePhase("right"), "Available");
        f.makeClaim("data", "", "3Gi");
        f.until([&] { return f.bound("data", "right"); });
        const auto claim = f.claim("data");
        QVERIFY(claim.status.capacity.at("storage") == *api::Quantity::parse("4Gi"));
        QCOMPARE(claim.status.accessModes, std::vector<std::string>{"ReadWriteOnce"});
        QCOMPARE(claim.metadata.annotations.at(std::string(annotations::kBindCompleted)), "yes");
        QCOMPARE(claim.metadata.annotations.at(std::string(annotations::kBoundByController)), "yes");
        QCOMPARE(f.volumePhase("small"), "Available");
    }

    void aVolumeThatComesLater() {
        Fixture f;
        f.makeClaim("data");
        QVERIFY(
            f.hasEvent("FailedBinding", "no persistent volumes available for this claim and no storage class is set"));
        QCOMPARE(f.claimPhase("data"), "Pending");
        f.makeVolume("pv");
        f.until([&] { return f.bound("data", "pv"); });
    }

    void selectorsAndClasses() {
        Fixture f;
        f.makeClass("fast", "kubernetes.io/no-provisioner");
        f.makeVolume("plain", R"(,"storageClassName":"fast")");
        f.makeVolume("ssd", R"(,"storageClassName":"fast")", "5Gi", R"(,"labels":{"disk":"ssd"})");
        f.makeVolume("other", "", "1Gi", R"(,"labels":{"disk":"ssd"})");
        f.makeClaim("data", R"(,"storageClassName":"fast","selector":{"matchLabels":{"disk":"ssd"}})");
        f.until([&] { return f.bound("data", "ssd"); });
        f.makeClaim("more", R"(,"storageClassName":"fast","selector":{"matchLabels":{"disk":"ssd"}})");
        QVERIFY(f.hasEvent("ProvisioningFailed", "no volume plugin matched name: kubernetes.io/no-provisioner"));
        QCOMPARE(f.claimPhase("more"), "Pending");
    }

    void manyClaimsOneVolumeEach() {
        Fixture f;
        for (int i = 0; i < 20; ++i)
            f.makeClaim(fmt::format("c{}", i));
        for (int i = 0; i < 15; ++i)
            f.makeVolume(fmt::format("v{}", i));
        f.settle();
        int bound = 0;
        std::set<std::string> names;
        for (const auto &claim : f.list<corev1::PersistentVolumeClaim>("default"))
            if (claim.status.phase == "Bound") {
                QVERIFY(f.bound(claim.metadata.name, claim.spec.volumeName));
                QVERIFY(names.insert(claim.spec.volumeName).second);
                ++bound;
            }
        QCOMPARE(bound, 15);
    }

    void namedByTheClaim() {
        Fixture f;
        f.makeVolume("mine", "", "5Gi");
        f.makeVolume("better", "", "1Gi");
        f.settle();
        f.makeClaim("data", R"(,"volumeName":"mine")");
        f.until([&] { return f.bound("data", "mine"); });
        QVERIFY(!f.claim("data").metadata.annotations.contains(annotations::kBoundByController));
        f.makeClaim("second", R"(,"volumeName":"mine")");
        QVERIFY(f.hasEvent("FailedBinding", "volume \"mine\" already bound to a different claim."));
        f.makeClaim("third", R"(,"volumeName":"later")", "2Gi");
        f.makeVolume("later", "", "1Gi");
        QVERIFY(f.hasEvent("VolumeMismatch", "Cannot bind to requested volume \"later\": requested PV is too small"));
    }

    void reservedByTheVolume() {
        Fixture f;
        f.makeVolume("reserved", R"(,"claimRef":{"namespace":"default","name":"data"})", "9Gi");
        f.makeVolume("better", "", "1Gi");
        f.settle();
        QCOMPARE(f.volumePhase("reserved"), "Available");
        f.makeClaim("other");
        f.makeClaim("data");
        f.until([&] { return f.bound("data", "reserved") && f.bound("other", "better"); });
        QVERIFY(!f.volume("reserved").metadata.annotations.contains(annotations::kBoundByController));
    }

    void reclaimPolicies() {
        Fixture f;
        f.makeVolume("retain", R"(,"claimRef":{"namespace":"default","name":"a"})");
        f.makeVolume("remove",
                     R"(,"persistentVolumeReclaimPolicy":"Delete","claimRef":{"namespace":"default","name":"b"})");
        f.makeVolume("recycle",
                     R"(,"persistentVolumeReclaimPolicy":"Recycle","claimRef":{"namespace":"default","name":"c"})");
        for (const char *name : {"a", "b", "c"})
            f.makeClaim(name);
        f.until([&] { return f.bound("a", "retain") && f.bound("b", "remove") && f.bound("c", "recycle"); });
        for (const char *name : {"a", "b", "c"})
            f.remove<corev1::PersistentVolumeClaim>(name);
        f.until([&] {
            return f.volumePhase("retain") == "Released" && f.volumePhase("remove") == "Failed" &&
                   f.volumePhase("recycle") == "Failed";
        });
        QVERIFY(f.hasEvent("VolumeFailedRecycle", "No recycler plugin found for the volume!"));
        QVERIFY(f.hasEvent("VolumeFailedDelete"));
        // Nobody gets what was another's, until an administrator frees it.
        f.makeClaim("a");
        f.settle();
        QCOMPARE(f.claimPhase("a"), "Pending");
        f.merge(corev1::PersistentVolume::resource(), "", "retain", R"({"spec":{"claimRef":null}})");
        f.until([&] { return f.bound("a", "retain"); });
    }

    void aLostVolume() {
        Fixture f;
        f.makeVolume("pv");
        f.makeClaim("data");
        f.until([&] { return f.bound("data", "pv"); });
        f.merge(corev1::PersistentVolume::resource(), "", "pv", R"({"metadata":{"finalizers":null}})");
        f.remove<corev1::PersistentVolume>("pv");
        f.until([&] { // its protection may have been put back before
            if (f.volumePhase("pv") != "gone")
                f.merge(corev1::PersistentVolume::resource(), "", "pv", R"({"metadata":{"finalizers":null}})");
            return f.claimPhase("data") == "Lost";
        });
        QVERIFY(f.hasEvent("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!"));
        QVERIFY(f.claim("data").status.capacity.empty());
    }

    void protectedWhileBound() {
        Fixture f;
        f.makeVolume("pv");
        f.makeClaim("data");
        f.until([&] { return f.bound("data", "pv"); });
        f.remove<corev1::PersistentVolume>("pv");
        f.settle();
        QVERIFY(f.bound("data", "pv"));
        f.remove<corev1::PersistentVolumeClaim>("data");
        f.until([&] { return f.volumePhase("pv") == "gone" && f.claimPhase("data") == "gone"; });
    }

    void waitsForTheFirstConsumer() {
        Fixture f;
        f.makeClass("local", "example.com/disks", "WaitForFirstConsumer");
        f.makeVolume("free", R"(,"storageClassName":"local")");
        f.makeClaim("data", R"(,"storageClassName":"local")");
        QVERIFY(f.hasEvent("WaitForFirstConsumer", kWaitMessage));
        QCOMPARE(f.volumePhase("free"), "Available");
        // The scheduler chooses the volume ...
        const auto uid = f.claim("data").metadata.uid;
        f.merge(corev1::PersistentVolume::resource(), "", "free",
                fmt::format(R"({{"metadata":{{"annotations":{{"pv.kubernetes.io/bound-by-controller":"yes"}}}},
                    "spec":{{"claimRef":{{"namespace":"default","name":"data","uid":"{}"}}}}}})",
                            uid));
        f.until([&] { return f.bound("data", "free"); });
        // ... or the node.
        f.makeClaim("more", R"(,"storageClassName":"local")");
        f.settle();
        QVERIFY(!f.claim("more").metadata.annotations.contains(annotations::kStorageProvisioner));
        f.annotate("more", annotations::kSelectedNode, "n1");
        f.until([&] { return f.claim("more").metadata.annotations.contains(annotations::kStorageProvisioner); });
        QVERIFY(f.hasEvent("ExternalProvisioning"));
    }

    void externalProvisioners() {
        Fixture f;
        f.makeClaim("data", R"(,"storageClassName":"fast")");
        QVERIFY(f.hasEvent("ProvisioningFailed", "storageclass.storage.k8s.io \"fast\" not found"));
        f.makeClass("fast", "example.com/disks");
        f.until([&] { return f.claim("data").metadata.annotations.contains(annotations::kStorageProvisioner); });
        const auto claim = f.claim("data");
        QCOMPARE(claim.metadata.annotations.at(std::string(annotations::kStorageProvisioner)), "example.com/disks");
        QCOMPARE(claim.metadata.annotations.at(std::string(annotations::kBetaStorageProvisioner)), "example.com/disks");
        f.makeVolume("made",
                     fmt::format(R"(,"storageClassName":"fast","persistentVolumeReclaimPolicy":"Delete",
            "claimRef":{{"namespace":"default","name":"data","uid":"{}"}})",
                                 claim.metadata.uid),
                     "1Gi", R"(,"annotations":{"pv.kubernetes.io/provisioned-by":"example.com/disks"})");
        f.until([&] { return f.bound("data", "made"); });
        f.remove<corev1::PersistentVolumeClaim>("data");
        f.until([&] { return f.volumePhase("made") == "Released"; });
    }

    void aDefaultClassThatComesLater() {
        Fixture f;
        f.makeClaim("data");
        f.makeClaim("none", R"(,"storageClassName":"")");
        f.settle();
        f.makeClass("fast", "example.com/disks", "Immediate", "", true);
        f.until([&] { return f.claim("data").spec.storageClassName == "fast"; });
        f.settle();
        QCOMPARE(*f.claim("none").spec.storageClassName, "");
        QVERIFY(f.claim("data").metadata.annotations.contains(annotations::kStorageProvisioner));
    }

    void readWriteOncePodAndBlock() {
        Fixture f;
        f.makeVolume("once", "", "1Gi");
        f.create(R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"pod","namespace":"default"},
            "spec":{"accessModes":["ReadWriteOncePod"],"resources":{"requests":{"storage":"1Gi"}}}})");
        f.makeClaim("block", R"(,"volumeMode":"Block")");
        f.settle();
        QCOMPARE(f.claimPhase("pod"), "Pending");
        QCOMPARE(f.claimPhase("block"), "Pending");
        f.create(R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pod"},"spec":{"capacity":
            {"storage":"1Gi"},"accessModes":["ReadWriteOncePod"],"hostPath":{"path":"/x"}}})");
        f.makeVolume("block", R"(,"volumeMode":"Block")");
        f.until([&] { return f.bound("pod", "pod") && f.bound("block", "block"); });
    }
};

QTEST_GUILESS_MAIN(PersistentVolumeControllerTest)
#include "tst_persistent_volume_controller.moc"
