#include "app/session/live_session.h"
#include "tests/app/clusterd_fixture.h"

#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>
#include <atomic>
#include <optional>

using namespace coracle;
using namespace coracle::app;

namespace {

const QString kConfigMaps = QStringLiteral("/api/v1/namespaces/default/configmaps");

std::unique_ptr<LiveSession> sessionTo(NetworkThread &network, const QString &socketPath) {
    return std::make_unique<LiveSession>(network, std::make_unique<LocalLink>(socketPath));
}

} // namespace

class LiveSessionTest : public QObject {
    Q_OBJECT

    Clusterd m_clusterd;
    NetworkThread m_network;

    std::unique_ptr<LiveSession> connected() {
        auto session = sessionTo(m_network, m_clusterd.socketPath());
        session->open();
        if (!waitConnected(*session))
            qWarning("%s", session->error().message.c_str());
        return session;
    }

private Q_SLOTS:
    void initTestCase() {
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
    }

    void asksAndMeasures() {
        auto session = connected();
        QVERIFY(session->latencyMs() >= 0);
        const auto version = ask(*session, {.path = "/version"});
        QVERIFY(version);
        QVERIFY((*version)["gitVersion"].toString().startsWith("v1."));
        QVERIFY(post(*session, kConfigMaps, configMap("asked")));
        QCOMPARE((*ask(*session, {.path = kConfigMaps + "/asked"}))["kind"].toString(), QString("ConfigMap"));
        QVERIFY(remove(*session, kConfigMaps + "/asked"));
    }

    void errorsAreStatuses() {
        auto session = connected();
        const auto missing = ask(*session, {.path = kConfigMaps + "/nowhere"});
        QVERIFY(!missing && isNotFound(missing.error()));
        QCOMPARE(missing.error().code, 404);
        QCOMPARE(missing.error().name, std::string("nowhere"));
        QVERIFY(post(*session, kConfigMaps, configMap("twice")));
        const auto again = post(*session, kConfigMaps, configMap("twice"));
        QVERIFY(!again && isAlreadyExists(again.error()));
        const auto invalid = post(*session, kConfigMaps, configMap("Not A Name"));
        QVERIFY(!invalid);
        QCOMPARE(invalid.error().code, 422);
        QCOMPARE(invalid.error().causes.size(), size_t(1));
        QCOMPARE(invalid.error().causes[0].field, std::string("metadata.name"));
        QVERIFY(!isUnreachable(invalid.error()));
    }

    void saysWhenNobodyIsThere() {
        auto session = sessionTo(m_network, "/nowhere/clusterd.sock");
        const auto closed = ask(*session, {.path = "/version"});
        QVERIFY(!closed && isUnreachable(closed.error()));
        session->open();
        QTRY_VERIFY(!session->error().message.empty());
        QCOMPARE(session->state(), Session::State::Connecting);
        const auto refused = ask(*session, {.path = "/version"});
        QVERIFY(!refused && isUnreachable(refused.error()));
        session->retry();
        session->close();
        QCOMPARE(session->state(), Session::State::Closed);
    }

    void answersOfTheGoneAreDropped() {
        auto session = connected();
        bool called = false;
        auto context = std::make_unique<QObject>();
        session->sendJson({.path = "/version"}, context.get(), [&](const Result<QJsonObject> &) { called = true; });
        context.reset();
        QVERIFY(ask(*session, {.path = "/version"}));
        QVERIFY(ask(*session, {.path = "/version"}));
        QVERIFY(!called);
    }

    /// Batches come one at a time: the next one is read when the GUI has taken the last one.
    void streamsInBatches() {
        auto session = connected();
        constexpr int kObjects = 300;
        std::atomic<int> untaken = 0, untakenMost = 0;
        int lines = 0, batches = 0;
        Session::StreamHandlers handlers;
        handlers.lines = [&](const QByteArrayList &batch) -> Session::Then {
            untakenMost = std::max(untakenMost.load(), ++untaken);
            return [&, size = batch.size()] {
                --untaken;
                lines += static_cast<int>(size);
                ++batches;
            };
        };
        handlers.ended = [](const Result<> &) {};
        const Subscription watch = session->stream({.path = kConfigMaps + "?watch=true&labelSelector=test%3Dstream"},
                                                   this, std::move(handlers));
        int made = 0;
        for (int i = 0; i < kObjects; ++i)
            session->sendJson(
                {.method = "POST",
                 .path = kConfigMaps,
                 .body = QJsonDocument(configMap(QString("stream-%1").arg(i), {{"test", "stream"}})).toJson()},
                this, [&](const Result<QJsonObject> &object) { made += object ? 1 : 0; });
        QTRY_COMPARE_WITH_TIMEOUT(made, kObjects, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(lines, kObjects, 60'000);
        QCOMPARE(untakenMost.load(), 1);
        QVERIFY2(batches < kObjects, qPrintable(QString::number(batches)));
    }

    void cancelledStreamsAreSilent() {
        auto session = connected();
        for (int i = 0; i < 50; ++i) {
            auto alive = std::make_shared<bool>(true);
            auto context = std::make_unique<QObject>();
            Session::StreamHandlers handlers;
            handlers.lines = [alive](const QByteArrayList &) -> Session::Then { return [alive] { QVERIFY(*alive); }; };
            handlers.ended = [alive](const Result<> &) { QVERIFY(*alive); };
            Subscription watch =
                session->stream({.path = "/api/v1/namespaces?watch=true"}, context.get(), std::move(handlers));
            if (i % 2 == 0)
                QCoreApplication::processEvents();
            if (i % 3 == 0)
                context.reset();
            watch.reset();
            *alive = false;
        }
        QVERIFY(ask(*session, {.path = "/version"}));
    }

    void streamsEndWithWhy() {
        auto session = connected();
        std::optional<Result<>> end;
        Session::StreamHandlers handlers;
        handlers.lines = [](const QByteArrayList &) -> Session::Then { return [] {}; };
        handlers.ended = [&](const Result<> &result) { end = result; };
        const Subscription stream = session->stream({.path = "/apis/none/v1/things?watch=true"}, this, handlers);
        QTRY_VERIFY(end.has_value());
        QVERIFY(!*end && end->error().code == 404);
        session->close();
        end.reset();
        const Subscription late = session->stream({.path = "/api/v1/pods?watch=true"}, this, handlers);
        QTRY_VERIFY(end.has_value());
        QVERIFY(!*end && isUnreachable(end->error()));
        end.reset();
        Subscription cancelled = session->stream({.path = "/api/v1/pods?watch=true"}, this, handlers);
        cancelled.reset();
        QCoreApplication::processEvents();
        QVERIFY(!end.has_value());
    }

    void comesBack() {
        auto session = connected();
        m_clusterd.kill();
        QTRY_COMPARE_WITH_TIMEOUT(session->state(), Session::State::Reconnecting, 20'000);
        QVERIFY(!session->error().message.empty());
        QVERIFY(m_clusterd.start());
        session->retry();
        QVERIFY(waitConnected(*session));
        QVERIFY(session->error().message.empty());
        QVERIFY(ask(*session, {.path = "/version"}));
    }

    void closesAndOpensQuickly() {
        auto session = connected();
        for (int i = 0; i < 20; ++i) {
            session->close();
            session->open();
            if (i % 4 == 0)
                QCoreApplication::processEvents();
        }
        QVERIFY(waitConnected(*session));
        QVERIFY(ask(*session, {.path = "/version"}));
    }
};

QTEST_GUILESS_MAIN(LiveSessionTest)
#include "tst_live_session.moc"
