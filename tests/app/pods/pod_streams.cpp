#include "app/forwards/port_forwards.h"
#include "app/logs/log_reader.h"
#include "app/session/live_session.h"
#include "app/terminal/exec_session.h"

#include <QTcpSocket>
#include <QTest>

using namespace coracle::app;

/// Logs, shells and port-forwards of real containers, through the classes of the pages. Run by
/// tests/e2e/test_frontend_pods.sh, which makes the cluster and the pods: CORACLE_SOCKET is the daemon's socket, and
/// CORACLE_HELLO_POD a pod of the demo server.
class PodStreams : public QObject {
    Q_OBJECT

private:
    Cluster *cluster() const { return m_clusters->current(); }

    void show(LogReader &reader, const QString &pod, const QString &selector) {
        reader.setCluster(cluster());
        reader.setNamespaceName(QStringLiteral("default"));
        reader.setPodName(pod);
        reader.setPodSelector(selector);
    }
    static QString textOf(const LogReader &reader) {
        QStringList lines;
        for (qint64 i = reader.buffer().first(); i < reader.buffer().end(); ++i)
            lines.append(reader.buffer().at(i).text);
        return lines.join(u'\n');
    }
    static QString screenOf(ExecSession &exec) {
        QStringList lines;
        for (qint64 row = exec.screen().firstRow(); row < exec.screen().endRow(); ++row)
            lines.append(exec.screen().text(row));
        return lines.join(u'\n');
    }

