#include "core/api/protobuf.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace coracle;
namespace bj = boost::json;

class TestProtobuf : public QObject {
    Q_OBJECT

private slots:
    void writesKnownBytes();
    void roundTrips_data();
    void roundTrips();
    void refuses_data();
    void refuses();
    void survivesDamage();
    void limitsDepth();
    void takesMembersInAnyOrder();
    void writesLongFields();
    void framesMessages();
    void vectors_data();
    void vectors();
};

static std::string throughProtobuf(const api::ResourceInfo &resource, std::string_view json) {
    const api::BodyType type{*resource.type, resource.apiVersion, resource.kind};
    auto body = api::decodeBody(json, type, api::FieldValidation::Strict);
    if (!body)
        return body.error().message;
    auto back = api::protobufToJson(api::encodeProtobuf(*resource.type, body->object), type);
    if (!back)
        return back.error().message;
    return *back == api::encodeObject(*resource.type, body->object) ? "same" : *back;
}

void TestProtobuf::writesKnownBytes() {
    const bj::object configMap = bj::parse(R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},)"
                                           R"("data":{"k":"v"},"immutable":true})")
                                     .as_object();
    const std::string metadata = std::string("\x0a\x01") + "a" + std::string("\x12\0\x1a\0\x22\0\x2a\0\x32\0", 10) +
                                 std::string("\x38\0\x42\0", 4);
    std::string message =
        "\x0a" + std::string(1, char(metadata.size())) + metadata + "\x12\x06\x0a\x01k\x12\x01v" + "\x20\x01";
    QCOMPARE(QByteArray::fromStdString(api::encodeMessage(*api::findType("core/v1", "ConfigMap"), configMap)),
             QByteArray::fromStdString(message));
}

void TestProtobuf::roundTrips_data() {
    QTest::addColumn<QByteArray>("apiVersion");
    QTest::addColumn<QByteArray>("kind");
    QTest::addColumn<QByteArray>("json");
    auto row = [](const char *name, const char *apiVersion, const char *kind, const char *json) {
        QTest::newRow(name) << QByteArray(apiVersion) << QByteArray(kind) << QByteArray(json);
    };
    row("inlined and pointers", "v1", "Pod",
        R"({"spec":{"priority":-1,"terminationGracePeriodSeconds":0,"volumes":[{"name":"v","emptyDir":{}}],"containers":)"
        R"([{"name":"c","resources":{"limits":{"cpu":"1500m"}},"livenessProbe":{"httpGet":{"port":"web"}}},)"
        R"({"name":"d","livenessProbe":{"tcpSocket":{"port":-8}}}]}})");
    row("times", "coordination.k8s.io/v1", "Lease",
        R"({"metadata":{"creationTimestamp":"1969-01-02T03:04:05Z"},"spec":{"renewTime":"2026-01-02T03:04:05.000006Z"}})");
    row("bytes", "v1", "Secret", R"({"data":{"a":"AP8=","b":""},"type":"Opaque"})");
    row("raw", "apps/v1", "ControllerRevision", R"({"data":{"a":[1,null,"x"]},"revision":9223372036854775807})");
    row("extra", "authorization.k8s.io/v1", "SubjectAccessReview", R"({"spec":{"extra":{"k":["a",""],"n":[]}}})");
    row("schemas", "apiextensions.k8s.io/v1", "CustomResourceDefinition",
        R"({"spec":{"names":{"kind":"K","plural":"p"},"versions":[{"name":"v1","schema":{"openAPIV3Schema":{"type":)"
        R"("object","maximum":1.5,"items":{"type":"x"},"additionalProperties":false,"default":{"a":1},)"
        R"("properties":{"p":{"additionalProperties":{"type":"y"},"enum":[1,"z"]}}}}}]}})");
}

void TestProtobuf::roundTrips() {
    QFETCH(QByteArray, apiVersion);
    QFETCH(QByteArray, kind);
    QFETCH(QByteArray, json);
    const api::ResourceInfo *resource = api::findKind(apiVersion.toStdString(), kind.toStdString());
    QVERIFY(resource);
    QCOMPARE(QByteArray::fromStdString(throughProtobuf(*resource, json.toStdString())), QByteArray("same"));
}

static api::BodyType podType() {
    return {*api::findType("core/v1", "Pod"), "v1", "Pod"};
}

