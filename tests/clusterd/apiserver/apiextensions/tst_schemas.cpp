#include "clusterd/apiserver/apiextensions/defaulting.h"
#include "clusterd/apiserver/apiextensions/pruning.h"
#include "clusterd/apiserver/apiextensions/schema_invariants.h"
#include "clusterd/apiserver/apiextensions/value_formats.h"
#include "clusterd/apiserver/apiextensions/value_validation.h"
#include "core/api/canonical_json.h"
#include "tests/clusterd/apiserver/apiextensions/crd_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using test::parsed;

namespace {

namespace json = boost::json;

QString joined(const std::vector<StatusCause> &causes) {
    QStringList lines;
    for (const StatusCause &cause : causes)
        lines.append(QString::fromStdString(cause.field + ": " + cause.message));
    return lines.join('\n');
}

SchemaPtr compiled(const QString &schema) {
    auto result = StructuralSchema::compile(parsed(schema.toStdString()).as_object());
    return result ? std::move(*result) : nullptr;
}

void row(const char *name, const char *schema, const char *value, const char *expected) {
    QTest::newRow(name) << schema << value << expected;
}

void columns() {
    QTest::addColumn<QString>("schema");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("expected");
}

} // namespace

/// Structural schemas and what they do to values, without a server.
class TestSchemas : public QObject {
    Q_OBJECT

private slots:
    void values_data() {
        columns();
        row("fits", R"({"type":"object","properties":{"a":{"type":"string"}}})", R"({"a":"x","b":1})", "");
        row("type", R"({"type":"object","properties":{"a":{"type":"integer"}}})", R"({"a":"x"})",
            "a: Invalid value: \"string\": a in body must be of type integer: \"string\"");
        row("whole double is an integer", R"({"type":"object","properties":{"a":{"type":"integer"}}})", R"({"a":2.0})",
            "");
        row("fraction is none", R"({"type":"object","properties":{"a":{"type":"integer"}}})", R"({"a":2.5})",
            "a: Invalid value: \"number\": a in body must be of type integer: \"number\"");
        row("null", R"({"type":"array","items":{"type":"string"}})", R"([null])",
            "[0]: Invalid value: \"null\": [0] in body must be of type string: \"null\"");
        row("nullable", R"({"type":"array","items":{"type":"string","nullable":true}})", R"([null])", "");
        row("int or string", R"({"type":"array","items":{"x-kubernetes-int-or-string":true}})", R"([1,"a",true])",
            "[2]: Invalid value: \"boolean\": [2] in body must be of type integer,string: \"boolean\"");
        row("maximum", R"({"type":"number","maximum":5})", "6",
            "<nil>: Invalid value: 6:  in body should be less than or equal to 5");
        row("exclusive",
            R"({"type":"object","properties":{"a":{"type":"number","minimum":5,"exclusiveMinimum":true}}})",
            R"({"a":5})", "a: Invalid value: 5: a in body should be greater than 5");
        row("multiple", R"({"type":"object","properties":{"a":{"type":"number","multipleOf":0.1}}})", R"({"a":0.35})",
            "a: Invalid value: 0.35: a in body should be a multiple of 0.1");
        row("multiple holds", R"({"type":"object","properties":{"a":{"type":"number","multipleOf":0.1}}})",
            R"({"a":0.3})", "");
        row("pattern", R"({"type":"object","properties":{"a":{"type":"string","pattern":"^b"}}})", R"({"a":"ab"})",
            "a: Invalid value: \"ab\": a in body should match '^b'");
        row("pattern may be anywhere", R"({"type":"object","properties":{"a":{"type":"string","pattern":"b"}}})",
            R"({"a":"abc"})", "");
        row("lengths count characters", R"({"type":"object","properties":{"a":{"type":"string","maxLength":2}}})",
            R"({"a":"äö"})", "");
        row("too long", R"({"type":"object","properties":{"a":{"type":"string","maxLength":2}}})", R"({"a":"abc"})",
            "a: Too long: may not be more than 2 bytes");
        row("too short", R"({"type":"object","properties":{"a":{"type":"string","minLength":2}}})", R"({"a":"x"})",
            "a: Invalid value: \"x\": a in body should be at least 2 chars long");
        row("enum", R"({"type":"object","properties":{"a":{"type":"string","enum":["x","y"]}}})", R"({"a":"z"})",
            "a: Unsupported value: \"z\": supported values: \"x\", \"y\"");
        row("items", R"({"type":"object","properties":{"a":{"type":"array","minItems":1,"items":{"type":"string"}}}})",
            R"({"a":[]})", "a: Invalid value: 0: a in body should have at least 1 items");
        row("too many items",
            R"({"type":"object","properties":{"a":{"type":"array","maxItems":1,"items":{"type":"string"}}}})",
            R"({"a":["x","y"]})", "a: Too many: 2: must have at most 1 items");
        row("properties",
            R"({"type":"object","properties":{"a":{"type":"object","maxProperties":1,"additionalProperties":{"type":"string"}}}})",
            R"({"a":{"x":"1","y":"2"}})", "a: Too many: 2: must have at most 1 items");
        row("additional", R"({"type":"object","additionalProperties":{"type":"integer"}})", R"({"x":"1"})",
            "x: Invalid value: \"string\": x in body must be of type integer: \"string\"");
        row("required",
            R"({"type":"object","properties":{"a":{"type":"object","required":["b"],"properties":{"b":{"type":"string"}}}}})",
            R"({"a":{}})", "a.b: Required value");
        row("anyOf",
            R"({"type":"object","properties":{"a":{"type":"integer","anyOf":[{"minimum":10},{"maximum":2}]}}})",
            R"({"a":5})",
            "<nil>: Invalid value: \"\": \"a\" must validate at least one schema (anyOf)\n"
            "a: Invalid value: 5: a in body should be greater than or equal to 10");
        row("oneOf, two",
            R"({"type":"object","properties":{"a":{"type":"integer","oneOf":[{"minimum":1},{"minimum":2}]}}})",
            R"({"a":5})",
            "<nil>: Invalid value: \"\": \"a\" must validate one and only one schema (oneOf). Found 2 valid "
            "alternatives");
        row("oneOf by required",
            R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"oneOf":[{"required":["a"]},{"required":["b"]}]})",
            R"({"a":"x"})", "");
        row("allOf", R"({"type":"object","properties":{"a":{"type":"integer","allOf":[{"minimum":1},{"maximum":2}]}}})",
            R"({"a":5})",
            "a: Invalid value: 5: a in body should be less than or equal to 2\n"
            "<nil>: Invalid value: \"\": \"a\" must validate all the schemas (allOf)");
        row("not", R"({"type":"object","properties":{"a":{"type":"string","not":{"enum":["x"]}}}})", R"({"a":"x"})",
            "<nil>: Invalid value: \"\": \"a\" must not validate the schema (not)");
        row("format", R"({"type":"object","properties":{"a":{"type":"string","format":"ipv4"}}})", R"({"a":"1.2.3"})",
            "a: Invalid value: \"1.2.3\": a in body must be of type ipv4: \"1.2.3\"");
        row("unknown format", R"({"type":"object","properties":{"a":{"type":"string","format":"whatever"}}})",
            R"({"a":"1.2.3"})", "");
    }
    void values() {
        QFETCH(QString, schema);
        QFETCH(QString, value);
        QFETCH(QString, expected);
        const SchemaPtr node = compiled(schema);
        QVERIFY(node);
        std::vector<StatusCause> causes;
        validateValue(parsed(value.toStdString()), *node, nullptr, "", causes);
        QCOMPARE(joined(causes), expected);
    }

    void unchangedValuesAreNotHeldAgainstAnUpdate_data() {
        columns();
        QTest::addColumn<QString>("old");
        constexpr const char *kSchema =
            R"({"type":"object","properties":{"a":{"type":"string","minLength":3},"b":{"type":"string"},)"
            R"("list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],)"
            R"("items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"string","minLength":3}}}},)"
            R"("plain":{"type":"array","items":{"type":"string","minLength":3}}}})";
        const auto add = [&](const char *name, const char *old, const char *value, const char *expected) {
            QTest::newRow(name) << kSchema << value << expected << old;
        };
        add("another member changes", R"({"a":"x"})", R"({"a":"x","b":"y"})", "");
        add("it changes itself", R"({"a":"x"})", R"({"a":"y"})",
            "a: Invalid value: \"y\": a in body should be at least 3 chars long");
        add("items correlate by their keys", R"({"list":[{"k":"1","v":"x"}]})",
            R"({"list":[{"k":"2","v":"long"},{"k":"1","v":"x"}]})", "");
        add("a changed item", R"({"list":[{"k":"1","v":"x"}]})", R"({"list":[{"k":"1","v":"y"}]})",
            "list[0].v: Invalid value: \"y\": list[0].v in body should be at least 3 chars long");
        add("other lists do not correlate", R"({"plain":["x"]})", R"({"plain":["x","long"]})",
            "plain[0]: Invalid value: \"x\": plain[0] in body should be at least 3 chars long");
    }
    void unchangedValuesAreNotHeldAgainstAnUpdate() {
        QFETCH(QString, schema);
        QFETCH(QString, value);
        QFETCH(QString, expected);
        QFETCH(QString, old);
        const SchemaPtr node = compiled(schema);
        QVERIFY(node);
        const json::value before = parsed(old.toStdString());
        std::vector<StatusCause> causes;
        validateValue(parsed(value.toStdString()), *node, &before, "", causes);
        QCOMPARE(joined(causes), expected);
    }

    void pruning_data() {
        columns();
        QTest::addColumn<QString>("unknown");
        const auto add = [](const char *name, const char *schema, const char *value, const char *expected,
                            const char *unknown) { QTest::newRow(name) << schema << value << expected << unknown; };
        add("unknown goes", R"({"type":"object","properties":{"a":{"type":"string"}}})", R"({"a":"x","b":{"c":1}})",
            R"({"a":"x"})", "b");
        add("type and metadata stay", R"({"type":"object"})",
            R"({"apiVersion":"v","kind":"K","metadata":{"name":"n"},"x":1})",
            R"({"apiVersion":"v","kind":"K","metadata":{"name":"n"}})", "x");
        add("in lists",
            R"({"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}}}})",
            R"({"l":[{"a":"x"},{"b":1}]})", R"({"l":[{"a":"x"},{}]})", "l[1].b");
        add("preserved",
            R"({"type":"object","properties":{"s":{"type":"object","x-kubernetes-preserve-unknown-fields":true,)"
            R"("properties":{"k":{"type":"object","properties":{"a":{"type":"string"}}}}}}})",
            R"({"s":{"any":{"thing":1},"k":{"a":"x","b":1}}})", R"({"s":{"any":{"thing":1},"k":{"a":"x"}}})", "s.k.b");
        add("maps",
            R"({"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"string"}}}}}})",
            R"({"m":{"k":{"a":"x","b":1}}})", R"({"m":{"k":{"a":"x"}}})", "m.k.b");
        add("embedded",
            R"({"type":"object","properties":{"e":{"type":"object","x-kubernetes-embedded-resource":true,)"
            R"("properties":{"spec":{"type":"object"}}}}})",
            R"({"e":{"apiVersion":"v1","kind":"P","metadata":{"name":"n"},"spec":{"x":1},"y":1}})",
            R"({"e":{"apiVersion":"v1","kind":"P","metadata":{"name":"n"},"spec":{}}})", "e.spec.x,e.y");
    }
    void pruning() {
        QFETCH(QString, schema);
        QFETCH(QString, value);
        QFETCH(QString, expected);
        QFETCH(QString, unknown);
        const SchemaPtr node = compiled(schema);
        QVERIFY(node);
        json::object object = parsed(value.toStdString()).as_object();
        std::vector<std::string> found;
        QVERIFY(prune(object, *node, &found));
        QCOMPARE(api::json::canonicalText(object), api::json::canonicalText(parsed(expected.toStdString())));
        QStringList paths;
        for (const std::string &path : found)
            paths.append(QString::fromStdString(path));
        QCOMPARE(paths.join(','), unknown);
        QVERIFY(!prune(object, *node));
    }

    void defaulting_data() {
        columns();
        row("absent", R"({"type":"object","properties":{"a":{"type":"integer","default":3}}})", "{}", R"({"a":3})");
        row("present stays", R"({"type":"object","properties":{"a":{"type":"integer","default":3}}})", R"({"a":0})",
            R"({"a":0})");
        row("inside a default",
            R"({"type":"object","properties":{"o":{"type":"object","default":{},"properties":{"a":{"type":"string","default":"x"}}}}})",
            "{}", R"({"o":{"a":"x"}})");
        row("not inside what is absent",
            R"({"type":"object","properties":{"o":{"type":"object","properties":{"a":{"type":"string","default":"x"}}}}})",
            "{}", "{}");
        row("null takes the default", R"({"type":"object","properties":{"a":{"type":"integer","default":3}}})",
            R"({"a":null})", R"({"a":3})");
        row("null goes without one", R"({"type":"object","properties":{"a":{"type":"integer"}}})", R"({"a":null})",
            "{}");
        row("nullable null stays",
            R"({"type":"object","properties":{"a":{"type":"integer","nullable":true,"default":3}}})", R"({"a":null})",
            R"({"a":null})");
        row("items",
            R"({"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string","default":"x"}}}}}})",
            R"({"l":[{},{"a":"y"}]})", R"({"l":[{"a":"x"},{"a":"y"}]})");
        row("maps",
            R"({"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"string","default":"x"}}}}}})",
            R"({"m":{"k":{}}})", R"({"m":{"k":{"a":"x"}}})");
    }
    void defaulting() {
        QFETCH(QString, schema);
        QFETCH(QString, value);
        QFETCH(QString, expected);
        const SchemaPtr node = compiled(schema);
        QVERIFY(node);
        json::object object = parsed(value.toStdString()).as_object();
        const bool changed = apiserver::applyDefaults(object, *node);
        QCOMPARE(api::json::canonicalText(object), api::json::canonicalText(parsed(expected.toStdString())));
        QCOMPARE(changed, object != parsed(value.toStdString()).as_object());
        QVERIFY(!apiserver::applyDefaults(object, *node));
    }

    void structure_data() {
        columns();
        row("good",
            R"({"type":"object","properties":{"spec":{"type":"object","anyOf":[{"required":["a"]}],"properties":{"a":{"type":"string"}}}}})",
            "", "");
        row("no types", R"({"properties":{"a":{},"b":{"type":"array"},"c":{"type":"array","items":{}}}})", "",
            "s.properties[a].type: Required value: must not be empty for specified object fields\n"
            "s.properties[b].items: Required value: must be specified\n"
            "s.properties[c].items.type: Required value: must not be empty for specified array items\n"
            "s.type: Required value: must not be empty at the root");
        row("root", R"({"type":"string"})", "", "s.type: Invalid value: \"string\": must be object at the root");
        row("junctors only assert", R"({"type":"object","not":{"type":"object","description":"x"}})", "",
            "s.not.description: Forbidden: must be empty to be structural\n"
            "s.not.type: Forbidden: must be empty to be structural");
        row("int or string may",
            R"({"type":"object","properties":{"a":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}}})",
            "", "");
        row("complete", R"({"type":"object","anyOf":[{"properties":{"a":{"minimum":1}}}]})", "",
            "s.properties[a]: Required value: because it is defined in s.anyOf[0].properties[a]");
        row("metadata",
            R"({"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}})",
            "",
            "s.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but "
            "metadata "
            "is implicitly specified");
        row("metadata name",
            R"({"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string","maxLength":10}}}}})",
            "", "");
        row("embedded",
            R"({"type":"object","properties":{"e":{"type":"object","x-kubernetes-embedded-resource":true}}})", "",
            "s.properties[e].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true "
            "without x-kubernetes-preserve-unknown-fields");
    }
    void structure() {
        QFETCH(QString, schema);
        QFETCH(QString, expected);
        std::vector<StatusCause> causes;
        const json::value value = parsed(schema.toStdString());
        validateStructure(value.as_object(), FieldPath("s"), causes);
        QCOMPARE(joined(causes), expected);
    }

    void patternsAreChecked() {
        std::vector<StatusCause> causes;
        const json::value schema =
            json::object{{"type", "object"}, {"properties", {{"a", {{"type", "string"}, {"pattern", "[a"}}}}}};
        validateStructure(schema.as_object(), FieldPath("s"), causes);
        QCOMPARE(causes.size(), size_t(1));
        QCOMPARE(causes[0].field, std::string("s.properties[a].pattern"));
        QVERIFY(causes[0].message.find("must be a valid regular expression") != std::string::npos);
    }

    void fields_data() {
        columns();
        row("unsupported", R"({"type":"object","$ref":"x","id":"y"})", "",
            "s.id: Forbidden: id is not supported\ns.$ref: Forbidden: $ref is not supported");
        row("both kinds of members",
            R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}})", "",
            "s.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive");
        row("unique items", R"({"type":"array","uniqueItems":true})", "",
            "s.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes "
            "quadratic");
        row("unknown type", R"({"type":"thing"})", "",
            "s.type: Unsupported value: \"thing\": supported values: \"array\", \"boolean\", \"integer\", \"number\", "
            "\"object\", \"string\"");
        row("map keys",
            R"({"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["a","b"],)"
            R"("items":{"type":"object","properties":{"a":{"type":"string"}}}})",
            "",
            "s.items.properties[a].default: Required value: this property is in x-kubernetes-list-map-keys, so it must "
            "have "
            "a default or be a required property\n"
            "s.x-kubernetes-list-map-keys: Invalid value: [\"a\",\"b\"]: entries must all be names of item properties");
        row("list type of no list", R"({"type":"string","x-kubernetes-list-type":"set"})", "",
            "s.type: Invalid value: \"string\": must be array if x-kubernetes-list-type is specified");
        row("set of maps", R"({"type":"array","x-kubernetes-list-type":"set","items":{"type":"object"}})", "",
            "s.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with "
            "x-kubernetes-list-type=set");
        row("default of metadata", R"({"type":"object","properties":{"metadata":{"type":"object","default":{}}}})", "",
            "s.properties[metadata].default: Forbidden: must not be set in top-level metadata");
    }
    void fields() {
        QFETCH(QString, schema);
        QFETCH(QString, expected);
        std::vector<StatusCause> causes;
        const json::value value = parsed(schema.toStdString());
        validateSchemaFields(value.as_object(), FieldPath("s"), causes);
        QCOMPARE(joined(causes), expected);
    }

    void defaultsAreValid() {
        std::vector<StatusCause> causes;
        const json::value schema =
            parsed(R"({"type":"object","properties":{"a":{"type":"integer","minimum":3,"default":1},)"
                   R"("b":{"type":"object","default":{"x":1},"properties":{"y":{"type":"string"}}}}})");
        validateSchemaDefaults(schema.as_object(), FieldPath("s"), causes);
        QCOMPARE(joined(causes),
                 "s.properties[a].default: Invalid value: 1: s.properties[a].default in body should be greater than or "
                 "equal to 3\n"
                 "s.properties[b].default: Invalid value: {\"x\":1}: must not have unknown fields");
    }

    void formats_data() {
        QTest::addColumn<QString>("good");
        QTest::addColumn<QString>("bad");
        const auto add = [](const char *format, const char *good, const char *bad) {
            QTest::newRow(format) << good << bad;
        };
        add("byte", "aGVsbG8=", "a===");
        add("cidr", "10.0.0.0/8", "10.0.0.0/33");
        add("date", "2024-02-29", "2023-02-29");
        add("date-time", "2024-02-29T12:00:00Z", "2024-02-30T12:00:00Z");
        add("duration", "1h30m", "1 parsec");
        add("email", "a@example.com", "a.example.com");
        add("hexcolor", "#fff", "#ffff");
        add("hostname", "a-b.example.com", "a b");
        add("ipv4", "10.0.0.1", "10.0.0.256");
        add("ipv6", "fe80::1", "10.0.0.1");
        add("isbn", "978-3-16-148410-0", "978-3-16-148410-1");
        add("mac", "00:1a:2b:3c:4d:5e", "00:1a:2b");
        add("uri", "https://example.com/x?y=z", "example.com");
        add("uuid", "a8098c1a-f86e-11da-bd1a-00112444be1e", "a8098c1a");
        add("uuid4", "9b9773ea-2b09-4b2f-8e44-0d1b1b6f7e3e", "a8098c1a-f86e-11da-bd1a-00112444be1e");
        add("k8s-short-name", "a-b", "a.b");
    }
    void formats() {
        QFETCH(QString, good);
        QFETCH(QString, bad);
        QVERIFY(hasFormat(QTest::currentDataTag(), good.toStdString()));
        QVERIFY(!hasFormat(QTest::currentDataTag(), bad.toStdString()));
    }

    void deepSchemasAreRefused() {
        json::value value = json::object{{"type", "string"}};
        for (int i = 0; i < 400; ++i)
            value = json::object{{"type", "array"}, {"items", std::move(value)}};
        QVERIFY(!StructuralSchema::compile(value.as_object()));
    }
};

QTEST_GUILESS_MAIN(TestSchemas)
#include "tst_schemas.moc"
