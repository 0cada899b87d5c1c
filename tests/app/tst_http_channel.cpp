#include "app/session/live_session.h"
#include "core/http/server.h"
#include "core/http/websocket.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>

using namespace coracle;
using namespace coracle::app;

namespace {

/// Echoes messages; "flood" is answered with 64 MiB, "bye" by closing.
Task<> serve(http::Request &request, http::ResponseWriter &writer) {
    if (request.target.path == "/version") {
        std::vector<http::Chunk> body{http::Chunk::own("{}")};
        const auto sent = co_await writer.send(200, {}, std::move(body));
        co_return;
    }
    if (!http::isWebSocketRequest(request)) {
        const auto begun = co_await writer.start(200, {}); // the heart: a watch without events
        std::vector<http::Chunk> line;
        line.push_back(http::Chunk::own("\n"));
        const auto sent = co_await writer.write(std::move(line));
        boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                        std::chrono::steady_clock::time_point::max());
        co_await never.async_wait(boost::asio::use_awaitable);
        co_return;
    }
    auto acceptance = http::acceptWebSocket(request, {"v5.channel.k8s.io"});
    auto stream = co_await writer.upgrade(acceptance->headers);
    if (!stream)
        co_return;
    http::WebSocket socket(*stream, http::WebSocket::Role::Server);
    for (;;) {
        auto message = co_await socket.read();
        if (!message || message->type == http::WebSocketMessageType::Close)
            co_return;
        if (message->data == "bye") {
            const auto closed = co_await socket.close(http::kWebSocketNormal);
            continue;
        }
        const bool flood = message->data == "flood";
        const std::string answer = flood ? std::string(64 << 10, 'x') : message->data;
        for (int i = 0; i < (flood ? 1024 : 1); ++i) {
            const auto sent = co_await socket.write(http::WebSocketMessageType::Binary, answer);
            if (!sent)
                co_return;
        }
    }
}

Task<> stopServer(http::Server *server, std::promise<void> *stopped) {
    co_await server->stop(std::chrono::milliseconds(0));
    stopped->set_value();
}

} // namespace

class HttpChannelTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    NetworkThread m_serverThread, m_network;
    std::unique_ptr<http::Server> m_server;
    std::unique_ptr<LiveSession> m_session;

    std::unique_ptr<Channel> open() { return m_session->openChannel({.path = "/exec"}, {"v5.channel.k8s.io"}); }

