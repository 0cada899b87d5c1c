#include "http_fixture.h"
#include "raw_socket.h"
#include "test_handler.h"

#include <sys/stat.h>

using namespace coracle;
using namespace coracle::http;
using namespace coracle::http::testing;
using namespace std::chrono_literals;

class ServerTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Runner> m_runner;
    std::shared_ptr<Seen> m_seen;
    std::unique_ptr<Server> m_server;
    uint16_t m_plain = 0;
    uint16_t m_tls = 0;

    void startServer(Limits limits) {
        m_seen = std::make_shared<Seen>();
        m_server = Server::create(m_runner->executor(), TestHandler(m_seen), limits);
        m_plain = *m_server->listenPlain("127.0.0.1", 0);
        m_tls = *m_server->listenTls("127.0.0.1", 0, certificates().serverOptions());
    }
    static Task<bool> stopServer(Server *server, std::chrono::milliseconds drain) {
        co_await server->stop(drain);
        co_return true;
    }
    void restart(Limits limits) {
        m_runner->run(stopServer(m_server.get(), 0ms));
        startServer(limits);
    }
    QString url(const char *path) const { return QString("http://127.0.0.1:%1%2").arg(m_plain).arg(path); }
    QString urlTls(const char *path) const { return QString("https://localhost:%1%2").arg(m_tls).arg(path); }
    QByteArray curl(const QStringList &arguments, int *exitCode = nullptr, const QByteArray &input = {}) const {
        const QStringList common{"-sS", "--max-time", "30", "--cacert", certificates().path("ca.crt")};
        return runProgram("curl", common + arguments, exitCode, input);
    }

