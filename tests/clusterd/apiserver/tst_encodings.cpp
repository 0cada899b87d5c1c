#include "tests/clusterd/apiserver/support/gunzip.h"
#include "tests/clusterd/apiserver/support/protobuf_text.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

using namespace coracle;
using namespace coracle::test;
namespace bj = boost::json;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;
constexpr const char *kMaps = "/api/v1/namespaces/default/configmaps";
constexpr const char *kDeployments = "/apis/apps/v1/namespaces/default/deployments";

bj::object parsed(std::string_view text) {
    boost::system::error_code error;
    bj::value value = bj::parse(text, error);
    return value.is_object() ? value.get_object() : bj::object{{"error", text}};
}

std::string text(const bj::object &object, std::string_view key) {
    const bj::value *value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string configMap(std::string_view name, std::string_view data = R"({"k":"v"})") {
    return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},"data":{}}})", name, data);
}

std::string deployment() {
    return R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":3,"selector":)"
           R"({"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c",)"
           R"("image":"i","resources":{"limits":{"cpu":"1500m"}},"livenessProbe":{"httpGet":{"port":"web"}}}]}}}})";
}

} // namespace

class EncodingsTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TestApi> m_api;

    Answer send(std::string method, std::string target, std::string body = {}, Headers headers = {}) {
        return m_api->request(std::move(method), std::move(target), std::move(body), std::move(headers));
    }
    Answer get(std::string target, std::string accept = {}) {
        return send("GET", std::move(target), {}, {{"Accept", std::move(accept)}});
    }
    /// Both ways in protobuf.
    Answer protobuf(std::string method, std::string target, std::string body) {
        return send(std::move(method), std::move(target), std::move(body),
                    {{"Content-Type", kProtobuf}, {"Accept", std::string(kProtobuf) + ",application/json"}});
    }