private Q_SLOTS:
    void initTestCase() {
        const QString path = m_folder.filePath("socket");
        m_server = http::Server::create(m_serverThread.executor(), serve);
        QVERIFY(m_server->listenUnix(path.toStdString(), 0600));
        m_session = std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(path));
        m_session->open();
        QTRY_COMPARE(m_session->state(), Session::State::Connected);
    }

    void cleanupTestCase() {
        m_session.reset();
        std::promise<void> stopped;
        m_serverThread.spawn([this, &stopped] { return stopServer(m_server.get(), &stopped); });
        stopped.get_future().wait();
        m_server.reset();
    }

    void keepsTheOrder() {
        const auto channel = open();
        QSignalSpy opened(channel.get(), &Channel::opened), closed(channel.get(), &Channel::closed);
        QByteArrayList got;
        connect(channel.get(), &Channel::received, this, [&](const QByteArray &message) { got.append(message); });
        QByteArrayList sent; // before it is open, too
        for (int i = 0; i < 2000; ++i) {
            sent.append(QByteArray::number(i));
            channel->write(sent.last());
        }
        QVERIFY(channel->queuedBytes() > 0);
        QTRY_COMPARE(got.size(), sent.size());
        QCOMPARE(got, sent);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened[0][0].toString(), QString("v5.channel.k8s.io"));
        QTRY_COMPARE(channel->queuedBytes(), 0);
        channel->write("bye");
        QTRY_COMPARE(closed.count(), 1);
        QCOMPARE(closed[0][0].value<Status>().code, 0);
    }

    void closesAfterWhatWasWritten() {
        const auto channel = open();
        QSignalSpy closed(channel.get(), &Channel::closed), received(channel.get(), &Channel::received);
        channel->write("last words");
        channel->close();
        QTRY_COMPARE(closed.count(), 1);
    }

    /// A program that prints without end does not fill the memory: it waits for the screen.
    void waitsForTheReader() {
        const auto channel = open();
        qint64 got = 0, inOneTurn = 0, inOneTurnMost = 0;
        connect(channel.get(), &Channel::received, this, [&](const QByteArray &message) {
            got += message.size();
            inOneTurn += message.size();
        });
        channel->write("flood");
        while (got < 64 << 20) {
            inOneTurn = 0;
            QVERIFY(QTest::qWaitFor([&] { return inOneTurn > 0; }));
            inOneTurnMost = std::max(inOneTurnMost, inOneTurn);
        }
        QVERIFY2(inOneTurnMost < 8 << 20, qPrintable(QString::number(inOneTurnMost)));
    }

    void theDestroyedAreSilent() {
        for (int i = 0; i < 50; ++i) {
            auto channel = open();
            channel->write("flood");
            bool alive = true;
            connect(channel.get(), &Channel::received, this, [&] { QVERIFY(alive); });
            connect(channel.get(), &Channel::closed, this, [&] { QVERIFY(alive); });
            if (i % 2 == 0)
                QTest::qWait(1);
            channel.reset();
            alive = false;
            QCoreApplication::processEvents();
        }
    }

    /// Without the guard's leave nothing goes out, not even what was written before it decided.
    void waitsForTheGuard() {
        QList<std::pair<QString, Session::Decided>> waiting;
        Session::setGuard([&](const ApiRequest &request, Session::Decided decided) {
            waiting.append({request.path, std::move(decided)});
        });
        const auto channel = open(), refused = open(), closedEarly = open();
        auto gone = open();
        Session::setGuard({});
        QCOMPARE(waiting.size(), 4);
        QCOMPARE(waiting[0].first, QString("/exec"));
        QSignalSpy opened(channel.get(), &Channel::opened), received(channel.get(), &Channel::received);
        channel->write("one");
        QCOMPARE(channel->queuedBytes(), 3);
        QVERIFY(opened.isEmpty());
        waiting[0].second({});
        QTRY_COMPARE(received.count(), 1);
        QCOMPARE(received[0][0].toByteArray(), QByteArray("one"));
        QCOMPARE(opened.count(), 1);
        QSignalSpy closed(channel.get(), &Channel::closed);
        channel->write("bye");
        QTRY_COMPARE(closed.count(), 1);
        QCOMPARE(closed[0][0].value<Status>().code, 0);

        QSignalSpy refusal(refused.get(), &Channel::closed);
        waiting[1].second(errors::forbidden({}, {}, {}, "needs the PIN"));
        QVERIFY(refusal.isEmpty()); // later: who opens it does not listen yet
        QTRY_COMPARE(refusal.count(), 1);
        QVERIFY(refusal[0][0].value<Status>().message.find("needs the PIN") != std::string::npos);

        QSignalSpy early(closedEarly.get(), &Channel::closed);
        closedEarly->close();
        waiting[2].second({});
        QTRY_COMPARE(early.count(), 1);
        gone.reset();
        waiting[3].second({});
    }

    void saysWhyItCannotOpen() {
        LiveSession nowhere(m_network, std::make_unique<LocalLink>("/nowhere"));
        const auto channel = nowhere.openChannel({.path = "/exec"}, {"v5.channel.k8s.io"});
        QSignalSpy closed(channel.get(), &Channel::closed);
        QTRY_COMPARE(closed.count(), 1);
        QVERIFY(!closed[0][0].value<Status>().message.empty());
    }
};

QTEST_GUILESS_MAIN(HttpChannelTest)
#include "tst_http_channel.moc"
