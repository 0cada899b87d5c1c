#include "clusterd/controllers/endpoint/endpointslice_controller.h"
#include "clusterd/network/proxy/endpoint_choice.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;
using namespace coracle::test;

namespace {

/// Two nodes in two zones, and a service with pods on them.
struct World {
    explicit World(const std::string &annotations = "{}", const std::string &spec = "")
        : f([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<EndpointSliceController>(context));
          }) {
        for (const char *zone : {"a", "b"})
            node(fmt::format("node-{}", zone), zone);
        f.create(
            R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default","annotations":)" +
            annotations + R"(},"spec":{"selector":{"app":"web"},"ports":[{"port":80}])" + spec + "}}");
        f.begin();
    }
    void node(const std::string &name, const std::string &zone) {
        f.create(fmt::format(R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{}","labels":{{)"
                             R"("topology.kubernetes.io/zone":"{}"}}}}}})",
                             name, zone));
        client::WriteOptions options;
        options.subresource = "status";
        std::string status =
            R"({"status":{"allocatable":{"cpu":"2"},"conditions":[{"type":"Ready","status":"True"}]}})";
        (void)f.api.run(
            f.api.client().patch(corev1::Node::resource(), "", name, client::PatchType::Merge, status, options));
    }
    void pod(int number, const std::string &node) {
        f.create(fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{}","namespace":"default",)"
                             R"("labels":{{"app":"web"}}}},"spec":{{"nodeName":"{}","containers":[{{"name":"c",)"
                             R"("image":"i"}}]}}}})",
                             number, node));
        f.merge(corev1::Pod::resource(), fmt::format("p{}", number),
                fmt::format(R"({{"status":{{"phase":"Running","podIP":"10.0.0.{0}","podIPs":[{{"ip":"10.0.0.{0}"}}],)"
                            R"("conditions":[{{"type":"Ready","status":"True"}}]}}}})",
                            number),
                "status");
    }
    /// "1:a 2:b/node-b": address, hinted zone, hinted node.
    std::string hints() {
        f.settle();
        std::map<std::string, std::string> words;
        for (const auto &slice : f.list<discoveryv1::EndpointSlice>())
            for (const auto &endpoint : slice.endpoints) {
                std::string &word = words[endpoint.addresses.front().substr(7)];
                if (endpoint.hints && !endpoint.hints->forZones.empty())
                    word = endpoint.hints->forZones.front().name;
                if (endpoint.hints && !endpoint.hints->forNodes.empty())
                    word += "/" + endpoint.hints->forNodes.front().name;
            }
        std::string text;
        for (const auto &[address, word] : words)
            text += (text.empty() ? "" : " ") + address + ":" + word;
        return text;
    }

    /// "1 2": whom the service proxy of a node sends to.
    std::string chosenBy(const std::string &node, const std::string &zone) {
        f.settle();
        const auto slices = f.list<discoveryv1::EndpointSlice>();
        const auto candidates = network::proxy::candidatesOf(slices, "", network::proxy::Family::IPv4);
        std::string text;
        for (const auto &endpoint : network::proxy::chooseEndpoints(candidates, node, zone))
            text += (text.empty() ? "" : " ") + endpoint.address.substr(7);
        return text;
    }

    RestartableFixture f;
};

} // namespace

class EndpointHintsTest : public QObject {
    Q_OBJECT

private slots:
    void trafficDistribution() {
        World zone("{}", R"(,"trafficDistribution":"PreferClose")");
        zone.pod(1, "node-a");
        zone.pod(2, "node-b");
        QCOMPARE(zone.hints(), std::string("1:a 2:b"));
        zone.f.merge(corev1::Service::resource(), "web", R"({"spec":{"trafficDistribution":null}})");
        QCOMPARE(zone.hints(), std::string("1: 2:"));
        zone.f.merge(corev1::Service::resource(), "web", R"({"spec":{"trafficDistribution":"PreferSameNode"}})");
        QCOMPARE(zone.hints(), std::string("1:a/node-a 2:b/node-b"));
    }

