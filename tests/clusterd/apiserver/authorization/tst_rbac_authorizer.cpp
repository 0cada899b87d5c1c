#include "clusterd/apiserver/authorization/access_review.h"
#include "clusterd/apiserver/authorization/authorizers.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::FakeReader;
using coracle::test::json;

namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

void fill(FakeReader &reader) {
    reader.put(kGroup, "clusterroles", R"({"metadata":{"name":"viewer"},"rules":[
        {"verbs":["get","list"],"apiGroups":["","apps"],"resources":["pods","pods/log","deployments"]},
        {"verbs":["get"],"nonResourceURLs":["/healthz","/metrics/*"]}]})");
    reader.put(kGroup, "clusterroles", R"({"metadata":{"name":"scaler"},"rules":[
        {"verbs":["*"],"apiGroups":["*"],"resources":["*/scale"]},
        {"verbs":["update"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["one"]}]})");
    reader.put(kGroup, "clusterrolebindings", R"({"metadata":{"name":"viewers"},
        "roleRef":{"kind":"ClusterRole","name":"viewer"},"subjects":[{"kind":"Group","name":"readers"}]})");
    reader.put(kGroup, "rolebindings", R"({"metadata":{"name":"scalers","namespace":"shop"},
        "roleRef":{"kind":"ClusterRole","name":"scaler"},
        "subjects":[{"kind":"ServiceAccount","name":"robot"},{"kind":"User","name":"ann"}]})");
    reader.put(kGroup, "rolebindings", R"({"metadata":{"name":"broken","namespace":"shop"},
        "roleRef":{"kind":"Role","name":"gone"},"subjects":[{"kind":"User","name":"bob"}]})");
}

UserInfo user(std::string name, std::vector<std::string> groups = {}) {
    return {.name = std::move(name), .groups = std::move(groups)};
}

AuthorizationAttributes ask(UserInfo who, std::string verb, std::string group, std::string resource,
                            std::string space = {}, std::string subresource = {}, std::string name = {}) {
    AuthorizationAttributes asked{.user = std::move(who), .verb = std::move(verb)};
    asked.group = std::move(group);
    asked.resource = std::move(resource);
    asked.namespaceName = std::move(space);
    asked.subresource = std::move(subresource);
    asked.name = std::move(name);
    return asked;
}

} // namespace

