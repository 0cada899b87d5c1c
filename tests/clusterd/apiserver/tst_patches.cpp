#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/core/api/support/json_text.h"

#include <QTest>
#include <algorithm>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::test;
namespace json = boost::json;

namespace {

const std::string kMap = "/api/v1/namespaces/default/configmaps/m";

QByteArray message(const Answer &answer) {
    return json::parse(answer.body).at("message").as_string().c_str();
}

} // namespace

/// JSON, merge and strategic merge patches through the HTTP interface.
class PatchesTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TestApi> m_api;

    Answer patch(const char *type, const std::string &text, const std::string &path = kMap) {
        return m_api->request("PATCH", path, text, {{"Content-Type", "application/" + std::string(type) + "+json"}});
    }

private slots:
    void init() {
        m_api = std::make_unique<TestApi>();
        (void)m_api->request("POST", "/api/v1/namespaces/default/configmaps",
                             R"({"metadata":{"name":"m","labels":{"a":"1"}},"data":{"k":"1"}})",
                             {{"Content-Type", "application/json"}});
    }
    void cleanup() { m_api.reset(); }

    void failuresHaveTheStandardWords_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("patch");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char *name, const char *type, const char *text, int code, const char *why) {
            QTest::newRow(name) << QByteArray(type) << QByteArray(text) << code << QByteArray(why);
        };
        const char *const rejected = "the server rejected our request due to an error in our request";
        row("test", "json-patch", "[{'op':'test','path':'/data/k','value':'2'}]", 422, rejected);
        row("missing path", "json-patch", "[{'op':'remove','path':'/data/x'}]", 422, rejected);
        row("unknown operation", "json-patch", "[{'op':'merge','path':'/data/x'}]", 422, rejected);
        row("another name", "json-patch", "[{'op':'replace','path':'/metadata/name','value':'n'}]", 400,
            "the name of the object (n) does not match the name on the URL (m)");
        row("another namespace", "merge-patch", "{'metadata':{'namespace':'x'}}", 400,
            "the namespace of the provided object does not match the namespace sent on the request");
        row("no object", "merge-patch", "[1]", 400,
            "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");
        row("no object, strategic", "strategic-merge-patch", "'x'", 400,
            "json: cannot unmarshal string into Go value of type map[string]interface {}");
        row("another version", "merge-patch", "{'metadata':{'resourceVersion':'1'}}", 409,
            "Operation cannot be fulfilled on configmaps \"m\": the object has been modified; please apply your "
            "changes to the latest version and try again");
        row("uid", "merge-patch", "{'metadata':{'uid':'x'}}", 422,
            "ConfigMap \"m\" is invalid: metadata.uid: Invalid value: \"x\": field is immutable");
    }
    void failuresHaveTheStandardWords() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, patch);
        QFETCH(int, code);
        QFETCH(QByteArray, message);
        const Answer refused = this->patch(type, json::serialize(readJson(patch)));
        QCOMPARE(::message(refused), message);
        QCOMPARE(refused.code, code);
    }

    void manyAtOnceAllSucceed() {
        constexpr int kCount = 40;
        std::vector<std::shared_ptr<const TestApi::Pending>> pending;
        for (int i = 0; i < kCount; ++i)
            pending.push_back(m_api->begin("PATCH", kMap, fmt::format(R"({{"data":{{"p{}":"x"}}}})", i),
                                           {{"Content-Type", "application/merge-patch+json"}}));
        m_api->runUntil([&] { return std::ranges::all_of(pending, [](const auto &each) { return each->done; }); });
        for (const auto &each : pending)
            QVERIFY2(each->answer.code == 200, each->answer.body.c_str());
        const json::value now = json::parse(m_api->request("GET", kMap).body);
        QCOMPARE(now.at("data").as_object().size(), size_t(kCount + 1));
    }

    void resultsThatAreNoObjectOfTheKindAreThePatchsFault() {
        const Answer merge = patch("merge-patch", R"({"data":{"k":1}})");
        QCOMPARE(merge.code, 422);
        QVERIFY2(message(merge).startsWith(" \"\" is invalid: patch: Invalid value: \"{\\\""), merge.body.c_str());
        QVERIFY2(message(merge).contains("cannot unmarshal number into Go struct field ConfigMap.data of type string"),
                 merge.body.c_str());
        const Answer strategic = patch("strategic-merge-patch", R"({"data":{"k":1}})");
        QCOMPARE(strategic.code, 422);
        QVERIFY2(message(strategic).startsWith(" \"\" is invalid: patch: Invalid value: \"map[data:map[k:1]]\": "),
                 strategic.body.c_str());
        const Answer strict = patch("merge-patch", R"({"dta":1})", kMap + "?fieldValidation=Strict");
        QCOMPARE(strict.code, 422);
        QVERIFY2(message(strict).contains("strict decoding error: unknown field"), strict.body.c_str());
    }

    void limitsHold() {
        json::array operations(10'001, readJson("{'op':'add','path':'/data/x','value':'1'}"));
        const Answer many = patch("json-patch", json::serialize(operations));
        QCOMPARE(many.code, 413);
        QCOMPARE(message(many), QByteArray("The allowed maximum operations in a JSON patch is 10000, got 10001"));
    }

    void missingObjectsAreNotMade() {
        const std::string none = "/api/v1/namespaces/default/configmaps/none";
        const std::pair<const char *, const char *> cases[] = {
            {"json-patch", "[]"}, {"merge-patch", "{}"}, {"strategic-merge-patch", "{}"}};
        for (const auto &[type, text] : cases) {
            const Answer missing = patch(type, text, none);
            QCOMPARE(missing.code, 404);
            QCOMPARE(message(missing), QByteArray("configmaps \"none\" not found"));
        }
    }

    void clientsCannotChangeSystemFields() {
        const Answer before = m_api->request("GET", kMap);
        const Answer after = patch("merge-patch", R"({"metadata":{"creationTimestamp":"2001-01-01T00:00:00Z",)"
                                                  R"("generation":7,"selfLink":"/x"}})");
        QCOMPARE(after.code, 200);
        QCOMPARE(after.body, before.body);
        QCOMPARE(patch("merge-patch", R"({"metadata":{"labels":{"a":null}}})").code, 200);
    }
};

QTEST_GUILESS_MAIN(PatchesTest)
#include "tst_patches.moc"
