#include "clusterd/network/dns/cluster_zone.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_client.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::network::dns;
namespace asio = boost::asio;

namespace {

struct Fixture {
    Fixture() {
        client.put(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"demo"}})");
        client.put(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"demo"},"spec":
            {"clusterIP":"10.43.0.7","clusterIPs":["10.43.0.7","fd43::7"],"ports":[{"name":"http","port":80,"protocol":"TCP"}]}})");
        client.put(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"db","namespace":"demo"},"spec":
            {"clusterIP":"None","ports":[{"name":"sql","port":5432,"protocol":"TCP"}]}})");
        client.put(
            R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"db-1","namespace":"demo",
            "labels":{"kubernetes.io/service-name":"db"}},"addressType":"IPv4","ports":[{"name":"sql","port":5432,"protocol":"TCP"}],
            "endpoints":[{"addresses":["10.42.0.5"],"hostname":"db-0","conditions":{"ready":true}},
                         {"addresses":["10.42.0.6"],"conditions":{"ready":true}},
                         {"addresses":["10.42.0.9"],"conditions":{"ready":false}}]})");
        client.put(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"out","namespace":"demo"},"spec":
            {"type":"ExternalName","externalName":"Example.ORG"}})");
        for (auto *informer : {&services, &slices, &namespaces})
            informer->start(gate);
        settle();
    }
    ~Fixture() {
        asio::co_spawn(context, gate.close(), asio::detached);
        settle();
    }
    void settle() {
        context.restart();
        context.poll();
    }
    ClusterZone::Lookup ask(std::string name, Type type) { return zone.resolve({std::move(name), type, 1}); }
    /// "code name type data-size ..." short enough to compare.
    std::vector<std::string> answers(std::string name, Type type) {
        std::vector<std::string> texts;
        for (const Record &record : ask(std::move(name), type).answer.answers)
            texts.push_back(record.data);
        std::sort(texts.begin(), texts.end());
        return texts;
    }
    static std::string ip(const char *text) { return Record::address("", 0, text).data; }

    asio::io_context context;
    test::ManualClock clock;
    Gate gate{context.get_executor()};
    test::MemoryClient client{context.get_executor()};
    client::Informer services{client, *api::findResource("", "v1", "services"), clock};
    client::Informer slices{client, *api::findResource("discovery.k8s.io", "v1", "endpointslices"), clock};
    client::Informer namespaces{client, *api::findResource("", "v1", "namespaces"), clock};
    ClusterZone zone{"cluster.local", services, slices, namespaces};
};

using Texts = std::vector<std::string>;

} // namespace

class ClusterZoneTest : public QObject {
    Q_OBJECT

private slots:
    void serviceAddresses() {
        Fixture f;
        QCOMPARE(f.answers("web.demo.svc.cluster.local", Type::A), Texts{f.ip("10.43.0.7")});
        QCOMPARE(f.answers("web.demo.svc.cluster.local", Type::Aaaa), Texts{f.ip("fd43::7")});
        QCOMPARE(f.ask("web.demo.svc.cluster.local", Type::Txt).answer.code, ResponseCode::NoError);
        QCOMPARE(f.answers("web.demo.svc.cluster.local", Type::Txt), Texts{});
    }

    void headlessServicesShowReadyEndpoints() {
        Fixture f;
        QCOMPARE(f.answers("db.demo.svc.cluster.local", Type::A), (Texts{f.ip("10.42.0.5"), f.ip("10.42.0.6")}));
        QCOMPARE(f.answers("db-0.db.demo.svc.cluster.local", Type::A), Texts{f.ip("10.42.0.5")});
        QCOMPARE(f.answers("10-42-0-6.db.demo.svc.cluster.local", Type::A), Texts{f.ip("10.42.0.6")});
        QCOMPARE(f.ask("10-42-0-9.db.demo.svc.cluster.local", Type::A).answer.code, ResponseCode::NameError);
    }

