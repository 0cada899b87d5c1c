#include "clusterd/controllers/nodelifecycle/node_lifecycle_controller.h"
#include "clusterd/controllers/pod_gc_controller.h"
#include "clusterd/controllers/pod_util.h"
#include "core/api/types/coordination_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"
#include "tests/support/manual_clock.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;

namespace {

struct Fixture {
    Fixture() {
        f.add<NodeLifecycleController>();
        f.add<PodGcController>();
        f.start();
        f.create(
            R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
        f.merge(
            corev1::Node::resource(), {}, "n1",
            R"({"status":{"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"2026-01-01T00:00:00Z"}]}})",
            "status");
        f.create(
            R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n2"},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
        f.create(
            R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"n2","namespace":"kube-node-lease"},"spec":{"holderIdentity":"n2"}})");
        f.create(
            R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"n1","namespace":"kube-node-lease"},"spec":{"holderIdentity":"n1"}})");
        pod("patient",
            R"([{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}])");
        pod("faithful", R"([{"operator":"Exists"}])");
        advance(1);
    }
    void pod(const char *name, const char *tolerations) {
        f.create(std::string(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")") + name +
                 R"(","namespace":"default"},"spec":{"nodeName":"n1","tolerations":)" + tolerations +
                 R"(,"containers":[{"name":"c","image":"i"}]}})");
        f.merge(corev1::Pod::resource(), "default", name,
                R"({"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}})", "status");
    }
    /// In small steps, so that every timer runs in its order.
    void advance(int seconds) {
        for (int i = 0; i < seconds; i += 5) {
            clock.advance(std::chrono::seconds(std::min(5, seconds - i)));
            if (i % 10 == 0)
                renewLease("n2"); // without a node that is ready, nothing is evicted
            f.settle();
        }
    }
    void renewLease(const char *node = "n1") {
        f.merge(coordinationv1::Lease::resource(), "kube-node-lease", node,
                R"({"spec":{"renewTime":")" + api::MicroTime(clock.now()).text() + R"("}})");
        f.settle();
    }
    std::string ready() {
        const auto node = f.read<corev1::Node>({}, "n1");
        for (const auto &condition : node->status.conditions)
            if (condition.type == "Ready")
                return condition.status;
        return {};
    }
    bool gone(const char *name) {
        const auto pod = f.read<corev1::Pod>("default", name);
        return !pod || pod->metadata.deletionTimestamp;
    }

    test::ManualClock clock;
    test::ControllersFixture f{clock};
};

} // namespace

class NodeLifecycleTest : public QObject {
    Q_OBJECT

private slots:
    void aNodeThatRenewsItsLeaseStaysReady() {
        Fixture f;
        for (int i = 0; i < 12; ++i) {
            f.advance(10);
            f.renewLease();
        }
        QCOMPARE(f.ready(), std::string("True"));
        QVERIFY(f.f.read<corev1::Node>({}, "n1")->spec.taints.empty());
    }

    void aSilentNodeIsTaintedAndItsPodsAreEvictedInTheirTime() {
        Fixture f;
        f.advance(45);
        QCOMPARE(f.ready(), std::string("True"));
        f.advance(15);
        QCOMPARE(f.ready(), std::string("Unknown"));
        QCOMPARE(f.f.read<corev1::Node>({}, "n1")->spec.taints.size(), size_t(2));
        QVERIFY(!isPodReady(*f.f.read<corev1::Pod>("default", "patient")));
        f.advance(280);
        QVERIFY(!f.gone("patient"));
        f.advance(30);
        QVERIFY(f.gone("patient"));
        QVERIFY(!f.gone("faithful"));
    }

    void aNodeThatComesBackLosesItsTaints() {
        Fixture f;
        f.advance(60);
        QCOMPARE(f.ready(), std::string("Unknown"));
        f.f.merge(
            corev1::Node::resource(), {}, "n1",
            R"({"status":{"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"2026-01-01T00:02:00Z"}]}})",
            "status");
        f.renewLease();
        f.advance(6);
        QVERIFY(f.f.read<corev1::Node>({}, "n1")->spec.taints.empty());
        f.advance(40);
        QVERIFY(!f.gone("patient"));
    }

    void podsOfANodeThatIsGoneAreRemoved() {
        Fixture f;
        (void)f.f.api.run(f.f.api.client().remove(corev1::Node::resource(), {}, "n1"));
        f.advance(30);
        QVERIFY(!f.gone("faithful"));
        f.advance(60);
        QVERIFY(!f.f.read<corev1::Pod>("default", "faithful"));
    }
};

QTEST_GUILESS_MAIN(NodeLifecycleTest)
#include "tst_node_lifecycle_controller.moc"
