#include "http_fixture.h"
#include "raw_socket.h"

#include "core/base/clock.h"
#include "core/http/spdy.h"
#include "core/http/spdy_frame.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

using namespace coracle;
using namespace coracle::http;
using namespace coracle::http::testing;
using namespace std::chrono_literals;

namespace {

/// What a coroutine of the tests failed at.
struct Problem : std::runtime_error {
    using std::runtime_error::runtime_error;
};

Task<std::string> readAll(std::shared_ptr<SpdyStream> stream) {
    std::string all;
    char buffer[5000];
    for (;;) {
        auto got = co_await stream->read(buffer, sizeof buffer);
        if (!got)
            co_return all + " (broken)";
        if (*got == 0)
            co_return all;
        all.append(buffer, *got);
    }
}

/// The stream "echo" gets back what it sends; "sum" gets its headers; "reset" is reset; "sink" is never read.
Task<> serveStream(std::shared_ptr<SpdyStream> stream) {
    const std::string type(stream->headers().get("streamtype"));
    Headers reply;
    reply.add("X-Stream", type);
    auto replied = co_await stream->reply(std::move(reply));
    if (type == "reset") {
        stream->close();
        co_return;
    }
    if (type == "sink") {
        auto slept = co_await systemClock().sleep(200ms);
        co_return;
    }
    if (type == "sum") {
        auto written = co_await stream->write(std::string(stream->headers().get("port")) + "/" +
                                              std::string(stream->headers().get("requestid")));
        auto ended = co_await stream->shutdownWrite();
        auto rest = co_await readAll(stream);
        co_return;
    }
    char buffer[5000];
    for (;;) {
        auto got = co_await stream->read(buffer, sizeof buffer);
        if (!got || *got == 0)
            break;
        auto written = co_await stream->write(std::string_view(buffer, *got));
        if (!written)
            break;
    }
    auto ended = co_await stream->shutdownWrite();
}

Task<> acceptStreams(std::shared_ptr<SpdySession> session) {
    const auto executor = co_await asio::this_coro::executor;
    for (;;) {
        auto stream = co_await session->accept();
        if (!stream)
            co_return;
        asio::co_spawn(executor, serveStream(*stream), asio::detached);
    }
}

Task<> serve(Request &, ResponseWriter &writer) {
    Headers headers;
    headers.add("Upgrade", "SPDY/3.1");
    auto stream = co_await writer.upgrade(std::move(headers));
    if (!stream)
        co_return;
    auto session = SpdySession::create(*stream, SpdySession::Role::Server);
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, acceptStreams(session), asio::detached);
    co_await session->run();
}

Task<std::shared_ptr<SpdySession>> connectSession(uint16_t port) {
    auto client = Client::create({.host = "127.0.0.1", .port = port});
    ClientRequest request;
    request.method = "POST";
    request.headers.add("Upgrade", "SPDY/3.1");
    auto upgraded = co_await client->upgrade(std::move(request));
    if (!upgraded || !upgraded->stream)
        throw Problem("no upgrade");
    auto session = SpdySession::create(upgraded->stream, SpdySession::Role::Client);
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, [session] { return session->run(); }, asio::detached);
    co_return session;
}

Task<std::shared_ptr<SpdyStream>> open(std::shared_ptr<SpdySession> session, std::string type) {
    Headers headers;
    headers.add("streamType", type);
    headers.add("port", "8080");
    headers.add("requestID", "7");
    auto stream = co_await session->open(std::move(headers));
    if (!stream)
        throw Problem(stream.error().message);
    auto reply = co_await (*stream)->waitForReply();
    if (!reply || reply->get("x-stream") != type)
        throw Problem("no reply");
    co_return *stream;
}

constexpr std::string_view kUpgrade =
    "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n\r\n";

} // namespace

class SpdyTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Runner> m_runner;
    std::unique_ptr<Server> m_server;
    uint16_t m_port = 0;

    static Task<bool> stopServer(Server *server) {
        co_await server->stop(0ms);
        co_return true;
    }

    static Task<> sendAll(std::shared_ptr<SpdyStream> stream, std::string data) {
        auto written = co_await stream->write(data);
        auto ended = co_await stream->shutdownWrite();
    }

    static Task<std::string> severalStreams(uint16_t port) {
        auto session = co_await connectSession(port);
        const auto executor = co_await asio::this_coro::executor;
        auto pinged = co_await session->ping();
        auto first = co_await open(session, "echo");
        auto second = co_await open(session, "echo");
        auto sum = co_await open(session, "sum");
        // Much more than the windows and buffers hold, both ways at once.
        const std::string one(3000000, '1');
        const std::string two(2000000, '2');
        asio::co_spawn(executor, sendAll(first, one), asio::detached);
        asio::co_spawn(executor, sendAll(second, two), asio::detached);
        const bool same = co_await readAll(first) == one;
        const bool alsoSame = co_await readAll(second) == two;
        auto ended = co_await sum->shutdownWrite();
        const std::string text = co_await readAll(sum);
        co_await session->close();
        auto after = co_await session->open({});
        co_return std::string(pinged ? "ping " : "") + (same && alsoSame ? "same " : "different ") + text +
            (after ? " open" : " over");
    }

    static Task<std::string> resets(uint16_t port) {
        auto session = co_await connectSession(port);
        auto reset = co_await open(session, "reset");
        const std::string text = co_await readAll(reset);
        auto refused = co_await reset->write("x");
        // One that nobody reads, and that is let go of, doesn't hold up the others.
        auto sink = co_await open(session, "sink");
        const std::string much(2000000, 's');
        auto written = co_await sink->write(much);
        sink.reset();
        auto echo = co_await open(session, "echo");
        auto sent = co_await echo->write("after");
        auto ended = co_await echo->shutdownWrite();
        const std::string back = co_await readAll(echo);
        co_await session->close();
        co_return text + (refused ? " open " : " closed ") + back;
    }