void TestProtobuf::refuses_data() {
    QTest::addColumn<QByteArray>("body");
    auto row = [](const char *name, const char *bytes, int size) { QTest::newRow(name) << QByteArray(bytes, size); };
    row("empty", "", 0);
    row("json", "{}", 2);
    row("truncated length", "k8s\0\x0a\x05\x0a", 7);
    row("group", "k8s\0\x0b", 5);
    row("field number 0", "k8s\0\x02\x00", 6);
    row("endless varint", "k8s\0\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 18);
    row("wrong wire type", "k8s\0\x12\x02\x08\x01", 8);
    row("unknown kind",
        "k8s\0\x0a\x09\x0a\x02v1\x12\x03"
        "Foo",
        15);
}

void TestProtobuf::refuses() {
    QFETCH(QByteArray, body);
    auto json = api::protobufToJson(std::string_view(body.constData(), size_t(body.size())), podType());
    QVERIFY(!json);
    QCOMPARE(json.error().code, 400);
}

/// Every truncation and every flipped byte gives an error or some object, never a crash.
void TestProtobuf::survivesDamage() {
    const std::string json = R"({"spec":{"containers":[{"name":"c","ports":[{"containerPort":80}],"resources":)"
                             R"({"limits":{"cpu":"1"}}}]},"status":{"startTime":"2026-01-02T03:04:05Z"}})";
    auto body = api::decodeBody(json, podType(), api::FieldValidation::Strict);
    QVERIFY(body);
    const std::string good = api::encodeProtobuf(podType().type, body->object);
    int accepted = 0;
    for (size_t i = 0; i < good.size(); ++i) {
        accepted += api::protobufToJson(good.substr(0, i), podType()).has_value();
        for (const char flip : {'\x01', '\x80', '\xff'}) {
            std::string bad = good;
            bad[i] = char(bad[i] ^ flip);
            accepted += api::protobufToJson(bad, podType()).has_value();
        }
    }
    QVERIFY(accepted > 0);
}

void TestProtobuf::limitsDepth() {
    // JSONSchemaProps.not (field 28 of the message) inside itself.
    const api::TypeInfo &type = *api::findType("apiextensions/v1", "JSONSchemaProps");
    bj::object schema;
    for (int i = 0; i < 150; ++i)
        schema = bj::object{{"not", schema}};
    auto shallow = api::decodeMessage(api::encodeMessage(type, schema), type);
    QVERIFY(shallow && *shallow == schema);
    for (int i = 0; i < 100; ++i)
        schema = bj::object{{"not", schema}};
    QVERIFY(!api::decodeMessage(api::encodeMessage(type, schema), type));
}

void TestProtobuf::takesMembersInAnyOrder() {
    const api::TypeInfo &type = podType().type;
    const std::string inOrder = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{"a":"1","b":"2"}},)"
                                R"("spec":{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"c","image":)"
                                R"("i","resources":{}}],"nodeName":"n","priority":7},"status":{"phase":"Running"}})";
    const std::string mixed = R"({"status":{"phase":"Running"},"spec":{"priority":7,"containers":[{"resources":{},)"
                              R"("image":"i","name":"c"}],"nodeName":"n","volumes":[{"emptyDir":{},"name":"v"}]},)"
                              R"("apiVersion":"v1","unknown":[1],"metadata":{"labels":{"b":"2","a":"1"},"name":"p"},)"
                              R"("kind":"Pod"})";
    const auto expected = api::jsonToProtobuf(inOrder, type);
    QVERIFY(expected && *api::jsonToProtobuf(mixed, type) == *expected);
    QVERIFY(bj::parse(*api::protobufToJson(*expected, podType())).at("spec") == bj::parse(inOrder).at("spec"));
    QVERIFY(!api::jsonToProtobuf("[]", type));
    QVERIFY(!api::jsonToProtobuf("{", type));
}

/// Lengths of one, two and three bytes, around their limits.
void TestProtobuf::writesLongFields() {
    const api::TypeInfo &type = *api::findType("core/v1", "ConfigMap");
    for (const size_t size : {0u, 100u, 120u, 127u, 128u, 129u, 16'370u, 16'384u, 16'400u, 70'000u, 2'100'000u}) {
        const bj::object object{{"data", {{"k", std::string(size, 'x')}}}};
        const auto back = api::decodeMessage(api::encodeMessage(type, object), type);
        QVERIFY2(back && back->at("data") == object.at("data"), std::to_string(size).c_str());
    }
}

void TestProtobuf::framesMessages() {
    const bj::object object = bj::parse(R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"}})").as_object();
    const std::string message = api::encodeMessage(podType().type, object);
    const api::ProtobufFrame frame = api::protobufFrame("v1", "Pod", message.size());
    QVERIFY(frame.begin + message + frame.end == api::encodeProtobuf(podType().type, object));
    QVERIFY(api::hasProtobuf(podType().type));
    static constexpr api::FieldInfo kFields[] = {{.name = "spec", .kind = api::ValueKind::Raw}};
    QVERIFY(!api::hasProtobuf(api::TypeInfo{.name = "Custom", .fields = kFields}));
}

void TestProtobuf::vectors_data() {
    QTest::addColumn<QString>("path");
    const QDir folder(QStringLiteral(CORACLE_VECTORS));
    for (const QString &name : folder.entryList({"*.pb"}))
        QTest::newRow(qPrintable(name)) << folder.filePath(name.chopped(3));
    if (folder.entryList({"*.pb"}).isEmpty())
        QTest::newRow("none") << QString();
}

static std::string content(const QString &path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

void TestProtobuf::vectors() {
    QFETCH(QString, path);
    if (path.isEmpty())
        QSKIP("no vectors on this machine");
    const std::string bytes = content(path + ".pb");
    const bj::object expected = bj::parse(content(path + ".json")).as_object();
    auto envelope = api::readProtobufEnvelope(bytes);
    QVERIFY(envelope);
    if (path.endsWith("core.v1.WatchEvent")) { // names no kind
        const api::TypeInfo &event = *api::findType("meta/v1", "WatchEvent");
        QVERIFY(*api::decodeMessage(envelope->raw, event) == expected);
        QVERIFY(api::encodeProtobuf(event, expected) == bytes);
        return;
    }
    const api::TypeInfo *type = api::findKindType(envelope->apiVersion, envelope->kind);
    if (!type)
        QSKIP("not in the schema: an alpha or removed version");
    auto json = api::protobufToJson(bytes, {*type, envelope->apiVersion, envelope->kind});
    QVERIFY2(json, json ? "" : json.error().message.c_str());
    QVERIFY2(bj::parse(*json) == expected, json->c_str());
    QCOMPARE(QByteArray::fromStdString(api::encodeProtobuf(*type, expected)).toHex(),
             QByteArray::fromStdString(bytes).toHex());
    auto fromText = api::jsonToProtobuf(*json, *type);
    QVERIFY(fromText && *fromText == bytes);
}

QTEST_GUILESS_MAIN(TestProtobuf)
#include "tst_protobuf.moc"
