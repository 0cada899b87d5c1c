#include "clusterd/scheduler/plugins/node_volume_limits.h"
#include "clusterd/scheduler/plugins/volume_restrictions.h"
#include "clusterd/scheduler/plugins/volume_zone.h"
#include "tests/clusterd/scheduler/volume_testing.h"

#include <QTest>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

std::string user(std::string_view name, std::initializer_list<std::string_view> claims) {
    return smallPodJson(name, "", "", claimVolumes(claims));
}

std::string diskPod(std::string_view name, std::string_view disk) {
    return smallPodJson(name, "", "", fmt::format(R"("volumes":[{{"name":"d",{}}}])", disk));
}

std::string csiNode(std::string_view name, std::string_view driver, int count) {
    return fmt::format(R"({{"apiVersion":"storage.k8s.io/v1","kind":"CSINode","metadata":{{"name":"{0}"}},)"
                       R"("spec":{{"drivers":[{{"name":"{1}","nodeID":"{0}","topologyKeys":[],)"
                       R"("allocatable":{{"count":{2}}}}}]}}}})",
                       name, driver, count);
}

std::string attachment(std::string_view volume, std::string_view driver, std::string_view node) {
    return fmt::format(R"({{"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttachment","metadata":{{"name":"at-{0}"}},)"
                       R"("spec":{{"attacher":"{1}","nodeName":"{2}","source":{{"persistentVolumeName":"{0}"}}}},)"
                       R"("status":{{"attached":true}}}})",
                       volume, driver, node);
}

const QString kDiskTaken = "node(s) had no available disk";
const QString kExclusive =
    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
const QString kNoZone = "!node(s) had no available volume zone";
const QString kTooMany = "node(s) exceed max volume count";

} // namespace

/// VolumeRestrictions, VolumeZone and NodeVolumeLimits.
class VolumePluginsTest : public QObject {
    Q_OBJECT

private slots:
    void disksConflict_data() {
        QTest::addColumn<QString>("placedDisk");
        QTest::addColumn<QString>("disk");
        QTest::addColumn<bool>("conflict");
        const char *gce = R"("gcePersistentDisk":{"pdName":"a"})";
        const char *gceReading = R"("gcePersistentDisk":{"pdName":"a","readOnly":true})";
        const char *ebs = R"("awsElasticBlockStore":{"volumeID":"a"})";
        const char *ebsReading = R"("awsElasticBlockStore":{"volumeID":"a","readOnly":true})";
        const char *iscsi = R"("iscsi":{"targetPortal":"p","iqn":"a","lun":0})";
        const char *iscsiOther = R"("iscsi":{"targetPortal":"p","iqn":"b","lun":0})";
        const char *rbd = R"("rbd":{"monitors":["m1","m2"],"pool":"p","image":"a"})";
        const char *rbdShared = R"("rbd":{"monitors":["m2"],"pool":"p","image":"a"})";
        const char *rbdOther = R"("rbd":{"monitors":["m3"],"pool":"p","image":"a"})";
        QTest::newRow("the same disk") << gce << gce << true;
        QTest::newRow("one writes") << gceReading << gce << true;
        QTest::newRow("both read") << gceReading << gceReading << false;
        QTest::newRow("never twice") << ebsReading << ebsReading << true;
        QTest::newRow("other kinds") << gce << ebs << false;
        QTest::newRow("the same target") << iscsi << iscsi << true;
        QTest::newRow("other targets") << iscsi << iscsiOther << false;
        QTest::newRow("a common monitor") << rbd << rbdShared << true;
        QTest::newRow("no common monitor") << rbd << rbdOther << false;
    }
    void disksConflict() {
        QFETCH(QString, placedDisk);
        QFETCH(QString, disk);
        QFETCH(bool, conflict);
        PluginFixture<VolumeRestrictions> f;
        f.begin();
        f.addNode("n1");
        f.addNode("n2");
        f.cache.setPod(placed(diskPod("other", placedDisk.toStdString()), "n1"));
        const auto pod = toPod(diskPod("p", disk.toStdString()));
        QCOMPARE(QString::fromStdString(f.verdict(*pod, "n1")), conflict ? kDiskTaken : QString());
        QCOMPARE(QString::fromStdString(f.verdict(*pod, "n2")), QString());
    }

