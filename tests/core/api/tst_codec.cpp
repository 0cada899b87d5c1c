#include "core/api/codec.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace coracle;
using api::FieldValidation;
namespace bj = boost::json;

class TestCodec : public QObject {
    Q_OBJECT

private slots:
    void writesAsGoDoes();
    void normalises_data();
    void normalises();
    void refuses_data();
    void refuses();
    void validatesFields();
    void fillsInTypeMeta();
    void schemaForms();
    void vectors_data();
    void vectors();
};

static api::BodyType bodyType(std::string_view apiVersion, std::string_view kind) {
    const api::ResourceInfo *resource = api::findKind(apiVersion, kind);
    return {*resource->type, resource->apiVersion, resource->kind};
}

static api::BodyType deploymentType() {
    return bodyType("apps/v1", "Deployment");
}

/// A pod whose only container has one more member.
static std::string podWith(const std::string &member) {
    return R"({"spec":{"containers":[{"name":"c",)" + member + "}]}}";
}

void TestCodec::writesAsGoDoes() {
    const auto type = deploymentType();
    auto body = api::decodeBody(R"({"spec":{"template":{"metadata":{"labels":{"b":"1","a":"2"}},"spec":{"containers":)"
                                R"([{"image":"i","name":"c"}]}},"selector":{}},"metadata":{"name":"d"}})",
                                type, FieldValidation::Strict);
    QVERIFY2(body, body ? "" : body.error().message.c_str());
    QCOMPARE(api::encodeObject(type.type, body->object),
             std::string(R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d"},"spec":{"selector":{},)"
                         R"("template":{"metadata":{"labels":{"a":"2","b":"1"}},"spec":{"containers":[{"name":"c",)"
                         R"("image":"i","resources":{}}]}},"strategy":{}},"status":{}})"));
    // Nothing but a name: lists that Go does not omit are null.
    QCOMPARE(api::encodeObject(type.type, bj::parse(R"({"metadata":{"name":"d"}})").as_object()),
             std::string(R"({"metadata":{"name":"d"},"spec":{"selector":null,"template":{"metadata":{},"spec":)"
                         R"({"containers":null}},"strategy":{}},"status":{}})"));
}

void TestCodec::normalises_data() {
    QTest::addColumn<QByteArray>("member");
    QTest::addColumn<QByteArray>("result");
    auto row = [](const char *name, const char *member, const char *result) {
        QTest::newRow(name) << QByteArray(member) << QByteArray(result);
    };
    row("quantity", R"("resources":{"limits":{"cpu":"1000m","memory":"1024Mi","x":2}})",
        R"("resources":{"limits":{"cpu":"1","memory":"1Gi","x":"2"}})");
    row("null list", R"("args":null)", "");
    row("null element", R"("args":["a",null])", R"("args":["a",""])");
    row("null struct", R"("ports":[null])", R"("ports":[{"containerPort":0}])");
    row("empty omitted", R"("args":[],"stdin":false,"image":"","env":[])", "");
    row("pointer kept", R"("livenessProbe":{},"restartPolicy":"")",
        R"("resources":{},"restartPolicy":"","livenessProbe":{})");
    row("zero pointer", R"("securityContext":{"runAsUser":0,"privileged":false})",
        R"("resources":{},"securityContext":{"privileged":false,"runAsUser":0})");
    row("inlined", R"("livenessProbe":{"periodSeconds":1,"httpGet":{"port":"web"},"exec":{}})",
        R"("resources":{},"livenessProbe":{"exec":{},"httpGet":{"port":"web"},"periodSeconds":1})");
    row("unknown dropped", R"("Image":"wrong case","foo":{"a":[1]})", "");
    row("last duplicate", R"("image":"a","image":"b")", R"("image":"b")");
    row("escapes", R"("image":"\u00e4\"\\\u0001")", "\"image\":\"\u00e4\\\"\\\\\\u0001\"");
}

void TestCodec::normalises() {
    QFETCH(QByteArray, member);
    QFETCH(QByteArray, result);
    const auto type = bodyType("v1", "Pod");
    auto body = api::decodeBody(podWith(member.toStdString()), type, FieldValidation::Ignore);
    QVERIFY2(body, body ? "" : body.error().message.c_str());
    if (!result.contains("resources"))
        result += (result.isEmpty() ? R"("resources":{})" : R"(,"resources":{})");
    QCOMPARE(QByteArray::fromStdString(api::encodeObject(type.type, body->object)),
             R"({"kind":"Pod","apiVersion":"v1","metadata":{},"spec":{"containers":[{"name":"c",)" + result +
                 R"(}]},"status":{}})");
}

