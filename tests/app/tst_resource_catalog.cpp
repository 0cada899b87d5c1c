#include "app/clusters/resource_catalog.h"
#include "app/session/live_session.h"
#include "tests/app/clusterd_fixture.h"

#include <QJsonArray>
#include <QTest>

using namespace coracle;
using namespace coracle::app;

namespace {

QJsonObject widgets() {
    const QJsonObject schema{{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
    const QJsonObject version{
        {"name", "v1"}, {"served", true}, {"storage", true}, {"schema", QJsonObject{{"openAPIV3Schema", schema}}}};
    const QJsonObject names{{"plural", "widgets"}, {"singular", "widget"}, {"kind", "Widget"}};
    return {{"apiVersion", "apiextensions.k8s.io/v1"},
            {"kind", "CustomResourceDefinition"},
            {"metadata", QJsonObject{{"name", "widgets.example.com"}}},
            {"spec", QJsonObject{{"group", "example.com"},
                                 {"scope", "Namespaced"},
                                 {"names", names},
                                 {"versions", QJsonArray{version}}}}};
}

} // namespace

class ResourceCatalogTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void knowsWhatIsServed() {
        Clusterd clusterd;
        const auto started = clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        NetworkThread network;
        LiveSession session(network, std::make_unique<LocalLink>(clusterd.socketPath()));
        ResourceCatalog catalog(session);
        // Pages of built-in kinds need not wait.
        QCOMPARE(catalog.path("pods"), QString("/api/v1/pods"));
        QCOMPARE(catalog.path("deployments.apps", "shop"), QString("/apis/apps/v1/namespaces/shop/deployments"));
        QCOMPARE(catalog.path("nodes", "shop"), QString("/api/v1/nodes"));
        QCOMPARE(catalog.path("widgets.example.com"), QString());
        session.open();
        QTRY_VERIFY_WITH_TIMEOUT(catalog.find("leases.coordination.k8s.io"), 20'000);
        QCOMPARE(catalog.path("pods"), QString("/api/v1/pods"));
        QVERIFY(catalog.find("pods")->verbs.contains("watch"));
        QVERIFY(!catalog.find("nodes")->namespaced);
        QCOMPARE(catalog.findByKind("apps/v1", "Deployment")->key(), QString("deployments.apps"));
        QCOMPARE(catalog.find("clusterroles.rbac.authorization.k8s.io")->objectPath({}, "system:node"),
                 QString("/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode"));

        QVERIFY(post(session, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", widgets()));
        QTRY_VERIFY_WITH_TIMEOUT((catalog.refresh(), QTest::qWait(50), catalog.find("widgets.example.com")), 20'000);
        QCOMPARE(catalog.findByKind("example.com/v1", "Widget")->path("default"),
                 QString("/apis/example.com/v1/namespaces/default/widgets"));
    }
};

QTEST_GUILESS_MAIN(ResourceCatalogTest)
#include "tst_resource_catalog.moc"
