#include "clusterd/controllers/volume/expand_controller.h"
#include "clusterd/controllers/volume/local_path_package.h"
#include "clusterd/controllers/volume/local_path_provisioner.h"
#include "clusterd/controllers/volume/pv_protection_controller.h"
#include "clusterd/controllers/volume/pvc_protection_controller.h"
#include "clusterd/volume/local_path.h"
#include "tests/clusterd/controllers/volume/volume_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
namespace annotations = coracle::volume::annotations;

namespace {

/// All controllers of volumes; the node's part is played by the test.
struct Fixture : test::VolumeFixture {
    explicit Fixture(LocalStorageOptions options = {.enabled = true, .path = "/data"}) {
        create(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kube-system"}})");
        add<PersistentVolumeController>();
        add<PvProtectionController>();
        add<PvcProtectionController>();
        add<ExpandController>();
        add<LocalPathProvisioner>();
        add<LocalPathPackage>(std::move(options));
        start();
        settle();
        makeNode("n1");
    }
    void makeNode(const std::string &name) {
        create(fmt::format(R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{}","labels":
            {{"kubernetes.io/hostname":"{}"}}}}}})",
                           name, name));
    }
    /// A claim whose pod was put on the node; returns the name of its volume.
    std::string provision(const std::string &name, const std::string &node = "n1", const std::string &rest = {}) {
        makeClaim(name, rest);
        annotate(name, annotations::kSelectedNode, node);
        const std::string volumeName = "pvc-" + claim(name).metadata.uid;
        until([&] { return bound(name, volumeName); });
        return volumeName;
    }
    /// What the node does when a directory is gone, or there.
    void nodeRemoved(const std::string &name) {
        merge(Volume::resource(), "", name, R"({"metadata":{"finalizers":null}})");
    }
    void nodePrepared(const std::string &name) {
        merge(Volume::resource(), "", name,
              fmt::format(R"({{"metadata":{{"annotations":{{"{}":"{}"}}}}}})", volume::localpath::kPrepared,
                          volume::localpath::preparedFor(volume(name))));
    }
};

} // namespace

class LocalPathProvisionerTest : public QObject {
    Q_OBJECT

private slots:
    void classAndConfiguration() {
        Fixture f;
        const auto storageClass = *f.read<storagev1::StorageClass>("", "local-path");
        QCOMPARE(storageClass.provisioner, "rancher.io/local-path");
        QCOMPARE(*storageClass.volumeBindingMode, "WaitForFirstConsumer");
        QCOMPARE(*storageClass.reclaimPolicy, "Delete");
        QCOMPARE(storageClass.metadata.annotations.at("storageclass.kubernetes.io/is-default-class"), "true");
        QCOMPARE(storageClass.metadata.annotations.at("defaultVolumeType"), "local");
        const auto config = *f.read<corev1::ConfigMap>("kube-system", "local-path-config");
        QVERIFY(config.data.at("config.json").find("\"/data\"") != std::string::npos);
    }

    void fromClaimToVolumeAndBack() {
        Fixture f;
        f.makeClaim("data");
        QVERIFY(f.hasEvent("WaitForFirstConsumer"));
        QCOMPARE(*f.claim("data").spec.storageClassName, "local-path");
        f.annotate("data", annotations::kSelectedNode, "n1");
        const std::string name = "pvc-" + f.claim("data").metadata.uid;
        f.until([&] { return f.bound("data", name); });
        QVERIFY(f.hasEvent("ExternalProvisioning"));
        QVERIFY(f.hasEvent("ProvisioningSucceeded", "Successfully provisioned volume " + name));
        const auto volume = f.volume(name);
        QCOMPARE(volume.spec.local->path, "/data/" + name + "_default_data");
        QCOMPARE(volume.spec.persistentVolumeReclaimPolicy, "Delete");
        // The object stays until the node has removed the directory.
        f.remove<corev1::PersistentVolumeClaim>("data");
        f.until([&] { return !f.volume(name).metadata.deletionTimestamp.isZero(); });
        f.settle();
        QVERIFY(volume::localpath::workOf(f.volume(name)) == volume::localpath::Work::Remove);
        f.nodeRemoved(name);
        f.until([&] { return f.volumePhase(name) == "gone"; });
    }

    void retain() {
        Fixture f;
        f.makeClass("keep", "rancher.io/local-path", "WaitForFirstConsumer", R"(,"reclaimPolicy":"Retain")");
        const std::string name = f.provision("data", "n1", R"(,"storageClassName":"keep")");
        f.remove<corev1::PersistentVolumeClaim>("data");
        f.until([&] { return f.volumePhase(name) == "Released"; });
        f.settle();
        QVERIFY(f.volume(name).metadata.deletionTimestamp.isZero());
        f.remove<corev1::PersistentVolume>(name); // the data stays, whether the node is there or not
        f.until([&] { return f.volumePhase(name) == "gone"; });
    }

