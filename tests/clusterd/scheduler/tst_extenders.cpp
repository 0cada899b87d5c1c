#include "clusterd/scheduler/scheduler.h"
#include "core/api/types/core_v1.h"
#include "core/base/async_event.h"
#include "core/http/server.h"
#include "core/pki/certificate.h"
#include "core/pki/encoding.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// A real HTTP server that answers what the test says, and keeps what it was asked.
class ExtenderServer {
public:
    enum class Transport { Plain, Tls };

    explicit ExtenderServer(asio::io_context &context, Transport transport = Transport::Plain)
        : m_never(context.get_executor()) {
        m_server =
            http::Server::create(context.get_executor(), [this](http::Request &request, http::ResponseWriter &writer) {
                return answer(request, writer);
            });
        if (transport == Transport::Plain) {
            const uint16_t port = *m_server->listenPlain("127.0.0.1", 0);
            url = fmt::format("http://127.0.0.1:{}/extender/", port);
            return;
        }
        using std::chrono::hours;
        const WallTime now = systemClock().now();
        const auto ca = pki::CertificateAuthority::create("extender-ca", now - hours(1), now + hours(1));
        const auto key = pki::KeyPair::generateEcdsa();
        const auto leaf = pki::issue(*ca,
                                     {.commonName = "extender",
                                      .ipAddresses = {"127.0.0.1"},
                                      .usages = {pki::KeyUsage::ServerAuth, pki::KeyUsage::DigitalSignature},
                                      .notBefore = now - hours(1),
                                      .notAfter = now + hours(1)},
                                     key->publicKey());
        caData = pki::base64(ca->certificate.pem());
        http::TlsOptions options;
        options.identity = {leaf->pem(), key->pem()};
        options.requestClientCertificate = false;
        const uint16_t port = *m_server->listenTls("127.0.0.1", 0, options);
        url = fmt::format("https://127.0.0.1:{}/extender/", port);
    }

    Task<> stop() { co_await m_server->stop(std::chrono::milliseconds(0)); }

    /// The bodies of a call, parsed.
    const std::vector<json::value> &asked(const std::string &verb) { return m_asked[verb]; }

    std::string url, caData;
    std::map<std::string, std::string> answers; ///< by verb; "hang": nothing comes; "500": that status
    std::function<void(const std::string &verb)> onCall;

private:
    Task<> answer(http::Request &request, http::ResponseWriter &writer) {
        const std::string verb = request.target.segments.back();
        m_asked[verb].push_back(json::parse(request.body));
        if (onCall)
            onCall(verb);
        const std::string text = answers[verb];
        while (text == "hang")
            co_await m_never.wait();
        http::Headers headers;
        headers.add("Content-Type", "application/json");
        std::vector<http::Chunk> body{http::Chunk::own(text)};
        const int status = text == "500" ? 500 : 200;
        (void)co_await writer.send(status, std::move(headers), std::move(body));
    }

    AsyncEvent m_never;
    std::unique_ptr<http::Server> m_server;
    std::map<std::string, std::vector<json::value>> m_asked;
};

/// The scheduler with an extender, on an API in memory and virtual time; sockets are real.
struct Fixture {
    explicit Fixture(ExtenderServer::Transport transport = ExtenderServer::Transport::Plain)
        : server(context, transport) {}
    ~Fixture() {
        asio::co_spawn(context, end(), [this](std::exception_ptr) { m_ended = true; });
        until([this] { return m_ended; });
    }