private slots:
    void init() { m_api = std::make_unique<TestApi>(); }
    void cleanup() { m_api.reset(); }

    void objectInEveryEncoding() {
        Answer made = protobuf("POST", kDeployments, toProtobuf(deployment()));
        QVERIFY2(made.code == 201, made.body.c_str());
        QCOMPARE(made.headers.get("Content-Type"), kProtobuf);
        const std::string path = std::string(kDeployments) + "/d";
        const bj::object json = parsed(get(path).body);
        QCOMPARE(text(json, "kind"), "Deployment");
        QCOMPARE(json.at("spec").at("replicas").as_int64(), 3);
        QVERIFY(fromProtobuf(made.body) == json);
        QVERIFY(fromProtobuf(get(path, kProtobuf).body) == json);
        Answer yaml = get(path, "application/yaml");
        QCOMPARE(yaml.headers.get("Content-Type"), "application/yaml");
        QVERIFY(parsed(*api::yamlToJson(yaml.body)) == json);

        bj::object changed = json;
        changed.at("spec").as_object()["replicas"] = 4;
        Answer put = protobuf("PUT", path, toProtobuf(bj::serialize(changed)));
        QVERIFY2(put.code == 200, put.body.c_str());
        QCOMPARE(fromProtobuf(put.body).at("spec").at("replicas").as_int64(), 4);
        Answer patched = send("PATCH", path, R"({"spec":{"replicas":5}})",
                              {{"Content-Type", "application/merge-patch+json"}, {"Accept", kProtobuf}});
        QCOMPARE(fromProtobuf(patched.body).at("spec").at("replicas").as_int64(), 5);
        QCOMPARE(parsed(get(path).body).at("spec").at("replicas").as_int64(), 5);
    }

    void deletesInProtobuf() {
        Answer made = send("POST", kMaps, configMap("a"));
        const std::string uid(parsed(made.body).at("metadata").at("uid").as_string());
        const std::string path = std::string(kMaps) + "/a";
        auto options = [](std::string_view id) {
            return toProtobuf(
                fmt::format(R"({{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{{"uid":"{}"}}}})", id));
        };
        Answer conflict = protobuf("DELETE", path, options("other"));
        QCOMPARE(conflict.code, 409);
        QCOMPARE(text(fromProtobuf(conflict.body), "reason"), "Conflict");
        Answer gone = protobuf("DELETE", path, options(uid));
        QCOMPARE(gone.code, 200);
        const bj::object status = fromProtobuf(gone.body);
        QCOMPARE(text(status, "kind"), "Status");
        QCOMPARE(text(status, "status"), "Success");
        QCOMPARE(text(status.at("details").as_object(), "uid"), uid);
        QCOMPARE(get(path).code, 404);
    }

    void listsInEveryEncoding() {
        for (const char *name : {"a", "b", "c"})
            send("POST", kMaps, configMap(name));
        const std::string page = std::string(kMaps) + "?limit=2";
        auto withoutToken = [](bj::object list) {
            list.at("metadata").as_object().erase("continue"); // differs from call to call
            for (bj::value &item : list.at("items").as_array()) {
                item.as_object().erase("kind"); // protobuf has none in lists
                item.as_object().erase("apiVersion");
            }
            return list;
        };
        const bj::object json = withoutToken(parsed(get(page).body));
        QCOMPARE(json.at("items").as_array().size(), 2u);
        Answer protobuf = get(page, kProtobuf);
        QCOMPARE(protobuf.headers.get("Content-Type"), kProtobuf);
        const bj::object decoded = fromProtobuf(protobuf.body);
        QCOMPARE(text(decoded, "kind"), "ConfigMapList");
        QVERIFY(withoutToken(decoded) == json);
        const std::string token = text(decoded.at("metadata").as_object(), "continue");
        const bj::object rest = fromProtobuf(get(fmt::format("{}&continue={}", page, token), kProtobuf).body);
        QCOMPARE(rest.at("items").as_array().size(), 1u);
        Answer yaml = get(page, "application/yaml");
        QVERIFY2(withoutToken(parsed(*api::yamlToJson(yaml.body))) == json, yaml.body.c_str());
        const std::string none = std::string(kMaps) + "?labelSelector=none";
        QVERIFY(fromProtobuf(get(none, kProtobuf).body).at("items").is_null()); // nothing was sent for it
        QCOMPARE(parsed(*api::yamlToJson(get(none, "application/yaml").body)).at("items").as_array().size(), 0u);
    }

    void subresourcesInProtobuf() {
        send("POST", kDeployments, deployment());
        const std::string scale = std::string(kDeployments) + "/d/scale";
        bj::object body = fromProtobuf(get(scale, kProtobuf).body);
        QCOMPARE(text(body, "kind"), "Scale");
        QCOMPARE(text(body, "apiVersion"), "autoscaling/v1");
        body.at("spec").as_object()["replicas"] = 7;
        Answer scaled = protobuf("PUT", scale, toProtobuf(bj::serialize(body)));
        QVERIFY2(scaled.code == 200, scaled.body.c_str());
        QCOMPARE(fromProtobuf(scaled.body).at("spec").at("replicas").as_int64(), 7);
        QCOMPARE(parsed(get(std::string(kDeployments) + "/d").body).at("spec").at("replicas").as_int64(), 7);

        const std::string pods = "/api/v1/namespaces/default/pods";
        protobuf("POST", pods,
                 toProtobuf(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":)"
                            R"({"containers":[{"name":"c","image":"i"}]}})"));
        Answer bound = protobuf("POST", pods + "/p/binding",
                                toProtobuf(R"({"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},)"
                                           R"("target":{"kind":"Node","name":"n"}})"));
        QVERIFY2(bound.code == 201, bound.body.c_str());
        QCOMPARE(text(fromProtobuf(bound.body), "status"), "Success");
        bj::object pod = fromProtobuf(get(pods + "/p", kProtobuf).body);
        QCOMPARE(std::string_view(pod.at("spec").at("nodeName").as_string()), "n");
        pod["status"] = bj::object{{"phase", "Running"}, {"podIP", "10.1.2.3"}};
        Answer status = protobuf("PUT", pods + "/p/status", toProtobuf(bj::serialize(pod)));
        QCOMPARE(std::string_view(fromProtobuf(status.body).at("status").at("podIP").as_string()), "10.1.2.3");
        Answer evicted =
            protobuf("POST", pods + "/p/eviction",
                     toProtobuf(R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}})"));
        QVERIFY2(evicted.code == 201, evicted.body.c_str());
    }

    void failures_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("no protobuf") << QByteArray(kProtobuf) << QByteArray("{}") << 400
                                     << QByteArray("provided data does not appear to be a protobuf message");
        QTest::newRow("cut") << QByteArray(kProtobuf) << QByteArray("k8s\0\x0a\x05", 6) << 400
                             << QByteArray("not a protobuf message");
        QTest::newRow("empty") << QByteArray(kProtobuf) << QByteArray() << 400 << QByteArray("protobuf");
        QTest::newRow("another kind") << QByteArray(kProtobuf)
                                      << QByteArray::fromStdString(toProtobuf(
                                             R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}})"))
                                      << 400 << QByteArray("cannot be handled as a ConfigMap");
        QTest::newRow("invalid") << QByteArray(kProtobuf)
                                 << QByteArray::fromStdString(toProtobuf(configMap("Not A Name"))) << 422
                                 << QByteArray("metadata.name");
        QTest::newRow("media type") << QByteArray("application/cbor") << QByteArray("\xa0") << 415
                                    << QByteArray("the body of the request was in an unknown format - accepted media "
                                                  "types include: application/json, application/yaml, "
                                                  "application/vnd.kubernetes.protobuf");
    }

    void failures() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        QFETCH(int, code);
        QFETCH(QByteArray, message);
        for (const char *accept : {kProtobuf, "application/json", "application/yaml"}) {
            Answer answer =
                send("POST", kMaps, body.toStdString(), {{"Content-Type", type.toStdString()}, {"Accept", accept}});
            QCOMPARE(answer.code, code);
            QCOMPARE(answer.headers.get("Content-Type"), accept);
            const bj::object status = accept == kProtobuf ? fromProtobuf(answer.body)
                                      : std::string_view(accept).ends_with("yaml")
                                          ? parsed(*api::yamlToJson(answer.body))
                                          : parsed(answer.body);
            QCOMPARE(text(status, "kind"), "Status");
            QCOMPARE(status.at("code").as_int64(), code);
            QVERIFY2(QByteArray::fromStdString(text(status, "message")).contains(message), answer.body.c_str());
        }
    }

    /// Nothing happens when the answer could not be given.
    void refusesBeforeItWrites() {
        Answer refused = send("POST", kMaps, configMap("a"), {{"Accept", "application/xml"}});
        QCOMPARE(refused.code, 406);
        QCOMPARE(refused.headers.get("Content-Type"), "application/json");
        QCOMPARE(text(parsed(refused.body), "message"),
                 "only the following media types are accepted: application/json, "
                 "application/yaml, application/vnd.kubernetes.protobuf");
        QVERIFY(refused.body.starts_with("{\n  \"kind\": \"Status\"")); // as kube-apiserver writes it
        QCOMPARE(get(std::string(kMaps) + "/a").code, 404);
        send("POST", kMaps, configMap("a"));
        QCOMPARE(send("DELETE", std::string(kMaps) + "/a", {}, {{"Accept", "text/html"}}).code, 406);
        QCOMPARE(get(std::string(kMaps) + "/a").code, 200);
    }

    void watchesInProtobuf() {
        const int64_t from = m_api->store().revision();
        send("POST", kMaps, configMap("a"));
        send("PATCH", std::string(kMaps) + "/a", R"({"data":{"k":"w"}})",
             {{"Content-Type", "application/merge-patch+json"}});
        send("DELETE", std::string(kMaps) + "/a");
        Answer answer = m_api->request("GET", fmt::format("{}?watch=1&resourceVersion={}", kMaps, from), {},
                                       {{"Accept", std::string(kProtobuf) + ",application/json"}}, 1);
        QCOMPARE(answer.code, 200);
        QCOMPARE(answer.headers.get("Content-Type"), "application/vnd.kubernetes.protobuf;stream=watch");
        auto events = protobufEvents(answer.body);
        QCOMPARE(events.size(), 3u);
        QCOMPARE(events[0].type, "ADDED");
        QCOMPARE(events[1].type, "MODIFIED");
        QCOMPARE(events[2].type, "DELETED");
        QCOMPARE(text(events[1].object, "kind"), "ConfigMap");
        QCOMPARE(std::string_view(events[1].object.at("data").at("k").as_string()), "w");

        Answer streaming = m_api->request("GET",
                                          std::string(kMaps) + "?watch=true&sendInitialEvents=true&allowWatchBookmarks="
                                                               "true&resourceVersionMatch=NotOlderThan",
                                          {}, {{"Accept", kProtobuf}}, 1);
        events = protobufEvents(streaming.body);
        QCOMPARE(events.back().type, "BOOKMARK");
        QCOMPARE(text(events.back().object, "kind"), "ConfigMap");
        const bj::object &metadata = events.back().object.at("metadata").as_object();
        QCOMPARE(text(metadata.at("annotations").as_object(), "k8s.io/initial-events-end"), "true");
        QVERIFY(!text(metadata, "resourceVersion").empty());
        QCOMPARE(get(std::string(kMaps) + "?watch=1", "application/yaml").code, 406);
    }

    void watchFailuresInProtobuf() {
        m_api = std::make_unique<TestApi>(systemClock(), apiserver::Store::Limits{.eventsMax = 2});
        const int64_t from = m_api->store().revision();
        for (const char *name : {"a", "b", "c", "d", "e"})
            send("POST", kMaps, configMap(name));
        Answer answer = m_api->request("GET", fmt::format("{}?watch=1&resourceVersion={}", kMaps, from), {},
                                       {{"Accept", kProtobuf}}, 1);
        bj::object status;
        if (answer.code == 200) {
            auto events = protobufEvents(answer.body);
            QCOMPARE(events.size(), 1u);
            QCOMPARE(events[0].type, "ERROR");
            status = events[0].object;
        } else {
            status = fromProtobuf(answer.body);
        }
        QCOMPARE(text(status, "kind"), "Status");
        QCOMPARE(text(status, "reason"), "Expired");
        QCOMPARE(status.at("code").as_int64(), 410);
    }

    void compresses() {
        const std::string data = fmt::format(R"({{"k":"{}"}})", std::string(20000, 'x'));
        for (int i = 0; i < 10; ++i)
            send("POST", kMaps, configMap(fmt::format("m{}", i), data));
        for (std::string accept :
             {std::string("application/json"), std::string(kProtobuf), std::string("application/yaml"),
              std::string("application/json;pretty=1"), std::string("application/json;as=Table;v=v1;g=meta.k8s.io")}) {
            const std::string target = std::string(kMaps) + "?includeObject=Object";
            Answer plain = send("GET", target, {}, {{"Accept", accept}, {"Accept-Encoding", "identity"}});
            QVERIFY(!plain.headers.has("Content-Encoding"));
            Answer gzip = send("GET", target, {}, {{"Accept", accept}, {"Accept-Encoding", "gzip, deflate"}});
            QCOMPARE(gzip.code, 200);
            QCOMPARE(gzip.headers.get("Content-Encoding"), "gzip");
            QVERIFY(gzip.headers.hasToken("Vary", "Accept-Encoding"));
            QCOMPARE(gzip.headers.get("Content-Type"), plain.headers.get("Content-Type"));
            QVERIFY(gzip.body.size() < plain.body.size() / 10);
            QVERIFY(gunzip(gzip.body) == plain.body);
        }
        Answer small = send("GET", std::string(kMaps) + "?limit=6", {}, {{"Accept-Encoding", "gzip"}});
        QVERIFY(small.body.size() < 128u << 10);
        QVERIFY(!small.headers.has("Content-Encoding"));
        Answer watch = m_api->request("GET", std::string(kMaps) + "?watch=1", {}, {{"Accept-Encoding", "gzip"}}, 1);
        QVERIFY(watch.body.size() > 128u << 10);
        QVERIFY(!watch.headers.has("Content-Encoding"));
    }

    void compressesPublishedSchemas() {
        const Answer plain = get("/openapi/v2");
        const Answer gzip = send("GET", "/openapi/v2", {}, {{"Accept-Encoding", "gzip"}});
        QCOMPARE(gzip.headers.get("Content-Encoding"), "gzip");
        QCOMPARE(gzip.headers.get("ETag"), plain.headers.get("ETag"));
        QVERIFY(gzip.body.size() < plain.body.size() / 5);
        QVERIFY(gunzip(gzip.body) == plain.body);
        const Answer known =
            send("GET", "/openapi/v2", {},
                 {{"Accept-Encoding", "gzip"}, {"If-None-Match", std::string(gzip.headers.get("ETag"))}});
        QCOMPARE(known.code, 304);
        QVERIFY(known.body.empty());
    }

    void laysOutForPeople() {
        send("POST", kMaps, configMap("a"));
        const std::string path = std::string(kMaps) + "/a";
        const std::string compact = get(path).body;
        QVERIFY(compact.starts_with("{\"kind\":\"ConfigMap\""));
        for (const char *query : {"?pretty=1", "?pretty=true", "?pretty=T"}) {
            const std::string pretty = get(path + query).body;
            QVERIFY2(pretty.starts_with("{\n  \"kind\": \"ConfigMap\",\n"), pretty.c_str());
            QVERIFY(parsed(pretty) == parsed(compact));
        }
        for (const char *query : {"?pretty=0", "?pretty=false", "?pretty=nonsense", "?pretty"})
            QCOMPARE(get(path + query).body, compact);
        Answer curl = send("GET", path, {}, {{"User-Agent", "curl/8.5.0"}});
        QVERIFY(curl.body.starts_with("{\n"));
        QCOMPARE(send("GET", path + "?pretty=false", {}, {{"User-Agent", "curl/8.5.0"}}).body, compact);
        QVERIFY(get(std::string(kMaps) + "?pretty=1").body.contains("\n  \"items\": [\n    {\n      \"kind\""));
        QVERIFY(get(std::string(kMaps) + "/none?pretty=1").body.starts_with("{\n  \"kind\": \"Status\""));
        QVERIFY(get("/api/v1?pretty=1").body.starts_with("{\n  \"kind\": \"APIResourceList\""));
        Answer watch = m_api->request("GET", std::string(kMaps) + "?watch=1&pretty=1", {}, {}, 1);
        QCOMPARE(std::ranges::count(watch.body, '\n'), 1);
        QVERIFY(fromProtobuf(get(path + "?pretty=1", kProtobuf).body) == parsed(compact));
    }

    void auditIds() {
        const std::string own(get(kMaps).headers.get("Audit-Id"));
        QCOMPARE(own.size(), 36u);
        QVERIFY(own != get(kMaps).headers.get("Audit-Id"));
        Answer given = send("GET", kMaps, {}, {{"Audit-ID", "of-the-client"}});
        QCOMPARE(given.headers.get("Audit-Id"), "of-the-client");
        QVERIFY(send("GET", kMaps, {}, {{"Audit-ID", "two words"}}).headers.get("Audit-Id") != "two words");
        QVERIFY(get("/none").headers.has("Audit-Id"));
        QVERIFY(get("/version").headers.has("Audit-Id"));
        QVERIFY(get("/readyz").headers.has("Audit-Id"));
        Answer watch = m_api->request("GET",
                                      std::string(kMaps) + "?watch=1&sendInitialEvents=true&allowWatchBookmarks="
                                                           "true&resourceVersionMatch=NotOlderThan",
                                      {}, {}, 1);
        QVERIFY(watch.headers.has("Audit-Id"));
    }

    void discoveryInProtobuf() {
        const bj::object groups = fromProtobuf(get("/apis", kProtobuf).body);
        QCOMPARE(text(groups, "kind"), "APIGroupList");
        QVERIFY(groups.at("groups").as_array().size() > 10);
        const bj::object core = fromProtobuf(get("/api/v1", kProtobuf).body);
        QCOMPARE(text(core, "kind"), "APIResourceList");
        QVERIFY(core.at("resources").as_array().size() > 20);
        QVERIFY(core.at("resources").as_array()[0].as_object().contains("verbs"));
        QCOMPARE(text(fromProtobuf(get("/api", kProtobuf).body), "kind"), "APIVersions");
        QCOMPARE(text(fromProtobuf(get("/apis/apps", kProtobuf).body), "kind"), "APIGroup");
    }
};

QTEST_GUILESS_MAIN(EncodingsTest)
#include "tst_encodings.moc"
