#include "core/api/types/coordination_v1.h"
#include "tests/clusterd/kubelet/node_fixture.h"

#include <QTest>
#include <fstream>

using namespace coracle;
using namespace coracle::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

class NodeTest : public QObject {
    Q_OBJECT

    static std::string condition(const corev1::Node &node, std::string_view type) {
        for (const auto &entry : node.status.conditions)
            if (entry.type == type)
                return entry.status;
        return "missing";
    }

private slots:
    void registersAndReports() {
        NodeFixture node;
        node.options.labels["zone"] = "a";
        node.options.taints.push_back({"dedicated", "x", "NoSchedule"});
        node.startKubelet();
        node.pass(2s);
        auto object = node.api.read<corev1::Node>("node1");
        QCOMPARE(condition(object, "Ready"), std::string("True"));
        for (const char *type : {"MemoryPressure", "DiskPressure", "PIDPressure"})
            QVERIFY(condition(object, type) != "missing");
        QCOMPARE(object.metadata.labels["kubernetes.io/hostname"], std::string("node1"));
        QCOMPARE(object.metadata.labels["zone"], std::string("a"));
        QCOMPARE(object.spec.taints.at(0).key, std::string("dedicated"));
        QCOMPARE(object.status.addresses.at(0).address, std::string("192.0.2.10"));
        QCOMPARE(object.status.capacity["pods"].value(), int64_t(110));
        QVERIFY(object.status.capacity["memory"].value() > 0);
        QVERIFY(!object.status.nodeInfo.kernelVersion.empty());
        auto lease = node.api.read<coordinationv1::Lease>("kube-node-lease/node1");
        QCOMPARE(lease.spec.holderIdentity.value_or(""), std::string("node1"));
        QCOMPARE(lease.spec.leaseDurationSeconds.value_or(0), 40);
        QCOMPARE(lease.metadata.ownerReferences.at(0).uid, object.metadata.uid);
        auto renewed = *lease.spec.renewTime;
        node.pass(10s);
        QVERIFY(*node.api.read<coordinationv1::Lease>("kube-node-lease/node1").spec.renewTime > renewed);
    }

