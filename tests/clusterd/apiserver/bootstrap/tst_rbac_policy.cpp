#include "clusterd/apiserver/authorization/authorizers.h"
#include "clusterd/apiserver/bootstrap/bootstrap.h"
#include "clusterd/apiserver/bootstrap/rbac_policy.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::FakeReader;
using coracle::test::json;

namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

void load(FakeReader &reader) {
    const RbacPolicy policy = bootstrapPolicy();
    for (const JsonObject &role : policy.clusterRoles) {
        JsonObject complete = role;
        if (hasAt(role, "aggregationRule"))
            complete["rules"] = aggregatedRules(role, policy.clusterRoles);
        reader.put(kGroup, "clusterroles", complete);
    }
    for (const JsonObject &object : policy.roles)
        reader.put(kGroup, "roles", object);
    for (const JsonObject &object : policy.clusterRoleBindings)
        reader.put(kGroup, "clusterrolebindings", object);
    for (const JsonObject &object : policy.roleBindings)
        reader.put(kGroup, "rolebindings", object);
}

} // namespace

class RbacPolicyTest : public QObject {
    Q_OBJECT

private slots:
    void isComplete() {
        const RbacPolicy policy = bootstrapPolicy();
        QCOMPARE(policy.clusterRoles.size() + policy.roles.size(), size_t(76));
        QCOMPARE(policy.clusterRoleBindings.size() + policy.roleBindings.size(), size_t(57));
        QCOMPARE(policy.roles.size(), size_t(7));
        size_t rules = 0;
        for (const auto *list : {&policy.clusterRoles, &policy.roles})
            for (const JsonObject &role : *list)
                rules += arrayAt(role, "rules").size();
        QCOMPARE(rules, size_t(322));
        for (const JsonObject &role : policy.clusterRoles) {
            QCOMPARE(std::string(textAt(role, "metadata", "labels", "kubernetes.io/bootstrapping")),
                     std::string("rbac-defaults"));
            for (const JsonValue &rule : arrayAt(role, "rules")) {
                QVERIFY(!arrayAt(asObject(rule), "verbs").empty());
                QVERIFY(arrayAt(asObject(rule), "nonResourceURLs").empty() ==
                        !arrayAt(asObject(rule), "resources").empty());
            }
        }
    }

    void allows_data() {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("group");
        QTest::addColumn<QString>("question"); // verb group/resource/subresource namespace name
        QTest::addColumn<bool>("allowed");
        QTest::newRow("scheduler binds") << "system:kube-scheduler" << "" << "create /pods/binding default x" << true;
        QTest::newRow("scheduler lists nodes") << "system:kube-scheduler" << "" << "list /nodes/ - -" << true;
        QTest::newRow("scheduler reads no secrets")
            << "system:kube-scheduler" << "" << "get /secrets/ default x" << false;
        QTest::newRow("deployment controller") << "system:serviceaccount:kube-system:deployment-controller" << ""
                                               << "create apps/replicasets/ default -" << true;
        QTest::newRow("controller writes events") << "system:serviceaccount:kube-system:deployment-controller" << ""
                                                  << "patch events.k8s.io/events/ default x" << true;
        QTest::newRow("proxy watches slices")
            << "system:kube-proxy" << "" << "watch discovery.k8s.io/endpointslices/ - -" << true;
        QTest::newRow("all users may ask themselves")
            << "ann" << "system:authenticated" << "create authorization.k8s.io/selfsubjectaccessreviews/ - -" << true;
        QTest::newRow("no pods for all users") << "ann" << "system:authenticated" << "list /pods/ default -" << false;
        QTest::newRow("leader lease") << "system:kube-controller-manager" << ""
                                      << "update coordination.k8s.io/leases/ kube-system kube-controller-manager"
                                      << true;
        QTest::newRow("lease elsewhere") << "system:kube-scheduler" << "" << "update coordination.k8s.io/leases/ shop x"
                                         << false;
    }
    void allows() {
        QFETCH(QString, user);
        QFETCH(QString, group);
        QFETCH(QString, question);
        QFETCH(bool, allowed);
        FakeReader reader;
        load(reader);
        const auto authorizer = makeAuthorizer(reader);
        const QStringList parts = question.split(' '), what = parts[1].split('/');
        AuthorizationAttributes asked{.user = {.name = user.toStdString(), .groups = {group.toStdString()}},
                                      .verb = parts[0].toStdString()};
        asked.group = what[0].toStdString();
        asked.resource = what[1].toStdString();
        asked.subresource = what[2].toStdString();
        asked.namespaceName = parts[2] == "-" ? "" : parts[2].toStdString();
        asked.name = parts[3] == "-" ? "" : parts[3].toStdString();
        QCOMPARE(authorizer->authorize(asked).decision == Decision::Allow, allowed);
    }

