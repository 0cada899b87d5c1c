#include "tests/clusterd/kubelet/node_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::test;
using namespace std::chrono_literals;

namespace {

constexpr const char *kReadiness =
    R"("readinessProbe":{"httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"},"initialDelaySeconds":3,"periodSeconds":5,)"
    R"("failureThreshold":2,"successThreshold":1,"timeoutSeconds":1},)";
constexpr const char *kLiveness =
    R"("livenessProbe":{"exec":{"command":["alive"]},"periodSeconds":10,"failureThreshold":3,"timeoutSeconds":1},)";
constexpr const char *kStartup =
    R"("startupProbe":{"tcpSocket":{"port":"web"},"periodSeconds":2,"failureThreshold":5,"timeoutSeconds":1},)"
    R"("ports":[{"name":"web","containerPort":8080}],)";

Result<kubelet::cri::ExecResult> exitCode(int code) {
    kubelet::cri::ExecResult result;
    result.exitCode = code;
    return result;
}

} // namespace

class ProbesTest : public QObject {
    Q_OBJECT

private slots:
    void readinessFollowsThresholds() {
        NodeFixture node;
        node.probes.httpStatus = 503;
        node.startKubelet();
        node.putPod("web", "", kReadiness);
        QCOMPARE(node.probes.httpCalls, 0);
        QCOMPARE(node.condition("web", "Ready"), std::string("False"));
        node.pass(3s);
        QCOMPARE(node.probes.httpCalls, 1);
        QCOMPARE(node.probes.last.host, node.pod("web").status.podIP);
        QCOMPARE(node.probes.last.port, uint16_t(8080));
        QVERIFY(node.hasEvent("Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503"));
        node.probes.httpStatus = 200;
        node.pass(5s);
        QCOMPARE(node.condition("web", "Ready"), std::string("True"));
        // One failure is below the threshold, the second one counts.
        node.probes.httpStatus = 0;
        node.pass(5s);
        QCOMPARE(node.condition("web", "Ready"), std::string("True"));
        node.pass(5s);
        QCOMPARE(node.condition("web", "Ready"), std::string("False"));
        QCOMPARE(node.runtime.count("stopContainer"), 0u);
    }

    void livenessRestarts() {
        NodeFixture node;
        int code = 0;
        node.runtime.onExec = [&](const auto &, const auto &) { return exitCode(code); };
        node.startKubelet();
        node.putPod("web", "", kLiveness);
        node.pass(30s);
        QCOMPARE(node.runtime.count("startContainer"), 1u);
        code = 1;
        node.pass(20s);
        QCOMPARE(node.runtime.count("startContainer"), 1u);
        node.pass(10s);
        QVERIFY(node.hasEvent("Killing: Container app failed liveness probe, will be restarted"));
        QCOMPARE(node.runtime.count("startContainer"), 2u);
        QCOMPARE(node.pod("web").status.containerStatuses.at(0).restartCount, 1);
    }

    void startupHoldsTheOthersBack() {
        NodeFixture node;
        node.probes.tcpOpen = false;
        node.runtime.onExec = [&](const auto &, const auto &) { return exitCode(1); };
        node.startKubelet();
        node.putPod("web", "", std::string(kStartup) + kLiveness);
        node.pass(5s);
        QCOMPARE(node.runtime.count("execSync"), 0u);
        QVERIFY(!node.pod("web").status.containerStatuses.at(0).started.value_or(true));
        node.probes.tcpOpen = true;
        node.pass(2s);
        QVERIFY(node.pod("web").status.containerStatuses.at(0).started.value_or(false));
        node.pass(1s);
        QCOMPARE(node.runtime.count("execSync"), 1u);
    }

    void startupFailureRestarts() {
        NodeFixture node;
        node.probes.tcpOpen = false;
        node.startKubelet();
        node.putPod("web", "", kStartup);
        node.pass(9s);
        QVERIFY(node.hasEvent("Killing: Container app failed startup probe, will be restarted"));
        QCOMPARE(node.runtime.count("startContainer"), 2u);
    }

    void adoptedContainerStaysReady() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", "", kReadiness);
        node.pass(3s);
        QCOMPARE(node.condition("web", "Ready"), std::string("True"));
        node.stopKubelet();
        node.startKubelet();
        QCOMPARE(node.condition("web", "Ready"), std::string("True"));
        // But the probe goes on.
        node.probes.httpStatus = 500;
        node.pass(11s);
        QCOMPARE(node.condition("web", "Ready"), std::string("False"));
    }

    void hooks() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", "", R"("lifecycle":{"postStart":{"exec":{"command":["/bin/hi"]}}},)");
        QCOMPARE(node.runtime.count("execSync app /bin/hi"), 1u);
        QCOMPARE(node.condition("web", "Ready"), std::string("True"));
    }

    void failedPostStartKills() {
        NodeFixture node;
        node.runtime.onExec = [&](const auto &, const auto &) { return exitCode(1); };
        node.startKubelet();
        node.putPod("web", "", R"("lifecycle":{"postStart":{"exec":{"command":["/bin/hi"]}}},)");
        QVERIFY(node.hasEvent("FailedPostStartHook: PostStartHook failed"));
        QVERIFY(node.runtime.count("stopContainer app") >= 1u);
        node.pass(1s);
        auto status = node.pod("web").status.containerStatuses.at(0);
        QVERIFY(status.state.waiting);
        QVERIFY(status.restartCount >= 1);
    }
};

QTEST_GUILESS_MAIN(ProbesTest)
#include "tst_probes.moc"
