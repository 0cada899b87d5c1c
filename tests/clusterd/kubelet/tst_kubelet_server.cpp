#include "core/http/client.h"
#include "core/pki/certificate.h"
#include "tests/clusterd/kubelet/node_fixture.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fstream>

using namespace coracle;
using namespace coracle::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct Answer {
    int status = 0;
    std::string body;
    bool done = false;
};

Task<> send(http::Client *client, http::ClientRequest request, Answer *answer) {
    auto response = co_await client->send(std::move(request));
    if (response) {
        answer->status = (*response)->status();
        auto body = co_await (*response)->readAll();
        answer->body = body ? *body : body.error().message;
    } else {
        answer->body = response.error().message;
    }
    answer->done = true;
}

/// Upgrades, says something and reads what comes back.
Task<> talk(http::Client *client, http::ClientRequest request, Answer *answer) {
    auto upgraded = co_await client->upgrade(std::move(request));
    if (upgraded) {
        answer->status = upgraded->status;
        answer->body = upgraded->body;
        if (upgraded->stream) {
            auto written = co_await upgraded->stream->write("hello");
            char buffer[64];
            auto got = co_await upgraded->stream->read(buffer, sizeof buffer);
            if (written && got)
                answer->body.assign(buffer, *got);
            upgraded->stream->close();
        }
    } else {
        answer->body = upgraded.error().message;
    }
    answer->done = true;
}

/// The runtime's streaming server: echoes in capitals, and remembers what it was asked.
Task<> echo(http::Request &request, http::ResponseWriter &writer) {
    if (request.target.path == "/refuse") {
        std::vector<http::Chunk> body;
        body.push_back(http::Chunk::literal("no such token"));
        co_await writer.send(404, http::Headers(), std::move(body));
        co_return;
    }
    http::Headers headers;
    headers.set("Upgrade", std::string(request.headers.get("Upgrade")));
    headers.set("X-Stream-Protocol-Version", std::string(request.headers.get("X-Stream-Protocol-Version")));
    auto stream = co_await writer.upgrade(headers);
    if (!stream)
        co_return;
    char buffer[64];
    auto got = co_await (*stream)->read(buffer, sizeof buffer);
    std::string text(buffer, got.value_or(0));
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
    auto written = co_await (*stream)->write(text);
    (void)written;
}

Task<> stopServer(http::Server *server, bool *done) {
    co_await server->stop(100ms);
    *done = true;
}

} // namespace

class KubeletServerTest : public QObject {
    Q_OBJECT

    std::unique_ptr<NodeFixture> m_node;
    std::unique_ptr<http::Client> m_client;
    bool m_allowed = true;

    void wait(const bool &done) {
        auto end = std::chrono::steady_clock::now() + 20s;
        while (!done && std::chrono::steady_clock::now() < end) {
            m_node->context.restart();
            m_node->context.run_one_for(50ms);
        }
    }
    Answer get(const std::string &target) {
        Answer answer;
        http::ClientRequest request;
        request.target = target;
        asio::co_spawn(m_node->context, send(m_client.get(), request, &answer), asio::detached);
        wait(answer.done);
        return answer;
    }
    Answer upgrade(const std::string &target) {
        Answer answer;
        http::ClientRequest request;
        request.method = "POST";
        request.target = target;
        request.headers.set("Upgrade", "SPDY/3.1");
        request.headers.set("X-Stream-Protocol-Version", "v4.channel.k8s.io");
        asio::co_spawn(m_node->context, talk(m_client.get(), request, &answer), asio::detached);
        wait(answer.done);
        return answer;
    }
    void writeLog(const std::string &text) {
        std::filesystem::path path = m_node->runtime.find("app")->status.logPath;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }

private slots:
    void init() {
        m_allowed = true;
        m_node = std::make_unique<NodeFixture>();
        auto now = systemClock().now();
        auto ca = pki::CertificateAuthority::create("test-ca", now - 1h, now + 1h);
        QVERIFY(ca.has_value());
        m_node->options.serve = true;
        m_node->options.serverAddress = "127.0.0.1";
        m_node->options.serverPort = 0;
        m_node->options.serverTls.identity.certificateChainPem = ca->certificate.pem();
        m_node->options.serverTls.identity.privateKeyPem = ca->key.pem();
        m_node->options.authorize = [this](const http::Peer &) { return m_allowed; };
        m_node->startKubelet();
        http::ClientOptions options;
        options.host = "127.0.0.1";
        options.port = m_node->kubelet->port();
        options.tls.emplace();
        options.tls->insecureSkipVerify = true;
        m_client = http::Client::create(options);
        m_node->putPod("web");
    }
    void cleanup() {
        m_client.reset();
        bool done = false;
        auto stop = [](kubelet::Kubelet *kubelet, bool *ended) -> Task<> {
            co_await kubelet->stop();
            *ended = true;
        };
        asio::co_spawn(m_node->context, stop(m_node->kubelet.get(), &done), asio::detached);
        wait(done);
        QVERIFY(done);
        m_node->kubelet.reset();
        m_node.reset();
    }

    void strangersGetHealthOnly() {
        m_allowed = false;
        QCOMPARE(get("/healthz").body, std::string("ok"));
        QCOMPARE(get("/pods").status, 401);
        QCOMPARE(get("/containerLogs/default/web/app").status, 401);
        QCOMPARE(upgrade("/exec/default/web/app?command=sh&output=1").status, 401);
    }

