#include "core/api/field_managers.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/core/api/support/json_text.h"

#include <QTest>

using namespace coracle;
using namespace coracle::test;
namespace json = boost::json;

namespace {

const std::string kMaps = "/api/v1/namespaces/default/configmaps/";
const std::string kDeployments = "/apis/apps/v1/namespaces/default/deployments/";

/// JSON with ' for " as the text that is sent.
std::string body(const QByteArray &text) {
    return json::serialize(readJson(text));
}

std::string configMap(const char *name, const char *data) {
    return body("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'" + QByteArray(name) + "'},'data':" + data +
                "}");
}

const char *const kTemplate = "'selector':{'matchLabels':{'app':'d'}},'template':{'metadata':{'labels':{'app':'d'}},"
                              "'spec':{'containers':[{'name':'c','image':'i'}]}}";

std::string deployment(const char *spec) {
    return body("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{" + QByteArray(spec) +
                "}}");
}

json::object parsed(const Answer &answer) {
    return json::parse(answer.body).as_object();
}

QByteArray message(const Answer &answer) {
    return parsed(answer).at("message").as_string().c_str();
}

std::string version(const Answer &answer) {
    return parsed(answer).at("metadata").at("resourceVersion").as_string().c_str();
}

/// One line per manager: name, operation, version, sub-resource, fields.
QByteArrayList owners(const Answer &answer) {
    QByteArrayList lines;
    const api::FieldManagers managers = api::readManagers(parsed(answer)).value();
    for (const auto &[manager, owned] : managers) {
        QByteArray line = QByteArray::fromStdString(manager.name) + (manager.applies ? " Apply " : " Update ") +
                          QByteArray::fromStdString(manager.apiVersion) + ' ';
        if (!manager.subresource.empty())
            line += QByteArray::fromStdString(manager.subresource) + ' ';
        lines << line + jsonText(owned.fields.toJson());
    }
    return lines;
}

void compareLines(const QByteArrayList &actual, const QByteArrayList &expected) {
    if (actual != expected) // Qt cuts long texts
        qWarning().noquote() << "\n" << actual.join('\n') << "\n is not\n" << expected.join('\n');
    QCOMPARE(actual, expected);
}

} // namespace

/// Server-side apply and field ownership through the HTTP interface.
class ApplyTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TestApi> m_api;

    Answer apply(const std::string &path, std::string text, const std::string &query) {
        return m_api->request("PATCH", path + "?" + query, std::move(text),
                              {{"Content-Type", "application/apply-patch+yaml"}});
    }
    Answer applyAs(const char *manager, const std::string &path, std::string text) {
        return apply(path, std::move(text), "fieldManager=" + std::string(manager));
    }
    Answer patch(const std::string &path, const QByteArray &text, const char *type = "merge-patch",
                 const char *query = "fieldManager=patcher") {
        return m_api->request("PATCH", path + "?" + query, body(text),
                              {{"Content-Type", "application/" + std::string(type) + "+json"}});
    }
    Answer get(const std::string &path) { return m_api->request("GET", path); }