    void oneUserOfAnExclusiveClaim() {
        PluginFixture<VolumeRestrictions> f;
        f.put(claimJson("mine", {.mode = "ReadWriteOncePod"}));
        f.put(claimJson("shared"));
        f.begin();
        f.addNode("n1");
        f.addNode("n2");
        const auto pod = toPod(user("p", {"mine", "shared"}));
        QCOMPARE(f.verdict(*pod, "n1"), std::string());
        f.cache.setPod(placed(user("sharing", {"shared"}), "n1"));
        QCOMPARE(f.verdict(*pod, "n1"), std::string());
        f.cache.setPod(placed(user("other", {"mine"}), "n1"));
        // In the whole cluster.
        QCOMPARE(QString::fromStdString(f.verdict(*pod, "n1")), kExclusive);
        QCOMPARE(QString::fromStdString(f.verdict(*pod, "n2")), kExclusive);
        // A trial without the other pod.
        CycleState state;
        QVERIFY(!f.plugin->preFilter(state, *pod, f.cache).skip);
        f.plugin->removePod(state, *pod, *f.cache.pod("other"));
        QVERIFY(!f.plugin->filter(state, *pod, *f.cache.node("n1")));
        f.plugin->addPod(state, *pod, *f.cache.pod("other"));
        QVERIFY(f.plugin->filter(state, *pod, *f.cache.node("n1")));
        f.cache.removePod("other");
        QCOMPARE(f.verdict(*pod, "n2"), std::string());
    }

    void aMissingClaim() {
        PluginFixture<VolumeRestrictions> f;
        f.begin();
        f.addNode("n1");
        QCOMPARE(f.verdict(*toPod(user("p", {"x"})), "n1"), std::string("!persistentvolumeclaim \"x\" not found"));
        QCOMPARE(f.verdict(*toPod(smallPodJson("q", "", "")), "n1"), std::string());
    }

    void onlyPodsThatShareWakeIt() {
        PluginFixture<VolumeRestrictions> f;
        f.begin();
        const auto interests = f.plugin->eventsToRegister();
        ClusterChange gone{.event = {EventResource::Pod, kDelete}};
        const auto waiting = toPod(user("p", {"mine"}));
        gone.podBefore = placed(user("other", {"mine"}), "n1");
        QVERIFY(interests[0].hint(*waiting, gone) == Hint::Queue);
        gone.podBefore = placed(user("other", {"another"}), "n1");
        QVERIFY(interests[0].hint(*waiting, gone) == Hint::Skip);
    }

    void zones_data() {
        QTest::addColumn<QString>("volumeLabels");
        QTest::addColumn<QString>("nodeLabels");
        QTest::addColumn<bool>("fits");
        const char *zone = R"("topology.kubernetes.io/zone":"a")";
        const char *zones = R"("topology.kubernetes.io/zone":"a__b")";
        const char *beta = R"("failure-domain.beta.kubernetes.io/zone":"a")";
        const char *region = R"("topology.kubernetes.io/region":"r")";
        QTest::newRow("the same") << zone << zone << true;
        QTest::newRow("another") << zone << R"("topology.kubernetes.io/zone":"b")" << false;
        QTest::newRow("one of several") << zones << R"("topology.kubernetes.io/zone":"b")" << true;
        QTest::newRow("none of several") << zones << R"("topology.kubernetes.io/zone":"c")" << false;
        QTest::newRow("a cluster without zones") << zone << R"("x":"y")" << true;
        QTest::newRow("a node of a region only") << zone << region << false;
        QTest::newRow("an old label on the volume") << beta << zone << true;
        QTest::newRow("old labels on both") << beta << beta << true;
        QTest::newRow("a volume without labels") << "" << zone << true;
    }
    void zones() {
        QFETCH(QString, volumeLabels);
        QFETCH(QString, nodeLabels);
        QFETCH(bool, fits);
        const std::string labels = volumeLabels.toStdString();
        PluginFixture<VolumeZone> f;
        f.put(volumeJson("v", {.claim = "c", .labels = labels}));
        f.put(claimJson("c", {.volume = "v"}));
        f.begin();
        f.addNode("n1", nodeLabels.toStdString());
        QCOMPARE(QString::fromStdString(f.verdict(*toPod(user("p", {"c"})), "n1")), fits ? QString() : kNoZone);
    }