    void anonymousMaySeeVersionAndHealth() {
        FakeReader reader;
        load(reader);
        const auto authorizer = makeAuthorizer(reader);
        for (const auto &[path, allowed] :
             {std::pair("/version", true), std::pair("/readyz", true), std::pair("/api", false)}) {
            AuthorizationAttributes asked{.user = {.name = "system:anonymous", .groups = {"system:unauthenticated"}},
                                          .verb = "get"};
            asked.isResource = false;
            asked.path = path;
            QCOMPARE(authorizer->authorize(asked).decision == Decision::Allow, allowed);
        }
    }

    void aggregates() {
        const RbacPolicy policy = bootstrapPolicy();
        for (const JsonObject &role : policy.clusterRoles)
            if (textAt(role, "metadata", "name") == "view") {
                const JsonArray rules = aggregatedRules(role, policy.clusterRoles);
                QVERIFY(rules.size() > 5);
                std::vector<Rule> all;
                for (const JsonValue &rule : rules)
                    all.push_back(ruleFromJson(asObject(rule)));
                QVERIFY(
                    uncovered(all, {{.verbs = {"list"}, .groups = {"apps"}, .resources = {"deployments"}}}).empty());
                QVERIFY(!uncovered(all, {{.verbs = {"get"}, .groups = {""}, .resources = {"secrets"}}}).empty());
            }
    }

    void reconciles_data() {
        QTest::addColumn<QByteArray>("stored");
        QTest::addColumn<QByteArray>("updated"); // empty: nothing to do
        QTest::addColumn<bool>("recreate");
        const QByteArray on =
            R"("metadata":{"name":"x","annotations":{"rbac.authorization.kubernetes.io/autoupdate":"true"}})";
        const QByteArray off =
            R"("metadata":{"name":"x","annotations":{"rbac.authorization.kubernetes.io/autoupdate":"false"}})";
        QTest::newRow("as wanted")
            << "{" + on +
                   R"(,"roleRef":{"name":"r"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})"
            << QByteArray() << false;
        QTest::newRow("more than wanted")
            << "{" + on + R"(,"roleRef":{"name":"r"},"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]})"
            << QByteArray() << false;
        QTest::newRow("rules missing") << "{" + on + R"(,"roleRef":{"name":"r"},"rules":[]})"
                                       << QByteArray(R"([{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}])")
                                       << false;
        QTest::newRow("not ours to change")
            << "{" + off + R"(,"roleRef":{"name":"r"},"rules":[]})" << QByteArray() << false;
        QTest::newRow("other role") << "{" + on + R"(,"roleRef":{"name":"q"},"rules":[]})" << QByteArray() << true;
    }
    void reconciles() {
        QFETCH(QByteArray, stored);
        QFETCH(QByteArray, updated);
        QFETCH(bool, recreate);
        const JsonObject wanted = json(R"({"metadata":{"name":"x"},"roleRef":{"name":"r"},
            "rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})");
        const RbacChange change = reconcileRbac(json(stored.toStdString()), wanted);
        QCOMPARE(change.recreate, recreate);
        QCOMPARE(change.updated.has_value(), !updated.isEmpty());
        if (change.updated)
            QCOMPARE(change.updated->at("rules"), boost::json::parse(updated.toStdString()));
    }
};

QTEST_GUILESS_MAIN(RbacPolicyTest)
#include "tst_rbac_policy.moc"
