#include "tests/clusterd/kubelet/node_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> starts(const FakeCri &runtime) {
    std::vector<std::string> names;
    for (const auto &call : runtime.calls())
        if (call.starts_with("startContainer "))
            names.push_back(call.substr(sizeof("startContainer ") - 1));
    return names;
}

std::vector<std::string> stops(const FakeCri &runtime) {
    std::vector<std::string> names;
    for (const auto &call : runtime.calls())
        if (call.starts_with("stopContainer "))
            names.push_back(call.substr(sizeof("stopContainer ") - 1, call.rfind(' ') - sizeof("stopContainer ") + 1));
    return names;
}

using Names = std::vector<std::string>;

} // namespace

class InitContainersTest : public QObject {
    Q_OBJECT

private slots:
    void runInOrder() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", R"("initContainers":[{"name":"one","image":"app:1"},{"name":"two","image":"app:1"}],)");
        QCOMPARE(starts(node.runtime), Names({"one"}));
        auto pod = node.pod("web");
        QCOMPARE(pod.status.phase, std::string("Pending"));
        QCOMPARE(node.condition("web", "Initialized"), std::string("False"));
        QCOMPARE(pod.status.containerStatuses.at(0).state.waiting->reason, std::string("PodInitializing"));
        node.runtime.exitContainer(node.runtime.find("one")->status.id, 0);
        node.settle();
        node.pass(1s);
        QCOMPARE(starts(node.runtime), Names({"one", "two"}));
        node.runtime.exitContainer(node.runtime.find("two")->status.id, 0);
        node.settle();
        node.pass(1s);
        QCOMPARE(starts(node.runtime), Names({"one", "two", "app"}));
        QCOMPARE(node.condition("web", "Initialized"), std::string("True"));
        QCOMPARE(node.condition("web", "Ready"), std::string("True"));
        QCOMPARE(node.pod("web").status.initContainerStatuses.at(0).state.terminated->reason, std::string("Completed"));
        // A restart of the main container does not run them again.
        node.runtime.exitContainer(node.runtime.find("app")->status.id, 1);
        node.settle();
        node.pass(1s);
        QCOMPARE(starts(node.runtime), Names({"one", "two", "app", "app"}));
    }

    void failureIsRetriedOrFinal_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("phase");
        QTest::addColumn<int>("starts");
        QTest::newRow("always") << "Always" << "Pending" << 2;
        QTest::newRow("never") << "Never" << "Failed" << 1;
    }
    void failureIsRetriedOrFinal() {
        QFETCH(QString, policy);
        QFETCH(QString, phase);
        QFETCH(int, starts);
        NodeFixture node;
        node.startKubelet();
        std::string init = R"("initContainers":[{"name":"one","image":"app:1"}],)";
        node.putPod("web", init + "\"restartPolicy\":\"" + policy.toStdString() + "\",");
        node.runtime.exitContainer(node.runtime.find("one")->status.id, 2);
        node.settle();
        node.pass(1s);
        QCOMPARE(int(::starts(node.runtime).size()), starts);
        QCOMPARE(QString::fromStdString(node.pod("web").status.phase), phase);
    }

    void sidecarStartsFirstAndStopsLast() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", R"("initContainers":[{"name":"proxy","image":"app:1","restartPolicy":"Always"},)"
                           R"({"name":"log","image":"app:1","restartPolicy":"Always"}],)");
        QCOMPARE(starts(node.runtime), Names({"proxy", "log", "app"}));
        QCOMPARE(node.condition("web", "Ready"), std::string("True"));
        node.api.deletePod("default", "web", 30);
        node.pass(10s);
        QCOMPARE(stops(node.runtime), Names({"app", "log", "proxy"}));
        QVERIFY(!node.api.find(corev1::Pod::resource(), "default/web"));
    }

    void sidecarIsRestartedAlsoWithRestartPolicyNever() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", R"("restartPolicy":"Never","initContainers":[{"name":"proxy","image":"app:1",)"
                           R"("restartPolicy":"Always"}],)");
        node.runtime.exitContainer(node.runtime.find("proxy")->status.id, 1);
        node.settle();
        node.pass(1s);
        QCOMPARE(starts(node.runtime), Names({"proxy", "app", "proxy"}));
        // The pod is done when its main container is.
        node.runtime.exitContainer(node.runtime.find("app")->status.id, 0);
        node.settle();
        node.pass(5s);
        QCOMPARE(node.pod("web").status.phase, std::string("Succeeded"));
        QCOMPARE(stops(node.runtime), Names({"proxy"}));
    }

    void newSandboxRunsThemAgain() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", R"("initContainers":[{"name":"one","image":"app:1"}],)");
        node.runtime.exitContainer(node.runtime.find("one")->status.id, 0);
        node.settle();
        node.pass(1s);
        node.runtime.breakSandbox(node.runtime.sandboxes().begin()->first);
        node.runtime.exitContainer(node.runtime.find("app")->status.id, 137);
        node.settle();
        node.pass(1s);
        QCOMPARE(starts(node.runtime), Names({"one", "app", "one"}));
    }
};

QTEST_GUILESS_MAIN(InitContainersTest)
#include "tst_init_containers.moc"
