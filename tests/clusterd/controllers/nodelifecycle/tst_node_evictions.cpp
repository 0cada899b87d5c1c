#include "clusterd/controllers/nodelifecycle/node_lifecycle_controller.h"
#include "core/api/types/coordination_v1.h"
#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <random>
#include <set>

using namespace coracle;
using namespace coracle::controllers;
using namespace coracle::test;

namespace {

/// Nodes that renew their Leases unless they are told to be silent.
struct Cluster {
    Cluster()
        : f([this](const ControllerContext &context, ControllerManager &manager) {
              client = std::make_unique<FaultyClient>(context.client, [this](const api::ResourceInfo &) {
                  return faults ? static_cast<FaultyClient::Fault>(random() % 3) : FaultyClient::Fault::None;
              });
              const ControllerContext faulty{*client, context.clock, context.random, context.gate, context.informers};
              manager.add(std::make_unique<NodeLifecycleController>(faulty));
          }) {}

    void node(const std::string &name, const std::string &zone) {
        f.create(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name +
                 R"(","labels":{"topology.kubernetes.io/zone":")" + zone + R"("}}})");
        report(name);
        f.create(R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":")" + name +
                 R"(","namespace":"kube-node-lease"},"spec":{"holderIdentity":")" + name + R"("}})");
        nodes.insert(name);
    }
    void nodesOf(const std::string &zone, int count) {
        for (int i = 0; i < count; ++i)
            node(zone + std::to_string(i), zone);
    }
    void pod(const std::string &name, const std::string &node) {
        f.create(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
                 R"(","namespace":"default"},"spec":{"nodeName":")" + node +
                 R"(","tolerations":[{"key":"node.kubernetes.io/unreachable","operator":"Exists",)"
                 R"("effect":"NoExecute","tolerationSeconds":300}],"containers":[{"name":"c","image":"i"}]}})");
    }
    void report(const std::string &name) {
        merge(corev1::Node::resource(), "", name,
              R"({"status":{"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":")" +
                  api::Time(f.clock.now()).text() + R"("}]}})",
              "status");
    }
    void merge(const api::ResourceInfo &resource, std::string space, std::string name, std::string body,
               std::string subresource = {}) {
        client::WriteOptions options;
        options.subresource = std::move(subresource);
        (void)f.api.run(f.api.client().patch(resource, std::move(space), std::move(name), client::PatchType::Merge,
                                             std::move(body), options));
    }
    /// In steps, in which the nodes renew and every timer runs.
    void advance(int seconds, bool settles = true) {
        for (int i = 0; i < seconds; i += 5) {
            f.clock.advance(std::chrono::seconds(5));
            for (const std::string &name : nodes)
                if (i % 10 == 0 && !silent.contains(name))
                    merge(coordinationv1::Lease::resource(), "kube-node-lease", name,
                          R"({"spec":{"renewTime":")" + api::MicroTime(f.clock.now()).text() + R"("}})");
            if (settles)
                f.settle();
        }
    }
    size_t tainted(std::string_view effect) {
        size_t count = 0;
        const auto list = f.api.run(f.api.client().list(corev1::Node::resource(), {}));
        for (const client::ObjectPtr &object : list->items) {
            const auto node = api::decode<corev1::Node>(*object);
            for (const corev1::Taint &taint : node->spec.taints)
                count += taint.effect == effect;
        }
        return count;
    }
    bool gone(const std::string &name) {
        const auto pod = f.api.run(client::get<corev1::Pod>(f.api.client(), "default", name));
        return !pod || pod->metadata.deletionTimestamp;
    }

    std::vector<corev1::Taint> taints(const std::string &name) {
        return f.api.run(client::get<corev1::Node>(f.api.client(), "", name))->spec.taints;
    }

    std::mt19937 random{1};
    bool faults = false; ///< of every write
    std::unique_ptr<FaultyClient> client;
    RestartableFixture f;
    std::set<std::string> nodes, silent;
};

} // namespace

class NodeEvictionsTest : public QObject {
    Q_OBJECT

private slots:
    void nodesOfAHealthyZoneAreEvictedOneByOne() {
        Cluster c;
        c.nodesOf("a", 8);
        c.f.begin();
        c.silent = {"a0", "a1", "a2"};
        c.advance(60);
        QCOMPARE(c.tainted("NoSchedule"), size_t(3));
        QCOMPARE(c.tainted("NoExecute"), size_t(1));
        c.advance(10);
        QCOMPARE(c.tainted("NoExecute"), size_t(2));
        c.advance(15);
        QCOMPARE(c.tainted("NoExecute"), size_t(3));
        c.silent.clear();
        for (const char *name : {"a0", "a1", "a2"})
            c.report(name);
        c.advance(10);
        QCOMPARE(c.tainted("NoExecute") + c.tainted("NoSchedule"), size_t(0));
    }