    void zonesOfUnboundClaims() {
        PluginFixture<VolumeZone> f;
        f.put(claimJson("waits"));
        f.put(claimJson("immediate", {.storageClass = "now"}));
        f.put(claimJson("classless", {.storageClass = ""}));
        f.put(claimJson("strange", {.storageClass = "nowhere"}));
        f.put(claimJson("lost", {.volume = "gone"}));
        f.put(classJson("fast"));
        f.put(classJson("now", "", "Immediate"));
        f.begin();
        f.addNode("n1");
        const std::pair<const char *, const char *> cases[] = {
            {"waits", ""},
            {"immediate", "!PersistentVolume had no name"},
            {"classless", "!PersistentVolumeClaim had no pv name and storageClass name"},
            {"strange", "!storageclass.storage.k8s.io \"nowhere\" not found"},
            {"lost", "!persistentvolume \"gone\" not found"},
            {"missing", "!persistentvolumeclaim \"missing\" not found"}};
        for (const auto &[claim, reason] : cases)
            QCOMPARE(f.verdict(*toPod(user("p", {claim})), "n1"), std::string(reason));
    }

    void limits() {
        PluginFixture<NodeVolumeLimits> f;
        f.put(classJson("fast"));
        for (const char *name : {"a", "b", "c", "d"}) {
            f.put(volumeJson(name, {.claim = name, .driver = "disk.example.com"}));
            f.put(claimJson(name, {.volume = name}));
        }
        f.put(volumeJson("x", {.claim = "x", .driver = "other.example.com"}));
        f.put(claimJson("x", {.volume = "x"}));
        f.put(claimJson("unmade"));
        f.put(csiNode("n1", "disk.example.com", 2));
        f.begin();
        f.addNode("n1");
        f.addNode("n2");
        auto verdict = [&](std::initializer_list<std::string_view> claims, const char *node = "n1") {
            return QString::fromStdString(f.verdict(*toPod(user("p", claims)), node));
        };
        QCOMPARE(verdict({"a", "b"}), QString());
        QCOMPARE(verdict({"a", "b", "c"}), kTooMany);
        // Nodes without limits, drivers without limits.
        QCOMPARE(verdict({"a", "b", "c"}, "n2"), QString());
        f.cache.setPod(placed(user("other", {"a", "x"}), "n1"));
        QCOMPARE(verdict({"x"}), QString());
        QCOMPARE(verdict({"b"}), QString());
        QCOMPARE(verdict({"b", "c"}), kTooMany);
        // A volume that is there already is not counted again.
        QCOMPARE(verdict({"a", "b"}), QString());
        // Volumes that are to be made count, too.
        QCOMPARE(verdict({"unmade"}), QString());
        QCOMPARE(verdict({"b", "unmade"}), kTooMany);
        // So do those that are attached though no pod uses them any more.
        f.put(attachment("d", "disk.example.com", "n1"));
        f.put(attachment("c", "disk.example.com", "n2"));
        f.settle();
        QCOMPARE(verdict({"b"}), kTooMany);
        QCOMPARE(verdict({"d"}), QString());
        QCOMPARE(verdict({"a"}), QString());
    }
};

QTEST_GUILESS_MAIN(VolumePluginsTest)
#include "tst_volume_plugins.moc"
