#include "app/models/resource_model.h"
#include "app/session/live_session.h"
#include "tests/app/clusterd_fixture.h"

#include <QAbstractItemModelTester>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

using namespace coracle;
using namespace coracle::app;

namespace {

const QString kConfigMaps = QStringLiteral("/api/v1/namespaces/default/configmaps");

QStringList names(const ResourceModel &model) {
    QStringList all;
    for (int row = 0; row < model.count(); ++row)
        all.append(model.index(row).data(ResourceModel::NameRole).toString());
    all.sort();
    return all;
}

} // namespace

class ResourceModelTest : public QObject {
    Q_OBJECT

    Clusterd m_clusterd;
    NetworkThread m_network;
    std::unique_ptr<LiveSession> m_session;

    void make(const QString &name, const QString &label) {
        const auto made = post(*m_session, kConfigMaps, configMap(name, {{"test", label}}));
        QVERIFY2(made, made ? "" : made.error().message.c_str());
    }

    void show(ResourceModel &model, const QString &label) {
        model.setSession(m_session.get());
        model.setPath(kConfigMaps);
        model.setLabelSelector("test=" + label);
    }

private Q_SLOTS:
    void initTestCase() {
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        m_session = std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath()));
        m_session->open();
        QVERIFY(waitConnected(*m_session));
    }
    void cleanupTestCase() { m_session.reset(); }

    void listsAndFollows() {
        make("a", "follow");
        make("b", "follow");
        ResourceModel model;
        const QAbstractItemModelTester tester(&model);
        QSignalSpy reset(&model, &ResourceModel::modelReset), changed(&model, &ResourceModel::dataChanged);
        QCOMPARE(model.state(), ViewState::Loading);
        show(model, "follow");
        QTRY_COMPARE(names(model), (QStringList{"a", "b"}));
        QTRY_COMPARE(model.state(), ViewState::Ready);
        QCOMPARE(model.columns(), QStringList{"Data"});
        QCOMPARE(model.index(0).data(ResourceModel::NamespaceRole).toString(), QString("default"));
        QCOMPARE(model.index(0).data(ResourceModel::CellsRole).toStringList(), QStringList{"0"});
        QVERIFY(model.index(0).data(ResourceModel::CreatedRole).toDateTime().isValid());

        QVERIFY(mergePatch(*m_session, kConfigMaps + "/b", {{"data", QJsonObject{{"key", "value"}}}}));
        QTRY_COMPARE(changed.count(), 1);
        make("c", "follow");
        QTRY_COMPARE(names(model), (QStringList{"a", "b", "c"}));
        QVERIFY(remove(*m_session, kConfigMaps + "/a"));
        QTRY_COMPARE(names(model), (QStringList{"b", "c"}));
        // An object that leaves the selector, and comes back with the same uid.
        const QJsonObject other{{"metadata", QJsonObject{{"labels", QJsonObject{{"test", "other"}}}}}};
        const QJsonObject same{{"metadata", QJsonObject{{"labels", QJsonObject{{"test", "follow"}}}}}};
        QVERIFY(mergePatch(*m_session, kConfigMaps + "/b", other));
        QTRY_COMPARE(names(model), QStringList{"c"});
        for (int i = 0; i < 10; ++i) {
            QVERIFY(mergePatch(*m_session, kConfigMaps + "/b", same));
            QVERIFY(mergePatch(*m_session, kConfigMaps + "/b", other));
        }
        QVERIFY(mergePatch(*m_session, kConfigMaps + "/b", same));
        QTRY_COMPARE(names(model), (QStringList{"b", "c"}));
        QVERIFY(remove(*m_session, kConfigMaps + "/b"));
        QVERIFY(remove(*m_session, kConfigMaps + "/c"));
        QTRY_COMPARE(model.state(), ViewState::Empty);
        make("d", "follow");
        QTRY_COMPARE(model.state(), ViewState::Ready);
        QCOMPARE(reset.count(), 0);
    }

    void listsInPages() {
        constexpr int kObjects = 1203;
        int made = 0;
        for (int i = 0; i < kObjects; ++i)
            m_session->sendJson(
                {.method = "POST",
                 .path = kConfigMaps,
                 .body = QJsonDocument(configMap(QString("page-%1").arg(i), {{"test", "page"}})).toJson()},
                this, [&](const Result<QJsonObject> &object) { made += object ? 1 : 0; });
        QTRY_COMPARE_WITH_TIMEOUT(made, kObjects, 60'000);
        ResourceModel model;
        const QAbstractItemModelTester tester(&model);
        QSignalSpy inserted(&model, &ResourceModel::rowsInserted);
        show(model, "page");
        QTRY_COMPARE_WITH_TIMEOUT(model.count(), kObjects, 20'000);
        QCOMPARE(inserted.count(), 3);
        QStringList unique = names(model);
        QCOMPARE(unique.removeDuplicates(), 0);
    }

    void anotherQueryWhileAListRuns() {
        make("only", "only");
        ResourceModel model;
        const QAbstractItemModelTester tester(&model);
        show(model, "page");
        for (int i = 0; i < 20; ++i) {
            model.setLabelSelector(i % 2 == 0 ? "test=only" : "test=page");
            if (i % 3 == 0)
                QTest::qWait(1);
        }
        model.setLabelSelector("test=only");
        QTRY_COMPARE(names(model), QStringList{"only"});
        QCOMPARE(model.state(), ViewState::Ready);
        model.setPath({});
        QTRY_COMPARE(model.count(), 0);
        QCOMPARE(model.state(), ViewState::Loading);
    }

    void saysWhatIsWrong() {
        ResourceModel model;
        model.setSession(m_session.get());
        model.setPath("/apis/none.example.com/v1/things");
        QTRY_COMPARE(model.state(), ViewState::Error);
        QCOMPARE(model.errorCode(), 404);
        QVERIFY(!model.errorText().isEmpty());
        model.setPath(kConfigMaps);
        model.setLabelSelector("not a selector");
        QTRY_COMPARE(model.errorCode(), 400);
        model.setLabelSelector("test=only");
        QTRY_COMPARE(model.state(), ViewState::Ready);
    }

    void goesStaleAndComesBack() {
        make("kept", "stale");
        ResourceModel model;
        const QAbstractItemModelTester tester(&model);
        QSignalSpy reset(&model, &ResourceModel::modelReset), removed(&model, &ResourceModel::rowsRemoved);
        show(model, "stale");
        QTRY_COMPARE(model.state(), ViewState::Ready);
        m_clusterd.kill();
        QTRY_COMPARE_WITH_TIMEOUT(model.state(), ViewState::Stale, 20'000);
        QCOMPARE(names(model), QStringList{"kept"});
        ResourceModel late; // asked for while there is no connection
        show(late, "stale");
        QTRY_COMPARE_WITH_TIMEOUT(late.state(), ViewState::Error, 20'000);
        QVERIFY(!late.errorText().isEmpty());
        QVERIFY(m_clusterd.start());
        m_session->retry();
        QTRY_COMPARE_WITH_TIMEOUT(model.state(), ViewState::Ready, 20'000);
        QTRY_COMPARE(late.state(), ViewState::Ready);
        make("more", "stale");
        QTRY_COMPARE(names(model), (QStringList{"kept", "more"}));
        QTRY_COMPARE(names(late), (QStringList{"kept", "more"}));
        QCOMPARE(reset.count() + removed.count(), 0);
    }

    void outlivesItsSession() {
        auto own = std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath()));
        own->open();
        QVERIFY(waitConnected(*own));
        ResourceModel model;
        model.setSession(own.get());
        model.setPath(kConfigMaps);
        QTRY_COMPARE(model.state(), ViewState::Ready);
        own.reset();
        model.retry();
        model.setSession(m_session.get());
        QTRY_COMPARE(model.state(), ViewState::Ready);
    }
};

QTEST_GUILESS_MAIN(ResourceModelTest)
#include "tst_resource_model.moc"
