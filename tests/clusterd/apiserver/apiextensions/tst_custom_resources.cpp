#include "tests/clusterd/apiserver/apiextensions/crd_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::test;

namespace {

constexpr std::string_view kSpec = R"({"type":"object","required":["cronSpec"],"properties":{
    "cronSpec":{"type":"string","pattern":"^(\\d+|\\*)( (\\d+|\\*)){4}$"},
    "image":{"type":"string","default":"busybox"},
    "replicas":{"type":"integer","minimum":1,"maximum":10},
    "port":{"x-kubernetes-int-or-string":true},
    "note":{"type":"string","nullable":true}}})";
constexpr std::string_view kStatusAndScale =
    R"(,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas",)"
    R"("statusReplicasPath":".status.replicas","labelSelectorPath":".status.selector"}})";

} // namespace

/// The life of definitions and their objects through the HTTP interface.
class TestCustomResources : public QObject {
    Q_OBJECT

private slots:
    void aDefinitionIsServedAndDiscovered() {
        CrdApi crd;
        QCOMPARE(crd.get(CrdApi::kCrons).code, 404);
        const Answer made = crd.define(cronTab(kSpec));
        QCOMPARE(made.code, 201);
        QCOMPARE(at(made, "/spec/names/singular"), "crontab");
        QCOMPARE(at(made, "/spec/names/listKind"), "CronTabList");
        QCOMPARE(at(made, "/spec/conversion/strategy"), "None");
        QCOMPARE(at(made, "/status/storedVersions"), R"(["v1"])");
        QCOMPARE(at(made, "/metadata/generation"), "1");
        const Answer list = crd.get("/apis/stable.example.com/v1");
        QCOMPARE(at(list, "/resources/0/name"), "crontabs");
        QCOMPARE(at(list, "/resources/0/shortNames"), R"(["ct"])");
        QCOMPARE(at(list, "/resources/0/categories"), R"(["all"])");
        QVERIFY(crd.get("/apis").body.find("stable.example.com/v1") != std::string::npos);
        const Answer aggregated =
            crd.get("/apis", {{"Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}});
        QVERIFY(aggregated.body.find("\"crontabs\"") != std::string::npos);
        QCOMPARE(at(crd.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/crontabs.stable.example.com"),
                    "/status/acceptedNames/kind"),
                 "CronTab");
        QVERIFY(crd.hasCondition("crontabs.stable.example.com", "NamesAccepted", "True"));
    }

    void objectsArePrunedDefaultedAndChecked() {
        CrdApi crd;
        crd.define(cronTab(kSpec));
        crd.makeNamespace("default");
        const Answer made =
            crd.post(CrdApi::kCrons, cron("a", R"({"cronSpec":"* * * * 5","surplus":1,"note":null,"port":"http"})"));
        QCOMPARE(made.code, 201);
        QCOMPARE(at(made, "/spec/image"), "busybox");
        QCOMPARE(at(made, "/spec/surplus"), "absent");
        QCOMPARE(at(made, "/spec/note"), "null");
        QCOMPARE(at(made, "/spec/port"), "http");
        QCOMPARE(at(made, "/metadata/generation"), "1");
        QCOMPARE(std::string(made.headers.get("Warning")), "299 - \"unknown field \\\"spec.surplus\\\"\"");
        const Answer wrong = crd.post(CrdApi::kCrons, cron("b", R"({"cronSpec":"nonsense","replicas":0})"));
        QCOMPARE(wrong.code, 422);
        QCOMPARE(at(wrong, "/details/causes/0/message"),
                 "Invalid value: \"nonsense\": spec.cronSpec in body should match '^(\\d+|\\*)( (\\d+|\\*)){4}$'");
        QCOMPARE(at(wrong, "/details/causes/1/message"),
                 "Invalid value: 0: spec.replicas in body should be greater than or equal to 1");
        QCOMPARE(at(crd.post(CrdApi::kCrons, cron("b", "{}")), "/message"),
                 "CronTab.stable.example.com \"b\" is invalid: spec.cronSpec: Required value");
        QCOMPARE(crd.api
                     .request("POST", std::string(CrdApi::kCrons) + "?fieldValidation=Strict",
                              cron("b", R"({"cronSpec":"* * * * 5","x":1,"x":2})"))
                     .code,
                 400);
    }

    void updatesCountGenerations() {
        CrdApi crd;
        crd.define(cronTab(kSpec, kStatusAndScale));
        crd.makeNamespace("default");
        const Answer made = crd.post(
            CrdApi::kCrons, R"({"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"a"},)"
                            R"("spec":{"cronSpec":"* * * * 5","replicas":3},"status":{"replicas":7}})");
        QCOMPARE(at(made, "/status"), "absent");
        const std::string path = std::string(CrdApi::kCrons) + "/a";
        Answer answer = crd.patch(path, R"({"spec":{"replicas":4}})");
        QCOMPARE(at(answer, "/metadata/generation"), "2");
        answer = crd.patch(path + "/status", R"({"status":{"replicas":2,"selector":"app=x"},"spec":{"replicas":9}})");
        QCOMPARE(answer.code, 200);
        QCOMPARE(at(answer, "/metadata/generation"), "2");
        QCOMPARE(at(answer, "/spec/replicas"), "4");
        QCOMPARE(at(answer, "/status/replicas"), "2");
        answer = crd.patch(path, R"({"status":{"replicas":5}})");
        QCOMPARE(at(answer, "/status/replicas"), "2");
        const Answer scale = crd.get(path + "/scale");
        QCOMPARE(at(scale, "/kind"), "Scale");
        QCOMPARE(at(scale, "/spec/replicas"), "4");
        QCOMPARE(at(scale, "/status"), R"({"replicas":2,"selector":"app=x"})");
        QCOMPARE(crd.patch(path + "/scale", R"({"spec":{"replicas":6}})").code, 200);
        QCOMPARE(at(crd.get(path), "/spec/replicas"), "6");
        QCOMPARE(crd.patch(path + "/scale", R"({"spec":{"replicas":60}})").code, 422);
        QCOMPARE(crd.patch(path, R"({"spec":{"replicas":1}})", "application/strategic-merge-patch+json").code, 415);
        const Answer noVersion = crd.put(path, cron("a", R"({"cronSpec":"* * * * 5"})"));
        QCOMPARE(noVersion.code, 422);
    }

    void aTableHasTheColumns() {
        CrdApi crd;
        crd.define(
            cronTab(kSpec, R"(,"additionalPrinterColumns":[{"name":"Spec","type":"string","jsonPath":".spec.cronSpec"},
            {"name":"Replicas","type":"integer","jsonPath":".spec.replicas","priority":1},
            {"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\u0022Ready\u0022)].status"}])"));
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons,
                 R"({"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"a"},)"
                 R"("spec":{"cronSpec":"* * * * 5","replicas":3},)"
                 R"("status":{"conditions":[{"type":"X","status":"False"},{"type":"Ready","status":"True"}]}})");
        const Answer table = crd.get(CrdApi::kCrons, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
        QCOMPARE(at(table, "/columnDefinitions/0/name"), "Name");
        QCOMPARE(at(table, "/columnDefinitions/2/name"), "Replicas");
        QCOMPARE(at(table, "/rows/0/cells"), R"(["a","* * * * 5",3,"True"])");
    }

    void selectableFieldsSelect() {
        CrdApi crd;
        crd.define(cronTab(kSpec, R"(,"selectableFields":[{"jsonPath":".spec.image"}])"));
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons, cron("a", R"({"cronSpec":"* * * * 5"})"));
        crd.post(CrdApi::kCrons, cron("b", R"({"cronSpec":"* * * * 5","image":"nginx"})"));
        const Answer list = crd.get(std::string(CrdApi::kCrons) + "?fieldSelector=spec.image%3Dnginx");
        QCOMPARE(at(list, "/items/0/metadata/name"), "b");
        QCOMPARE(at(list, "/items/1"), "absent");
        const Answer unknown = crd.get(std::string(CrdApi::kCrons) + "?fieldSelector=spec.cronSpec%3Dx");
        QCOMPARE(unknown.code, 400);
        QCOMPARE(at(unknown, "/message"), "field label not supported: spec.cronSpec");
    }

    void serverSideApplyMergesByTheSchemasKeys() {
        CrdApi crd;
        crd.define(cronTab(R"({"type":"object","properties":{"ports":{"type":"array","x-kubernetes-list-type":"map",
            "x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],"properties":{
            "name":{"type":"string"},"number":{"type":"integer"}}}},
            "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}})"));
        crd.makeNamespace("default");
        const auto apply = [&](std::string_view manager, std::string_view spec) {
            return crd.patch(std::string(CrdApi::kCrons) + "/a?fieldManager=" + std::string(manager), cron("a", spec),
                             "application/apply-patch+yaml");
        };
        QCOMPARE(apply("one", R"({"ports":[{"name":"a","number":1}],"tags":["x"]})").code, 201);
        const Answer merged = apply("two", R"({"ports":[{"name":"b","number":2}],"tags":["y"]})");
        QCOMPARE(merged.code, 200);
        QCOMPARE(at(merged, "/spec/ports"), R"([{"name":"a","number":1},{"name":"b","number":2}])");
        QCOMPARE(at(merged, "/spec/tags"), R"(["x","y"])");
        QCOMPARE(apply("two", R"({"ports":[{"name":"a","number":3}]})").code, 409);
        QCOMPARE(at(crd.post(CrdApi::kCrons, cron("b", R"({"ports":[{"name":"a"},{"name":"a"}],"tags":["x","x"]})")),
                    "/details/causes/0/message"),
                 R"(Duplicate value: {"name":"a"})");
    }

    void deletionTakesTheObjectsAlong() {
        CrdApi crd;
        crd.define(cronTab(kSpec));
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons, cron("a", R"({"cronSpec":"* * * * 5"})"));
        crd.post(CrdApi::kCrons, cron("b", R"({"cronSpec":"* * * * 5"})", R"(,"finalizers":["example.com/wait"])"));
        const std::string path = std::string(CrdApi::kDefinitions) + "/crontabs.stable.example.com";
        const Answer deleted = crd.remove(path);
        QCOMPARE(deleted.code, 200);
        QCOMPARE(at(deleted, "/metadata/finalizers"), R"(["customresourcecleanup.apiextensions.k8s.io"])");
        crd.waitFor("crontabs.stable.example.com", "Terminating");
        crd.api.runUntil([&] { return crd.get(std::string(CrdApi::kCrons) + "/a").code == 404; });
        const Answer refused = crd.post(CrdApi::kCrons, cron("c", R"({"cronSpec":"* * * * 5"})"));
        QCOMPARE(refused.code, 405);
        QCOMPARE(at(refused, "/message"), "create not allowed while custom resource definition is terminating");
        QCOMPARE(crd.get(std::string(CrdApi::kCrons) + "/b").code, 200);
        QCOMPARE(crd.patch(std::string(CrdApi::kCrons) + "/b", R"({"metadata":{"finalizers":null}})").code, 200);
        crd.api.runUntil([&] { return crd.get(path).code == 404; });
        crd.api.runUntil([&] { return crd.get(CrdApi::kCrons).code == 404; });
        QVERIFY(crd.get("/apis").body.find("stable.example.com") == std::string::npos);
        QCOMPARE(crd.define(cronTab(kSpec)).code, 201);
        QCOMPARE(at(crd.get(CrdApi::kCrons), "/items"), "[]");
    }

    void aChangedSchemaShowsInWhatIsStored() {
        CrdApi crd;
        crd.define(cronTab(R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}})"));
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons, cron("x", R"({"a":"1","b":"2"})"));
        const std::string path = std::string(CrdApi::kDefinitions) + "/crontabs.stable.example.com";
        json::value definition = parsed(crd.get(path).body);
        json::object &properties =
            definition.at_pointer("/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties").as_object();
        properties.erase("b");
        properties["c"] = json::object{{"type", "integer"}, {"default", 7}};
        QCOMPARE(crd.put(path, json::serialize(definition)).code, 200);
        crd.api.runUntil([&] { return at(crd.get(std::string(CrdApi::kCrons) + "/x"), "/spec/c") == "7"; });
        QCOMPARE(at(crd.get(std::string(CrdApi::kCrons) + "/x"), "/spec"), R"({"a":"1","c":7})");
        QCOMPARE(at(crd.get(CrdApi::kCrons), "/items/0/spec/c"), "7");
    }

    void namesThatAreTakenAreRefused() {
        CrdApi crd;
        crd.define(cronTab(kSpec));
        std::string other = cronTab(kSpec);
        for (const auto &[from, to] : {std::pair("crontabs", "crontasks"), std::pair("\"ct\"", "\"crontabs\"")})
            for (size_t found = other.find(from); found != std::string::npos; found = other.find(from, found + 9))
                other.replace(found, strlen(from), to);
        QCOMPARE(crd.post(CrdApi::kDefinitions, other).code, 201);
        crd.waitFor("crontasks.stable.example.com", "NamesAccepted", "False");
        QVERIFY(crd.hasCondition("crontasks.stable.example.com", "Established", "False"));
        QCOMPARE(crd.get("/apis/stable.example.com/v1/crontasks").code, 404);
        crd.remove(std::string(CrdApi::kDefinitions) + "/crontabs.stable.example.com");
        crd.waitFor("crontasks.stable.example.com", "Established");
        QCOMPARE(crd.get("/apis/stable.example.com/v1/crontasks").code, 200);
    }

    void openApiDescribesIt() {
        CrdApi crd;
        const std::string before = crd.get("/openapi/v3").body;
        QVERIFY(before.find("stable.example.com") == std::string::npos);
        crd.define(cronTab(kSpec));
        const Answer index = crd.get("/openapi/v3");
        const std::string url = at(index, "/paths/apis~1stable.example.com~1v1/serverRelativeURL");
        QVERIFY(url.starts_with("/openapi/v3/apis/stable.example.com/v1?hash="));
        const Answer document = crd.get(url);
        QCOMPARE(
            at(document, "/components/schemas/com.example.stable.v1.CronTab/properties/spec/properties/replicas/type"),
            "integer");
        QCOMPARE(at(document, "/components/schemas/com.example.stable.v1.CronTab/x-kubernetes-group-version-kind"),
                 R"([{"group":"stable.example.com","kind":"CronTab","version":"v1"}])");
        QVERIFY(document.headers.get("Cache-Control").find("immutable") != std::string_view::npos);
        // kubectl apply looks here for what it may send.
        QVERIFY(document.body.find("application/merge-patch+json") != std::string::npos);
        QVERIFY(document.body.find("application/strategic-merge-patch+json") == std::string::npos);
        QCOMPARE(at(crd.get("/openapi/v2"),
                    "/definitions/com.example.stable.v1.CronTab/properties/spec/properties/cronSpec/type"),
                 "string");
    }

    void rulesInCelAreKept() {
        CrdApi crd;
        const auto spec = [](std::string_view rule) {
            json::object validation{{"rule", rule}, {"message", "no way"}};
            json::object number{{"type", "integer"}};
            return json::serialize(json::object{{"type", "object"},
                                                {"x-kubernetes-validations", json::array{validation}},
                                                {"properties", {{"min", number}, {"max", number}}}});
        };
        const Answer refused = crd.post(CrdApi::kDefinitions, cronTab(spec("self.min <= self.none")));
        QCOMPARE(refused.code, 422);
        QCOMPARE(at(refused, "/details/causes/0/field"),
                 "spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule");
        QCOMPARE(crd.define(cronTab(spec("self.min <= self.max"))).code, 201);
        crd.makeNamespace("default");
        const Answer wrong = crd.post(CrdApi::kCrons, cron("a", R"({"min":2,"max":1})"));
        QCOMPARE(wrong.code, 422);
        QCOMPARE(at(wrong, "/details/causes/0/field"), "spec");
        QVERIFY(at(wrong, "/details/causes/0/message").ends_with("no way"));
        QCOMPARE(crd.post(CrdApi::kCrons, cron("a", R"({"min":1,"max":2})")).code, 201);
    }

    void aDefinitionIsChecked() {
        CrdApi crd;
        std::string body = cronTab(R"({"type":"object","properties":{"a":{}}})");
        const Answer wrong = crd.post(CrdApi::kDefinitions, body);
        QCOMPARE(wrong.code, 422);
        QCOMPARE(
            at(wrong, "/message"),
            "CustomResourceDefinition.apiextensions.k8s.io \"crontabs.stable.example.com\" is invalid: "
            "spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[a].type: Required value: must not "
            "be empty for specified object fields");
        body = cronTab(R"({"type":"object"})");
        body.replace(body.find("crontabs.stable"), 8, "crontask");
        QCOMPARE(at(crd.post(CrdApi::kDefinitions, body), "/details/causes/0/field"), "metadata.name");
        QCOMPARE(crd.define(cronTab(R"({"type":"object"})")).code, 201);
        const std::string path = std::string(CrdApi::kDefinitions) + "/crontabs.stable.example.com";
        const Answer renamed = crd.patch(path, R"({"spec":{"scope":"Cluster","names":{"kind":"Other"}}})");
        QCOMPARE(renamed.code, 422);
        QCOMPARE(at(renamed, "/details/causes/0/message"), "Invalid value: \"Cluster\": field is immutable");
    }

    void watchesSeeObjects() {
        CrdApi crd;
        crd.define(cronTab(kSpec));
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons, cron("a", R"({"cronSpec":"* * * * 5"})"));
        const Answer stream = crd.api.request("GET", std::string(CrdApi::kCrons) + "?watch=true", {}, {}, 1);
        QVERIFY(stream.body.starts_with(R"({"type":"ADDED","object":{"apiVersion":"stable.example.com/v1")"));
    }

    void definitionsAreServedAgainAfterARestart() {
        // The store of a second server on the same datastore begins with what the first one left.
        CrdApi crd;
        crd.define(cronTab(kSpec));
        const auto served = crd.api.server().resources().find("stable.example.com", "v1", "crontabs");
        QVERIFY(served);
        crd.remove(std::string(CrdApi::kDefinitions) + "/crontabs.stable.example.com");
        crd.api.runUntil([&] { return crd.get(CrdApi::kCrons).code == 404; });
        QCOMPARE(std::string(served->kind), "CronTab"); // a request in flight may go on with it
        QCOMPARE(served->columns.size(), size_t(2));
    }
};

QTEST_GUILESS_MAIN(TestCustomResources)
#include "tst_custom_resources.moc"
