#include "core/api/object.h"

#include "core/api/json_reader.h"

#include <QTest>

using coracle::api::JsonReader;
using coracle::api::Object;

class TestObject : public QObject {
    Q_OBJECT

private slots:
    void readsMetadata();
    void survivesAbsence();
    void decodesEscapes();
    void laterLabelWins();
    void refuses_data();
    void refuses();
    void limitsDepth();
    void everyPrefixIsRefused();
};

static const std::string kPod =
    R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0","namespace":"shop","uid":"u-1",)"
    R"("resourceVersion":"4711","generation":3,"deletionTimestamp":"2026-01-02T03:04:05Z",)"
    R"("labels":{"tier":"front","app":"web"},"finalizers":["example.com/hold"],)"
    R"("ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n1","uid":"u-2"},)"
    R"({"apiVersion":"apps/v1","kind":"StatefulSet","name":"web","uid":"u-3","controller":true,)"
    R"("blockOwnerDeletion":true}]},"spec":{"containers":[{"name":"c","args":["\"}]"]}]},"status":null})";

void TestObject::readsMetadata() {
    auto object = Object::parse(kPod);
    QVERIFY(object);
    const Object &pod = **object;
    QCOMPARE(pod.json(), kPod);
    QCOMPARE(pod.apiVersion(), std::string_view("v1"));
    QCOMPARE(pod.kind(), std::string_view("Pod"));
    QCOMPARE(pod.key(), std::string("shop/web-0"));
    QCOMPARE(pod.uid(), std::string_view("u-1"));
    QCOMPARE(pod.resourceVersion(), int64_t(4711));
    QCOMPARE(pod.generation(), int64_t(3));
    QVERIFY(pod.deleting());
    QVERIFY(pod.hasFinalizers());
    QCOMPARE(pod.labels().size(), size_t(2));
    QCOMPARE(pod.labels()[0].first, std::string_view("app"));
    QCOMPARE(*pod.label("tier"), std::string_view("front"));
    QVERIFY(!pod.label("ti"));
    QCOMPARE(pod.owners().size(), size_t(2));
    QVERIFY(!pod.owners()[0].controller);
    QCOMPARE(pod.controller(), &pod.owners()[1]);
    QVERIFY(pod.controller()->blockOwnerDeletion);
}

void TestObject::survivesAbsence() {
    auto object = Object::parse(R"( {"metadata":{"name":"a","labels":null,"ownerReferences":[],"finalizers":[],)"
                                R"("resourceVersion":"opaque","deletionTimestamp":null}} )");
    QVERIFY(object);
    QCOMPARE((*object)->key(), std::string("a"));
    QCOMPARE((*object)->resourceVersion(), int64_t(0));
    QVERIFY(!(*object)->deleting());
    QVERIFY(!(*object)->hasFinalizers());
    QVERIFY(!(*object)->controller());
    QVERIFY(Object::parse("{}"));
}

void TestObject::decodesEscapes() {
    auto object = Object::parse(R"({"kind":"P\u006fd","metadata":{"n\u0061me":"a\"\\\/\u00e4\ud83d\ude00\ud800",)"
                                R"("labels":{"k\u0065y":"\n","plain":"x"},"namespace":"ns"}})");
    QVERIFY(object);
    QCOMPARE((*object)->kind(), std::string_view("Pod"));
    QCOMPARE((*object)->name(), std::string_view("a\"\\/\u00e4\U0001F600\uFFFD"));
    QCOMPARE((*object)->namespaceName(), std::string_view("ns"));
    QCOMPARE(*(*object)->label("key"), std::string_view("\n"));
    QCOMPARE(*(*object)->label("plain"), std::string_view("x"));
}

void TestObject::laterLabelWins() {
    auto object = Object::parse(R"({"metadata":{"labels":{"b":"1","a":"1","b":"2"}}})");
    QVERIFY(object);
    QCOMPARE((*object)->labels().size(), size_t(2));
    QCOMPARE(*(*object)->label("b"), std::string_view("2"));
}

void TestObject::refuses_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("message");
    auto row = [](const char *name, const char *json, const char *message) {
        QTest::newRow(name) << QByteArray(json) << QByteArray("not an API object: ") + message;
    };
    row("empty", "", "unexpected end of JSON input");
    row("list", "[]", "expected an object");
    row("null", "null", "expected an object");
    row("trailing", "{} x", "invalid character 'x' after top-level value");
    row("comma", R"({"a":1,})", "invalid character '}' looking for beginning of object key string");
    row("bare key", R"({a:1})", "invalid character 'a' looking for beginning of object key string");
    row("no colon", R"({"a" 1})", "invalid character '1' after object key");
    row("two values", R"({"a":1 2})", "invalid character '2' after object key:value pair");
    row("list comma", R"({"a":[1,]})", "invalid character ']' looking for beginning of value");
    row("list gap", R"({"a":[1 2]})", "invalid character '2' after array element");
    row("mismatch", R"({"a":[1}})", "invalid character '}' after array element");
    row("number", R"({"a":01})", "invalid character '1' after object key:value pair");
    row("minus", R"({"a":-})", "invalid character '}' in numeric literal");
    row("point", R"({"a":1.})", "invalid character '}' after decimal point in numeric literal");
    row("exponent", R"({"a":1e})", "invalid character '}' in exponent of numeric literal");
    row("literal", R"({"a":nul})", "invalid character '}' in literal null (expecting 'l')");
    row("control", "{\"a\":\"\n\"}", "invalid character '\\n' in string literal");
    row("escape", R"({"a":"\x"})", "invalid character 'x' in string escape code");
    row("hex", R"({"a":"\u12g4"})", "invalid character 'g' in \\u hexadecimal character escape");
    row("name", R"({"metadata":{"name":1}})", "metadata.name: expected a string");
    row("metadata", R"({"metadata":[]})", "metadata: expected an object");
    row("label", R"({"metadata":{"labels":{"a":true}}})", "metadata.labels.a: expected a string");
    row("owner", R"({"metadata":{"ownerReferences":[{"controller":"yes"}]}})",
        "metadata.ownerReferences.controller: expected a bool");
    row("generation", R"({"metadata":{"generation":1.5}})", "metadata.generation: expected an int64");
    row("large generation", R"({"metadata":{"generation":9223372036854775808}})",
        "metadata.generation: expected an int64");
}

void TestObject::refuses() {
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, message);
    auto object = Object::parse(json.toStdString());
    QVERIFY(!object);
    QCOMPARE(QByteArray::fromStdString(object.error().message), message);
    QCOMPARE(object.error().code, 400);
}

void TestObject::limitsDepth() {
    auto nested = [](int depth) {
        return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
    };
    QVERIFY(Object::parse(nested(JsonReader::kDepthMax)));
    auto tooDeep = Object::parse(nested(JsonReader::kDepthMax + 1));
    QVERIFY(!tooDeep);
    QCOMPARE(tooDeep.error().message, std::string("not an API object: exceeded max depth"));
}

void TestObject::everyPrefixIsRefused() {
    for (size_t length = 0; length < kPod.size(); ++length)
        QVERIFY2(!Object::parse(kPod.substr(0, length)), std::to_string(length).c_str());
}

QTEST_GUILESS_MAIN(TestObject)
#include "tst_object.moc"
