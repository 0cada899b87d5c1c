#include "clusterd/apiserver/authorization/authorizers.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::FakeReader;

class NodeAuthorizerTest : public QObject {
    Q_OBJECT

    static void fill(FakeReader &reader) {
        reader.put("rbac.authorization.k8s.io", "clusterroles", R"({"metadata":{"name":"system:node"},"rules":[
            {"verbs":["get","list","watch"],"apiGroups":[""],"resources":["services","secrets","pods"]},
            {"verbs":["create"],"apiGroups":["authentication.k8s.io"],"resources":["tokenreviews"]}]})");
        reader.put("", "pods", R"({"metadata":{"name":"web","namespace":"shop","uid":"p1"},"spec":{"nodeName":"one",
            "serviceAccountName":"robot","imagePullSecrets":[{"name":"pull"}],
            "initContainers":[{"name":"i","envFrom":[{"configMapRef":{"name":"init"}}]}],
            "containers":[{"name":"c","env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"env","key":"k"}}}]}],
            "volumes":[{"name":"a","secret":{"secretName":"vol"}},
                       {"name":"b","projected":{"sources":[{"configMap":{"name":"proj"}}]}},
                       {"name":"c","persistentVolumeClaim":{"claimName":"claim"}},
                       {"name":"d","ephemeral":{"volumeClaimTemplate":{}}}]},
            "status":{"resourceClaimStatuses":[{"name":"gpu","resourceClaimName":"web-gpu-1"}],
                      "extendedResourceClaimStatus":{"resourceClaimName":"web-extended-resources-1"}}})");
        reader.put("", "pods", R"({"metadata":{"name":"static","namespace":"shop","uid":"p2",
            "annotations":{"kubernetes.io/config.mirror":"x"}},
            "spec":{"nodeName":"two","volumes":[{"name":"a","secret":{"secretName":"vol"}}]}})");
        reader.put("", "persistentvolumes",
                   R"({"metadata":{"name":"pv"},"spec":{"claimRef":{"name":"claim","namespace":"shop"},
            "csi":{"driver":"d","volumeHandle":"h","nodeStageSecretRef":{"name":"stage","namespace":"infra"}}}})");
    }

private slots:
    void decides_data() {
        QTest::addColumn<QString>("node");
        QTest::addColumn<QString>("verb");
        QTest::addColumn<QString>("what"); // group:resource[/sub]
        QTest::addColumn<QString>("where");
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("allowed");
        for (const char *secret : {"pull", "env", "vol"})
            QTest::newRow(secret) << "one" << "get" << ":secrets" << "shop" << secret << true;
        for (const char *map : {"init", "proj"})
            QTest::newRow(map) << "one" << "watch" << ":configmaps" << "shop" << map << true;
        QTest::newRow("driver's secret") << "one" << "get" << ":secrets" << "infra" << "stage" << true;
        QTest::newRow("driver's secret elsewhere") << "two" << "get" << ":secrets" << "infra" << "stage" << false;
        QTest::newRow("not referred to") << "one" << "get" << ":secrets" << "shop" << "other" << false;
        QTest::newRow("other namespace") << "one" << "get" << ":secrets" << "other" << "vol" << false;
        QTest::newRow("all secrets") << "one" << "list" << ":secrets" << "shop" << "" << false;
        QTest::newRow("write a secret") << "one" << "update" << ":secrets" << "shop" << "vol" << false;
        QTest::newRow("a mirror pod shows nothing") << "two" << "get" << ":secrets" << "shop" << "vol" << false;
        QTest::newRow("claim") << "one" << "get" << ":persistentvolumeclaims" << "shop" << "claim" << true;
        QTest::newRow("ephemeral claim") << "one" << "get" << ":persistentvolumeclaims" << "shop" << "web-d" << true;
        for (const char *claim : {"web-gpu-1", "web-extended-resources-1"}) {
            QTest::newRow(claim) << "one" << "get" << "resource.k8s.io:resourceclaims" << "shop" << claim << true;
            QTest::addRow("%s elsewhere", claim)
                << "two" << "get" << "resource.k8s.io:resourceclaims" << "shop" << claim << false;
        }
        QTest::newRow("volume") << "one" << "get" << ":persistentvolumes" << "" << "pv" << true;
        QTest::newRow("volume elsewhere") << "two" << "get" << ":persistentvolumes" << "" << "pv" << false;
        QTest::newRow("token") << "one" << "create" << ":serviceaccounts/token" << "shop" << "robot" << true;
        QTest::newRow("token elsewhere") << "two" << "create" << ":serviceaccounts/token" << "shop" << "robot" << false;
        QTest::newRow("own lease") << "one" << "update" << "coordination.k8s.io:leases" << "kube-node-lease" << "one"
                                   << true;
        QTest::newRow("other lease") << "one" << "update" << "coordination.k8s.io:leases" << "kube-node-lease" << "two"
                                     << false;
        QTest::newRow("lease elsewhere") << "one" << "update" << "coordination.k8s.io:leases" << "default" << "one"
                                         << false;
        QTest::newRow("own pod") << "one" << "get" << ":pods" << "shop" << "web" << true;
        QTest::newRow("other pod") << "two" << "get" << ":pods" << "shop" << "web" << false;
        QTest::newRow("static rules") << "one" << "list" << ":services" << "" << "" << true;
        QTest::newRow("outside the rules") << "one" << "list" << ":namespaces" << "" << "" << false;
    }
    void decides() {
        QFETCH(QString, node);
        QFETCH(QString, verb);
        QFETCH(QString, what);
        QFETCH(QString, where);
        QFETCH(QString, name);
        QFETCH(bool, allowed);
        FakeReader reader;
        fill(reader);
        const auto authorizer = makeAuthorizer(reader);
        AuthorizationAttributes asked{.user = {.name = "system:node:" + node.toStdString(), .groups = {"system:nodes"}},
                                      .verb = verb.toStdString()};
        const QString rest = what.section(':', 1);
        asked.group = what.section(':', 0, 0).toStdString();
        asked.resource = rest.section('/', 0, 0).toStdString();
        asked.subresource = rest.section('/', 1).toStdString();
        asked.namespaceName = where.toStdString();
        asked.name = name.toStdString();
        QCOMPARE(authorizer->authorize(asked).decision == Decision::Allow, allowed);
        asked.user.groups.clear(); // the name alone is nothing
        QVERIFY(authorizer->authorize(asked).decision == Decision::NoOpinion);
    }

    void followsThePod() {
        FakeReader reader;
        fill(reader);
        const auto authorizer = makeAuthorizer(reader);
        AuthorizationAttributes asked{.user = {.name = "system:node:one", .groups = {"system:nodes"}}, .verb = "get"};
        asked.resource = "secrets";
        asked.namespaceName = "shop";
        asked.name = "vol";
        QVERIFY(authorizer->authorize(asked).decision == Decision::Allow);
        reader.put("", "pods",
                   R"({"metadata":{"name":"web","namespace":"shop","uid":"p1"},"spec":{"nodeName":"one"}})");
        QVERIFY(authorizer->authorize(asked).decision == Decision::NoOpinion);
        asked.name = "other";
        reader.put("", "pods", R"({"metadata":{"name":"web","namespace":"shop","uid":"p1"},"spec":{"nodeName":"one",
            "volumes":[{"name":"a","secret":{"secretName":"other"}}]}})");
        QVERIFY(authorizer->authorize(asked).decision == Decision::Allow);
    }
};

QTEST_GUILESS_MAIN(NodeAuthorizerTest)
#include "tst_node_authorizer.moc"
