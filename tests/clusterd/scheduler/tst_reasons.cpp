#include "clusterd/scheduler/algorithm.h"
#include "clusterd/scheduler/plugin_registry.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

/// What users read when a pod fits nowhere, in kube-scheduler's words, for each plug-in of the default profile.
class ReasonsTest : public QObject {
    Q_OBJECT

private slots:
    /// One node, perhaps with a pod on it (of app "web", with 3 of its 4 CPUs), and a pod that does not fit.
    void reasons_data() {
        QTest::addColumn<QString>("nodeSpec");
        QTest::addColumn<QString>("placedSpec");
        QTest::addColumn<QString>("podSpec");
        QTest::addColumn<QString>("reason");
        auto row = [](const char *name, const char *nodeSpec, const char *placedSpec, const char *podSpec,
                      const char *reason) {
            QTest::newRow(name) << QString(nodeSpec) << QString(placedSpec) << QString(podSpec) << QString(reason);
        };
        const char *plain = "'priority':0";
        row("NodeUnschedulable", "'unschedulable':true", "", plain, "1 node(s) were unschedulable");
        row("TaintToleration", "'taints':[{'key':'k','value':'v','effect':'NoExecute'}]", "", plain,
            "1 node(s) had untolerated taint(s)");
        row("NodeAffinity, selector", "", "", "'nodeSelector':{'disk':'ssd'}",
            "1 node(s) didn't match Pod's node affinity/selector");
        row("NodeAffinity, other nodes", "", "",
            "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{"
            "'matchFields':[{'key':'metadata.name','operator':'In','values':['b']}]}]}}}",
            "1 node(s) didn't satisfy plugin(s) [NodeAffinity]");
        row("NodePorts", "", "'containers':[{'name':'c','ports':[{'hostPort':80}]}]",
            "'containers':[{'name':'c','ports':[{'hostPort':80}]}]",
            "1 node(s) didn't have free ports for the requested pod ports");
        row("NodeResourcesFit", "",
            "'containers':[{'name':'c','resources':{'requests':{'cpu':'3','memory':'6Gi','ephemeral-storage':'9Gi'}}}]",
            "'containers':[{'name':'c','resources':{'requests':{'cpu':'2','memory':'4Gi','ephemeral-storage':'9Gi',"
            "'example.com/foo':'1'}}}]",
            "1 Insufficient cpu, 1 Insufficient ephemeral-storage, 1 Insufficient example.com/foo, 1 Insufficient "
            "memory, 1 Too many pods");
        row("InterPodAffinity", "", "",
            "'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'labelSelector':{"
            "'matchLabels':{'app':'web'}},'topologyKey':'kubernetes.io/hostname'}]}}",
            "1 node(s) didn't match pod affinity rules");
        row("InterPodAffinity, anti", "", plain,
            "'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'labelSelector':{"
            "'matchLabels':{'app':'web'}},'topologyKey':'kubernetes.io/hostname'}]}}",
            "1 node(s) didn't match pod anti-affinity rules");
        row("InterPodAffinity, existing", "",
            "'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'labelSelector':{"
            "'matchLabels':{'app':'new'}},'topologyKey':'kubernetes.io/hostname'}]}}",
            plain, "1 node(s) didn't satisfy existing pods anti-affinity rules");
        row("PodTopologySpread", "", plain,
            "'topologySpreadConstraints':[{'maxSkew':1,'minDomains':2,'topologyKey':'kubernetes.io/hostname',"
            "'whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchExpressions':[{'key':'app','operator':"
            "'Exists'}]}}]",
            "1 node(s) didn't match pod topology spread constraints");
        row("PodTopologySpread, label", "", "",
            "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'rack','whenUnsatisfiable':'DoNotSchedule',"
            "'labelSelector':{'matchLabels':{'app':'new'}}}]",
            "1 node(s) didn't match pod topology spread constraints (missing required label)");
        row("VolumeRestrictions", "", "'volumes':[{'name':'v','gcePersistentDisk':{'pdName':'disk'}}]",
            "'volumes':[{'name':'v','gcePersistentDisk':{'pdName':'disk'}}]", "1 node(s) had no available disk");
        row("claim", "", "", "'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]",
            "persistentvolumeclaim \"data\" not found");
    }
    void reasons() {
        QFETCH(QString, nodeSpec);
        QFETCH(QString, placedSpec);
        QFETCH(QString, podSpec);
        QFETCH(QString, reason);
        auto json = [](QString text) { return text.replace('\'', '"').toStdString(); };
        Profile profile;
        QVERIFY(addDefaultPlugins(profile.framework, profile.pluginContext()));
        const bool full = reason.contains("Too many");
        const std::string allocatable =
            std::string("\"cpu\":\"4\",\"memory\":\"8Gi\",\"ephemeral-storage\":\"10Gi\",") + "\"pods\":\"" +
            (full ? "1" : "10") + "\"";
        QVERIFY(profile.cache.setNode(toObject(nodeJson("a", "", json(nodeSpec), allocatable))));
        auto pod = [&](const char *name, const QString &spec, const char *label) {
            const std::string containers = spec.contains("'containers'") ? "" : "\"containers\":[{\"name\":\"c\"}],";
            return podJson(name, containers + json(spec), label);
        };
        if (!placedSpec.isEmpty())
            profile.cache.setPod(placed(pod("there", placedSpec, "\"app\":\"web\""), "a"));
        Algorithm algorithm(profile.cache, profile.nominations, profile.random);
        CycleState state;
        const auto incoming = toPod(pod("new", podSpec, "\"app\":\"new\""));
        const Choice choice = algorithm.choose(profile.framework, state, *incoming);
        QVERIFY(!choice.node);
        QCOMPARE(QString::fromStdString(choice.diagnosis.message()), "0/1 nodes are available: " + reason + ".");
    }
};

QTEST_GUILESS_MAIN(ReasonsTest)
#include "tst_reasons.moc"
