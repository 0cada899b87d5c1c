#include "clusterd/scheduler/plugins/volume_binding.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/scheduler/volume_testing.h"

#include <QTest>
#include <boost/json/parse.hpp>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

const QString kConflict = "!node(s) didn't match PersistentVolume's node affinity";
const QString kNothing = "!node(s) didn't find available persistent volumes to bind";
const QString kNoRoom = "!node(s) did not have enough free storage";
constexpr const char *kStatic = "kubernetes.io/no-provisioner";

std::string driverJson(bool tellsCapacity) {
    return fmt::format(R"({{"apiVersion":"storage.k8s.io/v1","kind":"CSIDriver",)"
                       R"("metadata":{{"name":"disk.example.com"}},"spec":{{"storageCapacity":{}}}}})",
                       tellsCapacity);
}

std::string capacityJson(std::string_view host, std::string_view capacity, std::string_view largest = {}) {
    return fmt::format(
        R"({{"apiVersion":"storage.k8s.io/v1","kind":"CSIStorageCapacity","metadata":{{"name":"cap-{0}",)"
        R"("namespace":"kube-system"}},"storageClassName":"fast","capacity":"{1}"{2},)"
        R"("nodeTopology":{{"matchLabels":{{"kubernetes.io/hostname":"{0}"}}}}}})",
        host, capacity, largest.empty() ? "" : fmt::format(R"(,"maximumVolumeSize":"{}")", largest));
}

struct Fixture : PluginFixture<VolumeBinding> {
    /// The first reason of the filter on a node.
    QString on(std::initializer_list<std::string_view> claims, std::string_view node = "n1") {
        return QString::fromStdString(verdict(*pod(claims), node));
    }
    PodInfoPtr pod(std::initializer_list<std::string_view> claims) {
        return toPod(smallPodJson("p", "", "", claimVolumes(claims)));
    }
    /// Filters and reserves for a pod, whose attempt then stands.
    void reserve(std::initializer_list<std::string_view> claims, const std::string &node) {
        user = pod(claims);
        state = std::make_unique<CycleState>();
        QVERIFY(!plugin->preFilter(*state, *user, cache).rejected);
        QVERIFY(!plugin->filter(*state, *user, *cache.node(node)));
        QVERIFY(!plugin->reserve(*state, *user, node));
    }
    void startPreBind(const std::string &node, PreBindPlugin::Work work = PreBindPlugin::Work::Long) {
        QCOMPARE(plugin->preBindWork(*state, *user, node), work);
        gate.spawn([this, node] { return runPreBind(node); });
        settle();
    }
    Task<> runPreBind(std::string node) {
        outcome = co_await plugin->preBind(*state, user, node);
        ended = true;
    }
    QString failure() const { return outcome ? QString::fromStdString(outcome->reasons.at(0)) : QString(); }
    template<class T>
    T read(const std::string &key) {
        return api.memory.read<T>(key);
    }

    PodInfoPtr user;
    std::unique_ptr<CycleState> state;
    Filtered outcome;
    bool ended = false;
};

} // namespace

class VolumeBindingTest : public QObject {
    Q_OBJECT

private slots:
    void claimsThatCannotBeUsed() {
        Fixture f;
        f.put(claimJson("immediate", {.storageClass = "now"}));
        f.put(claimJson("classless", {.storageClass = ""}));
        f.put(claimJson("dying", {.metadata = R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")"}));
        f.put(claimJson("p-scratch"));
        f.put(classJson("fast"));
        f.put(classJson("now", "", "Immediate"));
        f.begin();
        f.addNode("n1");
        QCOMPARE(f.on({"x"}), QString("!persistentvolumeclaim \"x\" not found"));
        QCOMPARE(f.on({"immediate"}), QString("!pod has unbound immediate PersistentVolumeClaims"));
        QCOMPARE(f.on({"classless"}), QString("!pod has unbound immediate PersistentVolumeClaims"));
        QCOMPARE(f.on({"dying"}), QString("!persistentvolumeclaim \"dying\" is being deleted"));
        QCOMPARE(f.on({}), QString());
        auto ephemeral = [&](const char *name) {
            return QString::fromStdString(f.verdict(
                *toPod(smallPodJson("p", "", "", fmt::format(R"("volumes":[{{"name":"{}","ephemeral":{{}}}}])", name))),
                "n1"));
        };
        QCOMPARE(ephemeral("cache"), QString("!waiting for ephemeral volume controller to create the "
                                             "persistentvolumeclaim \"p-cache\""));
        QCOMPARE(ephemeral("scratch"),
                 QString("!PVC default/p-scratch was not created for pod default/p (pod is not owner)"));
    }

