#include "tests/clusterd/kubelet/node_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::test;
using namespace std::chrono_literals;

namespace {

const corev1::ContainerStatus &app(const corev1::Pod &pod) {
    return pod.status.containerStatuses.at(0);
}

} // namespace

class PodLifecycleTest : public QObject {
    Q_OBJECT

private slots:
    void podRuns() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web");
        auto pod = node.pod("web");
        QCOMPARE(pod.status.phase, std::string("Running"));
        for (const char *type :
             {"PodScheduled", "Initialized", "ContainersReady", "Ready", "PodReadyToStartContainers"})
            QCOMPARE(node.condition("web", type), std::string("True"));
        QVERIFY(app(pod).ready);
        QVERIFY(app(pod).state.running);
        QVERIFY(app(pod).started.value_or(false));
        QCOMPARE(app(pod).containerID, "containerd://" + node.runtime.find("app")->status.id);
        QCOMPARE(pod.status.hostIP, std::string("192.0.2.10"));
        QVERIFY(pod.status.podIP.starts_with("10.88."));
        QCOMPARE(pod.status.qosClass, std::string("BestEffort"));
        QVERIFY(bool(pod.status.startTime));
        const auto &config = node.runtime.find("app")->config;
        QCOMPARE(config.logPath, std::string("app/0.log"));
        QVERIFY(node.hasEvent("Pulled: Container image \"app:1\" already present on machine"));
        QVERIFY(node.hasEvent("Created: Created container: app"));
        QVERIFY(node.hasEvent("Started: Started container app"));
        // The node's API service is announced to every pod.
        auto variable = std::ranges::find(config.environment, "KUBERNETES_SERVICE_HOST",
                                          &std::pair<std::string, std::string>::first);
        QVERIFY(variable != config.environment.end());
        QCOMPARE(variable->second, std::string("10.43.0.1"));
    }

    void crashLoopBacksOff() {
        NodeFixture node;
        node.runtime.onStart = [&](const FakeCri::FakeContainer &c) { node.runtime.exitContainer(c.status.id, 1); };
        node.startKubelet();
        node.putPod("crash");
        // The first restart is immediate, the second waits 10 s, then 20 s, 40 s, 80 s, 160 s and always 300 s.
        QCOMPARE(node.runtime.count("startContainer"), 2u);
        auto pod = node.pod("crash");
        QVERIFY(app(pod).state.waiting);
        QCOMPARE(app(pod).state.waiting->reason, std::string("CrashLoopBackOff"));
        QVERIFY(QString::fromStdString(app(pod).state.waiting->message)
                    .contains("back-off 10s restarting failed container=app"));
        QCOMPARE(app(pod).restartCount, 1);
        QVERIFY(app(pod).lastState.terminated);
        QCOMPARE(app(pod).lastState.terminated->exitCode, 1);
        QCOMPARE(pod.status.phase, std::string("Running"));
        size_t starts = 2;
        for (auto pause : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
            node.pass(pause - 1s);
            QCOMPARE(node.runtime.count("startContainer"), starts);
            node.pass(1s);
            QCOMPARE(node.runtime.count("startContainer"), ++starts);
        }
        QVERIFY(node.hasEvent("BackOff: Back-off restarting failed container app in pod crash_default(uid-crash)"));
        QCOMPARE(app(node.pod("crash")).restartCount, 8);
    }

    void longRunResetsBackoff() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web");
        for (int i = 0; i < 3; ++i) {
            node.runtime.exitContainer(node.runtime.find("app")->status.id, 1);
            node.pass(5min);
        }
        QCOMPARE(node.runtime.count("startContainer"), 4u);
        node.pass(11min);
        node.runtime.exitContainer(node.runtime.find("app")->status.id, 1);
        node.settle();
        node.pass(1s);
        QCOMPARE(node.runtime.count("startContainer"), 5u);
    }

    void restartPolicies_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("phase");
        QTest::addColumn<int>("starts");
        QTest::newRow("never, success") << "Never" << 0 << "Succeeded" << 1;
        QTest::newRow("never, failure") << "Never" << 3 << "Failed" << 1;
        QTest::newRow("on failure, success") << "OnFailure" << 0 << "Succeeded" << 1;
        QTest::newRow("on failure, failure") << "OnFailure" << 3 << "Running" << 2;
        QTest::newRow("always, success") << "Always" << 0 << "Running" << 2;
    }
    void restartPolicies() {
        QFETCH(QString, policy);
        QFETCH(int, exitCode);
        QFETCH(QString, phase);
        QFETCH(int, starts);
        NodeFixture node;
        node.startKubelet();
        node.putPod("job", "\"restartPolicy\":\"" + policy.toStdString() + "\",");
        node.runtime.exitContainer(node.runtime.find("app")->status.id, exitCode);
        node.settle();
        node.pass(1s);
        auto pod = node.pod("job");
        QCOMPARE(QString::fromStdString(pod.status.phase), phase);
        QCOMPARE(int(node.runtime.count("startContainer")), starts);
        if (phase == "Succeeded" || phase == "Failed") {
            QVERIFY(app(pod).state.terminated);
            QCOMPARE(app(pod).state.terminated->exitCode, exitCode);
            QCOMPARE(node.condition("job", "Ready"), std::string("False"));
            QCOMPARE(node.runtime.count("stopPodSandbox"), 1u);
            // It stays in the API, and in the runtime for its logs.
            QVERIFY(node.runtime.find("app"));
        }
    }

    void deletionIsGraceful() {
        NodeFixture node;
        node.runtime.setStubborn("app");
        node.startKubelet();
        node.putPod("web");
        node.api.deletePod("default", "web", 30);
        node.settle();
        QCOMPARE(node.runtime.count("stopContainer app 30"), 1u);
        QVERIFY(node.hasEvent("Killing: Stopping container app"));
        node.pass(29s);
        QVERIFY(node.api.find(corev1::Pod::resource(), "default/web"));
        node.pass(1s);
        node.pass(1s);
        QVERIFY(!node.api.find(corev1::Pod::resource(), "default/web"));
        QVERIFY(node.runtime.containers().empty());
        QVERIFY(node.runtime.sandboxes().empty());
        QVERIFY(!std::filesystem::exists(node.options.paths.pod("uid-web")));
        QVERIFY(std::filesystem::is_empty(node.options.paths.podLogs));
    }

    void graceIsShortened() {
        NodeFixture node;
        node.runtime.setStubborn("app");
        node.startKubelet();
        node.putPod("web");
        node.api.deletePod("default", "web", 600);
        node.pass(10s);
        QVERIFY(node.api.find(corev1::Pod::resource(), "default/web"));
        // kubectl delete --force --grace-period=0
        node.api.deletePod("default", "web", 0);
        node.pass(5s);
        QVERIFY(node.runtime.containers().empty() ||
                node.runtime.find("app")->status.state != cri::ContainerState::Running);
    }

    void preStopRunsWithinGrace() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", "", R"("lifecycle":{"preStop":{"exec":{"command":["/bin/bye"]}}},)");
        node.api.deletePod("default", "web", 30);
        node.settle();
        const auto &calls = node.runtime.calls();
        auto hook = std::ranges::find(calls, "execSync app /bin/bye");
        auto stop = std::ranges::find_if(calls, [](const auto &c) { return c.starts_with("stopContainer app"); });
        QVERIFY(hook != calls.end() && stop != calls.end() && hook < stop);
    }

    void preStopSleepShortensWhatIsLeft() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", "", R"("lifecycle":{"preStop":{"sleep":{"seconds":12}}},)");
        node.api.deletePod("default", "web", 30);
        node.pass(11s);
        QCOMPARE(node.runtime.count("stopContainer"), 0u);
        node.pass(1s);
        QCOMPARE(node.runtime.count("stopContainer app 18"), 1u);
    }

    void containersAreAdopted() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web");
        auto id = node.runtime.find("app")->status.id;
        auto before = node.pod("web");
        node.stopKubelet();
        node.pass(1min);
        node.startKubelet();
        node.pass(2min);
        QCOMPARE(node.runtime.find("app")->status.id, id);
        QCOMPARE(node.runtime.count("startContainer"), 1u);
        QCOMPARE(node.runtime.count("runPodSandbox"), 1u);
        auto after = node.pod("web");
        QVERIFY(after.status == before.status);
    }

    void orphansAreRemoved() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web");
        node.stopKubelet();
        node.api.erase(corev1::Pod::resource(), "default/web");
        node.startKubelet();
        node.pass(5s);
        QVERIFY(node.runtime.containers().empty());
        QVERIFY(node.runtime.sandboxes().empty());
        QVERIFY(!std::filesystem::exists(node.options.paths.pod("uid-web")));
    }

    void brokenSandboxIsReplaced() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web");
        auto old = node.runtime.sandboxes().begin()->first;
        node.runtime.breakSandbox(old);
        node.runtime.exitContainer(node.runtime.find("app")->status.id, 137);
        node.pass(1s);
        QCOMPARE(node.runtime.count("runPodSandbox"), 2u);
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
        QCOMPARE(app(node.pod("web")).restartCount, 1);
    }

    void runtimeComesBack() {
        NodeFixture node;
        node.runtime.down = true;
        node.startKubelet();
        node.putPod("web");
        node.pass(10s);
        QCOMPARE(node.pod("web").status.phase, std::string("Pending"));
        node.runtime.down = false;
        node.pass(10s);
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
    }

    void relistWithoutEvents() {
        NodeFixture node;
        node.runtime.events = false;
        node.startKubelet();
        node.putPod("web");
        node.runtime.exitContainer(node.runtime.find("app")->status.id, 1);
        node.pass(2s);
        QCOMPARE(node.runtime.count("startContainer"), 2u);
    }

    void apiOutageLosesNoStatus() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web");
        node.api.down = true;
        node.runtime.exitContainer(node.runtime.find("app")->status.id, 1);
        node.pass(5s);
        node.api.down = false;
        node.pass(30s);
        QCOMPARE(app(node.pod("web")).restartCount, 1);
    }

    /// As the node controller does while it does not hear of the node.
    void statusThatOthersWroteIsMended() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web");
        node.pass(5s);
        QCOMPARE(node.condition("web", "Ready"), std::string("True"));
        corev1::Pod pod = node.pod("web");
        for (auto &entry : pod.status.conditions)
            if (entry.type == "Ready")
                entry.status = "False";
        node.api.put(pod);
        node.pass(2s);
        QCOMPARE(node.condition("web", "Ready"), std::string("True"));
    }
};

QTEST_GUILESS_MAIN(PodLifecycleTest)
#include "tst_pod_lifecycle.moc"
