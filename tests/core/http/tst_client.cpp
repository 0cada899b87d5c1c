#include "http_fixture.h"
#include "raw_socket.h"
#include "test_handler.h"

#include <boost/asio/bind_cancellation_slot.hpp>

#undef emit // Qt's keyword hides asio::cancellation_signal::emit

using namespace coracle;
using namespace coracle::http;
using namespace coracle::http::testing;
using namespace std::chrono_literals;

namespace {

/// Listens on a loopback port and answers each connection with the next script, from a thread.
class ScriptedServer {
public:
    /// A script is what is sent after a request has come; then the connection is closed.
    explicit ScriptedServer(std::vector<std::string> scripts) : m_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(m_fd, reinterpret_cast<sockaddr *>(&address), size);
        ::getsockname(m_fd, reinterpret_cast<sockaddr *>(&address), &size);
        m_port = ntohs(address.sin_port);
        ::listen(m_fd, 16);
        m_thread = std::thread([this, scripts = std::move(scripts)] {
            for (const std::string &script : scripts) {
                const int peer = ::accept(m_fd, nullptr, nullptr);
                char buffer[4096];
                if (peer >= 0 && ::recv(peer, buffer, sizeof buffer, 0) > 0)
                    ::send(peer, script.data(), script.size(), MSG_NOSIGNAL);
                ::close(peer);
            }
        });
    }
    ~ScriptedServer() {
        ::shutdown(m_fd, SHUT_RDWR);
        m_thread.join();
        ::close(m_fd);
    }
    uint16_t port() const { return m_port; }

private:
    int m_fd;
    uint16_t m_port = 0;
    std::thread m_thread;
};

Task<Result<std::string>> fetch(Client *client, ClientRequest request) {
    auto response = co_await client->send(std::move(request));
    if (!response)
        co_return std::unexpected(response.error());
    auto body = co_await (*response)->readAll();
    if (!body)
        co_return std::unexpected(body.error());
    co_return std::to_string((*response)->status()) + " " + *body;
}

ClientRequest get(std::string target) {
    ClientRequest request;
    request.target = std::move(target);
    return request;
}

} // namespace

class ClientTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Runner> m_runner;
    std::shared_ptr<Seen> m_seen;
    std::unique_ptr<Server> m_server;
    uint16_t m_plain = 0;
    uint16_t m_tls = 0;

    static Task<bool> stopServer(Server *server) {
        co_await server->stop(0ms);
        co_return true;
    }
    ClientOptions plain() const { return {.host = "127.0.0.1", .port = m_plain}; }
    ClientOptions tls(std::string host = "127.0.0.1") const {
        return {.host = std::move(host), .port = m_tls, .tls = certificates().clientTls()};
    }