    void boundVolumes() {
        Fixture f;
        f.put(volumeJson("here", {.claim = "local", .node = "n1"}));
        f.put(claimJson("local", {.volume = "here"}));
        f.put(claimJson("lost", {.volume = "gone"}));
        f.begin();
        f.addNode("n1");
        f.addNode("n2");
        QCOMPARE(f.on({"local"}, "n1"), QString());
        QCOMPARE(f.on({"local"}, "n2"), kConflict);
        QCOMPARE(f.on({"lost"}), QString("!node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"));
    }

    void volumesThatExist() {
        Fixture f;
        f.put(classJson("fast", "", "WaitForFirstConsumer", kStatic));
        f.put(volumeJson("v1", {.node = "n1"}));
        f.put(volumeJson("v2", {.node = "n1", .size = "5Gi"}));
        f.put(volumeJson("v3", {.node = "n2"}));
        f.put(volumeJson("taken", {.claim = "another", .node = "n3"}));
        f.put(claimJson("small"));
        f.put(claimJson("large", {.size = "3Gi"}));
        f.put(claimJson("huge", {.size = "30Gi"}));
        f.begin();
        for (const char *node : {"n1", "n2", "n3"})
            f.addNode(node);
        QCOMPARE(f.on({"small"}, "n1"), QString());
        QCOMPARE(f.on({"small"}, "n2"), QString());
        QCOMPARE(f.on({"small"}, "n3"), kNothing);
        // No claim gets what another one of the pod has.
        QCOMPARE(f.on({"large", "small"}, "n1"), QString());
        QCOMPARE(f.on({"large", "small"}, "n2"), kNothing);
        QCOMPARE(f.on({"huge"}, "n1"), kNothing);
    }

    void volumesThatCanBeMade() {
        Fixture f;
        f.put(classJson("fast", R"("allowedTopologies":[{"matchLabelExpressions":[{"key":"zone","values":["a"]}]}])"));
        f.put(claimJson("new"));
        f.put(claimJson("begun", {.annotations = R"("volume.kubernetes.io/selected-node":"n1")"}));
        f.begin();
        f.addNode("n1", R"("zone":"a")");
        f.addNode("n2", R"("zone":"b")");
        f.addNode("n3", R"("zone":"a")");
        QCOMPARE(f.on({"new"}, "n1"), QString());
        QCOMPARE(f.on({"new"}, "n2"), kNothing);
        QCOMPARE(f.on({"new"}, "n3"), QString());
        QCOMPARE(f.on({"begun"}, "n1"), QString());
        QCOMPARE(f.on({"begun"}, "n3"), kNothing);
    }

    void roomForVolumes() {
        Fixture f;
        f.put(classJson("fast"));
        f.put(driverJson(true));
        f.put(capacityJson("n1", "10Gi"));
        f.put(capacityJson("n2", "10Gi", "2Gi"));
        f.put(claimJson("c", {.size = "5Gi"}));
        f.begin();
        for (const char *node : {"n1", "n2", "n3"})
            f.addNode(node);
        QCOMPARE(f.on({"c"}, "n1"), QString());
        QCOMPARE(f.on({"c"}, "n2"), kNoRoom);
        QCOMPARE(f.on({"c"}, "n3"), kNoRoom);
        f.put(driverJson(false));
        f.settle();
        QCOMPARE(f.on({"c"}, "n3"), QString());
    }

