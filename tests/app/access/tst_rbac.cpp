#include "app/access/rbac.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace coracle::app;

namespace {

QJsonObject json(const QByteArray &text) {
    return QJsonDocument::fromJson(QByteArray(text).replace('\'', '"')).object();
}

QJsonObject role(const QByteArray &name, const QByteArray &rules, const QByteArray &more = "") {
    return json("{'metadata':{'name':'" + name + "'" + more + "},'rules':[" + rules + "]}");
}

QJsonObject binding(const QByteArray &name, const QByteArray &roleKind, const QByteArray &role, const QByteArray &user,
                    const QByteArray &space = "") {
    const QByteArray place = space.isEmpty() ? "" : ",'namespace':'" + space + "'";
    return json("{'metadata':{'name':'" + name + "'" + place + "},'roleRef':{'kind':'" + roleKind + "','name':'" +
                role + "'},'subjects':[{'kind':'User','name':'" + user + "'}]}");
}

RbacObjects cluster() {
    RbacObjects objects;
    objects.clusterRoles = {
        role("admin", "{'verbs':['*'],'apiGroups':['*'],'resources':['*']}"),
        role("pod-reader", "{'verbs':['get','list'],'apiGroups':[''],'resources':['pods','*/status']}",
             ",'labels':{'to':'sum'}"),
        role("one-secret", "{'verbs':['get'],'apiGroups':[''],'resources':['secrets'],'resourceNames':['a']}"),
        json("{'metadata':{'name':'sum'},'aggregationRule':{'clusterRoleSelectors':[{'matchLabels':{'to':'sum'}}]}}"),
    };
    objects.clusterRoleBindings = {binding("admins", "ClusterRole", "admin", "ann"),
                                   binding("sums", "ClusterRole", "sum", "sue"),
                                   binding("one", "ClusterRole", "one-secret", "olga")};
    objects.roles = {json("{'metadata':{'name':'deployer','namespace':'dev'},'rules':[{'verbs':['create'],'apiGroups':"
                          "['apps'],'resources':['deployments','deployments/scale']}]}")};
    objects.roleBindings = {binding("deploy", "Role", "deployer", "dan", "dev"),
                            binding("read", "ClusterRole", "pod-reader", "rob", "dev"),
                            binding("elsewhere", "ClusterRole", "pod-reader", "eve", "prod")};
    return objects;
}

} // namespace

class TestRbac : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whoCan_data() {
        QTest::addColumn<QString>("verb");
        QTest::addColumn<QString>("group");
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QString>("space");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("users");
        QTest::newRow("everywhere") << "get" << "" << "pods" << "" << "" << QStringList{"ann", "sue"};
        QTest::newRow("in a namespace") << "get" << "" << "pods" << "dev" << "" << QStringList{"ann", "rob", "sue"};
        QTest::newRow("in another one") << "get" << "" << "pods" << "prod" << "" << QStringList{"ann", "eve", "sue"};
        QTest::newRow("other verb") << "delete" << "" << "pods" << "dev" << "" << QStringList{"ann"};
        QTest::newRow("other group") << "get" << "apps" << "pods" << "dev" << "" << QStringList{"ann"};
        QTest::newRow("role of the namespace")
            << "create" << "apps" << "deployments" << "dev" << "" << QStringList{"ann", "dan"};
        QTest::newRow("subresource") << "create" << "apps" << "deployments/scale" << "dev" << ""
                                     << QStringList{"ann", "dan"};
        QTest::newRow("other subresource")
            << "create" << "apps" << "deployments/status" << "dev" << "" << QStringList{"ann"};
        QTest::newRow("any resource's subresource")
            << "get" << "" << "pods/status" << "" << "" << QStringList{"ann", "sue"};
        QTest::newRow("not any subresource") << "get" << "" << "pods/log" << "" << "" << QStringList{"ann"};
        QTest::newRow("any name") << "get" << "" << "secrets" << "" << "" << QStringList{"ann"};
        QTest::newRow("this name") << "get" << "" << "secrets" << "" << "a" << QStringList{"ann", "olga"};
        QTest::newRow("another name") << "get" << "" << "secrets" << "" << "b" << QStringList{"ann"};
    }
    void whoCan() {
        QFETCH(QString, verb);
        QFETCH(QString, group);
        QFETCH(QString, resource);
        QFETCH(QString, space);
        QFETCH(QString, name);
        QStringList users;
        for (const Grant &grant : coracle::app::whoCan(
                 cluster(), {.verb = verb, .group = group, .resource = resource, .namespaceName = space, .name = name}))
            users.append(grant.subject);
        users.sort();
        QTEST(users, "users");
    }

    void aGrantSaysByWhat() {
        const QList<Grant> grants = coracle::app::whoCan(cluster(), {.verb = QStringLiteral("create"),
                                                                     .group = QStringLiteral("apps"),
                                                                     .resource = QStringLiteral("deployments"),
                                                                     .namespaceName = QStringLiteral("dev"),
                                                                     .name = {}});
        QCOMPARE(grants.last().subject, QStringLiteral("dan"));
        QCOMPARE(grants.last().roleKind, QStringLiteral("Role"));
        QCOMPARE(grants.last().role, QStringLiteral("deployer"));
        QCOMPARE(grants.last().binding, QStringLiteral("deploy"));
        QCOMPARE(grants.last().bindingNamespace, QStringLiteral("dev"));
    }
};

QTEST_GUILESS_MAIN(TestRbac)
#include "tst_rbac.moc"