private slots:
    void init() {
        m_runner = std::make_unique<Runner>();
        m_seen = std::make_shared<Seen>();
        m_server = Server::create(m_runner->executor(), TestHandler(m_seen));
        m_plain = *m_server->listenPlain("127.0.0.1", 0);
        m_tls = *m_server->listenTls("127.0.0.1", 0, certificates().serverOptions());
    }
    void cleanup() {
        if (m_server)
            m_runner->run(stopServer(m_server.get()));
        m_server.reset();
        m_runner.reset();
    }

    void fetches() {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("s").toStdString();
        QVERIFY(m_server->listenUnix(path, 0600));
        for (const ClientOptions &options : {plain(), tls(), tls("localhost"), ClientOptions{.unixSocket = path}}) {
            auto client = Client::create(options);
            QCOMPARE(*m_runner->run(fetch(client.get(), get("/hello"))), std::string("200 hello\n"));
            QCOMPARE(*m_runner->run(fetch(client.get(), get("/empty"))), std::string("204 "));
            QCOMPARE(*m_runner->run(fetch(client.get(), get("/stream?count=5&size=3"))),
                     std::string("200 ppppppppppppppp"));
            ClientRequest post = get("/echo");
            post.method = "POST";
            post.body = TestHandler::big(2000000);
            QCOMPARE(*m_runner->run(fetch(client.get(), post)), "200 " + post.body);
            ClientRequest head = get("/hello");
            head.method = "HEAD";
            QCOMPARE(*m_runner->run(fetch(client.get(), head)), std::string("200 "));
            QCOMPARE(*m_runner->run(fetch(client.get(), get("/big?size=14000000"))),
                     "200 " + TestHandler::big(14000000));
        }
    }

    void keepsConnections() {
        auto client = Client::create(plain());
        const std::string first = *m_runner->run(fetch(client.get(), get("/who")));
        QCOMPARE(*m_runner->run(fetch(client.get(), get("/who"))), first);
        QVERIFY(!m_runner->run(fetch(client.get(), get("/big?size=nonsense")))->starts_with("200"));
        // After a new identity nothing old is used.
        auto secure = Client::create(tls());
        const std::string before = *m_runner->run(fetch(secure.get(), get("/who")));
        ClientTls withCertificate = certificates().clientTls();
        withCertificate.certificatePem = certificates().pem("client");
        withCertificate.privateKeyPem = certificates().key("client");
        secure->replaceTls(withCertificate);
        const std::string after = *m_runner->run(fetch(secure.get(), get("/who")));
        QVERIFY(before.find("certificates=0") != std::string::npos &&
                after.find("certificates=0") == std::string::npos);
    }

    void verifiesTheServer() {
        ClientOptions wrongName = tls();
        wrongName.tls->serverName = "other.example";
        ClientOptions wrongAddress = tls();
        wrongAddress.tls->serverName = "127.0.0.2";
        ClientOptions wrongCa = tls();
        wrongCa.tls->caPem = certificates().pem("client");
        for (const ClientOptions &options : {wrongName, wrongAddress, wrongCa}) {
            auto client = Client::create(options);
            const auto answer = m_runner->run(fetch(client.get(), get("/hello")));
            QVERIFY(!answer && answer.error().message.find("certificate not trusted") != std::string::npos);
        }
        ClientOptions skip = wrongCa;
        skip.tls->insecureSkipVerify = true;
        auto client = Client::create(skip);
        QVERIFY(m_runner->run(fetch(client.get(), get("/hello"))));
        ClientOptions broken = tls();
        broken.tls->caPem = "nonsense";
        auto brokenClient = Client::create(broken);
        QVERIFY(!m_runner->run(fetch(brokenClient.get(), get("/hello"))));
    }

    void readsAsItComes() {
        auto client = Client::create(tls());
        const auto read = [](Client *c) -> Task<std::string> {
            auto response = co_await c->send(get("/watch"));
            if (!response)
                co_return response.error().message;
            auto piece = co_await (*response)->readSome();
            co_return piece ? *piece : piece.error().message;
        };
        QCOMPARE(m_runner->run(read(client.get())), std::string("begun\n"));
        // The unread rest closes the connection, and the server notices.
        QTRY_COMPARE(m_seen->running.load(), 0);
    }

    void givesUpInTime() {
        auto client = Client::create(plain());
        ClientRequest request = get("/hang");
        request.headerTimeout = 100ms;
        const auto answer = m_runner->run(fetch(client.get(), request));
        QVERIFY(!answer);
        QCOMPARE(answer.error().reason, std::string("Timeout"));
        QTRY_COMPARE(m_seen->running.load(), 0);
    }

    void isCancelled() {
        auto client = Client::create(plain());
        asio::cancellation_signal signal;
        std::promise<void> ended;
        const auto strand = asio::make_strand(m_runner->context());
        asio::co_spawn(strand, fetch(client.get(), get("/hang")),
                       asio::bind_cancellation_slot(
                           signal.slot(), [&](std::exception_ptr, Result<std::string>) { ended.set_value(); }));
        QTRY_COMPARE(m_seen->running.load(), 1);
        asio::post(strand, [&] { signal.emit(asio::cancellation_type::terminal); });
        QVERIFY(ended.get_future().wait_for(10s) == std::future_status::ready);
        QTRY_COMPARE(m_seen->running.load(), 0);
    }

    void repeatsOnAStaleConnection() {
        // The first connection answers once and is closed; whether the client notices before or after it sends the
        // next request, that one succeeds on a new connection.
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        ScriptedServer server({answer, answer});
        auto client = Client::create({.host = "127.0.0.1", .port = server.port()});
        QCOMPARE(*m_runner->run(fetch(client.get(), get("/a"))), std::string("200 ok"));
        QCOMPARE(*m_runner->run(fetch(client.get(), get("/b"))), std::string("200 ok"));
    }

    void understandsOddAnswers_data() {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QByteArray>("result");
        const auto row = [](const char *name, const char *script, const char *result) {
            QTest::newRow(name) << QByteArray(script) << QByteArray(result);
        };
        row("until the end", "HTTP/1.0 200 OK\r\n\r\nabc", "200 abc");
        row("early hints", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "200 x");
        row("chunks with extensions",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n2\r\nyz\r\n0\r\nT: 1\r\n\r\n",
            "200 xyz");
        row("too short", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "");
        row("chunk cut off", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "");
        row("lying length", "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\nabc", "");
        row("not HTTP", "220 mail ready\r\n", "");
        row("nothing", "", "");
        row("half a header", "HTTP/1.1 200 OK\r\nContent", "");
    }
    void understandsOddAnswers() {
        QFETCH(QByteArray, script);
        QFETCH(QByteArray, result);
        ScriptedServer server({script.toStdString()});
        auto client = Client::create({.host = "127.0.0.1", .port = server.port()});
        const auto answer = m_runner->run(fetch(client.get(), get("/a")));
        QCOMPARE(answer.has_value(), !result.isEmpty());
        if (answer)
            QCOMPARE(*answer, result.toStdString());
    }

    void refusesBadRequests() {
        auto client = Client::create(plain());
        QVERIFY(!m_runner->run(fetch(client.get(), get("/a b"))));
        QVERIFY(!m_runner->run(fetch(client.get(), get("/a\r\nX: y"))));
        ClientRequest split = get("/hello");
        split.headers.add("X", "a\r\nY: b");
        QVERIFY(!m_runner->run(fetch(client.get(), split)));
        QCOMPARE(m_seen->handled.load(), 0);
        auto nobody = Client::create({.host = "127.0.0.1", .port = 1});
        const auto answer = m_runner->run(fetch(nobody.get(), get("/")));
        QVERIFY(!answer && answer.error().message == "cannot connect to 127.0.0.1:1: Connection refused");
        auto nowhere = Client::create({.unixSocket = "/nonexistent/socket"});
        QVERIFY(!m_runner->run(fetch(nowhere.get(), get("/"))));
    }

    void upgrades() {
        for (const ClientOptions &options : {plain(), tls()}) {
            auto client = Client::create(options);
            const auto talk = [](Client *c) -> Task<std::string> {
                ClientRequest request = get("/upgrade");
                request.headers.add("Upgrade", "echo");
                auto upgraded = co_await c->upgrade(std::move(request));
                if (!upgraded || !upgraded->stream)
                    co_return "no upgrade";
                const std::string sent = TestHandler::big(300000);
                std::string got;
                for (size_t at = 0; at < sent.size(); at += 3000) {
                    auto written = co_await upgraded->stream->write(std::string_view(sent).substr(at, 3000));
                    if (!written)
                        co_return written.error().message;
                    char buffer[2000];
                    auto read = co_await upgraded->stream->read(buffer, sizeof buffer);
                    got.append(buffer, read.value_or(0));
                }
                auto ended = co_await upgraded->stream->shutdownWrite();
                for (;;) {
                    char buffer[2000];
                    auto read = co_await upgraded->stream->read(buffer, sizeof buffer);
                    if (!read || *read == 0)
                        break;
                    got.append(buffer, *read);
                }
                co_return ended &&got == sent ? "same" : "different";
            };
            QCOMPARE(m_runner->run(talk(client.get())), std::string("same"));
            const auto refused = [](Client *c) -> Task<std::string> {
                auto upgraded = co_await c->upgrade(get("/hello"));
                co_return upgraded ? std::to_string(upgraded->status) + " " + upgraded->body : upgraded.error().message;
            };
            QCOMPARE(m_runner->run(refused(client.get())), std::string("200 hello\n"));
        }
    }

    void passesOnReadAheadBytes() {
        RawSocket socket(m_plain);
        QVERIFY(socket.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly"));
        QVERIFY(socket.readUntil("early").ends_with("\r\n\r\nearly"));
        socket.endWriting();
        socket.readAll();
        QVERIFY(socket.ended());
    }

    void splices() {
        // A raw connection through a splicing server in the middle.
        const uint16_t target = m_plain;
        auto proxy = Server::create(m_runner->executor(), [target](Request &, ResponseWriter &writer) -> Task<> {
            return passOn(target, &writer);
        });
        const uint16_t port = *proxy->listenPlain("127.0.0.1", 0);
        RawSocket socket(port);
        QVERIFY(socket.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"));
        QVERIFY(socket.readUntil("\r\n\r\n").starts_with("HTTP/1.1 101 "));
        socket.forget();
        QVERIFY(socket.send("GET /big?size=1000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        const std::string answer = socket.readAll();
        QVERIFY(answer.ends_with(TestHandler::big(1000000)));
        // Stopping cancels a splice that waits.
        RawSocket waiting(port);
        QVERIFY(waiting.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"));
        waiting.readUntil("\r\n\r\n");
        m_runner->run(stopServer(proxy.get()));
    }

private:
    static Task<> passOn(uint16_t port, ResponseWriter *writer) {
        auto outer = co_await writer->upgrade({});
        auto inner = co_await connectTcp("127.0.0.1", port, 5000ms);
        if (outer && inner)
            co_await splice(*outer, *inner);
    }
};

QTEST_GUILESS_MAIN(ClientTest)
#include "tst_client.moc"