    /// Starts with nodes a, b, c of one CPU; the settings are those of an extender besides its URL. Its answers take
    /// real time while virtual time passes, so that it gets an hour unless a test is about that.
    void start(const std::string &settings, const std::string &otherExtenders = "") {
        for (const char *name : {"a", "b", "c"})
            node(name);
        const bool patient = settings.find("httpTimeout") == std::string::npos;
        const std::string text =
            fmt::format("apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
                        "extenders:\n- {{urlPrefix: '{}', {}{}}}\n{}",
                        server.url, settings, patient ? ", httpTimeout: 1h" : "", otherExtenders);
        auto configuration = SchedulerConfiguration::parse(text);
        if (!configuration)
            qFatal("%s", configuration.error().message.c_str());
        scheduler = std::make_unique<Scheduler>(api, clock, random, context.get_executor(), std::move(*configuration));
        scheduler->start();
        until([this] { return scheduler->synced(); });
    }
    void node(const char *name) {
        api.memory.put(std::string_view(nodeJson(name, "", "", "\"cpu\":\"1\",\"memory\":\"1Gi\",\"pods\":\"10\"")));
    }
    void put(const std::string &json) { api.memory.put(std::string_view(json)); }
    void until(const std::function<bool()> &condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end)
                qFatal("the condition is not met within 30 s");
            context.restart();
            context.run_one_for(std::chrono::milliseconds(5));
        }
    }
    std::string nodeOf(const std::string &pod) {
        until([&] { return !api.nodeOf(pod).empty(); });
        return api.nodeOf(pod);
    }
    std::string conditionOf(const std::string &pod) {
        until([&] { return !api.conditionOf(pod).empty(); });
        return api.conditionOf(pod);
    }
    /// Virtual time passes until the condition is met.
    void later(const std::function<bool()> &condition) {
        until([&] {
            if (condition())
                return true;
            if (clock.sleeping() > 0)
                clock.advance(std::chrono::milliseconds(500));
            return false;
        });
    }
    Task<> end() {
        if (scheduler)
            co_await scheduler->stop();
        co_await server.stop();
    }

    asio::io_context context;
    test::ManualClock clock;
    SeededRandom random{1};
    SchedulerApi api{context.get_executor()};
    ExtenderServer server;
    std::unique_ptr<Scheduler> scheduler;

private:
    bool m_ended = false;
};

constexpr const char *kFilterAndPrioritize = "filterVerb: filter, prioritizeVerb: prioritize, weight: 100";

/// A pod with a high priority that a full node of this fixture has no room for.
std::string important(const char *name) {
    return smallPodJson(name, "800m", "", "\"priority\":1000");
}

} // namespace

class ExtendersTest : public QObject {
    Q_OBJECT

private slots:
    void filterAndPrioritize_data() {
        QTest::addColumn<bool>("names");
        QTest::addColumn<bool>("secure");
        QTest::newRow("objects") << false << false;
        QTest::newRow("names") << true << false;
        QTest::newRow("objects, TLS") << false << true;
        QTest::newRow("names, TLS") << true << true;
    }
    void filterAndPrioritize() {
        QFETCH(bool, names);
        QFETCH(bool, secure);
        Fixture f(secure ? ExtenderServer::Transport::Tls : ExtenderServer::Transport::Plain);
        f.server.answers["filter"] =
            names ? "{\"NodeNames\":[\"a\",\"c\"],\"FailedNodes\":{\"b\":\"no\"}}"
                  : "{\"Nodes\":{\"items\":[{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{\"name\":\"c\"}}]}}";
        f.server.answers["prioritize"] = "[{\"Host\":\"a\",\"Score\":1},{\"Host\":\"c\",\"Score\":7}]";
        f.start(fmt::format("{}, nodeCacheCapable: {}{}", kFilterAndPrioritize, names,
                            secure ? fmt::format(", tlsConfig: {{caData: {}}}", f.server.caData) : ""));
        f.put(smallPodJson("p", "100m", ""));
        QCOMPARE(f.nodeOf("p"), std::string("c"));
        const json::value &asked = f.server.asked("filter").at(0);
        QCOMPARE(asked.at("Pod").at("metadata").at("name").as_string(), json::string("p"));
        const json::value &prioritized = f.server.asked("prioritize").at(0);
        if (names)
            QCOMPARE(json::serialize(prioritized.at("NodeNames")), std::string("[\"a\",\"c\"]"));
        else
            QCOMPARE(prioritized.at("Nodes").at("items").as_array().size(), size_t(2));
    }

    void aNodeAloneIsNotPrioritized() {
        Fixture f;
        f.server.answers["filter"] = "{\"nodenames\":[\"b\"]}";
        f.start(std::string(kFilterAndPrioritize) + ", nodeCacheCapable: true");
        f.put(smallPodJson("p", "100m", ""));
        QCOMPARE(f.nodeOf("p"), std::string("b"));
        QVERIFY(f.server.asked("prioritize").empty());
    }