private slots:
    void init() {
        m_runner = std::make_unique<Runner>();
        m_server = Server::create(m_runner->executor(), serve);
        m_port = *m_server->listenPlain("127.0.0.1", 0);
    }
    void cleanup() {
        m_runner->run(stopServer(m_server.get()));
        m_server.reset();
        m_runner.reset();
    }

    void carriesSeveralStreams() {
        QCOMPARE(m_runner->run(severalStreams(m_port)), std::string("ping same 8080/7 over"));
    }

    void resetsStreams() { QCOMPARE(m_runner->run(resets(m_port)), std::string(" (broken) closed after")); }

    void packsHeadersWithTheStandardDictionary() {
        spdy::HeaderCodec sender;
        spdy::HeaderCodec receiver;
        Headers headers;
        headers.add("streamType", "stdout");
        headers.add("empty", "");
        const std::string first = sender.compress(headers);
        // RFC 1950: the zlib head, then the Adler-32 of the dictionary; this is SPDY/3's.
        QCOMPARE(QByteArray::fromStdString(first.substr(2, 4)).toHex(), QByteArray("e3c6a7c2"));
        for (int i = 0; i < 3; ++i) {
            const auto back = receiver.decompress(i == 0 ? first : sender.compress(headers));
            QVERIFY(back);
            QCOMPARE(back->get("streamtype"), std::string_view("stdout"));
            QVERIFY(back->has("empty"));
        }
        spdy::HeaderCodec other;
        QVERIFY(!other.decompress("nonsense"));
        QVERIFY(!other.decompress(""));
        Headers bomb;
        bomb.add("a", std::string(1000000, 'x'));
        spdy::HeaderCodec bomber;
        spdy::HeaderCodec victim;
        QVERIFY(!victim.decompress(bomber.compress(bomb)));
    }

    void survivesHostilePeers_data() {
        QTest::addColumn<QByteArray>("sent");
        spdy::HeaderCodec codec;
        const std::string head("\0\0\0\1\0\0\0\0\0\0", 10);
        QTest::newRow("not SPDY") << QByteArray("GET / HTTP/1.1\r\n\r\n");
        QTest::newRow("version 2") << QByteArray::fromHex("8002000100000000");
        QTest::newRow("huge frame") << QByteArray::fromHex("8003000100ffffff");
        QTest::newRow("short SYN_STREAM") << QByteArray::fromHex("800300010000000400000001");
        QTest::newRow("broken headers") << QByteArray::fromStdString(
            spdy::controlFrame(spdy::FrameType::SynStream, 0, head + "xxxx"));
        QTest::newRow("short SETTINGS") << QByteArray::fromHex("800300040000000400000009");
        QTest::newRow("short WINDOW_UPDATE") << QByteArray::fromHex("800300090000000400000000");
        QTest::newRow("window overflow") << QByteArray::fromHex("8003000900000008000000007fffffff");
    }
    void survivesHostilePeers() {
        QFETCH(QByteArray, sent);
        RawSocket socket(m_port);
        QVERIFY(socket.send(kUpgrade));
        socket.readUntil("\r\n\r\n");
        QVERIFY(socket.send(sent.toStdString()));
        socket.readAll();
        QVERIFY(socket.ended());
        QCOMPARE(m_runner->run(severalStreams(m_port)), std::string("ping same 8080/7 over"));
    }

    void overlooksWhatIsNoHarm() {
        RawSocket socket(m_port);
        QVERIFY(socket.send(kUpgrade));
        socket.readUntil("\r\n\r\n");
        socket.forget();
        std::string frames;
        frames += bytes("800300ff00000000");                 // unknown type
        frames += spdy::dataFrame(99, 0, "nobody");          // no such stream
        frames += bytes("80030003000000080000006300000005"); // RST_STREAM of no stream
        frames += bytes("800300060000000400000001");         // PING
        QVERIFY(socket.send(frames));
        const std::string pong = bytes("800300060000000400000001");
        QVERIFY(socket.readUntil(pong).ends_with(pong));
    }

    void reportsWindowsOnlyToThoseWhoHaveThem() {
        const std::string ping = bytes("800300060000000400000001");
        std::string frames;
        for (int i = 0; i < 20; ++i)
            frames += spdy::dataFrame(99, 0, std::string(10000, 'x'));
        for (const bool announces : {false, true}) {
            RawSocket socket(m_port);
            QVERIFY(socket.send(kUpgrade));
            socket.readUntil("\r\n\r\n");
            if (announces)
                QVERIFY(socket.send(bytes("800300040000000c000000010000000700010000")));
            QVERIFY(socket.send(frames + ping));
            const std::string answer = socket.readUntil(ping);
            QVERIFY(answer.ends_with(ping));
            QCOMPARE(answer.find(bytes("80030009")) != std::string::npos, announces);
        }
    }

private:
    static std::string bytes(const char *hex) { return QByteArray::fromHex(hex).toStdString(); }
};

QTEST_GUILESS_MAIN(SpdyTest)
#include "tst_spdy.moc"
