#include "app/actions/action_runner.h"
#include "app/actions/toasts.h"
#include "app/clusters/cluster.h"
#include "app/session/live_session.h"
#include "tests/app/clusterd_fixture.h"

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

using namespace coracle::app;

namespace {

const QString kDeployments = QStringLiteral("/apis/apps/v1/namespaces/default/deployments");

QJsonObject podTemplate(const QString &app, const QString &image) {
    return {{"metadata", QJsonObject{{"labels", QJsonObject{{"app", app}}}}},
            {"spec", QJsonObject{{"containers", QJsonArray{QJsonObject{{"name", "c"}, {"image", image}}}}}}};
}

QJsonObject workload(const QString &kind, const QString &name, const QString &image = QStringLiteral("one")) {
    return {{"apiVersion", "apps/v1"},
            {"kind", kind},
            {"metadata", QJsonObject{{"name", name}}},
            {"spec", QJsonObject{{"replicas", 1},
                                 {"serviceName", name},
                                 {"selector", QJsonObject{{"matchLabels", QJsonObject{{"app", name}}}}},
                                 {"template", podTemplate(name, image)}}}};
}

} // namespace

/// Every action of the table on a real API server with its controllers.
class ActionsTest : public QObject {
    Q_OBJECT

private:
    const QJsonObject get(const QString &path) {
        const auto object = ask(*m_cluster->session(), {.path = path});
        return object ? *object : QJsonObject();
    }