void TestCodec::refuses_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("message");
    auto row = [](const char *name, const char *json, const QByteArray &message) {
        QTest::newRow(name) << QByteArray(json) << message;
    };
    const QByteArray handled = "Deployment in version \"v1\" cannot be handled as a Deployment: ";
    const QByteArray unrecognized = "the object provided is unrecognized (must be of type Deployment): couldn't get "
                                    "version/kind; json parse error: ";
    row("empty", "", unrecognized + "unexpected end of JSON input (<empty>)");
    row("syntax", R"({"spec":})", unrecognized + R"(invalid character '}' looking for beginning of value ({"spec":}))");
    row("no json", "kind: Deployment",
        unrecognized + "invalid character 'k' looking for beginning of value "
                       "(6b696e643a204465706c6f796d656e74)");
    row("late syntax error comes first", R"({"spec":{"replicas":"x"},"a":tru})",
        unrecognized + "invalid character '}' in literal true (expecting 'e') "
                       "({\"spec\":{\"replicas\":\"x\"},\"a\":t ...)");
    row("type", R"({"spec":{"replicas":"3"}})",
        handled + "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32");
    row("fraction", R"({"spec":{"replicas":1.5}})",
        handled + "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32");
    row("range", R"({"spec":{"replicas":2147483648}})",
        handled + "json: cannot unmarshal number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type "
                  "int32");
    row("list", R"({"spec":{"template":{"spec":{"containers":{}}}}})",
        handled + "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type "
                  "[]v1.Container");
    row("in a list", R"({"spec":{"template":{"spec":{"containers":[{"name":1}]}}}})",
        handled + "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.name of "
                  "type string");
    row("map", R"({"metadata":{"labels":{"a":true}}})",
        handled + "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string");
    row("kind", R"({"kind":"Pod","apiVersion":"v1"})",
        "Pod in version \"v1\" cannot be handled as a Deployment: converting (v1.Pod) to (v1.Deployment): unknown "
        "conversion");
    row("unknown kind", R"({"kind":"Foo","apiVersion":"apps/v1"})",
        "Foo in version \"v1\" cannot be handled as a Deployment: no kind \"Foo\" is registered for version "
        "\"apps/v1\"");
    row("time", R"({"metadata":{"creationTimestamp":5}})",
        handled + "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type "
                  "string");
}

void TestCodec::refuses() {
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, message);
    auto body = api::decodeBody(json.toStdString(), deploymentType(), FieldValidation::Strict);
    QVERIFY(!body);
    QCOMPARE(QByteArray::fromStdString(body.error().message), message);
    QCOMPARE(body.error().code, 400);
    QCOMPARE(body.error().reason, std::string("BadRequest"));
}

void TestCodec::validatesFields() {
    const std::string json = R"({"spec":{"replica":1,"replicas":1,"replicas":2,"template":{"spec":{"containers":)"
                             R"([{"name":"a"},{"name":"b","Image":"x"}]}}},"metadata":{"labels":{"a":"1","a":"1"}}})";
    auto strict = api::decodeBody(json, deploymentType(), FieldValidation::Strict);
    QVERIFY(!strict);
    QCOMPARE(strict.error().message,
             std::string("Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: "
                         "unknown field \"spec.replica\", duplicate field \"spec.replicas\", unknown field "
                         "\"spec.template.spec.containers[1].Image\", duplicate field \"metadata.labels.a\""));
    auto warned = api::decodeBody(json, deploymentType(), FieldValidation::Warn);
    QVERIFY(warned);
    const std::vector<std::string> warnings = {"unknown field \"spec.replica\"", "duplicate field \"spec.replicas\"",
                                               "unknown field \"spec.template.spec.containers[1].Image\"",
                                               "duplicate field \"metadata.labels.a\""};
    QVERIFY(warned->warnings == warnings);
    QCOMPARE(warned->object.at("spec").at("replicas").as_int64(), 2);
    auto ignored = api::decodeBody(json, deploymentType(), FieldValidation::Ignore);
    QVERIFY(ignored && ignored->warnings.empty());
    QVERIFY(ignored->object == warned->object);
}

