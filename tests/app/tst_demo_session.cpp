#include "app/demo/demo_session.h"
#include "app/models/object_watch.h"
#include "app/models/resource_model.h"
#include "tests/app/clusterd_fixture.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QTest>

using namespace coracle;
using namespace coracle::app;

class DemoSessionTest : public QObject {
    Q_OBJECT

    std::unique_ptr<DemoSession> m_session;

    QStringList names(const ResourceModel &model) {
        QStringList all;
        for (int row = 0; row < model.count(); ++row)
            all.append(model.index(row).data(ResourceModel::NameRole).toString());
        return all;
    }

private Q_SLOTS:
    void init() {
        m_session = std::make_unique<DemoSession>();
        m_session->open();
        QCOMPARE(m_session->state(), Session::State::Connected);
    }

    void isSmall() {
        QFile file(":/demo/demo.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY2(file.size() < 300 << 10, qPrintable(QString::number(file.size())));
    }

    void showsEveryKind() {
        ResourceModel model;
        const QAbstractItemModelTester tester(&model);
        model.setSession(m_session.get());
        for (const char *path : {"/api/v1/pods", "/api/v1/nodes", "/apis/apps/v1/deployments", "/api/v1/events"}) {
            model.setPath(path);
            QTRY_VERIFY(model.state() == ViewState::Ready && model.count() >= 3);
        }
        model.setPath("/api/v1/namespaces/shop/pods");
        model.setLabelSelector("app in (web,checkout)");
        QTRY_COMPARE(model.count(), 5);
        QVERIFY(model.index(0).data(ResourceModel::CreatedRole).toDateTime().secsTo(QDateTime::currentDateTime()) <
                6 * 3600);
    }

    void scales() {
        ResourceModel pods;
        pods.setSession(m_session.get());
        pods.setPath("/api/v1/namespaces/shop/pods");
        pods.setLabelSelector("app=web");
        QTRY_COMPARE(pods.count(), 3);
        ObjectWatch web;
        web.setSession(m_session.get());
        web.setPath("/apis/apps/v1/namespaces/shop/deployments/web");
        QTRY_COMPARE(web.state(), ViewState::Ready);
        QVERIFY(mergePatch(*m_session, web.path() + "/scale", {{"spec", QJsonObject{{"replicas", 5}}}}));
        QTRY_COMPARE(pods.count(), 5);
        QTRY_COMPARE(web.object()["status"]["readyReplicas"].toInt(), 5);
        QVERIFY(mergePatch(*m_session, web.path(), {{"spec", QJsonObject{{"replicas", 1}}}}));
        QTRY_COMPARE(pods.count(), 1);
        QVERIFY(remove(*m_session, web.path()));
        QTRY_VERIFY(web.gone());
    }

    void cordons() {
        QVERIFY(ask(*m_session, {.method = "POST", .path = "/appliance/v1/nodes/panel-2/cordon", .body = "{}"}));
        const auto node = ask(*m_session, {.path = "/api/v1/nodes/panel-2"});
        QVERIFY(node && (*node)["spec"]["unschedulable"].toBool());
    }

    void makesAndRefuses() {
        const QString configMaps = "/api/v1/namespaces/shop/configmaps";
        QVERIFY(post(*m_session, configMaps, configMap("new")));
        const auto again = post(*m_session, configMaps, configMap("new"));
        QVERIFY(!again && isAlreadyExists(again.error()));
        QVERIFY(post(*m_session, configMaps + "?dryRun=All", configMap("dry")));
        const auto dry = ask(*m_session, {.path = configMaps + "/dry"});
        QVERIFY(!dry && isNotFound(dry.error()));
        const auto restart = post(*m_session, "/appliance/v1/restart", {});
        QVERIFY(!restart && restart.error().code == 501);
    }

    void documentsAreThere() {
        for (const char *name : {"status", "notices", "tokens", "configuration", "certificates", "metrics",
                                 "metrics?range=day", "nodes/edge-3/metrics"}) {
            const auto document = ask(*m_session, {.path = QString("/appliance/v1/") + name});
            QVERIFY2(document && !document->isEmpty(), name);
        }
    }

    void logsGoOn() {
        int lines = 0;
        Session::StreamHandlers handlers;
        handlers.lines = [&](const QByteArrayList &batch) -> Session::Then {
            return [&, size = batch.size()] { lines += static_cast<int>(size); };
        };
        handlers.ended = [](const Result<> &) {};
        Subscription log =
            m_session->stream({.path = "/api/v1/namespaces/shop/pods/web/log?follow=true"}, this, std::move(handlers));
        QTRY_VERIFY(lines >= 100);
        const int first = lines;
        QTRY_VERIFY_WITH_TIMEOUT(lines > first, 20'000);
    }
};

QTEST_GUILESS_MAIN(DemoSessionTest)
#include "tst_demo_session.moc"