    void srvRecords() {
        Fixture f;
        auto web = f.ask("_http._tcp.web.demo.svc.cluster.local", Type::Srv).answer;
        QCOMPARE(web.answers.size(), size_t(1));
        QCOMPARE(web.answers[0].data, Record::srv("", 0, 80, "web.demo.svc.cluster.local").data);
        QCOMPARE(web.additionals.size(), size_t(2));
        auto db = f.ask("_sql._tcp.db.demo.svc.cluster.local", Type::Srv).answer;
        QCOMPARE(db.answers.size(), size_t(2));
        QCOMPARE(f.ask("_sql._udp.db.demo.svc.cluster.local", Type::Srv).answer.code, ResponseCode::NameError);
    }

    void reverseRecords() {
        Fixture f;
        const Question service{"7.0.43.10.in-addr.arpa", Type::Ptr, 1};
        QVERIFY(f.zone.owns(service));
        QCOMPARE(f.answers(service.name, Type::Ptr), Texts{Record::ptr("", 0, "web.demo.svc.cluster.local").data});
        QCOMPARE(f.answers("5.0.42.10.in-addr.arpa", Type::Ptr),
                 Texts{Record::ptr("", 0, "db-0.db.demo.svc.cluster.local").data});
        QVERIFY(!f.zone.owns({"1.1.1.1.in-addr.arpa", Type::Ptr, 1}));
        QCOMPARE(reverseAddress("7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.4.d.f.ip6.arpa"),
                 std::optional<std::string>("fd43::7"));
    }

    void externalNamesAreAliases() {
        Fixture f;
        auto lookup = f.ask("out.demo.svc.cluster.local", Type::A);
        QCOMPARE(lookup.externalTarget, std::string("example.org"));
        QCOMPARE(lookup.answer.answers[0].type, Type::Cname);
    }

    void podNamesHoldTheirAddress() {
        Fixture f;
        QCOMPARE(f.answers("10-42-0-5.demo.pod.cluster.local", Type::A), Texts{f.ip("10.42.0.5")});
        QCOMPARE(f.ask("10-42-0-5.nowhere.pod.cluster.local", Type::A).answer.code, ResponseCode::NameError);
        QCOMPARE(f.ask("x.demo.pod.cluster.local", Type::A).answer.code, ResponseCode::NameError);
    }

    void unknownNamesAreDeniedWithTheZonesSoa() {
        Fixture f;
        auto lookup = f.ask("nope.demo.svc.cluster.local", Type::A);
        QCOMPARE(lookup.answer.code, ResponseCode::NameError);
        QCOMPARE(lookup.answer.authorities[0].type, Type::Soa);
        QVERIFY(!f.zone.owns({"example.org", Type::A, 1}));
        QVERIFY(!f.zone.owns({"notcluster.local", Type::A, 1}));
        QCOMPARE(f.ask("demo.svc.cluster.local", Type::A).answer.code, ResponseCode::NoError);
    }

    void followsChanges() {
        Fixture f;
        f.client.erase(f.services.resource(), "demo/web");
        f.client.put(
            R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"db-1","namespace":"demo",
            "labels":{"kubernetes.io/service-name":"db"}},"addressType":"IPv4","ports":[{"name":"sql","port":5432,"protocol":"TCP"}],
            "endpoints":[{"addresses":["10.42.0.77"],"conditions":{"ready":true}}]})");
        f.settle();
        QCOMPARE(f.ask("web.demo.svc.cluster.local", Type::A).answer.code, ResponseCode::NameError);
        QVERIFY(!f.zone.owns({"7.0.43.10.in-addr.arpa", Type::Ptr, 1}));
        QCOMPARE(f.answers("db.demo.svc.cluster.local", Type::A), Texts{f.ip("10.42.0.77")});
    }
};

QTEST_GUILESS_MAIN(ClusterZoneTest)
#include "tst_cluster_zone.moc"