    void aNodeThatIsGone() {
        Fixture f;
        f.makeNode("n2");
        const std::string name = f.provision("data", "n2");
        f.remove<corev1::PersistentVolumeClaim>("data");
        f.until([&] { return !f.volume(name).metadata.deletionTimestamp.isZero(); });
        f.remove<corev1::Node>("n2");
        f.until([&] { return f.volumePhase(name) == "gone"; });
        // A node that was selected and vanished is chosen anew.
        f.makeClaim("more");
        f.annotate("more", annotations::kSelectedNode, "n2");
        f.until([&] { return !f.claim("more").metadata.annotations.contains(annotations::kSelectedNode); });
    }

    void whatCannotBeProvisioned() {
        Fixture f;
        f.makeClaim("block", R"(,"volumeMode":"Block")");
        f.annotate("block", annotations::kSelectedNode, "n1");
        QVERIFY(f.hasEvent("ProvisioningFailed",
                           "failed to provision volume with StorageClass \"local-path\": volumeMode "
                           "Block is not supported: local volumes are folders"));
        f.makeClass("now", "rancher.io/local-path");
        f.makeClaim("now", R"(,"storageClassName":"now")");
        QVERIFY(f.hasEvent("ProvisioningFailed", "failed to provision volume with StorageClass \"now\": configuration "
                                                 "error, no node was specified"));
    }

    void theConfigurationChanges() {
        Fixture f;
        const auto set = [&](const char *config) {
            f.merge(corev1::ConfigMap::resource(), "kube-system", "local-path-config",
                    fmt::format(R"({{"data":{{"config.json":"{}"}}}})", config));
            f.settle();
        };
        set(R"({\"nodePathMap\":[{\"node\":\"n1\",\"paths\":[]}]})");
        f.makeClaim("data");
        f.annotate("data", annotations::kSelectedNode, "n1");
        QVERIFY(f.hasEvent("ProvisioningFailed",
                           "failed to provision volume with StorageClass \"local-path\": no local "
                           "path available on node n1"));
        set("nonsense"); // the old one stays
        set(R"({\"nodePathMap\":[{\"node\":\"n1\",\"paths\":[\"/mnt/disk\"]}]})");
        const std::string name = "pvc-" + f.claim("data").metadata.uid;
        f.until([&] { return f.bound("data", name); });
        QCOMPARE(f.volume(name).spec.local->path, "/mnt/disk/" + name + "_default_data");
    }

    void grows() {
        Fixture f;
        f.makeClass("grow", "rancher.io/local-path", "WaitForFirstConsumer", R"(,"allowVolumeExpansion":true)");
        const std::string name = f.provision("data", "n1", R"(,"storageClassName":"grow")");
        f.nodePrepared(name);
        f.merge(corev1::PersistentVolumeClaim::resource(), "default", "data",
                R"({"spec":{"resources":{"requests":{"storage":"3Gi"}}}})");
        f.until([&] { return f.volume(name).spec.capacity.at("storage") == *api::Quantity::parse("3Gi"); });
        f.settle();
        QCOMPARE(f.claim("data").status.conditions.at(0).type, "Resizing");
        QVERIFY(f.claim("data").status.capacity.at("storage") == *api::Quantity::parse("1Gi"));
        f.nodePrepared(name);
        f.until([&] { return f.claim("data").status.conditions.empty(); });
        QVERIFY(f.claim("data").status.capacity.at("storage") == *api::Quantity::parse("3Gi"));
        QVERIFY(f.hasEvent("VolumeResizeSuccessful", "Resize volume succeeded"));
    }

    void othersGrowElsewhere() {
        Fixture f;
        f.makeClass("other", "example.com/disks", "Immediate", R"(,"allowVolumeExpansion":true)");
        f.makeVolume("pv", R"(,"storageClassName":"other")");
        f.makeClaim("data", R"(,"storageClassName":"other")");
        f.until([&] { return f.bound("data", "pv"); });
        f.merge(corev1::PersistentVolumeClaim::resource(), "default", "data",
                R"({"spec":{"resources":{"requests":{"storage":"3Gi"}}}})");
        QVERIFY(f.hasEvent("ExternalExpanding"));
    }

    void disabled() {
        Fixture f({.enabled = false, .path = "/data"});
        QVERIFY(!f.read<storagev1::StorageClass>("", "local-path"));
        QVERIFY(!f.read<corev1::ConfigMap>("kube-system", "local-path-config"));
    }
};

QTEST_GUILESS_MAIN(LocalPathProvisionerTest)
#include "tst_local_path_provisioner.moc"
