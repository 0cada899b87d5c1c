#include "clusterd/apiserver/handlers/node_connector.h"
#include "clusterd/apiserver/handlers/pod_connect.h"
#include "core/http/server.h"
#include "core/http/spdy.h"
#include "core/http/websocket.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <map>

using namespace coracle;
using namespace coracle::test;

namespace {

/// Everything is at one plain HTTP server.
class OneServer final : public apiserver::NodeConnector {
public:
    uint16_t port = 0;

    Result<std::shared_ptr<http::Client>> kubelet(const api::Object &) override {
        return endpoint("127.0.0.1", port, false);
    }
    std::shared_ptr<http::Client> endpoint(const std::string &, uint16_t, bool) override {
        http::ClientOptions options;
        options.host = "127.0.0.1";
        options.port = port;
        return http::Client::create(std::move(options));
    }
};

/// A container that echoes: reads stdin to its end, writes it to stdout, and ends with a Status.
Task<> echoOverSpdy(std::shared_ptr<http::SpdySession> session, size_t streamCount) {
    std::map<std::string, std::shared_ptr<http::SpdyStream>> streams;
    while (streams.size() < streamCount) {
        auto stream = co_await session->accept();
        if (!stream)
            co_return;
        (void)co_await (*stream)->reply(http::Headers());
        streams[std::string((*stream)->headers().get("streamType"))] = *stream;
    }
    std::string text, piece(256, ' ');
    while (true) {
        auto size = co_await streams["stdin"]->read(piece.data(), piece.size());
        if (!size || *size == 0)
            break;
        text.append(piece, 0, *size);
    }
    std::string answer = "echo: " + text;
    (void)co_await streams["stdout"]->write(answer);
    (void)co_await streams["stdout"]->shutdownWrite();
    (void)co_await streams["error"]->write(R"({"metadata":{},"status":"Success"})");
    (void)co_await streams["error"]->shutdownWrite();
}

/// Answers with what it was asked; /containerLogs/default/p/refused is refused; upgrades echo.
Task<> kubelet(http::Request &request, http::ResponseWriter &writer) {
    if (request.upgrade) {
        http::Headers headers;
        headers.add("Upgrade", std::string(request.headers.get("Upgrade")));
        headers.add("X-Stream-Protocol-Version", "v4.channel.k8s.io");
        auto stream = co_await writer.upgrade(std::move(headers));
        if (!stream)
            co_return;
        if (request.target.path.ends_with("/echo")) {
            auto session = http::SpdySession::create(*stream, http::SpdySession::Role::Server);
            auto executor = co_await boost::asio::this_coro::executor;
            boost::asio::co_spawn(executor, echoOverSpdy(session, 3), boost::asio::detached);
            co_await session->run();
            co_return;
        }
        char buffer[256];
        auto size = co_await (*stream)->read(buffer, sizeof buffer);
        if (size)
            (void)co_await (*stream)->write(fmt::format("{} {}", request.rawTarget, std::string_view(buffer, *size)));
        co_return;
    }
    bool refused = request.target.path.ends_with("/refused");
    std::string text = refused
                           ? std::string("container \"refused\" in pod \"p\" is waiting to start: ContainerCreating")
                           : fmt::format("{} {} {} {}", request.method, request.rawTarget, request.body,
                                         request.headers.has("Authorization") ? "authorized" : "anonymous");
    std::vector<http::Chunk> body;
    body.push_back(http::Chunk::own(std::move(text)));
    http::Headers headers;
    headers.add("X-Kubelet", "yes");
    (void)co_await writer.send(refused ? 400 : 200, std::move(headers), std::move(body));
}

Task<Result<std::string>> talk(std::unique_ptr<http::Client> client, http::ClientRequest request) {
    CO_TRY(http::Upgraded upgraded, co_await client->upgrade(std::move(request)));
    if (!upgraded.stream)
        co_return errors::other(fmt::format("{} {}", upgraded.status, upgraded.body));
    CO_CHECK(co_await upgraded.stream->write("hello"));
    std::string answer(4096, 0);
    CO_TRY(size_t size, co_await upgraded.stream->read(answer.data(), answer.size()));
    answer.resize(size);
    co_return answer;
}

struct Exec {
    std::string protocol, output, status;
};

Task<Result<Exec>> execOverWebSocket(std::unique_ptr<http::Client> client, http::ClientRequest request) {
    std::vector<std::string> protocols;
    protocols.emplace_back("v5.channel.k8s.io");
    CO_TRY(http::WebSocketConnection connection,
           co_await http::connectWebSocket(*client, std::move(request), std::move(protocols)));
    Exec exec;
    exec.protocol = connection.protocol;
    std::string input("\0hello", 6), end("\xff\0", 2);
    CO_CHECK(co_await connection.socket->write(http::WebSocketMessageType::Binary, std::move(input)));
    CO_CHECK(co_await connection.socket->write(http::WebSocketMessageType::Binary, std::move(end)));
    while (true) {
        CO_TRY(http::WebSocketMessage message, co_await connection.socket->read());
        if (message.type == http::WebSocketMessageType::Close)
            co_return exec;
        (message.data.front() == 1 ? exec.output : exec.status) += message.data.substr(1);
    }
}

Task<Result<std::string>> tunnelOverWebSocket(std::unique_ptr<http::Client> client, http::ClientRequest request) {
    std::vector<std::string> protocols;
    protocols.emplace_back("SPDY/3.1+portforward.k8s.io");
    CO_TRY(http::WebSocketConnection connection,
           co_await http::connectWebSocket(*client, std::move(request), std::move(protocols)));
    std::string input("hello");
    CO_CHECK(co_await connection.socket->write(http::WebSocketMessageType::Binary, std::move(input)));
    CO_TRY(http::WebSocketMessage message, co_await connection.socket->read());
    co_return message.data;
}

} // namespace