    NetworkThread m_network;
    std::unique_ptr<ClusterList> m_clusters;

private Q_SLOTS:
    void initTestCase() {
        m_clusters = std::make_unique<ClusterList>(
            [this](const ClusterProfile &) {
                return std::make_unique<LiveSession>(
                    m_network, std::make_unique<LocalLink>(qEnvironmentVariable("CORACLE_SOCKET")));
            },
            QString());
        m_clusters->select(m_clusters->add({.id = "here", .name = "Here"})->id());
        QTRY_VERIFY_WITH_TIMEOUT(cluster()->connected(), 10'000);
    }

    void followsALog() {
        LogReader reader;
        show(reader, QStringLiteral("talker"), {});
        QTRY_VERIFY_WITH_TIMEOUT(reader.lineCount() >= 5, 20'000);
        QCOMPARE(reader.state(), ViewState::Ready);
        QVERIFY(reader.buffer().at(reader.buffer().first()).timeMs > 0);
        QVERIFY(textOf(reader).contains(QStringLiteral("line 1\nline 2\nline 3")));

        reader.setPaused(true);
        const int before = reader.lineCount();
        QTRY_VERIFY_WITH_TIMEOUT(reader.statusText().contains(QStringLiteral("new line")), 20'000);
        QCOMPARE(reader.lineCount(), before);
        reader.setPaused(false);
        QVERIFY(reader.lineCount() > before);

        reader.setSearch(QStringLiteral("LINE 2"));
        QVERIFY(reader.hitCount() >= 1);
        reader.goToHit(1, 0);
        QCOMPARE(reader.currentHit(), reader.hits().lineAt(0));
    }

    void readsThePreviousLife() {
        LogReader reader;
        reader.setPrevious(true);
        show(reader, QStringLiteral("dying"), {});
        QTRY_COMPARE_WITH_TIMEOUT(textOf(reader), QStringLiteral("last words"), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(reader.statusText(), QStringLiteral("Ended"), 20'000);
    }

    void mergesAWorkload() {
        LogReader reader;
        show(reader, {}, QStringLiteral("app=many"));
        QTRY_VERIFY_WITH_TIMEOUT(reader.prefixes().size() == 2, 20'000);
        const auto sources = [&] {
            QSet<int> seen;
            for (qint64 i = reader.buffer().first(); i < reader.buffer().end(); ++i)
                seen.insert(reader.buffer().at(i).source);
            return seen.size();
        };
        QTRY_COMPARE_WITH_TIMEOUT(sources(), 2, 20'000);
        // A pod that comes is followed too.
        bool scaled = false;
        cluster()->session()->sendJson(
            {.method = "PATCH",
             .path = "/apis/apps/v1/namespaces/default/deployments/many",
             .body = "{\"spec\":{\"replicas\":3}}",
             .contentType = "application/merge-patch+json"},
            this, [&](const coracle::Result<QJsonObject> &answer) { scaled = answer.has_value(); });
        QTRY_VERIFY_WITH_TIMEOUT(scaled, 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(sources(), 3, 30'000);
    }

    void opensAShell() {
        ExecSession exec;
        exec.setCluster(cluster());
        exec.setProperty("namespaceName", QStringLiteral("default"));
        exec.setProperty("podName", QStringLiteral("talker"));
        exec.resize({100, 30});
        exec.start();
        QTRY_COMPARE_WITH_TIMEOUT(exec.state(), ExecSession::Running, 20'000);
        exec.screen().type(QStringLiteral("stty size; echo $((6*7))"));
        exec.screen().pressKey(Qt::Key_Return, {});
        QTRY_VERIFY_WITH_TIMEOUT(screenOf(exec).contains(QStringLiteral("\n42")), 20'000);
        QVERIFY2(screenOf(exec).contains(QStringLiteral("30 100")), qPrintable(screenOf(exec)));
        exec.screen().type(QStringLiteral("exit 5\r"));
        QTRY_COMPARE_WITH_TIMEOUT(exec.state(), ExecSession::Ended, 20'000);
        QCOMPARE(exec.statusText(), QStringLiteral("The shell has ended with code 5."));
        exec.start();
        QTRY_COMPARE_WITH_TIMEOUT(exec.state(), ExecSession::Running, 20'000);
        exec.stop();
        QCOMPARE(exec.state(), ExecSession::Ended);
        exec.setProperty("shell", QStringLiteral("nonsense"));
        exec.start();
        QTRY_COMPARE_WITH_TIMEOUT(exec.state(), ExecSession::Ended, 20'000);
        QVERIFY(!exec.statusText().isEmpty());
    }

    void forwardsAPort() {
        PortForwards forwards(*m_clusters, {});
        forwards.add({}, "hello", "default", qEnvironmentVariable("CORACLE_HELLO_POD"), {}, 8080, 0);
        forwards.add({}, "hello", "default", {}, "app=hello", 8080, 0);
        forwards.add({}, "hello", "default", qEnvironmentVariable("CORACLE_HELLO_POD"), {}, 1, 0);
        const auto row = [&](int index) { return forwards.at<ForwardRow>(index); };
        for (int i = 0; i < 2; ++i) {
            QTRY_VERIFY_WITH_TIMEOUT(!row(i).address.isEmpty(), 10'000);
            for (int request = 0; request < 3; ++request) {
                QTcpSocket socket;
                socket.connectToHost(QHostAddress::LocalHost, row(i).address.section(u':', 1).toUShort());
                socket.write("GET /healthz HTTP/1.1\r\nHost: hello\r\nConnection: close\r\n\r\n");
                QByteArray answer;
                QTRY_VERIFY_WITH_TIMEOUT((answer += socket.readAll()).contains("HTTP/1.1 200"), 10'000);
                QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QAbstractSocket::UnconnectedState, 10'000);
            }
            QTRY_VERIFY_WITH_TIMEOUT(row(i).traffic.contains(QStringLiteral("sent")), 10'000);
            QVERIFY2(row(i).problem.isEmpty(), qPrintable(row(i).problem));
        }
        // Nobody listens on port 1 of the pod.
        QTRY_VERIFY_WITH_TIMEOUT(!row(2).address.isEmpty(), 10'000);
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, row(2).address.section(u':', 1).toUShort());
        QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QAbstractSocket::UnconnectedState, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(!row(2).problem.isEmpty(), 10'000);
    }
};

QTEST_GUILESS_MAIN(PodStreams)
#include "pod_streams.moc"
