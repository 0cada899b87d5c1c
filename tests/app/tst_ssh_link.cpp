#include "app/session/live_session.h"
#include "app/ssh/ssh_link.h"
#include "tests/app/clusterd_fixture.h"
#include "tests/app/ssh_fixture.h"

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

using namespace coracle;
using namespace coracle::app;

class SshLinkTest : public QObject {
    Q_OBJECT

    Clusterd m_clusterd;
    Sshd m_host, m_jump;
    NetworkThread m_network;
    MemorySecretStore m_secrets;

    ClusterProfile profile(const QString &key = "id") {
        ClusterProfile made{.id = "test", .kind = ClusterProfile::Kind::Ssh, .host = "127.0.0.1"};
        made.user = Sshd::user();
        made.port = m_host.port();
        made.socketPath = m_clusterd.socketPath();
        made.hostKey = m_host.hostKey();
        if (!key.isEmpty())
            made.identityFile = m_host.keyFile(key);
        return made;
    }

    std::unique_ptr<LiveSession> open(const ClusterProfile &profile) {
        auto session = std::make_unique<LiveSession>(m_network, std::make_unique<SshLink>(profile, m_secrets));
        session->open();
        return session;
    }

    static bool waitRefused(const Session &session) {
        return QTest::qWaitFor([&] { return session.state() == Session::State::Refused; }, 20'000);
    }
    static bool waitAsked(const Session &session) {
        return QTest::qWaitFor([&] { return session.question().open(); }, 20'000);
    }
    static QString error(const Session &session) { return QString::fromStdString(session.error().message); }

    /// Bytes a second of a large list.
    static double throughput(Session &session) {
        QElapsedTimer timer;
        timer.start();
        qint64 bytes = 0;
        for (int i = 0; i < 4; ++i) {
            bool done = false;
            session.send(
                {.path = "/api/v1/namespaces/default/configmaps?labelSelector=test%3Dlarge"}, &session,
                [](const QByteArray &body) { return Result<qint64>(body.size()); },
                [&](const Result<qint64> &size) {
                    bytes += size ? *size : 0;
                    done = true;
                });
            if (!QTest::qWaitFor([&] { return done; }, 30'000))
                return 0;
        }
        return static_cast<double>(bytes) * 1000.0 / static_cast<double>(std::max<qint64>(timer.elapsed(), 1));
    }

private Q_SLOTS:
    void initTestCase() {
        qunsetenv("SSH_AUTH_SOCK");
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        for (Sshd *sshd : {&m_host, &m_jump}) {
            const auto sshStarted = sshd->start();
            QVERIFY2(sshStarted, sshStarted ? "" : sshStarted.error().message.c_str());
        }
    }

    void signsInWithAKey() {
        const auto session = open(profile());
        QVERIFY2(waitConnected(*session), qPrintable(error(*session) + m_host.logText()));
        QVERIFY(ask(*session, {.path = "/version"}));
        QVERIFY(session->latencyMs() >= 0);
    }

    void signsInWithTheAgent() {
        const SshAgent agent(m_host.keyFile("id"));
        const auto session = open(profile({}));
        QVERIFY2(waitConnected(*session), qPrintable(error(*session)));
    }

    void pinsTheHostKey() {
        ClusterProfile unknown = profile();
        unknown.hostKey.clear();
        const auto session = open(unknown);
        QSignalSpy accepted(session.get(), &Session::hostKeyAccepted);
        QVERIFY(waitAsked(*session));
        QVERIFY(session->question().hostKey());
        QCOMPARE(session->question().keyType + ' ' + session->question().fingerprint, m_host.hostKey());
        session->answer({}, false);
        QVERIFY(waitConnected(*session));
        QVERIFY(!session->question().open());
        QCOMPARE(accepted.count(), 1);
        QCOMPARE(accepted[0][1].toString(), m_host.hostKey());
        session->close(); // and now it is known
        session->open();
        QVERIFY(waitConnected(*session));
        QCOMPARE(accepted.count(), 1);
    }

    void refusesWhatIsDeclined() {
        ClusterProfile unknown = profile();
        unknown.hostKey.clear();
        const auto session = open(unknown);
        QVERIFY(waitAsked(*session));
        session->decline();
        QVERIFY(waitRefused(*session));
        QVERIFY2(error(*session).contains("not accepted"), qPrintable(error(*session)));
        session->retry(); // asks again
        QVERIFY(waitAsked(*session));
    }

    void refusesAChangedHostKey() {
        ClusterProfile changed = profile();
        changed.hostKey = "ssh-ed25519 SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        const auto session = open(changed);
        QVERIFY(waitRefused(*session));
        QVERIFY2(error(*session).contains("has changed"), qPrintable(error(*session)));
        QVERIFY(error(*session).contains(m_host.hostKey()));
    }

    void refusesTheWrongKey() {
        const auto session = open(profile("wrong"));
        QVERIFY(waitRefused(*session));
        QVERIFY2(error(*session).contains("refused the sign-in"), qPrintable(error(*session)));
        const auto missing = open(profile("nowhere"));
        QVERIFY(waitRefused(*missing));
        QVERIFY2(error(*missing).contains("is not there"), qPrintable(error(*missing)));
    }

    void asksForThePassphrase() {
        auto session = open(profile("locked"));
        QVERIFY(waitAsked(*session));
        QVERIFY(!session->question().hostKey() && !session->question().again);
        session->answer("wrong", true);
        QVERIFY(QTest::qWaitFor([&] { return session->question().again; }, 20'000));
        session->answer("open sesame", true);
        QVERIFY2(waitConnected(*session), qPrintable(error(*session)));
        session = open(profile("locked")); // kept: nobody is asked
        QVERIFY(waitConnected(*session));
        QVERIFY(!session->question().open());
    }

    void signsInWithAPassword_data() {
        QTest::addColumn<Sshd::Way>("way");
        QTest::newRow("password") << Sshd::Way::Password;
        QTest::newRow("keyboard-interactive") << Sshd::Way::Interactive;
    }
    void signsInWithAPassword() {
        QFETCH(Sshd::Way, way);
        if (!Sshd::canTake(way))
            QSKIP("sshd checks passwords as root only");
        Sshd host(way);
        const auto started = host.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        ClusterProfile byPassword = profile({});
        byPassword.port = host.port();
        byPassword.hostKey = host.hostKey();
        byPassword.id = QTest::currentDataTag(); // its secrets are not those of the row before

        auto session = open(byPassword);
        QVERIFY2(waitAsked(*session), qPrintable(error(*session) + host.logText()));
        QCOMPARE(session->question().kind, SshQuestion::Kind::Password);
        QVERIFY(session->question().text.contains("Password of " + Sshd::user()));
        QVERIFY(!session->question().echo && !session->question().again);
        session->answer("wrong", true);
        QVERIFY(QTest::qWaitFor([&] { return session->question().again; }, 20'000));
        session->answer(Sshd::kPassword, true);
        QVERIFY2(waitConnected(*session), qPrintable(error(*session) + host.logText()));
        QVERIFY(ask(*session, {.path = "/version"}));
        host.stop(); // a lost connection comes back without a question
        QTRY_COMPARE_WITH_TIMEOUT(session->state(), Session::State::Reconnecting, 20'000);
        QVERIFY(host.start());
        session->retry();
        QVERIFY2(waitConnected(*session), qPrintable(error(*session)));
        session = open(byPassword); // kept: nobody is asked
        QVERIFY2(waitConnected(*session), qPrintable(error(*session)));

        byPassword.id += "-other";
        session = open(byPassword);
        for (int attempt = 0; attempt < 3; ++attempt) {
            QVERIFY(QTest::qWaitFor(
                [&] { return session->question().open() && session->question().again == (attempt > 0); }, 20'000));
            session->answer("wrong", false);
        }
        QVERIFY(waitRefused(*session));
        QVERIFY2(error(*session).contains("refused the sign-in. It takes: a password"), qPrintable(error(*session)));
    }

    void goesThroughAJumpHost() {
        ClusterProfile behind = profile();
        behind.jumpHost = QString("%1@127.0.0.1:%2").arg(Sshd::user()).arg(m_jump.port());
        // The key is let in by the host only: the jump host has keys of its own.
        const SshAgent agent(m_jump.keyFile("id"));
        const auto session = open(behind);
        QSignalSpy accepted(session.get(), &Session::hostKeyAccepted);
        QVERIFY(waitAsked(*session));
        QCOMPARE(session->question().keyType + ' ' + session->question().fingerprint, m_jump.hostKey());
        session->answer({}, false);
        QVERIFY2(waitConnected(*session), qPrintable(error(*session)));
        QCOMPARE(accepted.count(), 1);
        QCOMPARE(accepted[0][0].toBool(), true);
        QVERIFY(ask(*session, {.path = "/version"}));
    }

    void saysWhatIsMissing() {
        ClusterProfile wrong = profile();
        wrong.socketPath = "/nowhere/clusterd.sock";
        const auto session = open(wrong);
        QTRY_VERIFY_WITH_TIMEOUT(error(*session).contains("/nowhere/clusterd.sock"), 20'000);
        wrong = profile();
        wrong.port = 1;
        const auto closed = open(wrong);
        QTRY_VERIFY_WITH_TIMEOUT(error(*closed).contains("does not answer on port 1"), 20'000);
        QCOMPARE(closed->state(), Session::State::Connecting);
        wrong.jumpHost = "not a host";
        const auto bad = open(wrong);
        QVERIFY(waitRefused(*bad));
    }

    void comesBack() {
        const auto session = open(profile());
        QVERIFY(waitConnected(*session));
        m_host.stop();
        QTRY_COMPARE_WITH_TIMEOUT(session->state(), Session::State::Reconnecting, 20'000);
        QVERIFY(m_host.start());
        session->retry();
        QVERIFY2(waitConnected(*session), qPrintable(error(*session)));
        QVERIFY(ask(*session, {.path = "/version"}));
    }

    void endsAtAnyMoment() {
        // Until it is connected before its end comes.
        for (int ms = 0; ms < 200; ms += 2 + ms / 4) {
            const auto session = open(profile());
            if (QTest::qWaitFor([&] { return session->state() == Session::State::Connected; }, ms))
                break;
        }
        const auto session = open(profile());
        QVERIFY(waitConnected(*session));
    }

    /// Many requests and a watch at once, over one connection.
    void carriesALot() {
        const QString path = "/api/v1/namespaces/default/configmaps";
        LiveSession direct(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath()));
        direct.open();
        QVERIFY(waitConnected(direct));
        const QString large(256 << 10, 'x');
        for (int i = 0; i < 16; ++i)
            QVERIFY(post(direct, path, configMap(QString("large-%1").arg(i), {{"test", "large"}}, {{"key", large}})));
        const auto session = open(profile());
        QVERIFY(waitConnected(*session));
        int answers = 0;
        for (int i = 0; i < 100; ++i)
            session->sendJson({.path = path + QString("/large-%1").arg(i % 16)}, this,
                              [&](const Result<QJsonObject> &object) {
                                  answers += object && (*object)["data"]["key"].toString().size() == 256 << 10 ? 1 : 0;
                              });
        QTRY_COMPARE_WITH_TIMEOUT(answers, 100, 60'000);
        const double overSsh = throughput(*session), plain = throughput(direct);
        qInfo("list of 4 MiB: plain %.0f MB/s, over SSH %.0f MB/s", plain / 1e6, overSsh / 1e6);
        QVERIFY(overSsh > 0);
    }
};

QTEST_GUILESS_MAIN(SshLinkTest)
#include "tst_ssh_link.moc"