    void aSmallDisruptedZoneIsLeftAlone() {
        Cluster c;
        c.nodesOf("a", 4);
        c.nodesOf("b", 1);
        c.f.begin();
        c.silent = {"a0", "a1", "a2"};
        c.advance(55);
        c.advance(100);
        QCOMPARE(c.tainted("NoSchedule"), size_t(3));
        // The first ones fell silent one after the other in the controller's eyes, before the zone was disrupted.
        QVERIFY(c.tainted("NoExecute") <= 1);
    }

    void aZoneThatIsGoneIsEvicted() {
        Cluster c;
        c.nodesOf("a", 2);
        c.nodesOf("b", 1);
        c.f.begin();
        c.silent = {"a0", "a1"};
        c.advance(80);
        QCOMPARE(c.tainted("NoExecute"), size_t(2));
    }

    void nothingIsEvictedWhenNoNodeAnswers() {
        Cluster c;
        c.nodesOf("a", 2);
        c.nodesOf("b", 1);
        c.pod("web", "a0");
        c.f.begin();
        c.silent = {"a0"};
        c.advance(60);
        QCOMPARE(c.tainted("NoExecute"), size_t(1));
        c.silent = c.nodes; // this server is cut off
        c.advance(70);
        QCOMPARE(c.tainted("NoExecute"), size_t(0));
        c.advance(400);
        QVERIFY(!c.gone("web"));
        c.silent = {"a0"};
        c.report("a1");
        c.report("b0");
        c.advance(30);
        QCOMPARE(c.tainted("NoExecute"), size_t(1)); // it stays silent
        QVERIFY(!c.gone("web"));
        c.advance(310);
        QVERIFY(c.gone("web"));
    }

    void timeGoesOnOverARestart() {
        Cluster c;
        c.nodesOf("a", 3);
        c.pod("web", "a0");
        c.f.begin();
        c.silent = {"a0"};
        c.advance(60);
        c.advance(200);
        QVERIFY(!c.gone("web"));
        c.f.restart();
        c.advance(110);
        QVERIFY(c.gone("web"));
    }

    void aNodeThatCameBackMeanwhileKeepsItsPods() {
        Cluster c;
        c.nodesOf("a", 3);
        c.pod("web", "a0");
        c.f.begin();
        c.silent = {"a0"};
        c.advance(60);
        QCOMPARE(c.tainted("NoExecute"), size_t(1));
        c.f.end();
        c.f.clock.advance(std::chrono::hours(1));
        c.f.begin();
        c.advance(10);
        QVERIFY(!c.gone("web"));
        c.silent.clear();
        c.report("a0");
        c.advance(100);
        QVERIFY(!c.gone("web"));
        QCOMPARE(c.tainted("NoExecute"), size_t(0));
    }

    void endsWellInSpiteOfFaultsAndRestarts_data() {
        QTest::addColumn<uint>("seed");
        for (uint seed = 1; seed <= 4; ++seed)
            QTest::newRow(qPrintable(QString::number(seed))) << seed;
    }
    void endsWellInSpiteOfFaultsAndRestarts() {
        QFETCH(uint, seed);
        Cluster c;
        c.nodesOf("a", 6);
        for (const std::string &node : c.nodes)
            c.pod("on-" + node, node);
        c.random.seed(seed);
        c.f.begin();
        c.faults = true;
        const std::vector<std::string> shaky{"a0", "a1", "a2", "a3"}; // a4 and a5 always answer
        for (int step = 0; step < 40; ++step) {
            const std::string &node = shaky[c.random() % shaky.size()];
            if (c.silent.erase(node))
                c.report(node);
            else if (c.silent.size() < 2)
                c.silent.insert(node);
            if (c.random() % 5 == 0)
                c.f.restart();
            c.advance(5 * static_cast<int>(1 + c.random() % 12), false);
            c.f.runSome(c.random() % 200);
            for (const char *steady : {"a4", "a5"}) {
                QVERIFY(c.taints(steady).empty());
                QVERIFY(!c.gone(std::string("on-") + steady));
            }
        }
        c.faults = false;
        c.f.settle();
        c.advance(150); // grace period, and a token for each node
        for (const std::string &node : c.nodes)
            QCOMPARE(c.taints(node).size(), c.silent.contains(node) ? size_t(2) : size_t(0));
        c.advance(330);
        for (const std::string &node : c.silent)
            QVERIFY(c.gone("on-" + node));
    }

    void aJumpOfTheDateEvictsNothing() {
        Cluster c;
        c.nodesOf("a", 3);
        c.pod("web", "a0");
        c.f.begin();
        c.silent = {"a0"};
        c.advance(60);
        c.f.clock.jumpWall(std::chrono::hours(24));
        c.advance(100);
        QVERIFY(!c.gone("web"));
        c.advance(220);
        QVERIFY(c.gone("web"));
    }
};

QTEST_GUILESS_MAIN(NodeEvictionsTest)
#include "tst_node_evictions.moc"