    void topologyModeFollowsTheNodes() {
        World world(R"({"service.kubernetes.io/topology-mode":"Auto"})");
        world.pod(1, "node-a");
        QCOMPARE(world.hints(), std::string("1:"));
        QVERIFY(world.f.hasEvent("TopologyAwareHintsDisabled",
                                 "Insufficient number of endpoints (1 endpoints, 2 zones), addressType: IPv4"));
        for (int i = 2; i <= 4; ++i)
            world.pod(i, "node-a");
        const std::string hinted = world.hints();
        QCOMPARE(std::ranges::count(hinted, 'a'), 2);
        QCOMPARE(std::ranges::count(hinted, 'b'), 2);
        QVERIFY(world.f.hasEvent("TopologyAwareHintsEnabled"));
        world.f.restart();
        QCOMPARE(world.hints(), hinted); // what was given away stays
        (void)world.f.api.run(world.f.api.client().remove(corev1::Node::resource(), {}, "node-b"));
        QCOMPARE(world.hints(), std::string("1: 2: 3: 4:"));
    }

    /// From the nodes' labels to what each node's proxy does.
    void theProxiesKeepTrafficNear() {
        World world("{}", R"(,"trafficDistribution":"PreferSameZone")");
        world.node("node-a2", "a");
        world.node("node-c", "c");
        world.pod(1, "node-a");
        world.pod(2, "node-a2");
        world.pod(3, "node-b");
        QCOMPARE(world.chosenBy("node-a", "a"), std::string("1 2"));
        QCOMPARE(world.chosenBy("node-a2", "a"), std::string("1 2"));
        QCOMPARE(world.chosenBy("node-b", "b"), std::string("3"));
        QCOMPARE(world.chosenBy("node-c", "c"), std::string("1 2 3")); // nothing is near
        QCOMPARE(world.chosenBy("node-x", ""), std::string("1 2 3"));  // a node without a zone
        world.f.merge(corev1::Service::resource(), "web", R"({"spec":{"trafficDistribution":"PreferSameNode"}})");
        QCOMPARE(world.chosenBy("node-a", "a"), std::string("1"));
        QCOMPARE(world.chosenBy("node-a2", "a"), std::string("2"));
        QCOMPARE(world.chosenBy("node-b", "b"), std::string("3"));
        QCOMPARE(world.chosenBy("node-c", "c"), std::string("1 2 3"));
        // The pod near by is not ready any more: the zone's other one is next.
        world.f.merge(corev1::Pod::resource(), "p1", R"({"status":{"conditions":[{"type":"Ready","status":"False"}]}})",
                      "status");
        QCOMPARE(world.chosenBy("node-a", "a"), std::string("2"));
        world.f.merge(corev1::Service::resource(), "web", R"({"spec":{"trafficDistribution":null}})");
        QCOMPARE(world.chosenBy("node-a", "a"), std::string("2 3"));
    }

    void theProxiesShareByTopologyMode() {
        World world(R"({"service.kubernetes.io/topology-mode":"Auto"})");
        for (int i = 1; i <= 4; ++i)
            world.pod(i, i % 2 == 0 ? "node-a" : "node-b");
        QCOMPARE(world.chosenBy("node-a", "a"), std::string("2 4"));
        QCOMPARE(world.chosenBy("node-b", "b"), std::string("1 3"));
        (void)world.f.api.run(world.f.api.client().remove(corev1::Node::resource(), {}, "node-b"));
        QCOMPARE(world.chosenBy("node-a", "a"), std::string("1 2 3 4")); // one zone is no topology
    }

    void aZoneThatChangesIsFollowed() {
        World world("{}", R"(,"trafficDistribution":"PreferSameZone")");
        world.pod(1, "node-a");
        QCOMPARE(world.hints(), std::string("1:a"));
        (void)world.f.api.run(
            world.f.api.client().patch(corev1::Node::resource(), "", "node-a", client::PatchType::Merge,
                                       R"({"metadata":{"labels":{"topology.kubernetes.io/zone":"c"}}})"));
        QCOMPARE(world.hints(), std::string("1:c"));
    }
};

QTEST_GUILESS_MAIN(EndpointHintsTest)
#include "tst_endpoint_hints.moc"