private slots:
    void init() { m_api = std::make_unique<TestApi>(); }
    void cleanup() { m_api.reset(); }

    void createsAndThenChangesNothing() {
        const Answer made = applyAs("one", kMaps + "a", configMap("a", "{'k':'1'}"));
        QCOMPARE(made.code, 201);
        compareLines(owners(made), {"one Apply v1 {'f:data':{'f:k':{}}}"});
        const Answer again = applyAs("one", kMaps + "a", configMap("a", "{'k':'1'}"));
        QCOMPARE(again.code, 200);
        QCOMPARE(again.body, made.body);
        const Answer changed = applyAs("one", kMaps + "a", configMap("a", "{'l':'1'}"));
        QVERIFY(version(changed) != version(made));
        QCOMPARE(jsonText(parsed(changed).at("data")), QByteArray("{'l':'1'}"));
        // YAML is what it is called.
        const Answer yaml = applyAs("one", kMaps + "a", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n");
        QCOMPARE(yaml.code, 200);
        QVERIFY(!parsed(yaml).contains("data"));
    }

    void writtenFormsDoNotMatter() {
        const auto pod = [](const char *cpu) {
            return body("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},'spec':{'containers':[{'name':'c',"
                        "'image':'i','resources':{'limits':{'cpu':'" +
                        QByteArray(cpu) + "'}}}]}}");
        };
        const std::string path = "/api/v1/namespaces/default/pods/p";
        const Answer made = applyAs("one", path, pod("1"));
        QCOMPARE(made.code, 201);
        const Answer again = applyAs("one", path, pod("1000m"));
        QCOMPARE(again.code, 200);
        QCOMPARE(version(again), version(made));
        QCOMPARE(again.body, made.body);
    }

    void refusesConflictsInTheStandardWords() {
        (void)applyAs("one", kDeployments + "d", deployment((std::string("'replicas':1,") + kTemplate).c_str()));
        const Answer refused = applyAs("two", kDeployments + "d", deployment("'replicas':2"));
        QCOMPARE(refused.code, 409);
        QCOMPARE(jsonText(parsed(refused)),
                 QByteArray("{'apiVersion':'v1','code':409,'details':{'causes':[{'field':'.spec.replicas','message':"
                            "'conflict with ~one~','reason':'FieldManagerConflict'}]},'kind':'Status','message':"
                            "'Apply failed with 1 conflict: conflict with ~one~: .spec.replicas','metadata':{},"
                            "'reason':'Conflict','status':'Failure'}"));
        (void)patch(kDeployments + "d", "{'spec':{'replicas':5,'paused':true}}");
        const Answer more = applyAs("two", kDeployments + "d",
                                    deployment("'replicas':2,'paused':false,'template':{'spec':{'containers':[{'name':"
                                               "'c','image':'j'}]}}"));
        QCOMPARE(message(more),
                 QByteArray("Apply failed with 3 conflicts: conflicts with \"one\":\n"
                            "- .spec.template.spec.containers[name=\"c\"].image\n"
                            "conflicts with \"patcher\" using apps/v1:\n- .spec.paused\n- .spec.replicas"));
        const Answer forced = apply(kDeployments + "d", deployment("'replicas':2"), "fieldManager=two&force=true");
        QCOMPARE(forced.code, 200);
        QVERIFY(owners(forced).contains("two Apply apps/v1 {'f:spec':{'f:replicas':{}}}"));
        QVERIFY(owners(forced).contains("patcher Update apps/v1 {'f:spec':{'f:paused':{}}}"));
    }

    void refusesBadRequests_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char *name, const char *text, const char *query, int code, const char *why) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(query) << code << QByteArray(why);
        };
        const char *const map = "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m'}}";
        row("no manager", map, "", 422,
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        static const QByteArray longName(129, 'x');
        static const QByteArray longQuery = "fieldManager=" + longName;
        row("long manager", map, longQuery, 422,
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: may not be more than 128 bytes");
        row("unprintable manager", map, "fieldManager=a%0Ab", 422,
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\\nb\": invalid character "
            "U+000A "
            "(at position 1)");
        row("other version", "{'apiVersion':'v2','kind':'ConfigMap','metadata':{'name':'m'}}", "fieldManager=x", 400,
            "invalid object type: /v2, Kind=ConfigMap");
        row("other kind", "{'apiVersion':'v1','kind':'Secret','metadata':{'name':'m'}}", "fieldManager=x", 400,
            "invalid object type: /v1, Kind=Secret");
        row("no object", "[1]", "fieldManager=x", 400,
            "error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go "
            "value of type map[string]interface {}");
        row("nothing", "null", "fieldManager=x", 400, "invalid object type: /, Kind=");
        row("managedFields", "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','managedFields':[]}}",
            "fieldManager=x", 400, "metadata.managedFields must be nil");
        row("no name", "{'apiVersion':'v1','kind':'ConfigMap','metadata':{}}", "fieldManager=x", 400,
            "the name of the object (m based on URL) was undeterminable: name must be provided");
        row("generated name", "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'generateName':'m-'}}",
            "fieldManager=x", 400, "the name of the object (m based on URL) was undeterminable: name must be provided");
        row("other name", "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'n'}}", "fieldManager=x", 400,
            "the name of the object (n) does not match the name on the URL (m)");
        row("other namespace", "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','namespace':'x'}}",
            "fieldManager=x", 400,
            "the namespace of the provided object does not match the namespace sent on the request");
        row("uid of nothing", "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','uid':'123'}}",
            "fieldManager=x", 409,
            "Operation cannot be fulfilled on configmaps \"m\": uid mismatch: the provided object specified uid 123, "
            "and no existing object was found");
        row("unknown field", "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m'},'dta':{}}",
            "fieldManager=x", 500,
            "failed to create typed patch object (/m; /v1, Kind=ConfigMap): .dta: field not declared in schema");
        row("wrong type",
            "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','namespace':'default'},"
            "'data':{'a':1}}",
            "fieldManager=x", 500,
            "failed to create typed patch object (default/m; /v1, Kind=ConfigMap): .data.a: expected string, got "
            "&value.valueUnstructured{Value:1}");
        row("duplicates", "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','finalizers':['a/b','a/b']}}",
            "fieldManager=x", 500,
            "failed to create typed patch object (/m; /v1, Kind=ConfigMap): .metadata.finalizers: duplicate entries "
            "for key [=\"a/b\"]");
    }
    void refusesBadRequests() {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, query);
        QFETCH(int, code);
        QFETCH(QByteArray, message);
        const Answer refused = apply(kMaps + "m", ::body(body), query.toStdString());
        QCOMPARE(::message(refused), message);
        QCOMPARE(refused.code, code);
        QCOMPARE(get(kMaps + "m").code, 404);
    }

    void preconditionsHold() {
        const Answer made = applyAs("one", kMaps + "m", configMap("m", "{'k':'1'}"));
        const auto with = [&](const char *key, const std::string &value) {
            json::object object = json::parse(configMap("m", "{'k':'2'}")).as_object();
            object["metadata"].as_object()[key] = value;
            return applyAs("one", kMaps + "m", json::serialize(object));
        };
        QCOMPARE(message(with("uid", "other")),
                 QByteArray("ConfigMap \"m\" is invalid: metadata.uid: Invalid value: \"other\": field is immutable"));
        const Answer stale = with("resourceVersion", "1");
        QCOMPARE(stale.code, 409);
        QCOMPARE(message(stale), QByteArray("Operation cannot be fulfilled on configmaps \"m\": the object has been "
                                            "modified; please apply your changes to the latest version and try again"));
        QCOMPARE(with("resourceVersion", version(made)).code, 200);
        // The version of an object that is not there says nothing.
        json::object fresh = json::parse(configMap("n", "{}")).as_object();
        fresh["metadata"].as_object()["resourceVersion"] = "77";
        QCOMPARE(applyAs("one", kMaps + "n", json::serialize(fresh)).code, 201);
    }

    void dryRunsLeaveNothing() {
        const Answer dry = apply(kMaps + "m", configMap("m", "{'k':'1'}"), "fieldManager=one&dryRun=All");
        QCOMPARE(dry.code, 201);
        QCOMPARE(get(kMaps + "m").code, 404);
        const Answer made = applyAs("one", kMaps + "m", configMap("m", "{'k':'1'}"));
        const Answer change = apply(kMaps + "m", configMap("m", "{'k':'2'}"), "fieldManager=one&dryRun=All");
        QCOMPARE(jsonText(parsed(change).at("data")), QByteArray("{'k':'2'}"));
        QCOMPARE(get(kMaps + "m").body, made.body);
    }

    void statusBelongsToItsSubresource() {
        const std::string text = deployment((std::string("'replicas':1,") + kTemplate).c_str());
        json::object both = json::parse(text).as_object();
        both["status"] = readJson("{'replicas':7}");
        const Answer made = applyAs("one", kDeployments + "d", json::serialize(both));
        QCOMPARE(made.code, 201);
        QVERIFY(!owners(made).join(' ').contains("f:status"));
        QVERIFY(!parsed(made).at("status").as_object().contains("replicas"));
        const Answer status = applyAs("two", kDeployments + "d/status", json::serialize(both));
        QCOMPARE(status.code, 200);
        QVERIFY(owners(status).contains("two Apply apps/v1 status {'f:status':{'f:replicas':{}}}"));
        QCOMPARE(parsed(status).at("status").at("replicas"), json::value(7));
        // No conflict: through the main resource a status means nothing.
        both["status"] = readJson("{'replicas':8}");
        QCOMPARE(applyAs("one", kDeployments + "d", json::serialize(both)).code, 200);
        const Answer fight = applyAs("three", kDeployments + "d/status", json::serialize(both));
        QCOMPARE(message(fight), QByteArray("Apply failed with 1 conflict: conflict with \"two\" with subresource "
                                            "\"status\": .status.replicas"));
        // A merge patch of the status is an update through the sub-resource.
        const Answer patched =
            patch(kDeployments + "d/status", "{'status':{'readyReplicas':1},'spec':{'paused':true}}");
        QVERIFY(owners(patched).contains("patcher Update apps/v1 status {'f:status':{'f:readyReplicas':{}}}"));
    }

    void scaleSharesTheReplicas() {
        (void)applyAs("one", kDeployments + "d", deployment((std::string("'replicas':1,") + kTemplate).c_str()));
        const auto scale = [](const char *replicas) {
            return body("{'apiVersion':'autoscaling/v1','kind':'Scale','metadata':{'name':'d'},'spec':{'replicas':" +
                        QByteArray(replicas) + "}}");
        };
        const Answer refused = applyAs("hpa", kDeployments + "d/scale", scale("5"));
        QCOMPARE(message(refused), QByteArray("Apply failed with 1 conflict: conflict with \"one\": .spec.replicas"));
        const Answer forced = apply(kDeployments + "d/scale", scale("5"), "fieldManager=hpa&force=true");
        QCOMPARE(forced.code, 200);
        QCOMPARE(parsed(forced).at("spec").at("replicas"), json::value(5));
        Answer whole = get(kDeployments + "d");
        QVERIFY(owners(whole).contains("hpa Apply apps/v1 scale {'f:spec':{'f:replicas':{}}}"));
        QVERIFY(!owners(whole).first().contains("f:replicas") || !owners(whole).first().startsWith("one "));
        // What the main resource owns stays its own, also when a scale is written that changes nothing.
        const Answer updated = patch(kDeployments + "d/scale", "{'spec':{'replicas':6}}");
        QCOMPARE(updated.code, 200);
        whole = get(kDeployments + "d");
        QVERIFY(owners(whole).contains("patcher Update apps/v1 scale {'f:spec':{'f:replicas':{}}}"));
        QVERIFY(!owners(whole).join(' ').contains("hpa"));
        const Answer again =
            applyAs("one", kDeployments + "d", deployment((std::string("'replicas':1,") + kTemplate).c_str()));
        QCOMPARE(message(again), QByteArray("Apply failed with 1 conflict: conflict with \"patcher\" with subresource "
                                            "\"scale\" using apps/v1: .spec.replicas"));
        QCOMPARE(apply(kDeployments + "d/scale", body("{'apiVersion':'apps/v1','kind':'Deployment'}"), "fieldManager=x")
                     .code,
                 400);
    }

    void listsOfOwnersCanBeReset_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("patch");
        QTest::newRow("merge, one empty entry")
            << QByteArray("merge-patch") << QByteArray("{'metadata':{'managedFields':[{}]}}");
        QTest::newRow("merge, empty") << QByteArray("merge-patch") << QByteArray("{'metadata':{'managedFields':[]}}");
        QTest::newRow("json") << QByteArray("json-patch")
                              << QByteArray("[{'op':'replace','path':'/metadata/managedFields','value':[{}]}]");
        QTest::newRow("strategic") << QByteArray("strategic-merge-patch")
                                   << QByteArray("{'metadata':{'managedFields':[]}}");
    }
    void listsOfOwnersCanBeReset() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, patch);
        (void)applyAs("one", kMaps + "m", configMap("m", "{'k':'1'}"));
        const Answer reset = this->patch(kMaps + "m", patch, type);
        QCOMPARE(reset.code, 200);
        QVERIFY(!parsed(reset).at("metadata").as_object().contains("managedFields"));
        // The next apply starts anew, and what was there has an owner of its own.
        const Answer refused = applyAs("one", kMaps + "m", configMap("m", "{'k':'2'}"));
        QCOMPARE(message(refused), QByteArray("Apply failed with 1 conflict: conflict with \"before-first-apply\" "
                                              "using v1: .data.k"));
        compareLines(
            owners(applyAs("one", kMaps + "m", configMap("m", "{'k':'1'}"))),
            {"before-first-apply Update v1 {'f:data':{'.':{},'f:k':{}}}", "one Apply v1 {'f:data':{'f:k':{}}}"});
    }

    void badListsOfOwnersAreRefusedOrPassedOver() {
        const Answer made = applyAs("one", kMaps + "m", configMap("m", "{'k':'1'}"));
        const Answer ignored =
            patch(kMaps + "m", "{'metadata':{'managedFields':[{'manager':'x','operation':'Update'}]}}");
        compareLines(owners(ignored), owners(made));
        const Answer given = patch(kMaps + "m", "{'metadata':{'managedFields':[{'manager':'x','operation':'Apply',"
                                                "'apiVersion':'v1','fieldsType':'FieldsV1','fieldsV1':{'f:data':{"
                                                "'f:k':{}}}}]}}");
        compareLines(owners(given), {"x Apply v1 {'f:data':{'f:k':{}}}"});
        const QByteArray name(129, 'x');
        const Answer tooLong =
            patch(kMaps + "m", "{'metadata':{'managedFields':[{'manager':'" + name +
                                   "','operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1'," +
                                   "'fieldsV1':{'f:data':{'f:k':{}}}}]}}");
        QCOMPARE(message(tooLong), QByteArray("ConfigMap \"m\" is invalid: metadata.managedFields[0].manager: Too "
                                              "long: may not be more than 128 bytes"));
    }

    void managersComeFromTheUserAgent() {
        const auto create = [&](const char *name, const char *agent) {
            return owners(m_api->request("POST", "/api/v1/namespaces/default/configmaps", configMap(name, "{'k':'1'}"),
                                         {{"Content-Type", "application/json"}, {"User-Agent", agent}}));
        };
        compareLines(create("a", "kubectl/v1.36.2 (linux/amd64) kubernetes/abc"),
                     {"kubectl Update v1 {'f:data':{'.':{},'f:k':{}}}"});
        compareLines(create("b", "my agent"), {"my agent Update v1 {'f:data':{'.':{},'f:k':{}}}"});
        compareLines(create("c", "/x"), {"unknown Update v1 {'f:data':{'.':{},'f:k':{}}}"});
    }

    void clientSideAppliesAreTakenOver() {
        // As kubectl apply leaves it.
        const QByteArray last = "{~apiVersion~:~v1~,~data~:{~k~:~1~},~kind~:~ConfigMap~,~metadata~:{~annotations~:{},"
                                "~name~:~m~,~namespace~:~default~}}";
        const QByteArray annotation = "'kubectl.kubernetes.io/last-applied-configuration':'" + last + "'";
        (void)m_api->request("POST", "/api/v1/namespaces/default/configmaps?fieldManager=kubectl-client-side-apply",
                             body("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','annotations':{" +
                                  annotation + "}},'data':{'k':'1'}}"),
                             {{"Content-Type", "application/json"}});
        // Not for everybody, but for kubectl; and the annotation follows.
        QCOMPARE(applyAs("other", kMaps + "m", configMap("m", "{'k':'2'}")).code, 409);
        const Answer taken = applyAs("kubectl", kMaps + "m", configMap("m", "{'k':'2'}"));
        QCOMPARE(taken.code, 200);
        QCOMPARE(parsed(taken).at("metadata").at("annotations").at("kubectl.kubernetes.io/last-applied-configuration"),
                 json::value("{\"apiVersion\":\"v1\",\"data\":{\"k\":\"2\"},\"kind\":\"ConfigMap\",\"metadata\":{"
                             "\"name\":\"m\"}}\n"));
        QVERIFY(owners(taken).contains("kubectl Apply v1 {'f:data':{'f:k':{}}}"));
    }

    void ownersStayInTheirVersion() {
        const std::string one = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/h";
        const std::string two = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h";
        const auto hpa = [](const char *version, const char *replicas) {
            return body("{'apiVersion':'autoscaling/" + QByteArray(version) +
                        "','kind':'HorizontalPodAutoscaler','metadata':{'name':'h'},'spec':{'maxReplicas':" + replicas +
                        ",'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'d'}}}");
        };
        QCOMPARE(applyAs("one", one, hpa("v1", "3")).code, 201);
        QCOMPARE(message(applyAs("two", two, hpa("v2", "4"))),
                 QByteArray("Apply failed with 1 conflict: conflict with \"one\": .spec.maxReplicas"));
        const Answer moved = applyAs("one", two, hpa("v2", "4"));
        QCOMPARE(moved.code, 200);
        compareLines(
            owners(moved),
            {"one Apply autoscaling/v2 {'f:spec':{'f:maxReplicas':{},'f:scaleTargetRef':{'f:apiVersion':{},'f:kind':{},"
             "'f:name':{}}}}"});
        QCOMPARE(message(applyAs("one", two, hpa("v1", "4"))),
                 QByteArray("invalid object type: autoscaling/v1, Kind=HorizontalPodAutoscaler"));
    }

    void oldUpdatersAreJoined() {
        (void)applyAs("one", kMaps + "m", configMap("m", "{'k':'1'}"));
        for (int i = 0; i < 13; ++i) {
            const QByteArray n = QByteArray::number(10 + i);
            QCOMPARE(patch(kMaps + "m", "{'data':{'k" + n + "':'x'}}", "merge-patch", "fieldManager=m" + n).code, 200);
        }
        const QByteArrayList lines = owners(get(kMaps + "m"));
        QCOMPARE(lines.size(), 11);
        QCOMPARE(lines.front(), QByteArray("ancient-changes Update v1 {'f:data':{'f:k10':{},'f:k11':{},'f:k12':{},"
                                           "'f:k13':{}}}"));
    }
};

QTEST_GUILESS_MAIN(ApplyTest)
#include "tst_apply.moc"
