#include "http_fixture.h"
#include "raw_socket.h"

#include "core/http/websocket.h"

using namespace coracle;
using namespace coracle::http;
using namespace coracle::http::testing;
using namespace std::chrono_literals;

namespace {

constexpr size_t kMessageMax = 100000;

/// Echoes messages; keeps how the socket ended.
Task<> echo(Request &request, ResponseWriter &writer) {
    auto acceptance = acceptWebSocket(request, {"v5.channel.k8s.io", "v4.channel.k8s.io"});
    if (!acceptance) {
        std::vector<Chunk> body{Chunk::own(acceptance.error().message)};
        auto sent = co_await writer.send(acceptance.error().code, {}, std::move(body));
        co_return;
    }
    auto stream = co_await writer.upgrade(acceptance->headers);
    if (!stream)
        co_return;
    WebSocket socket(*stream, WebSocket::Role::Server, kMessageMax);
    for (;;) {
        auto message = co_await socket.read();
        if (!message || message->type == WebSocketMessageType::Close)
            co_return;
        if (message->data == "close me") {
            auto closed = co_await socket.close(kWebSocketInternalError, "as you wish");
            continue;
        }
        auto sent = co_await socket.write(message->type, std::move(message->data));
        if (!sent)
            co_return;
    }
}

constexpr std::string_view kHandshake = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"
                                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                        "Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n";

std::string bytes(const char *hex) {
    return QByteArray::fromHex(hex).toStdString();
}

} // namespace

class WebSocketTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Runner> m_runner;
    std::unique_ptr<Server> m_server;
    uint16_t m_port = 0;

    static Task<bool> stopServer(Server *server) {
        co_await server->stop(0ms);
        co_return true;
    }

    static Task<std::string> talk(uint16_t port) {
        auto client = Client::create({.host = "127.0.0.1", .port = port});
        ClientRequest request;
        std::vector<std::string> protocols{"unknown", "v4.channel.k8s.io", "v5.channel.k8s.io"};
        auto connection = co_await connectWebSocket(*client, std::move(request), std::move(protocols));
        if (!connection)
            co_return connection.error().message;
        std::string log = connection->protocol;
        WebSocket &socket = *connection->socket;
        for (size_t size : {0, 1, 125, 126, 65535, 65536, 100000}) {
            const std::string data(size, 'd');
            const auto type = size % 2 == 0 ? WebSocketMessageType::Binary : WebSocketMessageType::Text;
            auto pinged = co_await socket.ping();
            auto sent = co_await socket.write(type, data);
            auto back = co_await socket.read();
            log += back && back->data == data && back->type == type ? " ok" : " bad";
        }
        auto sent = co_await socket.write(WebSocketMessageType::Text, "close me");
        auto end = co_await socket.read();
        if (end && end->type == WebSocketMessageType::Close)
            log += " " + std::to_string(end->closeCode) + " " + end->data;
        auto after = co_await socket.read();
        log += after ? " more" : " over";
        co_return log;
    }

private slots:
    void init() {
        m_runner = std::make_unique<Runner>();
        m_server = Server::create(m_runner->executor(), echo);
        m_port = *m_server->listenPlain("127.0.0.1", 0);
    }
    void cleanup() {
        m_runner->run(stopServer(m_server.get()));
        m_server.reset();
        m_runner.reset();
    }

    void talksToItself() {
        QCOMPARE(m_runner->run(talk(m_port)),
                 std::string("v4.channel.k8s.io ok ok ok ok ok ok ok 1011 as you wish over"));
    }

    void answersTheHandshakeOfTheStandard() {
        QCOMPARE(webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), std::string("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        RawSocket socket(m_port);
        QVERIFY(socket.send(kHandshake));
        const std::string answer = socket.readUntil("\r\n\r\n");
        QVERIFY(answer.starts_with("HTTP/1.1 101 "));
        QVERIFY(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != std::string::npos);
        QVERIFY(answer.find("Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n") != std::string::npos);
        socket.forget();
        QVERIFY(socket.send(bytes("818537fa213d7f9f4d5158")));
        QCOMPARE(socket.readUntil("Hello"), std::string("\x81\x05Hello"));
    }

    void refusesHandshakes_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("version") << QByteArray("Version: 13") << QByteArray("Version: 8");
        QTest::newRow("key") << QByteArray("dGhlIHNhbXBsZSBub25jZQ==") << QByteArray("x");
        QTest::newRow("protocol") << QByteArray("v4.channel") << QByteArray("v9.channel");
        QTest::newRow("upgrade") << QByteArray("Upgrade: WebSocket") << QByteArray("Upgrade: h2c");
        QTest::newRow("method") << QByteArray("GET /") << QByteArray("PUT /");
    }
    void refusesHandshakes() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QByteArray request(kHandshake.data(), static_cast<int>(kHandshake.size()));
        request.replace(from, to);
        RawSocket socket(m_port);
        QVERIFY(socket.send(request.toStdString()));
        QVERIFY(socket.readUntil("\r\n\r\n").starts_with("HTTP/1.1 400 "));
    }

    void followsTheProtocol_data() {
        QTest::addColumn<QByteArray>("sent");
        QTest::addColumn<QByteArray>("answer");
        const auto row = [](const char *name, const char *sent, const char *answer) {
            QTest::newRow(name) << QByteArray::fromHex(sent) << QByteArray::fromHex(answer);
        };
        // Masked with a key of zeros, so that the payload can be read.
        row("ping",
            "898200000000 6162"
            "888000000000",
            "8a026162"
            "8800");
        row("fragments with a ping between",
            "018100000000 61"
            "898000000000"
            "808100000000 62"
            "888000000000",
            "8a00"
            "81026162"
            "8800");
        row("close with a code", "888400000000 03e86279", "880203e8");
        const char *malformed = "881103ea6d616c666f726d6564206672616d65";
        row("not masked", "810161", malformed);
        row("reserved bit", "c18100000000 61", malformed);
        row("unknown opcode", "838100000000 61", malformed);
        row("fragmented ping", "098000000000", malformed);
        row("long ping", "89fe00000000", malformed);
        row("continues nothing", "808100000000 61", "881803ea667261676d656e7473206f7574206f66206f72646572");
        row("begins twice",
            "018100000000 61"
            "018100000000 61",
            "881803ea667261676d656e7473206f7574206f66206f72646572");
        row("not UTF-8", "818200000000 c080", "881303ef74657874206973206e6f74205554462d38");
        row("surrogate", "818300000000 eda080", "881303ef74657874206973206e6f74205554462d38");
        row("too large", "82ff 7fffffffffffffff 00000000", "881303f16d65737361676520746f6f206c61726765");
        row("bad close code", "888200000000 03ed", "881703ea6d616c666f726d656420636c6f7365206672616d65");
    }
    void followsTheProtocol() {
        QFETCH(QByteArray, sent);
        QFETCH(QByteArray, answer);
        RawSocket socket(m_port);
        QVERIFY(socket.send(kHandshake));
        socket.readUntil("\r\n\r\n");
        socket.forget();
        QVERIFY(socket.send(sent.toStdString()));
        QCOMPARE(QByteArray::fromStdString(socket.readAll()).toHex(), answer.toHex());
        QVERIFY(socket.ended());
    }
};

QTEST_GUILESS_MAIN(WebSocketTest)
#include "tst_websocket.moc"