class ConnectTest : public QObject {
    Q_OBJECT

private:
    OneServer m_nodes;
    std::unique_ptr<TestApi> m_api;
    std::unique_ptr<http::Server> m_kubelet;

    void put(const char *resource, const char *space, std::string json) {
        const api::ResourceInfo &kind = *api::findResource("", resource);
        auto made = m_api->run(m_api->client().create(kind, space, std::move(json)));
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        std::string name((*made)->name());
        auto patched = m_api->run(m_api->client().patch(kind, space, name, client::PatchType::Merge,
                                                        R"({"status":{"phase":"Running","podIP":"10.0.0.1"}})",
                                                        {.subresource = "status"}));
        QVERIFY2(patched.has_value(), patched ? "" : patched.error().message.c_str());
    }

private slots:
    void init() {
        m_api = std::make_unique<TestApi>(systemClock(), apiserver::Store::Limits(), &m_nodes);
        m_kubelet = http::Server::create(m_api->context().get_executor(), kubelet);
        m_nodes.port = *m_kubelet->listenPlain("127.0.0.1", 0);
        put("nodes", "", R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n"}})");
        put("pods", "default",
            R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[)"
            R"({"name":"c","image":"i","ports":[{"containerPort":8080,"name":"web"}]},)"
            R"({"name":"refused","image":"i"},{"name":"echo","image":"i"}]}})");
        put("pods", "default",
            R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"q"},"spec":{"containers":[)"
            R"({"name":"c","image":"i"}]}})");
    }
    void cleanup() {
        bool stopped = false;
        boost::asio::co_spawn(m_api->context(), m_kubelet->stop(std::chrono::milliseconds(100)),
                              [&](std::exception_ptr) { stopped = true; });
        m_api->runUntil([&] { return stopped; });
        m_kubelet.reset();
        m_api.reset();
    }

