#include "app/session/live_session.h"
#include "app/workloads/event_list.h"
#include "app/workloads/revision_list.h"
#include "app/workloads/workload.h"
#include "app/workloads/workload_kinds.h"
#include "tests/app/clusterd_fixture.h"

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

using namespace coracle::app;

namespace {

const QString kDeployments = QStringLiteral("/apis/apps/v1/namespaces/default/deployments");

QJsonObject podTemplate(const QString &image) {
    return {{"metadata", QJsonObject{{"labels", QJsonObject{{"app", "web"}}}}},
            {"spec", QJsonObject{{"containers", QJsonArray{QJsonObject{{"name", "c"}, {"image", image}}}}}}};
}

} // namespace

/// The view-models of the workload pages on a real API server with its controllers.
class WorkloadViewsTest : public QObject {
    Q_OBJECT

private:
    Session &session() { return *m_cluster->session(); }

    Clusterd m_clusterd;
    NetworkThread m_network;
    std::unique_ptr<Cluster> m_cluster;

private Q_SLOTS:
    void initTestCase() {
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        m_cluster = std::make_unique<Cluster>(
            ClusterProfile{.id = "test", .name = "Test"},
            std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath())));
        session().open();
        QVERIFY(waitConnected(session()));
        QVERIFY(post(session(), kDeployments,
                     {{"apiVersion", "apps/v1"},
                      {"kind", "Deployment"},
                      {"metadata", QJsonObject{{"name", "web"}}},
                      {"spec", QJsonObject{{"replicas", 2},
                                           {"selector", QJsonObject{{"matchLabels", QJsonObject{{"app", "web"}}}}},
                                           {"template", podTemplate("one")}}}}));
    }

    void followsADeployment() {
        Workload workload;
        workload.setCluster(m_cluster.get());
        workload.setKindKey(QStringLiteral("deployments.apps"));
        workload.setNamespaceName(QStringLiteral("default"));
        workload.setName(QStringLiteral("web"));
        QTRY_COMPARE(workload.state(), ViewState::Ready);
        QCOMPARE(workload.kind(), QStringLiteral("Deployment"));
        QCOMPARE(workload.podSelector(), QStringLiteral("app=web"));
        QVERIFY(workload.scalable());
        // No node: its pods wait.
        QTRY_COMPARE(workload.statusText(), QStringLiteral("Rolling out"));
        QTRY_COMPARE(workload.readyText(), QStringLiteral("0 of 2 ready"));
        QTRY_VERIFY(workload.conditions()->count() > 0);
        QVERIFY(workload.yaml().contains(QStringLiteral("kind: Deployment")));
        QVERIFY(!workload.yaml().contains(QStringLiteral("managedFields")));

        QSignalSpy resets(workload.facts(), &QAbstractItemModel::modelReset);
        QVERIFY(mergePatch(session(), kDeployments + "/web", {{"spec", QJsonObject{{"replicas", 0}}}}));
        QTRY_COMPARE(workload.replicas(), 0);
        QCOMPARE(resets.count(), 0);
        // Another name: another object.
        workload.setName(QStringLiteral("missing"));
        QTRY_COMPARE(workload.state(), ViewState::Error);
        QVERIFY(workload.errorText().contains(QStringLiteral("not found")));
        QCOMPARE(workload.actions()->count(), 0);
    }

    void listsRevisions() {
        const QJsonObject deployment = *ask(session(), {.path = kDeployments + "/web"});
        RevisionList revisions;
        revisions.setCluster(m_cluster.get());
        revisions.setKindKey(QStringLiteral("deployments.apps"));
        revisions.setNamespaceName(QStringLiteral("default"));
        revisions.setPodSelector(QStringLiteral("app=web"));
        revisions.setOwnerUid(deployment["metadata"]["uid"].toString());
        QTRY_COMPARE(revisions.count(), 1);
        QVERIFY(
            mergePatch(session(), kDeployments + "/web", {{"spec", QJsonObject{{"template", podTemplate("two")}}}}));
        QTRY_COMPARE(revisions.count(), 2);
        QTRY_COMPARE(revisions.at<RevisionRow>(0).images, QStringLiteral("two"));
        const auto old = revisions.at<RevisionRow>(1);
        QVERIFY(!old.current);
        QCOMPARE(old.images, QStringLiteral("one"));
        QVERIFY2(old.difference.contains(QStringLiteral("-   - image: two")) ||
                     old.difference.contains(QStringLiteral("- image: two")),
                 qPrintable(old.difference));
    }

    void listsEvents() {
        EventList events;
        events.setCluster(m_cluster.get());
        events.setNamespaceName(QStringLiteral("default"));
        events.setKind(QStringLiteral("Deployment"));
        events.setName(QStringLiteral("web"));
        QTRY_VERIFY_WITH_TIMEOUT(events.count() > 0, 10'000);
        QVERIFY(events.at<EventRow>(0).message.contains(QStringLiteral("Scaled")));
        QVERIFY(events.at<EventRow>(0).last.isValid());
        events.setName(QStringLiteral("another"));
        QTRY_COMPARE(events.state(), ViewState::Empty);
        QCOMPARE(events.count(), 0);
    }

    void countsKinds() {
        WorkloadKinds kinds;
        kinds.setCluster(m_cluster.get());
        const auto countOf = [&](const QString &key) {
            for (int i = 0; i < kinds.count(); ++i)
                if (kinds.at<WorkloadKindRow>(i).key == key)
                    return kinds.at<WorkloadKindRow>(i).count;
            return QString();
        };
        QTRY_COMPARE(countOf("deployments.apps"), QStringLiteral("1"));
        QTRY_COMPARE(countOf("replicasets.apps"), QStringLiteral("2"));
        m_cluster->setNamespaceName(QStringLiteral("kube-system"));
        QTRY_COMPARE(countOf("replicasets.apps"), QStringLiteral("0"));
        QCOMPARE(kinds.pageOf("pods"), QStringLiteral("pod"));
    }
};

QTEST_GUILESS_MAIN(WorkloadViewsTest)
#include "tst_workload_views.moc"