    void lists() {
        auto pods = boost::json::parse(get("/pods").body);
        QCOMPARE(pods.at("items").as_array().size(), size_t(1));
        QCOMPARE(std::string(pods.at("items").at(0).at("status").at("phase").as_string()), std::string("Running"));
        auto summary = boost::json::parse(get("/stats/summary").body);
        QCOMPARE(std::string(summary.at("node").at("nodeName").as_string()), std::string("node1"));
        QCOMPARE(summary.at("pods").as_array().size(), size_t(1));
        QVERIFY(get("/metrics/resource").body.find("container_cpu_usage_seconds_total{container=\"app\"") !=
                std::string::npos);
        QVERIFY(get("/metrics").body.find("kubelet_running_pods 1") != std::string::npos);
        QVERIFY(get("/metrics/cadvisor").body.find("machine_cpu_cores") != std::string::npos);
        QCOMPARE(get("/nothing").status, 404);
    }

    void measuresRates() {
        const auto container = [&] {
            const auto summary = boost::json::parse(get("/stats/summary").body);
            return summary.at("pods").at(0).at("containers").at(0);
        };
        QVERIFY(!container().at("cpu").as_object().contains("usageNanoCores")); // one measurement is no rate
        m_node->clock.advance(10s);
        const auto second = container();
        QVERIFY(second.at("cpu").as_object().contains("usageNanoCores"));
        QVERIFY(second.at("rootfs").as_object().contains("capacityBytes"));
        QVERIFY(second.at("logs").as_object().contains("usedBytes"));
        m_node->clock.advance(100ms); // too short for a rate of its own
        QCOMPARE(container().at("cpu").at("usageNanoCores").to_number<int64_t>(),
                 second.at("cpu").at("usageNanoCores").to_number<int64_t>());
        const std::string resource = get("/metrics/resource").body;
        for (const char *metric : {"container_start_time_seconds{container=", "container_memory_working_set_bytes{",
                                   "\nnode_cpu_usage_seconds_total ", "\nnode_memory_working_set_bytes ",
                                   "\npod_cpu_usage_seconds_total{namespace=", "\nresource_scrape_error 0"})
            QVERIFY2(resource.find(metric) != resource.npos, metric);
        const std::string cadvisor = get("/metrics/cadvisor").body;
        for (const char *metric : {"container_cpu_usage_seconds_total{cpu=", "container_memory_working_set_bytes{",
                                   "container_fs_usage_bytes{", "machine_memory_bytes "})
            QVERIFY2(cadvisor.find(metric) != cadvisor.npos, metric);
    }

    void logs() {
        writeLog("2026-01-01T00:00:01Z stdout F one\n2026-01-01T00:00:02Z stdout F two\n");
        QCOMPARE(get("/containerLogs/default/web/app").body, std::string("one\ntwo\n"));
        QCOMPARE(get("/containerLogs/default/web/app?tailLines=1").body, std::string("two\n"));
        QCOMPARE(get("/containerLogs/default/web/app?tailLines=-1").status, 400);
        QCOMPARE(get("/containerLogs/default/web/none").status, 404);
        QCOMPARE(get("/containerLogs/default/none/app").status, 404);
        QCOMPARE(get("/containerLogs/default/web/app?previous=true").status, 400);
    }

    void previousLogs() {
        writeLog("2026-01-01T00:00:01Z stdout F first life\n");
        m_node->runtime.exitContainer(m_node->runtime.find("app")->status.id, 1);
        m_node->pass(1s);
        writeLog("2026-01-01T00:00:01Z stdout F second life\n");
        QCOMPARE(get("/containerLogs/default/web/app").body, std::string("second life\n"));
        QCOMPARE(get("/containerLogs/default/web/app?previous=true").body, std::string("first life\n"));
    }

    void streamsPassThrough_data() {
        QTest::addColumn<QString>("target");
        QTest::newRow("exec") << "/exec/default/web/app?command=sh&input=1&output=1&tty=1";
        QTest::newRow("exec with UID") << "/exec/default/web/uid-web/app?command=sh&stdout=true";
        QTest::newRow("attach") << "/attach/default/web/app?output=1";
        QTest::newRow("port-forward") << "/portForward/default/web";
    }
    void streamsPassThrough() {
        QFETCH(QString, target);
        auto server = http::Server::create(m_node->context.get_executor(), echo);
        auto port = server->listenPlain("127.0.0.1", 0);
        QVERIFY(port.has_value());
        m_node->runtime.streamingUrl = fmt::format("http://127.0.0.1:{}/stream/token", *port);
        auto answer = upgrade(target.toStdString());
        QCOMPARE(answer.status, 101);
        QCOMPARE(answer.body, std::string("HELLO"));
        m_node->runtime.streamingUrl = fmt::format("http://127.0.0.1:{}/refuse", *port);
        answer = upgrade(target.toStdString());
        QCOMPARE(answer.status, 404);
        QCOMPARE(answer.body, std::string("no such token"));
        bool done = false;
        asio::co_spawn(m_node->context, stopServer(server.get(), &done), asio::detached);
        wait(done);
    }

    void badStreamsAreRefused_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<int>("status");
        QTest::newRow("no output") << "/exec/default/web/app?command=sh" << 400;
        QTest::newRow("no container") << "/exec/default/web/none?command=sh&output=1" << 404;
        QTest::newRow("no pod") << "/exec/default/none/app?command=sh&output=1" << 404;
        QTest::newRow("short path") << "/exec/default" << 400;
        QTest::newRow("bad port") << "/portForward/default/web?port=70000" << 400;
    }
    void badStreamsAreRefused() {
        QFETCH(QString, target);
        QFETCH(int, status);
        QCOMPARE(upgrade(target.toStdString()).status, status);
    }
};

QTEST_GUILESS_MAIN(KubeletServerTest)
#include "tst_kubelet_server.moc"