    void idleNodeIsQuiet() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web");
        node.pass(10s);
        int before = node.api.writes;
        node.pass(100s);
        // Ten renewals of the lease, and nothing else, but for what the machine itself changes.
        QVERIFY2(node.api.writes - before <= 12, std::to_string(node.api.writes - before).c_str());
    }

    void reservedIsNotAllocatable() {
        NodeFixture node;
        node.options.reserved["memory"] = api::Quantity(1 << 20);
        node.startKubelet();
        node.pass(2s);
        auto status = node.api.read<corev1::Node>("node1").status;
        QCOMPARE(status.capacity["memory"].value() - status.allocatable["memory"].value(), int64_t(1 << 20));
    }

    void lostRuntimeIsNotReady() {
        NodeFixture node;
        node.startKubelet();
        node.pass(2s);
        node.runtime.down = true;
        node.pass(15s);
        auto object = node.api.read<corev1::Node>("node1");
        QCOMPARE(condition(object, "Ready"), std::string("False"));
        QVERIFY(node.hasEvent("NodeNotReady"));
        node.runtime.down = false;
        node.pass(15s);
        QCOMPARE(condition(node.api.read<corev1::Node>("node1"), "Ready"), std::string("True"));
    }

    void deletedNodeRegistersAgain() {
        NodeFixture node;
        node.startKubelet();
        node.pass(2s);
        node.api.erase(corev1::Node::resource(), "node1");
        node.pass(15s);
        QVERIFY(node.api.find(corev1::Node::resource(), "node1"));
    }

    void foreignLabelsAndTaintsStay() {
        NodeFixture node;
        node.api.put(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"node1","labels":{"mine":"yes"}},)"
                     R"("spec":{"taints":[{"key":"kept","effect":"NoExecute"}],"podCIDR":"10.42.0.0/24"}})");
        node.options.taints.push_back({"dedicated", "x", "NoSchedule"});
        node.startKubelet();
        node.pass(2s);
        auto object = node.api.read<corev1::Node>("node1");
        QCOMPARE(object.metadata.labels["mine"], std::string("yes"));
        QCOMPARE(object.metadata.labels["kubernetes.io/os"], std::string("linux"));
        QCOMPARE(object.spec.taints.size(), size_t(1));
        QCOMPARE(node.runtime.count("updateRuntimeConfig 10.42.0.0/24"), 1u);
    }

    void podsThatDoNotFitFail_data() {
        QTest::addColumn<QString>("container");
        QTest::addColumn<QString>("reason");
        QTest::newRow("cpu") << R"("resources":{"requests":{"cpu":"100000"}},)" << "OutOfcpu";
        QTest::newRow("memory") << R"("resources":{"requests":{"memory":"1000Ti"}},)" << "OutOfmemory";
        QTest::newRow("port") << R"("ports":[{"containerPort":80,"hostPort":8080}],)" << "NodePorts";
    }
    void podsThatDoNotFitFail() {
        QFETCH(QString, container);
        QFETCH(QString, reason);
        NodeFixture node;
        node.startKubelet();
        node.putPod("first", "", R"("ports":[{"containerPort":80,"hostPort":8080}],)");
        QCOMPARE(node.pod("first").status.phase, std::string("Running"));
        node.putPod("second", "", container.toStdString());
        auto status = node.pod("second").status;
        QCOMPARE(status.phase, std::string("Failed"));
        QCOMPARE(QString::fromStdString(status.reason), reason);
        QVERIFY(status.message.starts_with("Pod was rejected: "));
        QCOMPARE(node.runtime.count("runPodSandbox"), 1u);
        QVERIFY(node.hasEvent(reason.toStdString()));
        // It goes on to fail after a restart, and the first one stays.
        node.stopKubelet();
        node.startKubelet();
        QCOMPARE(node.pod("second").status.phase, std::string("Failed"));
        QCOMPARE(node.pod("first").status.phase, std::string("Running"));
    }

    void whatHasEndedMakesRoomBeforeItsSandboxIsGone() {
        NodeFixture node;
        node.startKubelet();
        const std::string port = "\"ports\":[{\"containerPort\":80,\"hostPort\":8080}],";
        node.putPod("first", "\"restartPolicy\":\"Never\",", port);
        for (int i = 0; i < 20; ++i)
            node.runtime.failNext("stopPodSandbox", errors::other("busy").error());
        node.runtime.exitContainer(node.runtime.find("app")->status.id, 0);
        node.settle();
        QCOMPARE(node.pod("first").status.phase, std::string("Succeeded"));
        QCOMPARE(node.runtime.count("stopPodSandbox"), 0u);
        // The scheduler has read that, and sends the next one.
        node.putPod("second", "", port);
        QCOMPARE(node.pod("second").status.phase, std::string("Running"));
    }

    void devicesAreNoCapacity_data() {
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("phase");
        QTest::newRow("not given") << "" << "Failed";
        QTest::newRow("given") << ",\"extendedResourceClaimStatus\":{\"resourceClaimName\":\"r\",\"requestMappings\":"
                                  "[{\"containerName\":\"app\",\"resourceName\":\"example.com/gpu\","
                                  "\"requestName\":\"container-0-request-0\"}]}"
                               << "Running";
    }
    void devicesAreNoCapacity() {
        QFETCH(QString, status);
        NodeFixture node;
        node.startKubelet();
        node.api.put(
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"default\","
            "\"uid\":\"u\"},\"spec\":{\"nodeName\":\"node1\",\"containers\":[{\"name\":\"app\",\"image\":\"app:1\","
            "\"imagePullPolicy\":\"IfNotPresent\",\"terminationMessagePath\":\"/dev/termination-log\","
            "\"terminationMessagePolicy\":\"File\",\"resources\":{\"requests\":{\"example.com/gpu\":\"1\"}}}]},"
            "\"status\":{\"phase\":\"Pending\"" +
            status.toStdString() + "}}");
        node.settle();
        QTEST(QString::fromStdString(node.pod("p").status.phase), "phase");
    }

    void deadlineEndsThePod() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", R"("activeDeadlineSeconds":60,)");
        node.pass(59s);
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
        node.pass(5s);
        auto status = node.pod("web").status;
        QCOMPARE(status.phase, std::string("Failed"));
        QCOMPARE(status.reason, std::string("DeadlineExceeded"));
        QCOMPARE(node.runtime.count("stopContainer app 30"), 1u);
    }

    void oldContainersAreCollected() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web");
        for (int i = 0; i < 4; ++i) {
            node.runtime.exitContainer(node.runtime.find("app")->status.id, 1);
            node.pass(6min);
        }
        // The running one and the one before it, for logs --previous.
        QCOMPARE(node.runtime.containers().size(), size_t(2));
        QCOMPARE(node.pod("web").status.containerStatuses.at(0).restartCount, 4);
        QVERIFY(node.pod("web").status.containerStatuses.at(0).lastState.terminated);
    }

    void staticPodsFollowTheirFiles() {
        NodeFixture node;
        node.options.staticPods = node.folder.path().toStdString() + "/manifests";
        fs::create_directories(node.options.staticPods);
        auto write = [&](const std::string &name, const std::string &image) {
            std::ofstream(node.options.staticPods / name) << "apiVersion: v1\nkind: Pod\nmetadata:\n  name: "
                                                             "fixed\nspec:\n  containers:\n  - name: app\n    image: "
                                                          << image << "\n";
        };
        node.runtime.addImage("app:2");
        write("pod.yaml", "app:1");
        std::ofstream(node.options.staticPods / "broken.yaml") << "kind: [";
        node.startKubelet();
        node.pass(1s);
        auto pod = node.pod("fixed-node1");
        QCOMPARE(pod.status.phase, std::string("Running"));
        QVERIFY(pod.metadata.annotations.contains("kubernetes.io/config.mirror"));
        write("pod.yaml", "app:2");
        node.pass(1min);
        // MemoryClient deletes at once; the pod that stands there now is a new one.
        QVERIFY(node.pod("fixed-node1").metadata.uid != pod.metadata.uid);
        QCOMPARE(node.pod("fixed-node1").spec.containers.at(0).image, std::string("app:2"));
        fs::remove(node.options.staticPods / "pod.yaml");
        node.pass(1min);
        QVERIFY(!node.api.find(corev1::Pod::resource(), "default/fixed-node1"));
        QVERIFY(node.runtime.containers().empty());
    }

    void logsAreRotated() {
        NodeFixture node;
        node.options.containerLogBytesMax = 100;
        node.options.containerLogFilesMax = 3;
        node.startKubelet();
        node.putPod("web");
        fs::path log = node.runtime.find("app")->status.logPath;
        fs::create_directories(log.parent_path());
        for (int i = 0; i < 5; ++i) {
            std::ofstream(log) << std::string(200, 'x');
            node.pass(11s);
            QVERIFY(!fs::exists(log));
        }
        QCOMPARE(node.runtime.count("reopenContainerLog"), 5u);
        QCOMPARE(std::distance(fs::directory_iterator(log.parent_path()), fs::directory_iterator()), 2);
    }
};

QTEST_GUILESS_MAIN(NodeTest)
#include "tst_node.moc"
