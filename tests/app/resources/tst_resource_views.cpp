#include "app/access/permissions.h"
#include "app/access/who_can.h"
#include "app/actions/toasts.h"
#include "app/resources/event_feed.h"
#include "app/resources/kind_list.h"
#include "app/resources/related_list.h"
#include "app/resources/resource_detail.h"
#include "app/resources/resource_facts.h"
#include "app/session/live_session.h"
#include "tests/app/clusterd_fixture.h"

#include <QJsonArray>
#include <QTest>

using namespace coracle;
using namespace coracle::app;

namespace {

const QString kDefault = QStringLiteral("/api/v1/namespaces/default/");

template<class Row>
QStringList keys(const RowListModel &model) {
    QStringList found;
    for (int i = 0; i < model.count(); ++i)
        found.append(model.at<Row>(i).key);
    return found;
}

} // namespace

/// The view-models of resources against a real cluster.
class ResourceViewsTest : public QObject {
    Q_OBJECT

    Clusterd m_clusterd;
    NetworkThread m_network;
    std::unique_ptr<Cluster> m_cluster;

    Session &session() { return *m_cluster->session(); }
    void show(ResourceDetail &detail, const char *kindKey, const char *name) {
        detail.setCluster(m_cluster.get());
        detail.setKindKey(QLatin1String(kindKey));
        detail.setNamespaceName(QStringLiteral("default"));
        detail.setName(QLatin1String(name));
        QTRY_COMPARE(detail.state(), ViewState::Ready);
    }
    static QString factOf(ResourceDetail &detail, const QString &key) {
        for (int i = 0; i < detail.facts()->count(); ++i)
            if (const auto row = detail.facts()->at<FactRow>(i); row.key == key)
                return row.value;
        return {};
    }

private Q_SLOTS:
    void initTestCase() {
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        m_cluster = std::make_unique<Cluster>(
            ClusterProfile(),
            std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath())));
        session().open();
        QVERIFY(waitConnected(session()));
        QTRY_VERIFY(m_cluster->catalog()->find(QStringLiteral("roles.rbac.authorization.k8s.io")));
    }
    void cleanupTestCase() { m_cluster.reset(); }

    void everyKindIsListedAndCounted() {
        KindList kinds;
        kinds.setCluster(m_cluster.get());
        QVERIFY(keys<KindRow>(kinds).contains(QStringLiteral("deployments.apps")));
        QVERIFY(!keys<KindRow>(kinds).contains(QStringLiteral("selfsubjectaccessreviews.authorization.k8s.io")));
        const auto countOf = [&](const QString &key) {
            const qsizetype row = keys<KindRow>(kinds).indexOf(key);
            return row < 0 ? QString() : kinds.at<KindRow>(static_cast<int>(row)).count;
        };
        QTRY_VERIFY(countOf(QStringLiteral("namespaces")).toInt() >= 4);
        kinds.setSearch(QStringLiteral("role bind"));
        QCOMPARE(keys<KindRow>(kinds).size(), 2);
    }

    void servicesTellTheirEndpoints() {
        const QJsonArray ports{QJsonObject{{"port", 80}, {"targetPort", 8080}}};
        QVERIFY(post(session(), kDefault + "services",
                     {{"metadata", QJsonObject{{"name", "web"}}}, {"spec", QJsonObject{{"ports", ports}}}}));
        const QJsonObject slice{
            {"metadata",
             QJsonObject{{"name", "web-x"}, {"labels", QJsonObject{{"kubernetes.io/service-name", "web"}}}}},
            {"addressType", "IPv4"},
            {"ports", QJsonArray{QJsonObject{{"port", 8080}}}},
            {"endpoints", QJsonArray{QJsonObject{{"addresses", QJsonArray{"10.0.0.1"}}},
                                     QJsonObject{{"addresses", QJsonArray{"10.0.0.2"}},
                                                 {"conditions", QJsonObject{{"ready", false}}}}}}};
        QVERIFY(post(session(), "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", slice));
        ResourceDetail detail;
        show(detail, "services", "web");
        QCOMPARE(factOf(detail, QStringLiteral("spec.ports")), QString::fromUtf8("80/TCP → 8080"));
        QCOMPARE(factOf(detail, QStringLiteral("spec.type")), QString("ClusterIP"));
        QTRY_COMPARE(detail.related()->count(), 2);
        QCOMPARE(detail.related()->at<RelatedRow>(0).title, QString("10.0.0.1:8080"));
        QCOMPARE(detail.related()->at<RelatedRow>(0).tone, QString("ok"));
        QCOMPARE(detail.related()->at<RelatedRow>(1).tone, QString("warning"));
        QTRY_VERIFY(keys<FactRow>(*detail.columns()).contains(QStringLiteral("Type")));
    }

    void secretsAreHiddenUntilAskedFor() {
        QVERIFY(post(session(), kDefault + "secrets",
                     {{"metadata", QJsonObject{{"name", "keys"}}},
                      {"data", QJsonObject{{"text", "aGVsbG8="}, {"bytes", "AAEC/w=="}}}}));
        ResourceDetail detail;
        show(detail, "secrets", "keys");
        DataKeys &data = *detail.data();
        QCOMPARE(keys<DataKeyRow>(data), (QStringList{"bytes", "text"}));
        QVERIFY(data.at<DataKeyRow>(0).binary);
        QVERIFY(data.at<DataKeyRow>(1).hidden);
        QCOMPARE(data.at<DataKeyRow>(1).text, QString());
        QVERIFY(!detail.maskedYaml().contains(u"aGVsbG8="));
        data.reveal(QStringLiteral("text"));
        QCOMPARE(data.at<DataKeyRow>(1).text, QString("hello"));
        data.hide();
        QVERIFY(data.at<DataKeyRow>(1).hidden);
        QVERIFY(data.difference(QStringLiteral("text"), QStringLiteral("bye")).contains(u"+ bye"));
        data.setText(QStringLiteral("text"), QStringLiteral("bye"));
        QTRY_COMPARE(detail.data()->text(QStringLiteral("text")), QString("bye"));
        data.remove(QStringLiteral("bytes"));
        QTRY_COMPARE(data.count(), 1);
        QVERIFY(!data.keyError(QStringLiteral("a b")).isEmpty());
        QVERIFY(!data.keyError(QStringLiteral("text")).isEmpty());
        QVERIFY(data.keyError(QStringLiteral("new.key")).isEmpty());
    }

    void eventsComeNewestFirst() {
        const auto event = [](const char *name, const char *type, const char *reason, const char *time) {
            return QJsonObject{
                {"metadata", QJsonObject{{"name", name}, {"namespace", "default"}}},
                {"involvedObject",
                 QJsonObject{{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", "web-1"}, {"namespace", "default"}}},
                {"type", type},
                {"reason", reason},
                {"lastTimestamp", time}};
        };
        QVERIFY(post(session(), kDefault + "events", event("a", "Normal", "Started", "2030-01-01T00:00:00Z")));
        QVERIFY(post(session(), kDefault + "events", event("b", "Warning", "BackOff", "2030-01-01T00:01:00Z")));
        EventFeed feed;
        feed.setKind(QStringLiteral("Pod"));
        feed.setCluster(m_cluster.get());
        QTRY_COMPARE(feed.count(), 2);
        QCOMPARE(feed.at<EventFeedRow>(0).reason, QString("BackOff"));
        QCOMPARE(feed.at<EventFeedRow>(0).kindKey, QString("pods"));
        QCOMPARE(feed.at<EventFeedRow>(0).objectName, QString("web-1"));
        feed.setWarningsOnly(true);
        QCOMPARE(feed.count(), 1);
        feed.setSearch(QStringLiteral("nothing"));
        QCOMPARE(feed.count(), 0);
    }

    void whoCanLooksThroughTheCluster() {
        const QString rbac = QStringLiteral("/apis/rbac.authorization.k8s.io/v1/namespaces/default/");
        const QJsonObject rule{
            {"apiGroups", QJsonArray{""}}, {"resources", QJsonArray{"secrets"}}, {"verbs", QJsonArray{"get"}}};
        QVERIFY(
            post(session(), rbac + "roles", {{"metadata", QJsonObject{{"name", "r"}}}, {"rules", QJsonArray{rule}}}));
        const QJsonObject role{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", "r"}};
        const QJsonObject user{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "User"}, {"name", "ann"}};
        QVERIFY(post(session(), rbac + "rolebindings",
                     {{"metadata", QJsonObject{{"name", "b"}}}, {"roleRef", role}, {"subjects", QJsonArray{user}}}));
        WhoCan who;
        who.setProperty("cluster", QVariant::fromValue(m_cluster.get()));
        who.ask(QStringLiteral("get"), QStringLiteral("secrets"), QStringLiteral("default"));
        const auto names = [&](const QString &subject) {
            for (int i = 0; i < who.count(); ++i)
                if (who.at<GrantRow>(i).subject == subject)
                    return true;
            return false;
        };
        QTRY_VERIFY(names(QStringLiteral("User ann")));
        QTRY_VERIFY(!who.property("ownAnswer").toString().isEmpty());
        QVERIFY(who.property("allowed").toBool()); // the socket is the administrator's
        Permissions rights;
        rights.setNamespaceName(QStringLiteral("default"));
        rights.setCluster(m_cluster.get());
        QVERIFY(rights.may(QStringLiteral("delete"), QStringLiteral("pods"))); // until it is known
        const auto answer = [this] { return RulesReview::of(*m_cluster->session()).answer(QStringLiteral("default")); };
        QTRY_VERIFY(answer() && answer()->complete);
        QVERIFY(rights.may(QStringLiteral("delete"), QStringLiteral("deployments.apps")));
        QVERIFY(rights.may(QStringLiteral("create"), QStringLiteral("pods/exec")));
        QCOMPARE(rights.refusal(QStringLiteral("patch"), QStringLiteral("deployments.apps/scale")), QString());
    }

    void claimsKnowTheirPods() {
        const Relation *relation = relationOf(QStringLiteral("persistentvolumeclaims"));
        QVERIFY(relation);
        const QJsonObject claim{{"metadata", QJsonObject{{"name", "data"}, {"namespace", "default"}}}};
        const auto pod = [](const char *claimName) {
            const QJsonObject volume{{"name", "v"}, {"persistentVolumeClaim", QJsonObject{{"claimName", claimName}}}};
            return QJsonObject{{"metadata", QJsonObject{{"name", "p"}, {"uid", "u"}, {"namespace", "default"}}},
                               {"spec", QJsonObject{{"volumes", QJsonArray{volume}}}}};
        };
        QCOMPARE(relation->rows(claim, pod("data")).size(), 1);
        QCOMPARE(relation->rows(claim, pod("other")).size(), 0);
        QVERIFY(!relationOf(QStringLiteral("widgets.example.com")));
    }
};

QTEST_GUILESS_MAIN(ResourceViewsTest)
#include "tst_resource_views.moc"