    void reasonsAreShownAndEveryEventMayHelp() {
        Fixture f;
        f.server.answers["filter"] = "{\"NodeNames\":[],\"FailedNodes\":{\"a\":\"no licence\",\"b\":\"no licence\"},"
                                     "\"FailedAndUnresolvableNodes\":{\"b\":\"broken\",\"c\":\"broken\"}}";
        f.start("filterVerb: filter, nodeCacheCapable: true");
        f.put(smallPodJson("p", "100m", ""));
        QCOMPARE(f.conditionOf("p"),
                 std::string("Unschedulable: 0/3 nodes are available: 1 no licence, 2 broken. no new claims to "
                             "deallocate, preemption: 0/3 nodes "
                             "are available: 1 No preemption victims found for incoming pod, 2 Preemption is not "
                             "helpful for scheduling."));
        f.server.answers["filter"] = "{\"NodeNames\":[\"a\"]}";
        f.node("d");
        f.later([&] { return !f.api.nodeOf("p").empty(); });
        QCOMPARE(f.api.nodeOf("p"), std::string("a"));
    }

    void nodesWithoutReasons() {
        Fixture f;
        f.server.answers["filter"] = "{\"NodeNames\":[],\"FailedNodes\":{\"a\":\"no licence\"}}";
        f.start("filterVerb: filter, nodeCacheCapable: true");
        f.put(smallPodJson("p", "100m", ""));
        QCOMPARE(f.conditionOf("p"),
                 std::string("Unschedulable: 0/3 nodes are available: 1 no licence. no new claims to deallocate, "
                             "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 "
                             "Preemption is not helpful for scheduling."));
        f.server.answers["filter"] = "{\"NodeNames\":[]}";
        f.put(smallPodJson("q", "100m", ""));
        QCOMPARE(f.conditionOf("q"),
                 std::string("Unschedulable: 0/3 nodes are available: no new claims to deallocate, preemption: 0/3 "
                             "nodes are available: 3 Preemption is not helpful for scheduling."));
    }

    void failures_data() {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<QString>("error");
        QTest::newRow("status") << "500"
                                << "failed filter with extender at URL {url}filter, code 500";
        QTest::newRow("error") << "{\"Error\":\"out of order\"}"
                               << "out of order";
        QTest::newRow("unknown node") << "{\"NodeNames\":[\"z\"]}"
                                      << "extender \"{url}\" claims a filtered node \"z\" which is not found in the "
                                         "input node list";
        QTest::newRow("nonsense") << "{\"NodeNames\":1}"
                                  << "the answer's NodeNames has the wrong type";
        QTest::newRow("silence") << "hang"
                                 << "Post \"{url}filter\": the extender did not answer within 20000 ms";
    }
    void failures() {
        QFETCH(QString, answer);
        QFETCH(QString, error);
        for (const bool ignorable : {false, true}) {
            Fixture f;
            f.server.answers["filter"] = answer.toStdString();
            f.start(fmt::format("filterVerb: filter, nodeCacheCapable: true, ignorable: {}{}", ignorable,
                                answer == "hang" ? ", httpTimeout: 20s" : ""));
            f.put(smallPodJson("p", "100m", ""));
            f.until([&] { return !f.server.asked("filter").empty(); });
            if (ignorable) {
                f.later([&] { return !f.api.nodeOf("p").empty(); });
                continue;
            }
            f.later([&] { return !f.api.conditionOf("p").empty(); });
            const QString expected = "SchedulerError: " + error.replace("{url}", QString::fromStdString(f.server.url));
            QCOMPARE(QString::fromStdString(f.api.conditionOf("p")), expected);
            // It comes again after its back-off.
            f.server.answers["filter"] = "{\"NodeNames\":[\"a\"]}";
            f.later([&] { return !f.api.nodeOf("p").empty(); });
        }
    }

    void nobodyListens() {
        Fixture f;
        f.start("filterVerb: filter, ignorable: true", "- {urlPrefix: 'http://127.0.0.1:1', filterVerb: f}\n");
        f.server.answers["filter"] = "500";
        f.put(smallPodJson("p", "100m", ""));
        const std::string why = f.conditionOf("p");
        QVERIFY2(why.starts_with("SchedulerError: Post \"http://127.0.0.1:1/f\": "), why.c_str());
        // The one that may be ignored is asked last.
        QVERIFY(f.server.asked("filter").empty());
    }

    void certificatesAreVerified() {
        Fixture f(ExtenderServer::Transport::Tls), other(ExtenderServer::Transport::Tls);
        f.start(fmt::format("filterVerb: filter, tlsConfig: {{caData: {}}}", other.server.caData));
        f.put(smallPodJson("p", "100m", ""));
        const std::string why = f.conditionOf("p");
        QVERIFY2(why.starts_with("SchedulerError: Post \"" + f.server.url), why.c_str());
        QVERIFY(f.server.asked("filter").empty());
        other.server.answers["filter"] = "{\"Nodes\":{\"items\":[{\"metadata\":{\"name\":\"b\"}}]}}";
        other.start("filterVerb: filter, enableHTTPS: true");
        other.put(smallPodJson("p", "100m", ""));
        QCOMPARE(other.nodeOf("p"), std::string("b"));
    }

