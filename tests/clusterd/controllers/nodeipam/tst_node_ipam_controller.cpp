#include "clusterd/controllers/nodeipam/node_ipam_controller.h"
#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <random>

using namespace coracle;
using namespace coracle::controllers;
using namespace coracle::test;

namespace {

std::vector<config::Cidr> cidrs(std::initializer_list<const char *> texts) {
    std::vector<config::Cidr> all;
    for (const char *text : texts)
        all.push_back(*config::Cidr::parse(text));
    return all;
}

/// The controller over a client that fails when it is told so.
struct World {
    explicit World(NodeIpamSettings given)
        : settings(std::move(given)), f([this](const ControllerContext &context, ControllerManager &manager) {
              client = std::make_unique<FaultyClient>(context.client, [this](const api::ResourceInfo &) {
                  return faults ? static_cast<FaultyClient::Fault>(random() % 3) : FaultyClient::Fault::None;
              });
              ControllerContext faulty{*client, context.clock, context.random, context.gate, context.informers};
              manager.add(*NodeIpamController::create(faulty, settings));
          }) {}

    void node(const std::string &name, const std::string &spec = "{}") {
        f.create(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name + R"("},"spec":)" + spec + "}");
    }
    void remove(const std::string &name) { (void)f.api.run(f.api.client().remove(corev1::Node::resource(), {}, name)); }
    std::map<std::string, std::vector<std::string>> networks() {
        std::map<std::string, std::vector<std::string>> all;
        const auto list = f.api.run(f.api.client().list(corev1::Node::resource(), {}));
        for (const client::ObjectPtr &object : list->items)
            all[std::string(object->name())] = api::decode<corev1::Node>(*object)->spec.podCIDRs;
        return all;
    }
    void settle() {
        for (int i = 0; i < 3; ++i) {
            f.settle();
            f.clock.advance(std::chrono::seconds(1000)); // the longest back-off
        }
        f.settle();
    }

    NodeIpamSettings settings;
    std::mt19937 random{7};
    bool faults = false;
    std::unique_ptr<FaultyClient> client;
    RestartableFixture f;
};

using Texts = std::vector<std::string>;

} // namespace

class NodeIpamControllerTest : public QObject {
    Q_OBJECT

private slots:
    void givesEachNodeANetworkOfEachFamily() {
        World world({.clusterCidrs = cidrs({"10.42.0.0/16", "fd00:42::/56"})});
        world.f.begin();
        world.node("a");
        world.settle();
        world.node("b");
        world.settle();
        QCOMPARE(world.networks()["a"], (Texts{"10.42.0.0/24", "fd00:42::/64"}));
        QCOMPARE(world.networks()["b"], (Texts{"10.42.1.0/24", "fd00:42:0:1::/64"}));
    }

    void keepsWhatNodesHave() {
        World world({.clusterCidrs = cidrs({"10.42.0.0/16"})});
        world.node("a", R"({"podCIDR":"10.42.0.0/24","podCIDRs":["10.42.0.0/24"]})");
        world.node("b");
        world.f.begin();
        world.settle();
        QCOMPARE(world.networks()["a"], Texts{"10.42.0.0/24"});
        QCOMPARE(world.networks()["b"], Texts{"10.42.1.0/24"});
        world.f.restart();
        world.node("c");
        world.settle();
        QCOMPARE(world.networks()["c"], Texts{"10.42.2.0/24"});
    }

    void masksAreConfigured() {
        World world({.clusterCidrs = cidrs({"10.42.0.0/16", "fd00:42::/56"}), .maskSizeV4 = 26, .maskSizeV6 = 60});
        world.f.begin();
        world.node("a");
        world.settle();
        QCOMPARE(world.networks()["a"], (Texts{"10.42.0.0/26", "fd00:42::/60"}));
    }

    void aFullClusterWaitsForARoom() {
        World world({.clusterCidrs = cidrs({"10.42.0.0/23"})});
        world.f.begin();
        for (const char *name : {"a", "b", "c"}) {
            world.node(name);
            world.settle();
        }
        QCOMPARE(world.networks()["c"], Texts());
        QVERIFY(world.f.hasEvent("CIDRNotAvailable", "Node c status is now: CIDRNotAvailable"));
        world.remove("a");
        world.settle();
        QCOMPARE(world.networks()["c"], Texts{"10.42.0.0/24"});
    }

    void neverGivesOneTwice_data() {
        QTest::addColumn<uint>("seed");
        for (uint seed = 1; seed <= 8; ++seed)
            QTest::newRow(qPrintable(QString::number(seed))) << seed;
    }
    void neverGivesOneTwice() {
        QFETCH(uint, seed);
        World world({.clusterCidrs = cidrs({"10.42.0.0/20", "fd00:42::/60"})}); // for 16 nodes
        world.random.seed(seed);
        std::mt19937 random(seed);
        world.faults = true;
        world.f.begin();
        for (int step = 0; step < 60; ++step) {
            const std::string name = "n" + std::to_string(random() % 20);
            switch (random() % 4) {
            case 0:
            case 1:
                if (!world.networks().contains(name))
                    world.node(name);
                break;
            case 2:
                world.remove(name);
                break;
            default:
                if (random() % 4 == 0)
                    world.f.restart();
                world.f.clock.advance(std::chrono::milliseconds(random() % 200));
            }
            world.f.runSome(random() % 40);
            std::set<std::string> given;
            for (const auto &[node, networks] : world.networks())
                for (const std::string &network : networks)
                    QVERIFY2(given.insert(network).second, (network + " was given twice").c_str());
        }
        world.faults = false;
        world.settle();
        size_t without = 0;
        const auto networks = world.networks();
        for (const auto &[node, list] : networks) {
            without += list.empty();
            QVERIFY(list.empty() || list.size() == 2);
        }
        QCOMPARE(without, networks.size() > 16 ? networks.size() - 16 : size_t(0));
    }
};

QTEST_GUILESS_MAIN(NodeIpamControllerTest)
#include "tst_node_ipam_controller.moc"