private slots:
    void init() {
        m_runner = std::make_unique<Runner>();
        startServer({});
    }
    void cleanup() {
        m_runner->run(stopServer(m_server.get(), 0ms));
        QCOMPARE(m_seen->running.load(), 0);
        m_server.reset();
        m_runner.reset();
    }

    void answersCurl_data() {
        QTest::addColumn<QString>("version");
        QTest::addColumn<bool>("tls");
        QTest::newRow("http/1.1") << "--http1.1" << false;
        QTest::newRow("http/1.0") << "--http1.0" << false;
        QTest::newRow("http/1.1 over TLS") << "--http1.1" << true;
        QTest::newRow("http/2 over TLS") << "--http2" << true;
    }
    void answersCurl() {
        QFETCH(QString, version);
        QFETCH(bool, tls);
        const auto at = [&](const char *path) { return tls ? urlTls(path) : url(path); };
        QCOMPARE(curl({version, at("/hello")}), QByteArray("hello\n"));
        QCOMPARE(curl({version, at("/hello"), at("/later"), at("/hello")}), QByteArray("hello\nlater\nhello\n"));
        QCOMPARE(curl({version, "-w", "%{http_code}", at("/empty")}), QByteArray("204"));
        QCOMPARE(curl({version, "-w", "%{http_code}", at("/none")}), QByteArray("Internal Server Error\n500"));
        QCOMPARE(curl({version, "-w", "%{http_code}", at("/throw")}), QByteArray("Internal Server Error\n500"));
        QCOMPARE(curl({version, at("/stream?count=1000&size=1000")}), QByteArray(1000000, 'p'));
        QCOMPARE(curl({version, at("/stream?count=0")}), QByteArray());
        const QByteArray body = QByteArray::fromStdString(TestHandler::big(3000000));
        QCOMPARE(curl({version, "--data-binary", "@-", at("/echo")}, nullptr, body), body);
        QCOMPARE(curl({version, at("/big?size=14000000")}), QByteArray::fromStdString(TestHandler::big(14000000)));
        const QByteArray head = curl({version, "-I", at("/hello")});
        QVERIFY2(head.toLower().contains("content-length: 6\r\n") && head.toLower().contains("\r\ndate: "), head);
        const QByteArray split = curl({version, "-i", at("/split")});
        QVERIFY2(!split.contains("\nX-Injected") && !split.contains("\nx-injected"), split);
    }

    void describesTheRequest_data() {
        QTest::addColumn<QString>("version");
        QTest::newRow("http/1.1") << "--http1.1";
        QTest::newRow("http/2") << "--http2";
    }
    void describesTheRequest() {
        QFETCH(QString, version);
        const QByteArray seen =
            curl({version, "-X", "PATCH", "-H", "X-Thing: a  b", "-H", "X-Empty;", urlTls("/describe?a=%2F")});
        QVERIFY2(seen.startsWith("PATCH /describe?a=%2F h"), seen);
        QVERIFY2(seen.toLower().contains("x-thing=a  b\n"), seen);
        QVERIFY2(seen.toLower().contains("x-empty=\n"), seen);
        QVERIFY2(seen.toLower().contains(QString("host=localhost:%1\n").arg(m_tls).toUtf8()), seen);
    }

    void chunkedUploadAndContinue() {
        const QByteArray body(2000000, 'u');
        QCOMPARE(
            curl({"--http1.1", "-H", "Transfer-Encoding: chunked", "--data-binary", "@-", url("/echo")}, nullptr, body),
            body);
        QCOMPARE(curl({"--http1.1", "-H", "Expect: 100-continue", "--expect100-timeout", "20", "--data-binary", "@-",
                       url("/echo")},
                      nullptr, body),
                 body);
        RawSocket socket(m_plain);
        QVERIFY(socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
        QCOMPARE(socket.readUntil("\r\n\r\n"), std::string("HTTP/1.1 100 Continue\r\n\r\n"));
        QVERIFY(socket.send("ok"));
        QVERIFY(socket.readUntil("ok").ends_with("\r\n\r\nok"));
    }

    void refusesBadRequests_data() {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("status");
        const auto row = [](const char *name, QByteArray request, const char *status) {
            QTest::newRow(name) << request << QByteArray(status);
        };
        row("garbage", "\x16\x03\x01\r\n\r\n", "400");
        row("no host", "GET /hello HTTP/1.1\r\n\r\n", "400");
        row("two hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400");
        row("bad target", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "400");
        row("asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "400");
        row("http/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505");
        row("space in a name", "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", "400");
        row("space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nName : x\r\n\r\n", "400");
        row("negative length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400");
        row("two lengths", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", "400");
        row("length and chunked",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "400");
        row("unknown coding", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nxx", "400");
        row("bad chunk", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400");
        row("large announced", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", "413");
        row("huge announced", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", "413");
        row("large header", "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + QByteArray(200000, 'x') + "\r\n\r\n", "431");
        row("endless first line", "GET /" + QByteArray(200000, 'x'), "431");
    }
    void refusesBadRequests() {
        QFETCH(QByteArray, request);
        QFETCH(QByteArray, status);
        RawSocket socket(m_plain);
        QVERIFY(socket.send(request.toStdString()));
        const std::string answer = socket.readAll();
        QVERIFY2(answer.starts_with("HTTP/1.1 " + status.toStdString() + " "), answer.c_str());
        QVERIFY(socket.ended());
        QCOMPARE(m_seen->handled.load(), 0);
        QCOMPARE(curl({url("/hello")}), QByteArray("hello\n"));
    }

    void refusesTooLargeBodies_data() { describesTheRequest_data(); }
    void refusesTooLargeBodies() {
        QFETCH(QString, version);
        const QByteArray body(5000000, 'u');
        const QStringList options{version, "-w", "%{http_code}", "-H", "Expect:", "--data-binary", "@-"};
        for (const QString coding : {"X-None: 1", "Transfer-Encoding: chunked"}) {
            if (version == "--http2" && coding.startsWith("Transfer"))
                continue;
            const QByteArray answer = curl(options + QStringList{"-H", coding, urlTls("/echo")}, nullptr, body);
            QVERIFY2(answer.endsWith("413"), answer.left(200));
        }
        QCOMPARE(m_seen->handled.load(), 0);
    }

    void refusesTooLargeHeadersOverHttp2() {
        restart({.headerBytesMax = 16000});
        QStringList options{"--http2", "-w", "%{http_code}", urlTls("/hello")};
        for (int i = 0; i < 10; ++i)
            options << "-H" << QString("X-%1: ").arg(i) + QString(4000, 'x');
        const QByteArray answer = curl(options);
        QVERIFY2(answer.endsWith("431"), answer);
    }

    void refusesInTheFormThatWasAskedFor() {
        auto server = Server::create(m_runner->executor(), TestHandler(m_seen), {}, [](int status) {
            return Refusal{"application/json", "{\"code\":" + std::to_string(status) + "}"};
        });
        const auto port = server->listenPlain("127.0.0.1", 0);
        QVERIFY(port);
        RawSocket socket(*port);
        QVERIFY(socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"));
        const std::string answer = socket.readAll();
        QVERIFY2(answer.find("Content-Type: application/json\r\n") != answer.npos, answer.c_str());
        QVERIFY2(answer.ends_with("\r\n\r\n{\"code\":413}"), answer.c_str());
        m_runner->run(stopServer(server.get(), 0ms));
    }

    void servesPipelinedRequestsInOrder() {
        RawSocket socket(m_plain);
        QVERIFY(socket.send("\r\nGET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
                            "GET http://a/empty HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        const std::string answer = socket.readAll();
        QVERIFY(answer.find("later\nHTTP/1.1 200 OK") != std::string::npos);
        QVERIFY(answer.find("hello\nHTTP/1.1 204 No Content") != std::string::npos);
        QVERIFY(socket.ended());
    }

    void answersAPeerThatEndedItsSide() {
        RawSocket socket(m_plain);
        QVERIFY(socket.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n"));
        socket.endWriting();
        QVERIFY(socket.readAll().ends_with("later\n"));
    }

    void cancelsTheHandlerWhenThePeerLeaves_data() {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<bool>("reset");
        QTest::newRow("waiting, reset") << QByteArray("/hang") << true;
        QTest::newRow("watching, closed") << QByteArray("/watch") << false;
        QTest::newRow("watching, reset") << QByteArray("/watch") << true;
    }
    void cancelsTheHandlerWhenThePeerLeaves() {
        QFETCH(QByteArray, path);
        QFETCH(bool, reset);
        RawSocket socket(m_plain);
        QVERIFY(socket.send("GET " + path.toStdString() + " HTTP/1.1\r\nHost: a\r\n\r\n"));
        if (path == "/watch")
            QVERIFY(socket.readUntil("begun\n").ends_with("begun\n\r\n"));
        QTRY_COMPARE(m_seen->running.load(), 1);
        if (reset)
            socket.reset();
        else
            socket.close();
        QTRY_COMPARE(m_seen->running.load(), 0);
        QCOMPARE(m_seen->cancelled.load(), 1);
    }

    void cancelsHttp2HandlersWhenThePeerLeaves() {
        for (const char *path : {"/hang", "/watch", "/stream?size=100000"}) {
            QProcess process;
            process.setStandardOutputFile(QProcess::nullDevice());
            process.start("curl", {"-sSN", "--http2", "--limit-rate", "1000", "--cacert", certificates().path("ca.crt"),
                                   urlTls(path)});
            QTRY_COMPARE(m_seen->running.load(), 1);
            process.kill();
            process.waitForFinished();
            QTRY_COMPARE(m_seen->running.load(), 0);
        }
    }

    void holdsBackForSlowReaders_data() { describesTheRequest_data(); }
    void holdsBackForSlowReaders() {
        QFETCH(QString, version);
        QProcess process;
        process.start("curl", {"-sSN", version, "--limit-rate", "10k", "--cacert", certificates().path("ca.crt"), "-o",
                               "/dev/null", urlTls("/stream?size=1000000")});
        QTRY_COMPARE(m_seen->running.load(), 1);
        // An endless stream to a slow reader: were writes not held back, this would fill the memory.
        QTest::qWait(300);
        QFile status("/proc/self/status");
        QVERIFY(status.open(QIODevice::ReadOnly));
        const QByteArray text = status.readAll();
        const int at = text.indexOf("VmRSS:");
        const qint64 residentKiB = text.mid(at + 6, 20).simplified().split(' ').first().toLongLong();
        QVERIFY2(residentKiB > 0 && residentKiB < 400 * 1024, QByteArray::number(residentKiB));
        process.kill();
        process.waitForFinished();
        QTRY_COMPARE(m_seen->running.load(), 0);
    }

    void cutsOffSlowPeers_data() {
        QTest::addColumn<QByteArray>("begin");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("half a header") << QByteArray("GET /hello HT");
        QTest::newRow("half a body") << QByteArray("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx");
        QTest::newRow("between requests") << QByteArray("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    void cutsOffSlowPeers() {
        QFETCH(QByteArray, begin);
        restart({.idleTimeout = 1s, .headerTimeout = 1s});
        RawSocket plain(m_plain);
        RawSocket tls(m_tls);
        if (!begin.isEmpty())
            QVERIFY(plain.send(begin.toStdString()));
        plain.readAll();
        QVERIFY(plain.ended());
        tls.readAll();
        QVERIFY(tls.ended());
    }

    void keepsWatchesBeyondTheIdleTimeout() {
        restart({.idleTimeout = 1s, .headerTimeout = 1s});
        RawSocket socket(m_plain);
        QVERIFY(socket.send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n"));
        socket.readUntil("begun\n");
        QProcess process;
        process.start("curl", {"-sSN", "--http2", "--cacert", certificates().path("ca.crt"), urlTls("/watch")});
        QTRY_COMPARE(m_seen->running.load(), 2);
        QVERIFY(!process.waitForFinished(2500));
        QCOMPARE(m_seen->running.load(), 2);
        process.kill();
        process.waitForFinished();
    }

    void stopDrainsThenCuts() {
        RawSocket idle(m_plain);
        RawSocket finishing(m_plain);
        RawSocket watching(m_plain);
        QVERIFY(idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
        idle.readUntil("hello\n");
        QVERIFY(watching.send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n"));
        watching.readUntil("begun\n");
        QVERIFY(finishing.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n"));
        QProcess http2;
        http2.start("curl",
                    {"-sSN", "--http2", "--cacert", certificates().path("ca.crt"), urlTls("/later"), urlTls("/watch")});
        QTRY_VERIFY(m_seen->handled.load() >= 5);
        auto stopped = m_runner->start(stopServer(m_server.get(), 500ms));
        QVERIFY(finishing.readAll().ends_with("later\n"));
        QVERIFY(stopped.wait_for(20s) == std::future_status::ready);
        QCOMPARE(m_seen->running.load(), 0);
        idle.readAll();
        QVERIFY(idle.ended());
        QVERIFY(http2.waitForFinished(10000));
        RawSocket refused(m_plain);
        QVERIFY(refused.fd() < 0);
    }

    void tellsWhoIsThere() {
        QVERIFY(curl({url("/who")}).startsWith("address=127.0.0.1:"));
        QVERIFY(curl({urlTls("/who")}).contains("sni=localhost certificates=0 uid=none"));
        const QStringList ours{"--cert", certificates().path("client.crt"), "--key", certificates().path("client.key")};
        // curl completes the chain with the CA's certificate.
        for (const char *version : {"--http1.1", "--http2", "--tls-max=1.2"}) {
            const QStringList options = QString(version).split('=');
            QVERIFY(curl(ours + options + QStringList{urlTls("/who")}).contains("certificates=2"));
        }
        // A certificate that nobody trusts passes the handshake: the handler decides.
        QTemporaryDir folder;
        const QString base = folder.filePath("stranger");
        runProgram("openssl", {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                               "-subj", "/CN=stranger", "-keyout", base + ".key", "-out", base + ".crt"});
        QVERIFY(curl({"--cert", base + ".crt", "--key", base + ".key", urlTls("/who")}).contains("certificates=1"));
    }

    void servesUnixSockets() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("api.sock").toStdString();
        QVERIFY(m_server->listenUnix(path, 0660));
        struct stat info{};
        QCOMPARE(::stat(path.c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0660));
        const QByteArray who = curl({"--unix-socket", QString::fromStdString(path), "http://localhost/who"});
        QVERIFY2(who.endsWith("uid=" + QByteArray::number(::getuid())), who);

        auto second = Server::create(m_runner->executor(), TestHandler(m_seen));
        const auto taken = second->listenUnix(path, 0600);
        QVERIFY(!taken && taken.error().message.find("another process") != std::string::npos);
        m_runner->run(stopServer(m_server.get(), 0ms));
        QVERIFY(::stat(path.c_str(), &info) != 0);

        // A stale file: bound once, nobody listens any more.
        runProgram("python3", {"-c", "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
                               QString::fromStdString(path)});
        QCOMPARE(::stat(path.c_str(), &info), 0);
        QVERIFY(second->listenUnix(path, 0600));
        QCOMPARE(curl({"--unix-socket", QString::fromStdString(path), "http://localhost/hello"}),
                 QByteArray("hello\n"));
        const std::string file = folder.filePath("file").toStdString();
        QVERIFY(QFile(QString::fromStdString(file)).open(QIODevice::WriteOnly));
        QVERIFY(!second->listenUnix(file, 0600));
        QVERIFY(!second->listenUnix("/" + std::string(200, 'x'), 0600));
        m_runner->run(stopServer(second.get(), 0ms));
    }

    void replacesItsIdentity() {
        const auto subject = [this] { return curl({"-v", "--stderr", "-", urlTls("/hello")}); };
        QVERIFY(subject().contains("CN=server"));
        QVERIFY(m_server->replaceIdentity(certificates().identity("other")));
        QVERIFY(subject().contains("CN=other"));
        QVERIFY(!m_server->replaceIdentity({certificates().pem("server"), certificates().key("other")}));
        QVERIFY(!m_server->replaceIdentity({"nonsense", certificates().key("other")}));
        QVERIFY(subject().contains("CN=other"));
    }

    void refusesBadListeners() {
        QVERIFY(!m_server->listenPlain("localhost", 0));
        QVERIFY(!m_server->listenPlain("127.0.0.1", m_plain));
        QVERIFY(!m_server->listenTls("127.0.0.1", 0, {}));
        TlsOptions options = certificates().serverOptions();
        options.cipherSuites = "NO-SUCH-SUITE";
        QVERIFY(!m_server->listenTls("127.0.0.1", 0, options));
    }

    void leavesConnectionsAboveTheLimitWaiting() {
        restart({.connectionsMax = 1});
        RawSocket first(m_plain);
        QVERIFY(first.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
        first.readUntil("hello\n");
        RawSocket second(m_plain);
        QVERIFY(second.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
        pollfd state{second.fd(), POLLIN, 0};
        QCOMPARE(::poll(&state, 1, 250), 0);
        first.close();
        QVERIFY(second.readUntil("hello\n").ends_with("hello\n"));
    }

    void manyStreamsAtOnce() {
        const QByteArray report = runProgram("h2load", {"-n", "5000", "-c", "4", "-m", "100", urlTls("/hello")});
        QVERIFY2(report.contains("5000 succeeded, 0 failed"), report);
        const QByteArray large = runProgram(
            "h2load", {"-n", "100", "-c", "4", "-m", "10", "-w", "20", "-W", "24", urlTls("/big?size=1000000")});
        QVERIFY2(large.contains("100 succeeded, 0 failed"), large);
        const QByteArray plain = runProgram("h2load", {"--h1", "-n", "5000", "-c", "8", url("/hello")});
        QVERIFY2(plain.contains("5000 succeeded, 0 failed"), plain);
        QTRY_COMPARE(m_seen->running.load(), 0);
    }
};

QTEST_GUILESS_MAIN(ServerTest)
#include "tst_server.moc"
