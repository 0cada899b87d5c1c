#include "tests/clusterd/apiserver/apiextensions/crd_fixture.h"
#include "tests/clusterd/apiserver/support/protobuf_text.h"

#include <QTest>

using namespace coracle;
using namespace coracle::test;

namespace {

std::string partial(std::string_view as, std::string_view type = kProtobuf) {
    return fmt::format("{};as={};g=meta.k8s.io;v=v1", type, as);
}

} // namespace

/// Custom resources have no protobuf form; their metadata has one.
class CustomEncodingsTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<CrdApi> m_api;

    Answer get(std::string_view accept, std::string_view name = "") {
        return m_api->get(std::string(CrdApi::kCrons) + std::string(name), {{"Accept", std::string(accept)}});
    }
    Answer send(std::string method, std::string body, std::string type, std::string accept = {}) {
        const std::string target = std::string(CrdApi::kCrons) + (method == "POST" ? "" : "/c");
        return m_api->api.request(std::move(method), target, std::move(body),
                                  {{"Content-Type", std::move(type)}, {"Accept", std::move(accept)}});
    }
    static std::string cron(std::string_view name) {
        return fmt::format(R"({{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{{"name":"{}"}},)"
                           R"("spec":{{"cron":"*"}}}})",
                           name);
    }

private slots:
    void initTestCase() {
        m_api = std::make_unique<CrdApi>();
        QCOMPARE(m_api->define(cronTab(R"({"type":"object","properties":{"cron":{"type":"string"}}})")).code, 201);
        QCOMPARE(m_api->post(CrdApi::kCrons, cron("c")).code, 201);
    }
    void cleanupTestCase() { m_api.reset(); }

    void answers() {
        for (const char *name : {"", "/c"}) {
            Answer only = get(kProtobuf, name);
            QCOMPARE(only.code, 406);
            QCOMPARE(std::string(fromProtobuf(only.body).at("message").as_string()),
                     "only the following media types are accepted: application/json, application/yaml");
            Answer either = get(std::string(kProtobuf) + ",application/json", name);
            QCOMPARE(either.code, 200);
            QCOMPARE(either.headers.get("Content-Type"), "application/json");
            QCOMPARE(get("application/yaml", name).code, 200);
        }
        QCOMPARE(m_api->get(std::string(CrdApi::kCrons) + "?watch=1", {{"Accept", kProtobuf}}).code, 406);
    }

    void requestBodies() {
        Answer refused = send("POST", toProtobuf(R"({"apiVersion":"v1","kind":"ConfigMap"})"), kProtobuf);
        QCOMPARE(refused.code, 415);
        QCOMPARE(at(refused, "/message"), "the body of the request was in an unknown format - accepted media types "
                                          "include: application/json, application/yaml");
        Answer strategic = send("PATCH", R"({"spec":{"cron":"x"}})", "application/strategic-merge-patch+json");
        QCOMPARE(strategic.code, 415);
        QCOMPARE(at(strategic, "/message"),
                 "the body of the request was in an unknown format - accepted media types include: "
                 "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        QCOMPARE(send("PATCH", R"({"spec":{"cron":"x"}})", "application/merge-patch+json", kProtobuf).code, 406);
        QCOMPARE(at(get("application/json", "/c"), "/spec/cron"), "*");
        QCOMPARE(
            send("POST", "apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata:\n  name: d\n", "application/yaml")
                .code,
            201);
    }

    void metadataInProtobuf() {
        const json::object one = fromProtobuf(get(partial("PartialObjectMetadata"), "/c").body);
        QCOMPARE(std::string(one.at("kind").as_string()), "PartialObjectMetadata");
        QVERIFY(one.at("metadata") == parsed(get("application/json", "/c").body).at("metadata"));
        const json::object list = fromProtobuf(get(partial("PartialObjectMetadataList")).body);
        QVERIFY(!list.at("items").as_array().empty());
        Answer watch = m_api->api.request("GET", std::string(CrdApi::kCrons) + "?watch=1", {},
                                          {{"Accept", partial("PartialObjectMetadata")}}, 1);
        QCOMPARE(watch.code, 200);
        QVERIFY(protobufEvents(watch.body).front().object == one);
    }

    void tables() {
        Answer table = get(partial("Table", "application/json"), "/c");
        QCOMPARE(at(table, "/kind"), "Table");
        QCOMPARE(at(table, "/rows/0/cells/0"), "c");
        QCOMPARE(at(get(partial("PartialObjectMetadata", "application/json")), "/message"),
                 "you requested PartialObjectMetadata, but the requested object is a list "
                 "(*unstructured.UnstructuredList)");
    }

    void deletesWithProtobufOptions() {
        QCOMPARE(m_api->post(CrdApi::kCrons, cron("c2")).code, 201);
        Answer gone = m_api->api.request("DELETE", std::string(CrdApi::kCrons) + "/c2",
                                         toProtobuf(R"({"apiVersion":"v1","kind":"DeleteOptions"})"),
                                         {{"Content-Type", kProtobuf}, {"Accept", "application/json"}});
        QCOMPARE(gone.code, 200);
        QCOMPARE(get("application/json", "/c2").code, 404);
    }
};

QTEST_GUILESS_MAIN(CustomEncodingsTest)
#include "tst_custom_encodings.moc"
