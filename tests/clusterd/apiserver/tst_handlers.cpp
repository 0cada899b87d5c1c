#include "core/api/codec.h"
#include "core/api/protobuf.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::test;

namespace {

constexpr const char *kMaps = "/api/v1/namespaces/default/configmaps";

std::string configMap(std::string_view name) {
    return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},"data":{{"k":"v"}}}})",
                       name);
}

boost::json::object json(const Answer &answer) {
    return boost::json::parse(answer.body).as_object();
}

std::string text(const boost::json::object &object, std::string_view key) {
    return std::string(object.at(key).as_string());
}

std::vector<boost::json::object> lines(const std::string &body) {
    std::vector<boost::json::object> result;
    for (size_t at = 0; at < body.size();) {
        size_t end = body.find('\n', at);
        result.push_back(boost::json::parse(body.substr(at, end - at)).as_object());
        at = end + 1;
    }
    return result;
}

} // namespace

class HandlersTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TestApi> m_api;

    Answer post(std::string target, std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
        headers.emplace_back("User-Agent", "kubectl/v1.36.2 (linux/amd64)");
        return m_api->request("POST", std::move(target), std::move(body), std::move(headers));
    }
    Answer get(std::string target, std::vector<std::pair<std::string, std::string>> headers = {}) {
        return m_api->request("GET", std::move(target), {}, std::move(headers));
    }

