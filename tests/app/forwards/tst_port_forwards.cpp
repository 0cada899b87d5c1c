#include "app/forwards/port_forwards.h"
#include "app/session/live_session.h"
#include "tests/app/clusterd_fixture.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace coracle::app;

/// Port-forwards against a real API server. There is no node, so that every connection is refused: what is carried is
/// tested with containers, in tests/e2e.
class PortForwardsTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<ClusterList> makeClusters() {
        auto clusters = std::make_unique<ClusterList>(
            [this](const ClusterProfile &profile) {
                return std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(profile.socketPath));
            },
            QString());
        Cluster *cluster = clusters->add({.id = "here", .name = "Here", .socketPath = m_clusterd.socketPath()});
        clusters->select(cluster->id());
        return clusters;
    }
    static ForwardRow row(const PortForwards &forwards, int index = 0) { return forwards.at<ForwardRow>(index); }

    Clusterd m_clusterd;
    NetworkThread m_network;
    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase() {
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
    }

    void refusesNonsense() {
        const auto clusters = makeClusters();
        PortForwards forwards(*clusters, {});
        QVERIFY(!forwards.add("", "web", "default", "web", "", 0, 0).isEmpty());
        QVERIFY(!forwards.add("", "web", "default", "web", "", 80, 70000).isEmpty());
        QCOMPARE(forwards.count(), 0);
    }

    void listensAndSaysWhatFails() {
        const auto clusters = makeClusters();
        PortForwards forwards(*clusters, {});
        QVERIFY(forwards.add("Shop", "web", "default", "web", "", 80, 0).isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(row(forwards).stateText, QStringLiteral("Running"), 10'000);
        QVERIFY(row(forwards).address.startsWith(QStringLiteral("127.0.0.1:")));
        QCOMPARE(row(forwards).title, QStringLiteral("Shop"));
        const quint16 port = row(forwards).address.section(u':', 1).toUShort();
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, port);
        QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QAbstractSocket::UnconnectedState, 10'000);
        QTRY_VERIFY(row(forwards).problem.contains(QStringLiteral("not found")));
        QCOMPARE(row(forwards).tone, QStringLiteral("warning"));

        forwards.stop(row(forwards).key);
        QCOMPARE(row(forwards).stateText, QStringLiteral("Stopped"));
        QTRY_VERIFY_WITH_TIMEOUT(([&] {
                                     QTcpSocket again;
                                     again.connectToHost(QHostAddress::LocalHost, port);
                                     return !again.waitForConnected(1000);
                                 })(),
                                 10'000);
    }

    /// Starting waits for the PIN; a connection that comes back does not ask again.
    void startsWithTheGuardsLeave() {
        const auto clusters = makeClusters();
        PortForwards forwards(*clusters, {});
        QList<std::pair<QString, Session::Decided>> waiting;
        Session::setGuard([&](const ApiRequest &request, Session::Decided decided) {
            if (request.path.endsWith(QStringLiteral("/portforward")))
                waiting.append({request.path, std::move(decided)});
            else
                decided({});
        });
        const auto leave = qScopeGuard([] { Session::setGuard({}); });
        QVERIFY(forwards.add("", "web", "default", "web", "", 80, 0).isEmpty());
        QCOMPARE(waiting.size(), 1);
        QCOMPARE(waiting[0].first, QStringLiteral("/api/v1/namespaces/default/pods/web/portforward"));
        QCOMPARE(row(forwards).stateText, QStringLiteral("Waiting"));
        QVERIFY(row(forwards).address.isEmpty());
        forwards.stop(row(forwards).key);
        waiting.takeFirst().second({}); // too late
        QCOMPARE(row(forwards).stateText, QStringLiteral("Stopped"));

        forwards.start(row(forwards).key);
        waiting.takeFirst().second(coracle::errors::forbidden({}, {}, {}, "This needs the PIN."));
        QCOMPARE(row(forwards).stateText, QStringLiteral("Failed"));
        QVERIFY(row(forwards).problem.contains(QStringLiteral("needs the PIN")));

        forwards.start(row(forwards).key);
        waiting.takeFirst().second({});
        QTRY_COMPARE_WITH_TIMEOUT(row(forwards).stateText, QStringLiteral("Running"), 10'000);
        clusters->current()->session()->close();
        QTRY_COMPARE_WITH_TIMEOUT(row(forwards).stateText, QStringLiteral("Waiting"), 10'000);
        clusters->current()->session()->open();
        QTRY_COMPARE_WITH_TIMEOUT(row(forwards).stateText, QStringLiteral("Running"), 10'000);
        QVERIFY(waiting.isEmpty());
    }

    void saysWhenThePortIsTaken() {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        const auto clusters = makeClusters();
        PortForwards forwards(*clusters, {});
        forwards.add("", "web", "default", "web", "", 80, other.serverPort());
        QTRY_COMPARE_WITH_TIMEOUT(row(forwards).stateText, QStringLiteral("Failed"), 10'000);
        QVERIFY(row(forwards).problem.contains(QStringLiteral("in use")));
        QVERIFY(!row(forwards).running);
    }

    void areKept() {
        const QString file = m_folder.filePath(QStringLiteral("settings.ini"));
        QString key;
        {
            const auto clusters = makeClusters();
            PortForwards forwards(*clusters, file);
            forwards.add("One", "web", "default", "", "app=web", 80, 0);
            forwards.add("Two", "web", "default", "web", "", 81, 0);
            key = row(forwards).key;
            forwards.stopAll();
        }
        const auto clusters = makeClusters();
        PortForwards forwards(*clusters, file);
        QCOMPARE(forwards.count(), 2);
        QCOMPARE(row(forwards).title, QStringLiteral("One"));
        QCOMPARE(forwards.runningCount(), 0);
        forwards.startAll();
        QCOMPARE(forwards.runningCount(), 2);
        forwards.remove(key);
        QCOMPARE(forwards.count(), 1);
        // Another cluster has its own.
        clusters->add({.id = "there", .name = "There", .socketPath = m_clusterd.socketPath()});
        clusters->select(QStringLiteral("there"));
        QCOMPARE(forwards.count(), 0);
    }
};

QTEST_GUILESS_MAIN(PortForwardsTest)
#include "tst_port_forwards.moc"
