#include "clusterd/kubelet/probes/probe_transport.h"
#include "core/http/server.h"

#include <QTest>
#include <arpa/inet.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>
#include <future>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace coracle;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// A loopback port on which the kernel accepts connections and nobody answers; or, closed, one where nobody listens.
class SilentPort {
public:
    SilentPort() : m_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(m_fd, reinterpret_cast<sockaddr *>(&address), size);
        ::getsockname(m_fd, reinterpret_cast<sockaddr *>(&address), &size);
        m_port = ntohs(address.sin_port);
    }
    ~SilentPort() { ::close(m_fd); }
    void listen() const { ::listen(m_fd, 16); }
    uint16_t port() const { return m_port; }

private:
    int m_fd;
    uint16_t m_port = 0;
};

Task<> answer(http::Request &request, http::ResponseWriter &response) {
    http::Headers headers;
    std::vector<http::Chunk> body;
    int status = 200;
    if (request.target.path == "/broken") {
        status = 503;
    } else if (request.target.path == "/within") {
        status = 302;
        headers.set("Location", "/header");
    } else if (request.target.path == "/elsewhere") {
        status = 302;
        headers.set("Location", "http://192.0.2.1/");
    } else if (request.target.path == "/loop") {
        status = 302;
        headers.set("Location", "/loop");
    } else if (request.target.path == "/silent-body") {
        headers.set("Content-Length", "5");
        co_await response.start(200, std::move(headers));
        // Until the peer goes away; the test's probe has to.
        asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
        co_await never.async_wait(asio::use_awaitable);
        co_return;
    }
    body.push_back(http::Chunk::own(std::string(request.headers.get("X-Probe"))));
    co_await response.send(status, std::move(headers), std::move(body));
}

} // namespace

/// The network part of probes against real servers: grpc++'s own health service, core/http, a bare socket.
class NetworkTransportTest : public QObject {
    Q_OBJECT

private:
    asio::io_context m_context{1};
    asio::executor_work_guard<asio::io_context::executor_type> m_work{m_context.get_executor()};
    std::thread m_thread;
    std::unique_ptr<http::Server> m_http;
    grpc::CallbackGenericService m_otherCalls; // answers Unimplemented
    std::unique_ptr<grpc::Server> m_grpc;
    uint16_t m_httpPort = 0;
    int m_grpcPort = 0;
    kubelet::ProbeTransport &m_transport = kubelet::networkProbeTransport();

