#include "clusterd/controllers/endpoint/endpointslice_controller.h"
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
