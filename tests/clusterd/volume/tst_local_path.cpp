#include "clusterd/volume/annotations.h"
#include "clusterd/volume/local_path.h"
#include "core/base/clock.h"

#include <QTest>

using namespace coracle;
using namespace coracle::volume;
using localpath::Work;

namespace {

corev1::PersistentVolume made() {
    corev1::PersistentVolume volume;
    volume.metadata.name = "pvc-1";
    volume.metadata.annotations[std::string(annotations::kProvisionedBy)] = "rancher.io/local-path";
    volume.metadata.finalizers.emplace_back(localpath::kFinalizer);
    volume.spec.capacity["storage"] = *api::Quantity::parse("1Gi");
    volume.spec.persistentVolumeReclaimPolicy = "Delete";
    return volume;
}

} // namespace

class LocalPathTest : public QObject {
    Q_OBJECT

private slots:
    void places() {
        auto volume = made();
        QCOMPARE(localpath::nodeOf(volume), "");
        QCOMPARE(localpath::pathOf(volume), "");
        auto &requirement = volume.spec.nodeAffinity.ensure()
                                .required.ensure()
                                .nodeSelectorTerms.emplace_back()
                                .matchExpressions.emplace_back();
        requirement.key = "kubernetes.io/hostname";
        requirement.operator_ = "In";
        requirement.values = {"n1"};
        QCOMPARE(localpath::nodeOf(volume), "n1");
        volume.metadata.annotations[std::string(localpath::kNode)] = "n2";
        QCOMPARE(localpath::nodeOf(volume), "n2");
        volume.spec.hostPath.ensure().path = "/a";
        QCOMPARE(localpath::pathOf(volume), "/a");
        volume.spec.local.ensure().path = "/b";
        QCOMPARE(localpath::pathOf(volume), "/b");
        QCOMPARE(localpath::directoryName("pvc-1", "default", "data"), "pvc-1_default_data");
    }

    void work() {
        auto volume = made();
        QVERIFY(localpath::workOf(volume) == Work::Prepare);
        volume.metadata.annotations[std::string(localpath::kPrepared)] = localpath::preparedFor(volume);
        QVERIFY(localpath::workOf(volume) == Work::Nothing);
        volume.spec.capacity["storage"] = *api::Quantity::parse("2Gi");
        QVERIFY(localpath::workOf(volume) == Work::Resize);

        volume.metadata.deletionTimestamp = api::Time(WallTime(std::chrono::seconds(7)));
        QVERIFY(localpath::workOf(volume) == Work::Remove);
        volume.spec.persistentVolumeReclaimPolicy = "Retain";
        QVERIFY(localpath::workOf(volume) == Work::LetGo);
        volume.metadata.finalizers.emplace_back("kubernetes.io/pv-protection");
        QVERIFY(localpath::workOf(volume) == Work::Nothing);
        volume.metadata.finalizers = {};
        QVERIFY(localpath::workOf(volume) == Work::Nothing);

        auto foreign = made();
        foreign.metadata.annotations[std::string(annotations::kProvisionedBy)] = "example.com/disks";
        QVERIFY(localpath::workOf(foreign) == Work::Nothing);
        QVERIFY(!localpath::isLocalPath(foreign));
    }
};

QTEST_GUILESS_MAIN(LocalPathTest)
#include "tst_local_path.moc"