    /// Runs an action to its end; the text of the toast.
    QString run(const QString &action, const QString &kindKey, const QString &name, const QVariant &argument = {}) {
        QSignalSpy shown(&Toasts::instance(), &Toasts::shown);
        m_runner.run(action, m_cluster.get(), kindKey, QStringLiteral("default"), name, argument);
        if (!QTest::qWaitFor([&] { return shown.count() > 0; }, 10'000))
            return {};
        m_tone = shown[0][1].toString();
        m_undo = shown[0][3].toInt();
        return shown[0][0].toString();
    }

    void undo() {
        QSignalSpy shown(&Toasts::instance(), &Toasts::shown);
        QVERIFY(m_undo > 0);
        Toasts::instance().trigger(m_undo);
        QTRY_COMPARE_WITH_TIMEOUT(shown.count(), 1, 10'000);
        QCOMPARE(shown[0][1].toString(), QStringLiteral("ok"));
    }

    Clusterd m_clusterd;
    NetworkThread m_network;
    std::unique_ptr<Cluster> m_cluster;
    ActionRunner m_runner;
    QString m_tone;
    int m_undo = 0;

private Q_SLOTS:
    void initTestCase() {
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        m_cluster = std::make_unique<Cluster>(
            ClusterProfile{.id = "test", .name = "Test"},
            std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath())));
        m_cluster->session()->open();
        QVERIFY(waitConnected(*m_cluster->session()));
        QVERIFY(post(*m_cluster->session(), kDeployments, workload("Deployment", "web")));
    }

    void rights_data() {
        QTest::addColumn<QString>("action");
        QTest::addColumn<QString>("kindKey");
        QTest::addColumn<QString>("verb");
        QTest::addColumn<QString>("on");
        QTest::newRow("the object") << "restart" << "deployments.apps" << "patch" << "deployments.apps";
        QTest::newRow("a subresource") << "scale" << "statefulsets.apps" << "patch" << "statefulsets.apps/scale";
        QTest::newRow("another kind") << "trigger" << "cronjobs.batch" << "create" << "jobs.batch";
        QTest::newRow("of the core") << "cordon" << "nodes" << "patch" << "nodes";
        QTest::newRow("deletion") << "delete" << "pods" << "delete" << "pods";
    }
    void rights() {
        QFETCH(QString, action);
        QFETCH(QString, kindKey);
        QFETCH(QString, verb);
        QFETCH(QString, on);
        const ActionRight right = rightOf(*findAction(action), kindKey);
        QCOMPARE(right.verb, verb);
        QCOMPARE(right.kindKey, on);
    }

    void scalesAndScalesBack() {
        QCOMPARE(run("scale", "deployments.apps", "web", 3), QStringLiteral("Deployment web is scaled to 3"));
        QCOMPARE(get(kDeployments + "/web")["spec"]["replicas"].toInt(), 3);
        undo();
        QCOMPARE(get(kDeployments + "/web")["spec"]["replicas"].toInt(), 1);
        run("scale", "deployments.apps", "web", -1);
        QCOMPARE(m_tone, QStringLiteral("error"));
        QCOMPARE(get(kDeployments + "/web")["spec"]["replicas"].toInt(), 1);
    }

    void restarts() {
        run("restart", "deployments.apps", "web");
        QVERIFY(get(kDeployments +
                    "/web")["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"]
                    .isString());
    }

    void pausesAndGoesOn() {
        run("pause", "deployments.apps", "web");
        QVERIFY(get(kDeployments + "/web")["spec"]["paused"].toBool());
        undo();
        QVERIFY(!get(kDeployments + "/web")["spec"]["paused"].toBool());
    }

    void rollsADeploymentBack() {
        Session &session = *m_cluster->session();
        QVERIFY(post(session, kDeployments, workload("Deployment", "back")));
        const auto sets = [&]() -> const QJsonArray {
            return get("/apis/apps/v1/namespaces/default/replicasets?labelSelector=app%3Dback")["items"].toArray();
        };
        QTRY_COMPARE_WITH_TIMEOUT(sets().size(), 1, 10'000);
        const QString first = sets()[0]["metadata"]["name"].toString();
        QVERIFY(mergePatch(session, kDeployments + "/back",
                           {{"spec", QJsonObject{{"template", podTemplate("back", "two")}}}}));
        QTRY_COMPARE_WITH_TIMEOUT(sets().size(), 2, 10'000);
        run("rollback", "deployments.apps", "back", first);
        QCOMPARE(m_tone, QStringLiteral("ok"));
        const QJsonObject now = get(kDeployments + "/back")["spec"]["template"].toObject();
        QCOMPARE(now["spec"]["containers"][0]["image"].toString(), QStringLiteral("one"));
        QVERIFY(!now["metadata"]["labels"].toObject().contains("pod-template-hash"));
    }

    void rollsAStatefulSetBack() {
        Session &session = *m_cluster->session();
        const QString path = QStringLiteral("/apis/apps/v1/namespaces/default/statefulsets");
        QVERIFY(post(session, path, workload("StatefulSet", "store")));
        const auto revisions = [&]() -> const QJsonArray {
            return get("/apis/apps/v1/namespaces/default/controllerrevisions?labelSelector=app%3Dstore")["items"]
                .toArray();
        };
        QTRY_COMPARE_WITH_TIMEOUT(revisions().size(), 1, 10'000);
        const QString first = revisions()[0]["metadata"]["name"].toString();
        QVERIFY(
            mergePatch(session, path + "/store", {{"spec", QJsonObject{{"template", podTemplate("store", "two")}}}}));
        QTRY_COMPARE_WITH_TIMEOUT(revisions().size(), 2, 10'000);
        run("rollback", "statefulsets.apps", "store", first);
        QCOMPARE(get(path + "/store")["spec"]["template"]["spec"]["containers"][0]["image"].toString(),
                 QStringLiteral("one"));
    }

    void suspendsAndRunsCronJobs() {
        Session &session = *m_cluster->session();
        const QString path = QStringLiteral("/apis/batch/v1/namespaces/default/cronjobs");
        QJsonObject pods = podTemplate("nightly", "one"), spec = pods["spec"].toObject();
        spec["restartPolicy"] = "Never";
        pods["spec"] = spec;
        const QString name = QString("n").repeated(50); // the Job's name must be cut to stay a label
        QVERIFY(post(session, path,
                     {{"apiVersion", "batch/v1"},
                      {"kind", "CronJob"},
                      {"metadata", QJsonObject{{"name", name}}},
                      {"spec", QJsonObject{{"schedule", "0 0 1 1 *"},
                                           {"jobTemplate", QJsonObject{{"spec", QJsonObject{{"template", pods}}}}}}}}));
        run("suspend", "cronjobs.batch", name);
        QVERIFY(get(path + u'/' + name)["spec"]["suspend"].toBool());
        undo();
        QVERIFY(!get(path + u'/' + name)["spec"]["suspend"].toBool());
        run("trigger", "cronjobs.batch", name);
        QCOMPARE(m_tone, QStringLiteral("ok"));
        const QJsonArray jobs = get("/apis/batch/v1/namespaces/default/jobs")["items"].toArray();
        QCOMPARE(jobs.size(), 1);
        QCOMPARE(jobs[0]["metadata"]["ownerReferences"][0]["name"].toString(), name);
        QVERIFY(jobs[0]["metadata"]["name"].toString().size() <= 63);
    }

    void deletes() {
        QCOMPARE(run("delete", "deployments.apps", "web", "Background"), QStringLiteral("Deployment web is deleted"));
        QTRY_VERIFY_WITH_TIMEOUT(get(kDeployments + "/web").isEmpty(), 10'000);
        QVERIFY(run("delete", "deployments.apps", "web").contains("not found"));
        QCOMPARE(m_tone, QStringLiteral("error"));
        QTRY_COMPARE(m_runner.running(), 0);
    }

    void offersWhatApplies() {
        const auto offered = [](const QString &kindKey, const QJsonObject &object) {
            QStringList ids;
            for (const ObjectAction &action : objectActions())
                if (actionApplies(action, kindKey, object))
                    ids.append(QLatin1String(action.id));
            return ids;
        };
        QCOMPARE(offered("deployments.apps", {}), (QStringList{"scale", "restart", "rollback", "pause", "delete"}));
        QCOMPARE(offered("deployments.apps", {{"spec", QJsonObject{{"paused", true}}}}),
                 (QStringList{"scale", "restart", "rollback", "unpause", "delete"}));
        QCOMPARE(offered("cronjobs.batch", {{"spec", QJsonObject{{"suspend", true}}}}),
                 (QStringList{"trigger", "resume", "delete"}));
        QCOMPARE(offered("jobs.batch", {{"status", QJsonObject{{"completionTime", "x"}}}}), QStringList{"delete"});
        QCOMPARE(offered("configmaps", {}), QStringList{"delete"});
    }
};

QTEST_GUILESS_MAIN(ActionsTest)
#include "tst_actions.moc"