    void requests_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("target");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("answer");
        QString pods = "/api/v1/namespaces/default/pods/";
        auto row = [](const char *name, QString method, QString target, int code, QString answer) {
            QTest::newRow(name) << method << target << code << answer;
        };
        row("logs", "GET", pods + "p/log?container=c&tailLines=3&follow=true", 200,
            "GET /containerLogs/default/p/c?follow=true&tailLines=3  anonymous");
        row("logs of which", "GET", pods + "p/log", 400,
            "a container name must be specified for pod p, choose one of: [c refused echo]");
        row("logs of none", "GET", pods + "p/log?container=x", 400, "container x is not valid for pod p");
        row("logs refused", "GET", pods + "p/log?container=refused", 400, "is waiting to start: ContainerCreating");
        row("logs bad", "GET", pods + "p/log?container=c&tailLines=-1", 422, "must be greater than or equal to 0");
        row("logs unscheduled", "GET", pods + "q/log", 200, "");
        row("logs no pod", "GET", pods + "r/log", 404, "pods \\\"r\\\" not found");
        row("exec without upgrade", "POST", pods + "p/exec?command=ls&container=c", 400, "Upgrade request required");
        row("pod proxy", "GET", pods + "p:web/proxy/a%2Fb/c?x=y", 200, "GET /a%2Fb/c?x=y  anonymous");
        row("pod proxy root", "DELETE", pods + "p/proxy", 200, "DELETE /  anonymous");
        row("pod proxy port", "GET", pods + "p:nonsense/proxy/", 400, "invalid port");
        row("node proxy", "GET", "/api/v1/nodes/n/proxy/metrics", 200, "GET /metrics  anonymous");
        row("no node", "GET", "/api/v1/nodes/m/proxy/metrics", 404, "nodes \\\"m\\\" not found");
        row("no service", "GET", "/api/v1/namespaces/default/services/s/proxy/", 404, "services \\\"s\\\" not found");
    }

    void requests() {
        QFETCH(QString, method);
        QFETCH(QString, target);
        QFETCH(int, code);
        QFETCH(QString, answer);
        Answer got =
            m_api->request(method.toStdString(), target.toStdString(), {}, {{"Authorization", "Bearer secret"}});
        QVERIFY2(got.body.contains(answer.toStdString()), got.body.c_str());
        QCOMPARE(got.code, code);
    }

    void upgradesReachTheKubelet() {
        auto front = http::Server::create(m_api->context().get_executor(), m_api->server().handler());
        uint16_t port = *front->listenPlain("127.0.0.1", 0);
        auto ask = [&](std::string target, std::string protocol) {
            http::ClientOptions options;
            options.host = "127.0.0.1";
            options.port = port;
            http::ClientRequest request;
            request.method = "POST";
            request.target = std::move(target);
            request.headers.add("Upgrade", std::move(protocol));
            return m_api->run(talk(http::Client::create(std::move(options)), std::move(request)));
        };
        auto exec =
            ask("/api/v1/namespaces/default/pods/p/exec?command=ls&command=-l&container=c&stdin=true&stdout=true",
                "SPDY/3.1");
        QVERIFY2(exec.has_value(), exec ? "" : exec.error().message.c_str());
        QCOMPARE(*exec, "/exec/default/p/c?input=1&output=1&command=ls&command=-l hello");
        auto forward = ask("/api/v1/namespaces/default/pods/p/portforward", "SPDY/3.1");
        QCOMPARE(*forward, "/portForward/default/p hello");
        auto client = [&] {
            http::ClientOptions options;
            options.host = "127.0.0.1";
            options.port = port;
            return http::Client::create(std::move(options));
        };
        http::ClientRequest exec5;
        exec5.target = "/api/v1/namespaces/default/pods/p/exec?command=cat&container=echo&stdin=true&stdout=true";
        auto echoed = m_api->run(execOverWebSocket(client(), std::move(exec5)));
        QVERIFY2(echoed.has_value(), echoed ? "" : echoed.error().message.c_str());
        QCOMPARE(echoed->protocol, "v5.channel.k8s.io");
        QCOMPARE(echoed->output, "echo: hello");
        QVERIFY(echoed->status.contains("Success"));
        http::ClientRequest tunnel;
        tunnel.target = "/api/v1/namespaces/default/pods/p/portforward";
        auto tunnelled = m_api->run(tunnelOverWebSocket(client(), std::move(tunnel)));
        QVERIFY2(tunnelled.has_value(), tunnelled ? "" : tunnelled.error().message.c_str());
        QCOMPARE(*tunnelled, "/portForward/default/p hello");
        auto unknown = ask("/api/v1/namespaces/default/pods/p/exec?command=ls&container=c", "nonsense");
        QVERIFY(unknown.error().message.starts_with("400"));
        bool stopped = false;
        boost::asio::co_spawn(m_api->context(), front->stop(std::chrono::milliseconds(100)),
                              [&](std::exception_ptr) { stopped = true; });
        m_api->runUntil([&] { return stopped; });
    }
};

QTEST_GUILESS_MAIN(ConnectTest)
#include "tst_connect.moc"