void TestCodec::fillsInTypeMeta() {
    auto body = api::decodeBody("{}", deploymentType(), FieldValidation::Strict);
    QVERIFY(body);
    QVERIFY(body->object.at("kind") == "Deployment");
    QVERIFY(body->object.at("apiVersion") == "apps/v1");
    // Options come in the version of any group.
    const api::BodyType options{*api::findType("meta/v1", "DeleteOptions"), "", "DeleteOptions"};
    auto deletion = api::decodeBody(R"({"kind":"DeleteOptions","apiVersion":"policy/v1","gracePeriodSeconds":0})",
                                    options, FieldValidation::Strict);
    QVERIFY2(deletion, deletion ? "" : deletion.error().message.c_str());
    QCOMPARE(deletion->object.at("gracePeriodSeconds").as_int64(), 0);
}

void TestCodec::schemaForms() {
    const auto type = bodyType("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    const std::string schema = R"({"type":"object","default":{"b":1,"a":[null]},"maximum":1.5,"enum":[1,null,"x"],)"
                               R"("items":[{"type":"string"},{"type":"integer"}],"properties":{"p":{"items":)"
                               R"({"type":"boolean"}}},"additionalProperties":false,"dependencies":{"a":["b"],)"
                               R"("c":{"type":"null"}}})";
    const std::string json = R"({"spec":{"versions":[{"name":"v1","served":true,"storage":true,"schema":)"
                             R"({"openAPIV3Schema":)" +
                             schema + "}}]}}";
    auto body = api::decodeBody(json, type, FieldValidation::Strict);
    QVERIFY2(body, body ? "" : body.error().message.c_str());
    const bj::value back = bj::parse(api::encodeObject(type.type, body->object));
    QVERIFY(back.at("spec").at("versions").at(0).at("schema").at("openAPIV3Schema") == bj::parse(schema));
}

/// The type of a vector named GROUP.VERSION.KIND.json; null when the tables don't have it.
static const api::TypeInfo *vectorType(const QString &name) {
    const QStringList parts = name.chopped(5).split('.');
    const std::string kind = parts.last().toStdString(), version = parts[parts.size() - 2].toStdString();
    std::string group = parts.mid(0, parts.size() - 2).join('.').toStdString();
    if (group == "core")
        group.clear();
    for (const api::PackageInfo &package : api::packages()) {
        if (package.group == group && package.version == version) {
            if (const api::TypeInfo *type = api::findType(package.name, kind))
                return type;
        }
    }
    return group.empty() ? api::findType("meta/v1", kind) : nullptr;
}

/// Every vector is canonical already, so it must come back as it was.
void TestCodec::vectors_data() {
    QTest::addColumn<QString>("path");
    const QDir folder(QStringLiteral(CORACLE_VECTORS));
    for (const QString &name : folder.entryList({"*.json"})) {
        if (vectorType(name))
            QTest::newRow(qPrintable(name)) << folder.filePath(name);
    }
    if (folder.entryList({"*.json"}).isEmpty())
        QTest::newRow("none") << QString();
}

void TestCodec::vectors() {
    QFETCH(QString, path);
    if (path.isEmpty())
        QSKIP("no vectors on this machine");
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const std::string json = file.readAll().toStdString();
    const bj::object expected = bj::parse(json).as_object();
    const api::TypeInfo &type = *vectorType(QFileInfo(path).fileName());
    auto text = [&expected](const char *key) {
        const bj::value *value = expected.if_contains(key);
        return std::string(value ? std::string_view(value->as_string()) : std::string_view());
    };
    const std::string apiVersion = text("apiVersion"), kind = text("kind");
    auto body = api::decodeBody(json, {type, apiVersion, kind}, FieldValidation::Strict);
    QVERIFY2(body, body ? "" : body.error().message.c_str());
    const std::string encoded = api::encodeObject(type, body->object);
    QVERIFY2(bj::parse(encoded) == expected, encoded.c_str());
    auto stored = api::decodeObject(encoded, type);
    QVERIFY(stored && *stored == body->object);
}

QTEST_GUILESS_MAIN(TestCodec)
#include "tst_codec.moc"