    void whatWasReservedIsNotGivenTwice() {
        Fixture f;
        f.put(classJson("fast", "", "WaitForFirstConsumer", kStatic));
        f.put(volumeJson("v1"));
        f.put(claimJson("a"));
        f.put(claimJson("b"));
        f.begin();
        f.addNode("n1");
        const int writes = f.api.memory.writes;
        f.reserve({"a"}, "n1");
        QCOMPARE(f.on({"b"}), kNothing);
        f.plugin->unreserve(*f.state, *f.user, "n1");
        QCOMPARE(f.on({"b"}), QString());
        f.plugin->unreserve(*f.state, *f.user, "n1");
        QCOMPARE(f.api.memory.writes, writes);
    }

    void bindsToAVolume() {
        Fixture f;
        f.put(classJson("fast", "", "WaitForFirstConsumer", kStatic));
        f.put(volumeJson("v1"));
        f.put(claimJson("a"));
        f.begin();
        f.addNode("n1");
        f.reserve({"a"}, "n1");
        f.startPreBind("n1");
        QVERIFY(!f.ended);
        const auto volume = f.read<corev1::PersistentVolume>("v1");
        QCOMPARE(volume.spec.claimRef->uid, std::string("a"));
        QCOMPARE(volume.spec.claimRef->namespace_, std::string("default"));
        QCOMPARE(volume.metadata.annotations.at("pv.kubernetes.io/bound-by-controller"), std::string("yes"));
        // The volume controller does its part.
        f.put(claimJson("a", {.volume = "v1"}));
        f.settle();
        QVERIFY(f.ended);
        QCOMPARE(f.failure(), QString());
    }

    void hasAVolumeMade() {
        Fixture f;
        f.put(classJson("fast"));
        f.put(claimJson("a"));
        f.begin();
        f.addNode("n1");
        f.reserve({"a"}, "n1");
        f.startPreBind("n1");
        QCOMPARE(f.read<corev1::PersistentVolumeClaim>("default/a")
                     .metadata.annotations.at("volume.kubernetes.io/selected-node"),
                 std::string("n1"));
        f.put(volumeJson("made", {.claim = "a", .node = "n1"}));
        f.put(claimJson("a", {.volume = "made", .annotations = R"("volume.kubernetes.io/selected-node":"n1")"}));
        f.settle();
        QVERIFY(f.ended);
        QCOMPARE(f.failure(), QString());
    }

