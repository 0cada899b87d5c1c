#include "clusterd/apiserver/authorization/escalation.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::FakeReader;
using coracle::test::json;

// In pieces, because moc takes the slash and star for the beginning of a comment.
const char kApiPaths[] = R"({"verbs":["get"],"nonResourceURLs":["/api/)"
                         "*"
                         R"("]})";

class EscalationTest : public QObject {
    Q_OBJECT

    static Rule rule(const char *text) { return ruleFromJson(json(text)); }

private slots:
    void covers_data() {
        QTest::addColumn<QByteArray>("owned");
        QTest::addColumn<QByteArray>("wanted");
        QTest::addColumn<int>("missing");
        const QByteArray pods = R"({"verbs":["get","list"],"apiGroups":[""],"resources":["pods"]})";
        QTest::newRow("same") << pods << pods << 0;
        QTest::newRow("more verbs") << pods
                                    << QByteArray(R"({"verbs":["get","delete"],"apiGroups":[""],"resources":["pods"]})")
                                    << 1;
        QTest::newRow("all by star") << QByteArray(R"({"verbs":["*"],"apiGroups":["*"],"resources":["*"]})") << pods
                                     << 0;
        QTest::newRow("star not by list")
            << pods << QByteArray(R"({"verbs":["*"],"apiGroups":[""],"resources":["pods"]})") << 1;
        QTest::newRow("all resources not by some")
            << pods << QByteArray(R"({"verbs":["get"],"apiGroups":[""],"resources":["*"]})") << 1;
        QTest::newRow("sub-resource is another")
            << pods << QByteArray(R"({"verbs":["get"],"apiGroups":[""],"resources":["pods/log"]})") << 1;
        QTest::newRow("one name by all")
            << pods << QByteArray(R"({"verbs":["get"],"apiGroups":[""],"resources":["pods"],"resourceNames":["x"]})")
            << 0;
        QTest::newRow("all not by one name")
            << QByteArray(R"({"verbs":["get"],"apiGroups":[""],"resources":["pods"],"resourceNames":["x"]})")
            << QByteArray(R"({"verbs":["get"],"apiGroups":[""],"resources":["pods"]})") << 1;
        QTest::newRow("path by prefix") << QByteArray(kApiPaths)
                                        << QByteArray(R"({"verbs":["get"],"nonResourceURLs":["/api/v1"]})") << 0;
        QTest::newRow("prefix not by path")
            << QByteArray(R"({"verbs":["get"],"nonResourceURLs":["/api/v1"]})") << QByteArray(kApiPaths) << 1;
    }
    void covers() {
        QFETCH(QByteArray, owned);
        QFETCH(QByteArray, wanted);
        QFETCH(int, missing);
        QCOMPARE(uncovered({rule(owned)}, {rule(wanted)}).size(), size_t(missing));
    }

    void writes_data() {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QByteArray>("object");
        QTest::addColumn<QString>("error");
        const QByteArray small = R"({"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})";
        const QByteArray large = R"({"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]})";
        const QByteArray aggregating = R"({"aggregationRule":{"clusterRoleSelectors":[{}]},"rules":[]})";
        const QByteArray binding = R"({"roleRef":{"kind":"ClusterRole","name":"reader"},"subjects":[]})";
        const QByteArray master = R"({"roleRef":{"kind":"ClusterRole","name":"all"},"subjects":[]})";
        const QByteArray missing = R"({"roleRef":{"kind":"ClusterRole","name":"none"},"subjects":[]})";
        QTest::newRow("own rules") << "reader" << "clusterroles" << small << "";
        QTest::newRow("more than own")
            << "reader" << "clusterroles" << large
            << "user \"reader\" (groups=[\"g\"]) is attempting to grant RBAC permissions not currently held:\n"
               "{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}";
        QTest::newRow("aggregation") << "reader" << "clusterroles" << aggregating << "not currently held";
        QTest::newRow("may escalate") << "escalator" << "clusterroles" << large << "";
        QTest::newRow("own role bound") << "reader" << "clusterrolebindings" << binding << "";
        QTest::newRow("other role bound") << "reader" << "clusterrolebindings" << master << "not currently held";
        QTest::newRow("may bind") << "binder" << "clusterrolebindings" << master << "";
        QTest::newRow("may bind only this") << "binder" << "clusterrolebindings" << binding << "not currently held";
        QTest::newRow("no such role") << "reader" << "clusterrolebindings" << missing
                                      << "clusterroles.rbac.authorization.k8s.io \"none\" not found";
    }
    void writes() {
        QFETCH(QString, user);
        QFETCH(QString, resource);
        QFETCH(QByteArray, object);
        QFETCH(QString, error);
        FakeReader reader;
        const std::string group = "rbac.authorization.k8s.io";
        reader.put(
            group, "clusterroles",
            R"({"metadata":{"name":"reader"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})");
        reader.put(group, "clusterroles",
                   R"({"metadata":{"name":"all"},"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]})");
        reader.put(group, "clusterroles", R"({"metadata":{"name":"escalator"},"rules":[{"verbs":["escalate"],
            "apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]}]})");
        reader.put(group, "clusterroles", R"({"metadata":{"name":"binder"},"rules":[{"verbs":["bind"],
            "apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["all"]}]})");
        for (const char *name : {"reader", "escalator", "binder"})
            reader.put(group, "clusterrolebindings",
                       JsonObject{{"metadata", JsonObject{{"name", name}}},
                                  {"roleRef", JsonObject{{"kind", "ClusterRole"}, {"name", name}}},
                                  {"subjects", JsonArray{JsonObject{{"kind", "User"}, {"name", name}}}}});
        const auto authorizer = makeAuthorizer(reader);
        const UserInfo who{.name = user.toStdString(), .groups = {"g"}};
        const JsonObject written = json(object.toStdString());
        const auto result = checkRbacWrite(*authorizer, {who, resource.toStdString(), {}, "new", written, nullptr});
        QCOMPARE(result.has_value(), error.isEmpty());
        if (!result)
            QVERIFY2(result.error().message.find(error.toStdString()) != std::string::npos,
                     result.error().message.c_str());
        const UserInfo root{.name = "root", .groups = {"system:masters"}};
        QVERIFY(checkRbacWrite(*authorizer, {root, resource.toStdString(), {}, "new", written, nullptr}).has_value());
        // An update that leaves the rules alone (owner references, labels) is no grant.
        QVERIFY(checkRbacWrite(*authorizer, {who, resource.toStdString(), {}, "new", written, &written}).has_value());
    }
};

QTEST_GUILESS_MAIN(EscalationTest)
#include "tst_escalation.moc"
