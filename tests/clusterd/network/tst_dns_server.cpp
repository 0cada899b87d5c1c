#include "clusterd/network/dns/server.h"
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

/// A server of one zone on a port of its own, and what it answers from.
struct Zone {
    Zone(asio::io_context &context, Gate &gate, Clock &clock, std::string name)
        : client(context.get_executor()),
          services(client, *api::findResource("", "v1", "services"), clock),
          slices(client, *api::findResource("discovery.k8s.io", "v1", "endpointslices"), clock),
          namespaces(client, *api::findResource("", "v1", "namespaces"), clock),
          zone(std::move(name), services, slices, namespaces),
          forwarder(clock, systemRandom(), {}, {}),
          server(gate, zone, forwarder) {
        for (auto *informer : {&services, &slices, &namespaces})
            informer->start(gate);
    }
    test::MemoryClient client;
    client::Informer services, slices, namespaces;
    ClusterZone zone;
    Forwarder forwarder;
    Server server;
};

struct Fixture {
    Fixture() {
        outside.client.put(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"demo"},"spec":
            {"clusterIP":"192.0.2.80","ports":[{"port":80}]}})");
        for (int i = 0; i < 60; ++i)
            endpoints += fmt::format(R"({}{{"addresses":["10.42.1.{}"]}})", i ? "," : "", i);
        inside.client.put(
            R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"many","namespace":"demo"},"spec":{"clusterIP":"None"}})");
        inside.client.put(fmt::format(
            R"({{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{{"name":"many-1","namespace":"demo",
            "labels":{{"kubernetes.io/service-name":"many"}}}},"addressType":"IPv4","ports":[],"endpoints":[{}]}})",
            endpoints));
        inside.client.put(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"out","namespace":"demo"},"spec":
            {"type":"ExternalName","externalName":"web.demo.svc.outside.test"}})");
        const auto outsidePort = outside.server.listen("127.0.0.1", 0);
        const auto insidePort = inside.server.listen("127.0.0.1", 0);
        inside.forwarder.setResolvers({{"127.0.0.1", outsidePort.value()}});
        asker.setResolvers({{"127.0.0.1", insidePort.value()}});
        context.poll();
    }
    ~Fixture() {
        inside.server.close();
        outside.server.close();
        asio::co_spawn(context, gate.close(), asio::detached);
        context.restart();
        context.run_for(std::chrono::seconds(10));
    }
    /// Asks over real sockets.
    Result<std::string> ask(std::string name, Type type) {
        Result<std::string> answer = errors::timeout("no answer");
        bool done = false;
        auto run = [](Forwarder *asker, Question question, Result<std::string> *answer, bool *done) -> Task<> {
            *answer = co_await asker->resolve(std::move(question));
            *done = true;
        };
        asio::co_spawn(context, run(&asker, Question{std::move(name), type, 1}, &answer, &done), asio::detached);
        context.restart();
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!done && std::chrono::steady_clock::now() < until)
            context.run_one_for(std::chrono::seconds(1));
        return answer;
    }

    asio::io_context context;
    Clock &clock = systemClock();
    Gate gate{context.get_executor()};
    std::string endpoints;
    Zone outside{context, gate, clock, "outside.test"};
    Zone inside{context, gate, clock, "cluster.local"};
    Forwarder asker{clock, systemRandom(), {}, {}};
};

} // namespace

class DnsServerTest : public QObject {
    Q_OBJECT

private slots:
    void forwardsWhatIsNotItsOwn() {
        Fixture f;
        auto answer = f.ask("web.demo.svc.outside.test", Type::A);
        QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
        auto records = parseAnswers(*answer);
        QCOMPARE(records->size(), size_t(1));
        QCOMPARE((*records)[0].data, Record::address("", 0, "192.0.2.80").data);
        QCOMPARE(responseCode(*f.ask("nothing.outside.test", Type::A)), ResponseCode::NameError);
    }

    void completesExternalNames() {
        Fixture f;
        auto answer = f.ask("out.demo.svc.cluster.local", Type::A);
        QVERIFY(answer.has_value());
        auto records = parseAnswers(*answer);
        QCOMPARE(records->size(), size_t(2));
        QCOMPARE((*records)[0].type, Type::Cname);
        QCOMPARE((*records)[1].data, Record::address("", 0, "192.0.2.80").data);
    }

    void longAnswersComeOverTcp() {
        Fixture f;
        auto answer = f.ask("many.demo.svc.cluster.local", Type::A);
        QVERIFY(answer.has_value());
        QVERIFY(!isTruncated(*answer));
        QCOMPARE(parseAnswers(*answer)->size(), size_t(60));
    }

    void withoutResolversOutsideNamesFailAtOnce() {
        Fixture f;
        f.inside.forwarder.setResolvers({});
        QCOMPARE(responseCode(*f.ask("web.demo.svc.outside.test", Type::A)), ResponseCode::ServerFailure);
    }

    void twoServersCannotShareAPort() {
        Fixture f;
        Server other(f.gate, f.inside.zone, f.inside.forwarder);
        const auto port = other.listen("127.0.0.1", 0);
        QVERIFY(port.has_value());
        auto again = f.inside.server.listen("127.0.0.1", *port);
        QVERIFY(!again);
        QVERIFY(again.error().message.find("cannot serve DNS on 127.0.0.1 port") == 0);
        other.close();
    }

    void readsResolvConf() {
        QCOMPARE(nameServers("# x\nnameserver 192.0.2.1\nsearch a b\n  nameserver\t2001:db8::1 \noptions x\n"),
                 (std::vector<std::string>{"192.0.2.1", "2001:db8::1"}));
    }
};

QTEST_GUILESS_MAIN(DnsServerTest)
#include "tst_dns_server.moc"