class RbacAuthorizerTest : public QObject {
    Q_OBJECT

private slots:
    void decides_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("verb");
        QTest::addColumn<QString>("group");
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QString>("space");
        QTest::addColumn<QString>("object");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("group may list pods") << "reader" << "list" << "" << "pods" << "any" << "" << true;
        QTest::newRow("cluster-wide") << "reader" << "list" << "" << "pods" << "" << "" << true;
        QTest::newRow("sub-resource") << "reader" << "get" << "" << "pods/log" << "any" << "x" << true;
        QTest::newRow("other sub-resource") << "reader" << "get" << "" << "pods/exec" << "any" << "x" << false;
        QTest::newRow("other group") << "reader" << "get" << "batch" << "pods" << "any" << "x" << false;
        QTest::newRow("second group") << "reader" << "get" << "apps" << "deployments" << "any" << "x" << true;
        QTest::newRow("other verb") << "reader" << "delete" << "" << "pods" << "any" << "x" << false;
        QTest::newRow("star over scale") << "ann" << "patch" << "apps" << "deployments/scale" << "shop" << "x" << true;
        QTest::newRow("only in the namespace")
            << "ann" << "patch" << "apps" << "deployments/scale" << "other" << "x" << false;
        QTest::newRow("not cluster-wide") << "ann" << "patch" << "apps" << "deployments/scale" << "" << "x" << false;
        QTest::newRow("resource name") << "ann" << "update" << "" << "configmaps" << "shop" << "one" << true;
        QTest::newRow("other resource name") << "ann" << "update" << "" << "configmaps" << "shop" << "two" << false;
        QTest::newRow("no name") << "ann" << "update" << "" << "configmaps" << "shop" << "" << false;
        QTest::newRow("service account") << "system:serviceaccount:shop:robot" << "get" << "" << "pods/scale" << "shop"
                                         << "x" << true;
        QTest::newRow("account of another namespace")
            << "system:serviceaccount:other:robot" << "get" << "" << "pods/scale" << "shop" << "x" << false;
        QTest::newRow("nobody") << "carl" << "get" << "" << "pods" << "any" << "x" << false;
    }
    void decides() {
        QFETCH(QString, name);
        QFETCH(QString, verb);
        QFETCH(QString, group);
        QFETCH(QString, resource);
        QFETCH(QString, space);
        QFETCH(QString, object);
        QFETCH(bool, allowed);
        FakeReader reader;
        fill(reader);
        const auto authorizer = makeAuthorizer(reader);
        const QStringList parts = resource.split('/');
        const Authorization answer = authorizer->authorize(
            ask(user(name.toStdString(),
                     name == "reader" ? std::vector<std::string>{"readers"} : std::vector<std::string>{}),
                verb.toStdString(), group.toStdString(), parts[0].toStdString(), space.toStdString(),
                parts.size() > 1 ? parts[1].toStdString() : std::string(), object.toStdString()));
        QCOMPARE(answer.decision == Decision::Allow, allowed);
    }

    void nonResourcePaths() {
        FakeReader reader;
        fill(reader);
        const auto authorizer = makeAuthorizer(reader);
        auto may = [&](std::string path, std::string verb) {
            AuthorizationAttributes asked{.user = user("x", {"readers"}), .verb = std::move(verb)};
            asked.isResource = false;
            asked.path = std::move(path);
            return authorizer->authorize(asked).decision == Decision::Allow;
        };
        QVERIFY(may("/healthz", "get") && may("/metrics/slis", "get"));
        QVERIFY(!may("/healthz", "post") && !may("/healthz/x", "get") && !may("/", "get"));
    }

    void saysWhy() {
        FakeReader reader;
        fill(reader);
        const auto authorizer = makeAuthorizer(reader);
        QCOMPARE(authorizer->authorize(ask(user("x", {"readers"}), "list", "", "pods")).reason,
                 std::string(
                     "RBAC: allowed by ClusterRoleBinding \"viewers\" of ClusterRole \"viewer\" to Group \"readers\""));
        QCOMPARE(authorizer->authorize(ask(user("system:serviceaccount:shop:robot"), "get", "", "x", "shop", "scale"))
                     .reason,
                 std::string("RBAC: allowed by RoleBinding \"scalers/shop\" of ClusterRole \"scaler\" to "
                             "ServiceAccount \"robot/shop\""));
        QCOMPARE(authorizer->authorize(ask(user("bob"), "get", "", "pods", "shop")).reason,
                 std::string("RBAC: role.rbac.authorization.k8s.io \"gone\" not found"));
        QCOMPARE(
            forbiddenFor(ask(user("ann"), "list", "apps", "deployments", "shop"), "").error().message,
            std::string("deployments.apps is forbidden: User \"ann\" cannot list resource \"deployments\" in API group "
                        "\"apps\" in the namespace \"shop\""));
        QCOMPARE(
            forbiddenFor(ask(user("ann"), "get", "", "pods", "", "log", "web"), "why").error().message,
            std::string("pods \"web\" is forbidden: User \"ann\" cannot get resource \"pods/log\" in API group \"\" at "
                        "the cluster scope: why"));
    }

    void mastersMayEverything() {
        FakeReader reader;
        const auto authorizer = makeAuthorizer(reader);
        QVERIFY(authorizer->authorize(ask(user("root", {"system:masters"}), "delete", "", "nodes")).decision ==
                Decision::Allow);
        QVERIFY(authorizer->authorize(ask(user("root"), "delete", "", "nodes")).decision == Decision::NoOpinion);
    }

    void changesCountAtOnce() {
        FakeReader reader;
        fill(reader);
        const auto authorizer = makeAuthorizer(reader);
        const AuthorizationAttributes asked = ask(user("x", {"readers"}), "list", "", "pods");
        QVERIFY(authorizer->authorize(asked).decision == Decision::Allow);
        reader.put(kGroup, "clusterroles", R"({"metadata":{"name":"viewer"},"rules":[]})");
        QVERIFY(authorizer->authorize(asked).decision == Decision::NoOpinion);
        reader.put(kGroup, "clusterroles",
                   R"({"metadata":{"name":"viewer"},"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]})");
        QVERIFY(authorizer->authorize(asked).decision == Decision::Allow);
        reader.remove(kGroup, "clusterrolebindings", "viewers");
        QVERIFY(authorizer->authorize(asked).decision == Decision::NoOpinion);
    }

    void reviews() {
        FakeReader reader;
        fill(reader);
        const auto authorizer = makeAuthorizer(reader);
        const UserInfo ann = user("ann", {"system:authenticated"});
        const auto own =
            reviewOwnAccess(*authorizer, json(R"({"kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":
            {"verb":"patch","group":"apps","resource":"deployments","subresource":"scale","namespace":"shop"}}})"),
                            ann);
        QVERIFY(flagAt(*own, "status", "allowed"));
        const auto other =
            reviewAccess(*authorizer, json(R"({"kind":"SubjectAccessReview","spec":{"user":"bob","resourceAttributes":
            {"verb":"get","resource":"pods","namespace":"shop"}}})"));
        QVERIFY(hasAt(*other, "status", "allowed") && !flagAt(*other, "status", "allowed"));
        QVERIFY(!reviewAccess(*authorizer, json(R"({"kind":"SubjectAccessReview","spec":{"user":"bob"}})")));
        QVERIFY(!reviewAccess(*authorizer,
                              json(R"({"kind":"SubjectAccessReview","spec":{"nonResourceAttributes":{"path":"/"}}})")));
        QVERIFY(!reviewLocalAccess(*authorizer, json(R"({"kind":"LocalSubjectAccessReview","spec":{"user":"bob",
            "resourceAttributes":{"verb":"get","resource":"pods","namespace":"shop"}}})"),
                                   "other"));
    }

    void rulesAreListed() {
        FakeReader reader;
        fill(reader);
        const auto authorizer = makeAuthorizer(reader);
        const JsonObject review = json(R"({"kind":"SelfSubjectRulesReview","spec":{"namespace":"shop"}})");
        const auto ann = reviewOwnRules(*authorizer, review, user("ann", {"readers"}));
        QCOMPARE(arrayAt(*ann, "status", "resourceRules").size(), size_t(3));
        QCOMPARE(arrayAt(*ann, "status", "nonResourceRules").size(), size_t(1));
        QVERIFY(!flagAt(*ann, "status", "incomplete"));
        const auto root = reviewOwnRules(*authorizer, review, user("root", {"system:masters"}));
        QCOMPARE(std::string(asText(arrayAt(arrayAt(*root, "status", "resourceRules")[0].as_object(), "verbs")[0])),
                 std::string("*"));
        QVERIFY(!reviewOwnRules(*authorizer, json(R"({"spec":{}})"), user("ann")));
    }
};

QTEST_GUILESS_MAIN(RbacAuthorizerTest)
#include "tst_rbac_authorizer.moc"