    void failures_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("failure");
        QTest::newRow("the provisioner can't")
            << QString::fromStdString(claimJson("a")) << "binding volumes: provisioning failed for PVC \"a\"";
        QTest::newRow("the claim was replaced")
            << QString::fromStdString(claimJson("a")).replace("\"uid\":\"a\"", "\"uid\":\"z\"")
            << "binding volumes: pvc default/a is gone";
        QTest::newRow("too long") << "" << "binding volumes: timed out waiting for the condition";
    }
    void failures() {
        QFETCH(QString, change);
        QFETCH(QString, failure);
        Fixture f;
        f.put(classJson("fast"));
        f.put(claimJson("a"));
        f.begin();
        f.addNode("n1");
        f.reserve({"a"}, "n1");
        f.startPreBind("n1");
        QVERIFY(!f.ended);
        if (change.isEmpty())
            f.advance(std::chrono::seconds(601));
        else
            f.put(change.toStdString());
        f.settle();
        QVERIFY(f.ended);
        QCOMPARE(f.failure(), failure);
        QVERIFY(f.outcome->error);
    }

    void arguments() {
        QCOMPARE(VolumeBinding::Arguments::parse(nullptr)->bindTimeout, Duration(std::chrono::seconds(600)));
        const auto given = boost::json::parse(R"({"kind":"VolumeBindingArgs","bindTimeoutSeconds":5})");
        QCOMPARE(VolumeBinding::Arguments::parse(given)->bindTimeout, Duration(std::chrono::seconds(5)));
        QVERIFY(!VolumeBinding::Arguments::parse(boost::json::parse(R"({"bindTimeoutSeconds":-1})")));
    }

    void aVolumeThatOthersTook() {
        Fixture f;
        f.put(classJson("fast", "", "WaitForFirstConsumer", kStatic));
        f.put(volumeJson("v1"));
        f.put(claimJson("a"));
        f.begin();
        f.addNode("n1");
        f.reserve({"a"}, "n1");
        // The informer has not told yet.
        f.put(volumeJson("v1", {.claim = "another"}));
        f.startPreBind("n1");
        QVERIFY(f.ended);
        QVERIFY(!f.failure().isEmpty());
        QCOMPARE(f.read<corev1::PersistentVolume>("v1").spec.claimRef->name, std::string("another"));
    }

    void staleViews_data() {
        QTest::addColumn<bool>("bound"); // as the scheduler sees the claim
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("failure");
        const QString gone = "binding volumes: pvc default/a is gone";
        for (const bool bound : {true, false}) {
            const char *state = bound ? "bound" : "waiting";
            QTest::addRow("%s, replaced", state)
                << bound << QString::fromStdString(claimJson("a")).replace("\"uid\":\"a\"", "\"uid\":\"z\"") << gone;
            QTest::addRow("%s, deleted", state) << bound << "" << gone;
            QTest::addRow("%s, being deleted", state)
                << bound
                << QString::fromStdString(
                       claimJson("a", {.volume = bound ? "v1" : "",
                                       .metadata = ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\""}))
                << gone;
        }
        QTest::newRow("bound, the same") << true << QString::fromStdString(claimJson("a", {.volume = "v1"})) << "";
    }
    /// The informer has not told yet what became of the claim.
    void staleViews() {
        QFETCH(bool, bound);
        QFETCH(QString, change);
        QFETCH(QString, failure);
        Fixture f;
        f.put(classJson("fast"));
        f.put(volumeJson("v1", {.claim = bound ? "a" : "b"}));
        f.put(claimJson("a", {.volume = bound ? "v1" : ""}));
        f.begin();
        f.addNode("n1");
        f.reserve({"a"}, "n1");
        if (change.isEmpty())
            f.api.memory.erase(corev1::PersistentVolumeClaim::resource(), "default/a");
        else
            f.put(change.toStdString());
        f.startPreBind("n1", bound ? PreBindPlugin::Work::Brief : PreBindPlugin::Work::Long);
        QVERIFY(f.ended);
        QCOMPARE(f.failure(), failure);
        QVERIFY(failure.isEmpty() || f.outcome->error);
    }

    void aPodWithoutClaimsHasNothingToDo() {
        Fixture f;
        f.begin();
        f.addNode("n1");
        CycleState state;
        const PodInfoPtr plain = f.pod({});
        QVERIFY(f.plugin->preFilter(state, *plain, f.cache).skip);
        QCOMPARE(f.plugin->preBindWork(state, *plain, "n1"), PreBindPlugin::Work::None);
    }

    void aNodeThatGoes() {
        Fixture f;
        f.put(classJson("fast"));
        f.put(claimJson("a"));
        f.begin();
        f.addNode("n1");
        f.reserve({"a"}, "n1");
        f.startPreBind("n1");
        f.cache.removeNode("n1");
        f.put(claimJson("a", {.annotations = R"("volume.kubernetes.io/selected-node":"n1","x":"y")"}));
        f.settle();
        QVERIFY(f.ended);
        QCOMPARE(f.failure(), QString("binding volumes: node \"n1\" is gone"));
    }
};

QTEST_GUILESS_MAIN(VolumeBindingTest)
#include "tst_volume_binding.moc"