    template<class T>
    T run(Task<T> task) {
        auto future = asio::co_spawn(asio::make_strand(m_context), std::move(task), asio::use_future);
        if (future.wait_for(60s) != std::future_status::ready)
            qFatal("a probe did not end within a minute");
        return future.get();
    }
    static Task<bool> stopServer(http::Server *server) {
        co_await server->stop(0ms);
        co_return true;
    }
    Result<> grpcProbe(int port, std::string service = {}, std::chrono::seconds timeout = 10s) {
        return run(m_transport.grpc("127.0.0.1", static_cast<uint16_t>(port), std::move(service), timeout));
    }
    Result<kubelet::HttpOutcome> httpProbe(std::string path, std::chrono::seconds timeout = 10s) {
        kubelet::HttpCheck check{.scheme = "http", .host = "127.0.0.1", .port = m_httpPort, .path = std::move(path)};
        check.headers.emplace_back("X-Probe", "seen");
        return run(m_transport.http(std::move(check), timeout));
    }

private slots:
    void initTestCase() {
        m_thread = std::thread([this] { m_context.run(); });
        m_http = http::Server::create(m_context.get_executor(), answer);
        m_httpPort = *m_http->listenPlain("127.0.0.1", 0);
        grpc::EnableDefaultHealthCheckService(true);
        grpc::ServerBuilder builder;
        builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &m_grpcPort);
        builder.RegisterCallbackGenericService(&m_otherCalls);
        m_grpc = builder.BuildAndStart();
        QVERIFY(m_grpc && m_grpcPort > 0);
        m_grpc->GetHealthCheckService()->SetServingStatus("ready", true);
        m_grpc->GetHealthCheckService()->SetServingStatus("starting", false);
    }
    void cleanupTestCase() {
        if (m_grpc)
            m_grpc->Shutdown();
        run(stopServer(m_http.get()));
        m_http.reset();
        m_work.reset();
        m_thread.join();
    }

    void grpcServing_data() {
        QTest::addColumn<QString>("service");
        QTest::addColumn<QString>("error"); // empty: healthy
        QTest::newRow("the server") << "" << "";
        QTest::newRow("a service") << "ready" << "";
        QTest::newRow("a long name") << QString(200, 'x') << "unknown";
        QTest::newRow("not serving") << "starting" << "service unhealthy (responded with \"NOT_SERVING\")";
        QTest::newRow("unknown") << "other" << "unknown";
    }
    void grpcServing() {
        QFETCH(QString, service);
        QFETCH(QString, error);
        const auto checked = grpcProbe(m_grpcPort, service.toStdString());
        QCOMPARE(checked.has_value(), error.isEmpty());
        if (!error.isEmpty())
            QVERIFY2(checked.error().message.contains(error.toStdString()), checked.error().message.c_str());
    }

    void grpcStatusIsAskedAnew() {
        auto *health = m_grpc->GetHealthCheckService();
        health->SetServingStatus("turning", true);
        QVERIFY(grpcProbe(m_grpcPort, "turning"));
        health->SetServingStatus("turning", false);
        QVERIFY(!grpcProbe(m_grpcPort, "turning"));
        health->SetServingStatus("turning", true);
        QVERIFY(grpcProbe(m_grpcPort, "turning"));
    }

    void grpcNobodyListens() {
        const SilentPort port; // bound, so that nobody else gets it, but refusing
        const auto checked = grpcProbe(port.port(), {}, 5s);
        QVERIFY(!checked);
        QVERIFY2(checked.error().message.contains("connect"), checked.error().message.c_str());
    }

    void grpcServerThatNeverAnswers() {
        SilentPort port;
        port.listen();
        const auto began = std::chrono::steady_clock::now();
        const auto checked = grpcProbe(port.port(), {}, 1s);
        QVERIFY(!checked);
        QVERIFY(std::chrono::steady_clock::now() - began < 30s);
    }

    void grpcWithoutHealthService() {
        // An HTTP/1.1 server is no gRPC server at all.
        QVERIFY(!grpcProbe(m_httpPort, {}, 1s));
        grpc::EnableDefaultHealthCheckService(false);
        grpc::ServerBuilder builder;
        int port = 0;
        builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
        grpc::CallbackGenericService anything;
        builder.RegisterCallbackGenericService(&anything);
        const auto server = builder.BuildAndStart();
        const auto checked = grpcProbe(port);
        server->Shutdown();
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, 405);
    }

    void httpStatus_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("body");
        QTest::newRow("healthy, with headers") << "/header" << 200 << "seen";
        QTest::newRow("without a slash") << "header" << 200 << "seen";
        QTest::newRow("broken") << "/broken" << 503 << "seen";
        QTest::newRow("a redirect within is followed") << "/within" << 200 << "seen";
        QTest::newRow("a redirect elsewhere is an answer") << "/elsewhere" << 302 << "seen";
    }
    void httpStatus() {
        QFETCH(QString, path);
        QFETCH(int, status);
        QFETCH(QString, body);
        const auto outcome = httpProbe(path.toStdString());
        QVERIFY2(outcome, outcome ? "" : outcome.error().message.c_str());
        QCOMPARE(outcome->status, status);
        QCOMPARE(outcome->body, body.toStdString());
    }

    void httpRedirectsEnd() {
        const auto outcome = httpProbe("/loop");
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().message, std::string("stopped after 10 redirects"));
    }

    void httpSilentServers() {
        const auto silent = httpProbe("/silent-body", 1s);
        QVERIFY(!silent);
        QCOMPARE(silent.error().reason, std::string("Timeout"));
        SilentPort port;
        port.listen();
        kubelet::HttpCheck check{.scheme = "http", .host = "127.0.0.1", .port = port.port(), .path = "/"};
        QVERIFY(!run(m_transport.http(check, 1s)));
        check.scheme = "https";
        QVERIFY(!run(m_transport.http(check, 1s)));
    }

    void httpNobodyListens() {
        const SilentPort port;
        const kubelet::HttpCheck check{.scheme = "http", .host = "127.0.0.1", .port = port.port(), .path = "/"};
        QVERIFY(!run(m_transport.http(check, 5s)));
    }

    void tcp() {
        SilentPort port;
        QVERIFY(!run(m_transport.tcp("127.0.0.1", port.port(), 5s)));
        port.listen();
        QVERIFY(run(m_transport.tcp("127.0.0.1", port.port(), 5s)));
        QVERIFY(run(m_transport.tcp("127.0.0.1", m_httpPort, 5s)));
    }
};

QTEST_GUILESS_MAIN(NetworkTransportTest)
#include "tst_network_transport.moc"