    void onlyPodsWithManagedResources() {
        Fixture f;
        f.server.answers["filter"] = "{\"NodeNames\":[\"b\"]}";
        f.start("filterVerb: filter, nodeCacheCapable: true, managedResources: [{name: example.com/foo, "
                "ignoredByScheduler: true}]");
        f.put(smallPodJson("plain", "100m", ""));
        QVERIFY(!f.nodeOf("plain").empty());
        QVERIFY(f.server.asked("filter").empty());
        // No node has any of the resource; it's the extender's business.
        f.put(podJson("p", "\"containers\":[],\"initContainers\":[{\"name\":\"c\",\"resources\":{\"requests\":"
                           "{\"example.com/foo\":\"1\"},\"limits\":{\"example.com/foo\":\"1\"}}}]"));
        QCOMPARE(f.nodeOf("p"), std::string("b"));
    }

    void bind() {
        Fixture f;
        f.server.answers["bind"] = "{\"Error\":\"not yet\"}";
        f.start("bindVerb: bind");
        f.put(smallPodJson("p", "100m", ""));
        QCOMPARE(f.conditionOf("p"), std::string("SchedulerError: not yet"));
        QCOMPARE(f.scheduler->cache().podCount(), size_t(0));
        f.server.answers["bind"] = "{}";
        f.later([&] { return f.server.asked("bind").size() == 2; });
        const json::value &asked = f.server.asked("bind").at(1);
        QCOMPARE(asked.at("PodName").as_string(), json::string("p"));
        // Binding is left to the extender; the pod counts on the node.
        const std::string node(asked.at("Node").as_string());
        f.until([&] {
            const auto events = f.api.events();
            return std::find(events.begin(), events.end(), "Scheduled: Successfully assigned default/p to " + node) !=
                   events.end();
        });
        QCOMPARE(f.api.bindings, 0);
        QCOMPARE(f.scheduler->cache().pod("p")->node->name(), node);
    }

    void failedBindOfAnIgnorableExtender() {
        Fixture f;
        f.server.answers["bind"] = "500";
        f.start("bindVerb: bind, ignorable: true");
        f.put(smallPodJson("p", "100m", ""));
        QVERIFY(!f.nodeOf("p").empty());
        QCOMPARE(f.api.bindings, 1);
    }

    void preempt_data() {
        QTest::addColumn<bool>("names");
        QTest::newRow("objects") << false;
        QTest::newRow("names") << true;
    }
    void preempt() {
        QFETCH(bool, names);
        Fixture f;
        f.server.answers["preempt"] =
            "{\"NodeNameToMetaVictims\":{\"b\":{\"Pods\":[{\"UID\":\"on-b\"}],\"NumPDBViolations\":0}}}";
        f.start(fmt::format("preemptVerb: preempt, nodeCacheCapable: {}", names));
        for (const char *node : {"a", "b", "c"})
            f.put(smallPodJson(fmt::format("on-{}", node), "800m", "",
                               fmt::format("\"nodeName\":\"{}\",\"priority\":{}", node, *node == 'b' ? 9 : 1)));
        f.until([&] { return f.scheduler->cache().podCount() == 3; });
        f.put(important("vip"));
        // Without the extender it would be a or c.
        f.later([&] { return !f.api.nodeOf("vip").empty(); });
        QCOMPARE(f.api.nodeOf("vip"), std::string("b"));
        QVERIFY(!f.api.memory.find(corev1::Pod::resource(), "default/on-b"));
        const json::value &asked = f.server.asked("preempt").at(0);
        const json::value &victims = asked.at(names ? "NodeNameToMetaVictims" : "NodeNameToVictims");
        QCOMPARE(victims.as_object().size(), size_t(3));
        const json::value &first = victims.at("b").at("Pods").at(0);
        QCOMPARE((names ? first.at("UID") : first.at("metadata").at("uid")).as_string(), json::string("on-b"));
    }

