#include "app/models/object_watch.h"
#include "app/session/live_session.h"
#include "tests/app/clusterd_fixture.h"

#include <QJsonArray>
#include <QTest>
#include <QUrl>

using namespace coracle;
using namespace coracle::app;

namespace {
const QString kConfigMaps = QStringLiteral("/api/v1/namespaces/default/configmaps");
} // namespace

class ObjectWatchTest : public QObject {
    Q_OBJECT

    Clusterd m_clusterd;
    NetworkThread m_network;
    std::unique_ptr<LiveSession> m_session;

    static QString value(const ObjectWatch &watch) { return watch.object()["data"]["key"].toString(); }

private Q_SLOTS:
    void initTestCase() {
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        m_session = std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath()));
        m_session->open();
        QVERIFY(waitConnected(*m_session));
    }
    void cleanupTestCase() { m_session.reset(); }

    void followsTheObject() {
        QVERIFY(post(*m_session, kConfigMaps, configMap("followed", {}, {{"key", "a"}})));
        ObjectWatch watch;
        QCOMPARE(watch.state(), ViewState::Loading);
        watch.setSession(m_session.get());
        watch.setPath(kConfigMaps + "/followed");
        QTRY_COMPARE(watch.state(), ViewState::Ready);
        QCOMPARE(value(watch), QString("a"));
        QVERIFY(mergePatch(*m_session, watch.path(), {{"data", QJsonObject{{"key", "b"}}}}));
        QTRY_COMPARE(value(watch), QString("b"));
        QVERIFY(remove(*m_session, watch.path()));
        QTRY_VERIFY(watch.gone());
        QCOMPARE(watch.state(), ViewState::Stale);
        QCOMPARE(value(watch), QString("b")); // the last state is still shown
        QVERIFY(post(*m_session, kConfigMaps, configMap("followed", {}, {{"key", "c"}})));
        QTRY_COMPARE(value(watch), QString("c"));
        QVERIFY(!watch.gone());
    }

    /// Names of RBAC objects may hold what paths and selectors must escape.
    void followsStrangeNames() {
        const QString roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
        const QString name = "system:a-strange:name";
        QVERIFY(post(*m_session, roles, {{"metadata", QJsonObject{{"name", name}}}, {"rules", QJsonArray()}}));
        ObjectWatch watch;
        watch.setSession(m_session.get());
        watch.setPath(roles + '/' + QString::fromLatin1(QUrl::toPercentEncoding(name)));
        QTRY_COMPARE(watch.state(), ViewState::Ready);
        QVERIFY(mergePatch(*m_session, watch.path(),
                           {{"metadata", QJsonObject{{"labels", QJsonObject{{"changed", "yes"}}}}}}));
        QTRY_COMPARE(watch.object()["metadata"]["labels"]["changed"].toString(), QString("yes"));
    }

    void saysWhatIsMissing() {
        ObjectWatch watch;
        watch.setSession(m_session.get());
        watch.setPath(kConfigMaps + "/missing");
        QTRY_COMPARE(watch.state(), ViewState::Error);
        QVERIFY(watch.errorText().contains("not found"));
        QVERIFY(!watch.gone());
        QVERIFY(post(*m_session, kConfigMaps, configMap("missing")));
        watch.retry();
        QTRY_COMPARE(watch.state(), ViewState::Ready);
    }

    void anotherPathIsAnotherObject() {
        QVERIFY(post(*m_session, kConfigMaps, configMap("one", {}, {{"key", "1"}})));
        QVERIFY(post(*m_session, kConfigMaps, configMap("two", {}, {{"key", "2"}})));
        ObjectWatch watch;
        watch.setSession(m_session.get());
        for (int i = 0; i < 20; ++i) {
            watch.setPath(kConfigMaps + (i % 2 == 0 ? "/one" : "/two"));
            if (i % 3 == 0)
                QCoreApplication::processEvents();
        }
        QTRY_COMPARE(watch.state(), ViewState::Ready);
        QCOMPARE(value(watch), QString("2"));
        watch.setSession(nullptr);
        QTRY_COMPARE(watch.state(), ViewState::Loading);
        QVERIFY(watch.object().isEmpty());
    }

    void goesStaleAndComesBack() {
        ObjectWatch watch;
        watch.setSession(m_session.get());
        watch.setPath(kConfigMaps + "/one");
        QTRY_COMPARE(watch.state(), ViewState::Ready);
        m_clusterd.kill();
        QTRY_COMPARE_WITH_TIMEOUT(watch.state(), ViewState::Stale, 20'000);
        QCOMPARE(value(watch), QString("1"));
        QTRY_VERIFY(!watch.errorText().isEmpty());
        QVERIFY(m_clusterd.start());
        m_session->retry();
        QTRY_COMPARE_WITH_TIMEOUT(watch.state(), ViewState::Ready, 20'000);
        QVERIFY(watch.errorText().isEmpty());
    }

    void outlivesItsSession() {
        auto own = std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath()));
        own->open();
        QVERIFY(waitConnected(*own));
        ObjectWatch watch;
        watch.setSession(own.get());
        watch.setPath(kConfigMaps + "/one");
        QTRY_COMPARE(watch.state(), ViewState::Ready);
        own.reset();
        watch.retry();
        QCOMPARE(value(watch), QString("1"));
    }
};

QTEST_GUILESS_MAIN(ObjectWatchTest)
#include "tst_object_watch.moc"