private slots:
    void init() { m_api = std::make_unique<TestApi>(); }
    void cleanup() { m_api.reset(); }

    void createReadUpdateDelete() {
        Answer made = post(kMaps, configMap("a"));
        QCOMPARE(made.code, 201);
        QVERIFY(made.body.contains(R"("manager":"kubectl")"));
        QCOMPARE(made.headers.get("Content-Type"), "application/json");
        Answer read = get(std::string(kMaps) + "/a");
        QCOMPARE(read.code, 200);
        QCOMPARE(read.body, made.body);
        boost::json::object object = json(read);
        object["data"].as_object()["k"] = "w";
        Answer put = m_api->request("PUT", std::string(kMaps) + "/a", boost::json::serialize(object));
        QCOMPARE(put.code, 200);
        Answer patched = m_api->request("PATCH", std::string(kMaps) + "/a", R"({"data":{"x":"y"}})",
                                        {{"Content-Type", "application/merge-patch+json"}});
        QCOMPARE(patched.code, 200);
        Answer gone = m_api->request("DELETE", std::string(kMaps) + "/a");
        QCOMPARE(gone.code, 200);
        QCOMPARE(text(json(gone), "status"), "Success");
        QCOMPARE(text(json(gone).at("details").as_object(), "kind"), "configmaps");
        QCOMPARE(get(std::string(kMaps) + "/a").code, 404);
    }

    void standardErrors_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("message");
        auto row = [](const char *name, QString method, QString target, QString body, QString type, int code,
                      QString reason, QString message) {
            QTest::newRow(name) << method << target << body << type << code << reason << message;
        };
        QString maps = kMaps;
        row("unknown kind", "GET", "/api/v1/namespaces/default/nonsense", "", "", 404, "NotFound", "could not find");
        row("unknown path", "GET", "/nonsense", "", "", 404, "NotFound", "could not find the requested resource");
        row("method", "PUT", maps, "{}", "", 405, "MethodNotAllowed", "does not allow this method");
        row("create needs a namespace", "POST", "/api/v1/configmaps", "{}", "", 405, "MethodNotAllowed", "");
        row("not JSON", "POST", maps, "{", "", 400, "BadRequest", "");
        row("media type", "POST", maps, "<a/>", "text/xml", 415, "UnsupportedMediaType", "unknown format");
        row("patch type", "PATCH", maps + "/a", "{}", "application/json", 415, "UnsupportedMediaType",
            "unknown format");
        row("wrong kind", "POST", maps, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}})", "", 400,
            "BadRequest", "cannot be handled as a ConfigMap");
        row("wrong type", "POST", maps, R"({"apiVersion":"v1","kind":"ConfigMap","data":7})", "", 400, "BadRequest",
            "");
        row("other namespace", "POST", maps,
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"b"}})", "", 400, "BadRequest",
            "the namespace of the provided object does not match the namespace sent on the request");
        row("dry run", "POST", maps + "?dryRun=Some", "{}", "", 422, "Invalid", "Unsupported value: \"Some\"");
        row("field validation", "POST", maps + "?fieldValidation=Maybe", "{}", "", 422, "Invalid", "Maybe");
        row("unknown field", "POST", maps + "?fieldValidation=Strict",
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"dat":{}})", "", 400, "BadRequest",
            "strict decoding error: unknown field \"dat\"");
        row("apply without manager", "PATCH", maps + "/a", "{}", "application/apply-patch+yaml", 422, "Invalid",
            "is required for apply patch");
        row("propagation", "DELETE", maps + "/a?propagationPolicy=Sideways", "", "", 422, "Invalid",
            "propagationPolicy");
        row("bad selector", "GET", maps + "?labelSelector=a%20b%20c", "", "", 400, "BadRequest", "");
        row("match", "GET", maps + "?resourceVersionMatch=Exact", "", "", 422, "Invalid", "resourceVersionMatch");
        row("bad version", "GET", maps + "?resourceVersion=x", "", "", 400, "BadRequest", "invalid resource version");
        row("bad limit", "GET", maps + "?limit=x", "", "", 400, "BadRequest",
            "strconv.ParseInt: parsing \"x\": invalid syntax");
        row("sub-resource", "GET", maps + "/a/status", "", "", 404, "NotFound", "");
    }

    void standardErrors() {
        QFETCH(QString, method);
        QFETCH(QString, target);
        QFETCH(QString, body);
        QFETCH(QString, type);
        QFETCH(int, code);
        QFETCH(QString, reason);
        QFETCH(QString, message);
        std::vector<std::pair<std::string, std::string>> headers;
        if (!type.isEmpty())
            headers.emplace_back("Content-Type", type.toStdString());
        Answer answer = m_api->request(method.toStdString(), target.toStdString(), body.toStdString(), headers);
        boost::json::object status = json(answer);
        QCOMPARE(text(status, "kind"), "Status");
        QCOMPARE(answer.code, code);
        QCOMPARE(status["code"].as_int64(), code);
        QCOMPARE(QString::fromStdString(text(status, "reason")), reason);
        QVERIFY2(text(status, "message").contains(message.toStdString()), text(status, "message").c_str());
    }

    void deepDocumentsAreRefused() {
        std::string deep = R"({"apiVersion":"v1","kind":"ConfigMap","data":)" + std::string(100000, '[');
        QCOMPARE(post(kMaps, deep).code, 400);
        Answer patched = m_api->request("PATCH", std::string(kMaps) + "/a", std::string(100000, '['),
                                        {{"Content-Type", "application/merge-patch+json"}});
        QCOMPARE(patched.code, 400);
    }

    void warningsAreHeaders() {
        Answer made = post(kMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"dat":{}})");
        QCOMPARE(made.code, 201);
        QCOMPARE(made.headers.get("Warning"), "299 - \"unknown field \\\"dat\\\"\"");
    }

    void yamlAndProtobufBodies() {
        Answer yaml = post(kMaps, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yy\ndata:\n  a: b\n",
                           {{"Content-Type", "application/yaml"}});
        QVERIFY2(yaml.code == 201, yaml.body.c_str());
        const api::ResourceInfo &maps = *api::findResource("", "configmaps");
        auto object = boost::json::parse(configMap("p")).as_object();
        Answer protobuf = post(kMaps, api::encodeProtobuf(*maps.type, object),
                               {{"Content-Type", "application/vnd.kubernetes.protobuf"}});
        QCOMPARE(protobuf.code, 201);
        QVERIFY(protobuf.body.contains(R"("data":{"k":"v"})"));
        Answer asYaml = get(std::string(kMaps) + "/p", {{"Accept", "application/yaml"}});
        QCOMPARE(asYaml.headers.get("Content-Type"), "application/yaml");
        auto back = api::yamlToJson(asYaml.body);
        QVERIFY(back.has_value());
        QVERIFY(boost::json::parse(*back) == boost::json::value(json(protobuf)));
        QCOMPARE(get(kMaps, {{"Accept", "application/xml"}}).code, 406);
    }

    void listsAndTables() {
        post(kMaps, configMap("a"));
        post(kMaps, configMap("b"));
        Answer list = get(kMaps);
        QCOMPARE(text(json(list), "kind"), "ConfigMapList");
        QCOMPARE(json(list)["items"].as_array().size(), 2u);
        Answer page = get(std::string(kMaps) + "?limit=1");
        boost::json::object metadata = json(page)["metadata"].as_object();
        QCOMPARE(metadata["remainingItemCount"].as_int64(), 1);
        Answer rest = get(fmt::format("{}?limit=1&continue={}", kMaps, text(metadata, "continue")));
        QCOMPARE(json(rest)["items"].as_array().size(), 1u);
        Answer table = get(kMaps, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}});
        boost::json::object rows = json(table);
        QCOMPARE(text(rows, "kind"), "Table");
        QCOMPARE(rows["rows"].as_array().size(), 2u);
        QCOMPARE(rows["rows"].as_array()[1].as_object()["cells"].as_array()[0].as_string(), "b");
        Answer partial = get(kMaps, {{"Accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}});
        QCOMPARE(text(json(partial), "kind"), "PartialObjectMetadataList");
        QVERIFY(!partial.body.contains(R"("data")"));
        Answer removed = m_api->request("DELETE", std::string(kMaps) + "?labelSelector=none");
        QCOMPARE(json(removed)["items"].as_array().size(), 0u);
        m_api->request("DELETE", kMaps);
        QCOMPARE(json(get(kMaps))["items"].as_array().size(), 0u);
    }

    void watchStreams() {
        Answer made = post(kMaps, configMap("a"));
        Answer initial = m_api->request("GET", std::string(kMaps) + "?watch=true", {}, {}, 1);
        QCOMPARE(lines(initial.body).size(), 1u);
        QCOMPARE(text(lines(initial.body)[0], "type"), "ADDED");
        std::string version = text(json(made)["metadata"].as_object(), "resourceVersion");
        post(kMaps, configMap("b"));
        m_api->request("DELETE", std::string(kMaps) + "/a");
        Answer later = m_api->request("GET", std::string(kMaps) + "?watch=true&resourceVersion=" + version, {}, {}, 1);
        auto events = lines(later.body);
        QCOMPARE(events.size(), 2u);
        QCOMPARE(text(events[0], "type"), "ADDED");
        QCOMPARE(text(events[1], "type"), "DELETED");
        Answer legacy = m_api->request("GET", "/api/v1/watch/namespaces/default/configmaps/b", {}, {}, 1);
        QCOMPARE(lines(legacy.body).size(), 1u);
        Answer table = m_api->request("GET", std::string(kMaps) + "?watch=true", {},
                                      {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}}, 1);
        boost::json::object object = lines(table.body)[0].at("object").as_object();
        QCOMPARE(text(object, "kind"), "Table");
        QVERIFY(object.contains("columnDefinitions"));
        Answer streaming = m_api->request("GET",
                                          std::string(kMaps) + "?watch=true&sendInitialEvents=true&allowWatchBookmarks="
                                                               "true&resourceVersionMatch=NotOlderThan",
                                          {}, {}, 1);
        auto end = lines(streaming.body).back();
        QCOMPARE(text(end, "type"), "BOOKMARK");
        QVERIFY(streaming.body.contains(R"("k8s.io/initial-events-end":"true")"));
        Answer ended = m_api->request("GET", std::string(kMaps) + "?watch=true&timeoutSeconds=1&resourceVersion=" +
                                                 std::to_string(m_api->store().revision()));
        QCOMPARE(ended.code, 200);
        QVERIFY(ended.body.empty());
    }

    void discovery() {
        Answer versions = get("/api");
        QCOMPARE(text(json(versions), "kind"), "APIVersions");
        Answer groups = get("/apis");
        QCOMPARE(text(json(groups)["groups"].as_array()[1].as_object(), "name"), "apps");
        Answer core = get("/api/v1");
        QVERIFY(core.body.contains(R"("name":"pods/log")"));
        QCOMPARE(text(json(get("/apis/autoscaling")).at("preferredVersion").as_object(), "version"), "v2");
        QCOMPARE(get("/apis/nonsense").code, 404);
        constexpr const char *kAggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        Answer all = get("/apis", {{"Accept", fmt::format("{},application/json", kAggregated)}});
        QCOMPARE(all.headers.get("Content-Type"), kAggregated);
        QCOMPARE(text(json(all), "apiVersion"), "apidiscovery.k8s.io/v2");
        Answer cached =
            get("/apis", {{"Accept", kAggregated}, {"If-None-Match", std::string(all.headers.get("ETag"))}});
        QCOMPARE(cached.code, 304);
        QCOMPARE(text(json(get("/version")), "gitVersion"), "v1.36.2+clusterd1");
        QCOMPARE(text(json(get("/openapi/v2")), "swagger"), "2.0");
        QVERIFY(json(get("/openapi/v3")).at("paths").as_object().contains("apis/apps/v1"));
        QVERIFY(get("/openapi/v3/api/v1").body.contains("io.k8s.api.core.v1.Pod"));
    }

    void health() {
        QCOMPARE(get("/readyz").body, "ok");
        QVERIFY(get("/readyz?verbose").body.contains("[+]etcd ok\n"));
        QVERIFY(get("/livez?verbose&exclude=etcd").body.contains("[+]etcd excluded: ok\n"));
        QCOMPARE(get("/readyz/etcd").body, "ok");
        QCOMPARE(get("/readyz/nonsense").code, 404);
        bool fine = false;
        m_api->server().addHealthCheck(
            "mine",
            [&]() -> Result<> {
                if (fine)
                    return {};
                return errors::other("not yet");
            },
            apiserver::HealthChecks::Kind::Ready);
        QCOMPARE(get("/readyz").code, 500);
        QVERIFY(get("/readyz").body.contains("[-]mine failed: reason withheld"));
        QCOMPARE(get("/livez").code, 200);
        fine = true;
        QCOMPARE(get("/readyz").code, 200);
    }

    void impersonationAndAuthorization() {
        Answer refused = get(kMaps, {{"Impersonate-User", "nobody"}});
        QCOMPARE(refused.code, 403);
        QCOMPARE(text(json(refused), "message"), "configmaps is forbidden: User \"nobody\" cannot list resource "
                                                 "\"configmaps\" in API group \"\" in the namespace \"default\"");
        Answer path = get("/version", {{"Impersonate-User", "nobody"}});
        QCOMPARE(text(json(path), "message"), "forbidden: User \"nobody\" cannot get path \"/version\"");
        QCOMPARE(get(kMaps, {{"Impersonate-User", "someone"}}).code, 200);
        QCOMPARE(get(kMaps, {{"Impersonate-Group", "g"}}).code, 400);
    }

    void scaleAndBindingAnswers() {
        post(
            "/apis/apps/v1/namespaces/default/deployments",
            R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{)"
            R"("a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},)"
            R"("spec":{"containers":[{"name":"c","image":"i"}]}}}})");
        Answer scaled =
            m_api->request("PATCH", "/apis/apps/v1/namespaces/default/deployments/d/scale",
                           R"({"spec":{"replicas":5}})", {{"Content-Type", "application/merge-patch+json"}});
        QCOMPARE(scaled.code, 200);
        QCOMPARE(text(json(scaled), "kind"), "Scale");
        post("/api/v1/namespaces/default/pods", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},)"
                                                R"("spec":{"containers":[{"name":"c","image":"i"}]}})");
        Answer bound = post("/api/v1/namespaces/default/pods/p/binding",
                            R"({"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"name":"n"}})");
        QCOMPARE(bound.code, 201);
        QCOMPARE(text(json(bound), "status"), "Success");
    }
};

QTEST_GUILESS_MAIN(HandlersTest)
#include "tst_handlers.moc"