    void refusedPreemption_data() {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<QString>("message");
        QTest::newRow("nobody") << "{}"
                                << "no candidate node for preemption";
        QTest::newRow("no victims") << "{\"NodeNameToMetaVictims\":{\"b\":{\"Pods\":[]}}}"
                                    << "expected at least one victim pod on node \"b\"";
        QTest::newRow("node") << "{\"NodeNameToMetaVictims\":{\"z\":{\"Pods\":[{\"UID\":\"on-b\"}]}}}"
                              << "extender {url} names node \"z\", which does not exist";
        QTest::newRow("pod") << "{\"NodeNameToMetaVictims\":{\"a\":{\"Pods\":[{\"UID\":\"on-b\"}]}}}"
                             << "extender: {url} claims to preempt pod (UID: on-b) on node: a, but the pod is not "
                                "found on that node";
        QTest::newRow("status") << "500"
                                << "failed preempt with extender at URL {url}preempt, code 500";
    }
    void refusedPreemption() {
        QFETCH(QString, answer);
        QFETCH(QString, message);
        Fixture f;
        f.server.answers["preempt"] = answer.toStdString();
        f.start("preemptVerb: preempt");
        for (const char *node : {"a", "b", "c"})
            f.put(smallPodJson(fmt::format("on-{}", node), "800m", "", fmt::format("\"nodeName\":\"{}\"", node)));
        f.until([&] { return f.scheduler->cache().podCount() == 3; });
        f.put(important("vip"));
        QCOMPARE(
            QString::fromStdString(f.conditionOf("vip")),
            "Unschedulable: 0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: " +
                message.replace("{url}", QString::fromStdString(f.server.url)));
        QCOMPARE(f.api.memory.all(corev1::Pod::resource()).size(), size_t(4));
    }

    void aNominatedNodeThatTheExtenderRefuses() {
        Fixture f;
        f.server.answers["filter"] = "{\"NodeNames\":[]}";
        f.server.onCall = [&](const std::string &) {
            const size_t calls = f.server.asked("filter").size();
            f.server.answers["filter"] = calls == 1 ? "{\"NodeNames\":[]}" : "{\"NodeNames\":[\"c\"]}";
        };
        f.start("filterVerb: filter, nodeCacheCapable: true");
        f.put(podJson("p", "\"containers\":[{\"name\":\"c\"}]", "", "\"nominatedNodeName\":\"a\""));
        QCOMPARE(f.nodeOf("p"), std::string("c"));
        QCOMPARE(json::serialize(f.server.asked("filter").at(0).at("NodeNames")), std::string("[\"a\"]"));
        QCOMPARE(f.server.asked("filter").at(1).at("NodeNames").as_array().size(), size_t(3));
    }

    void theClusterGoesOnMeanwhile() {
        Fixture f;
        f.server.answers["filter"] = "{\"NodeNames\":[\"a\"]}";
        bool first = true;
        f.server.onCall = [&](const std::string &) {
            if (std::exchange(first, false))
                f.api.memory.erase(corev1::Node::resource(), "a");
            else
                f.server.answers["filter"] = "{\"NodeNames\":[\"b\"]}";
        };
        f.start("filterVerb: filter, nodeCacheCapable: true");
        f.put(smallPodJson("p", "100m", ""));
        f.later([&] { return !f.api.nodeOf("p").empty(); });
        QCOMPARE(f.api.nodeOf("p"), std::string("b"));
    }

    void thePodGoesMeanwhile() {
        Fixture f;
        f.server.answers["filter"] = "hang";
        f.start("filterVerb: filter, nodeCacheCapable: true, httpTimeout: 20s");
        f.put(smallPodJson("p", "100m", ""));
        f.until([&] { return !f.server.asked("filter").empty(); });
        f.api.memory.erase(corev1::Pod::resource(), "default/p");
        f.until([&] { return !f.scheduler->queue().find("p"); });
        f.server.answers["filter"] = "{\"NodeNames\":[\"b\"]}";
        f.put(smallPodJson("q", "100m", ""));
        f.later([&] { return !f.api.nodeOf("q").empty(); });
        QCOMPARE(f.scheduler->cache().podCount(), size_t(1));
        QCOMPARE(f.api.bindings, 1);
    }

    void stopsWhileAnExtenderIsSilent() {
        Fixture f;
        f.server.answers["filter"] = "hang";
        f.start("filterVerb: filter");
        f.put(smallPodJson("p", "100m", ""));
        f.until([&] { return !f.server.asked("filter").empty(); });
    }
};

QTEST_GUILESS_MAIN(ExtendersTest)
#include "tst_extenders.moc"
