#include "core/cel/schema_rules.h"

#include <QTest>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <stop_token>

using namespace coracle;
using namespace coracle::cel;
namespace json = boost::json;

namespace QTest {
template<>
char *toString(const std::string &text) {
    return qstrdup(text.c_str());
}
} // namespace QTest

namespace {

/// "field: message" of each cause, one below the other.
std::string lines(const std::vector<StatusCause> &causes) {
    std::string text;
    for (const StatusCause &cause : causes)
        text += (text.empty() ? "" : "\n") + cause.field + ": " + cause.message;
    return text;
}

ValidationRules compiled(std::string_view schema, bool resource = true) {
    return ValidationRules::compile(json::parse({schema.data(), schema.size()}).as_object(), "schema", resource);
}

/// The schema of a resource whose spec is the given one.
std::string withSpec(const std::string &spec) {
    return R"({"type": "object", "properties": {"spec": )" + spec + "}}";
}

std::string problems(const ValidationRules &rules, std::string_view object, std::string_view old = {}) {
    const json::value now = json::parse({object.data(), object.size()});
    if (old.empty())
        return lines(rules.validate(now).errors);
    const json::value before = json::parse({old.data(), old.size()});
    return lines(rules.validate(now, &before).errors);
}

const char *kMinMax = R"({"type": "object", "x-kubernetes-validations": [{"rule": "self.min <= self.max"}],
    "properties": {"min": {"type": "integer"}, "max": {"type": "integer"}}})";

} // namespace

class SchemaRulesTest : public QObject {
    Q_OBJECT

private slots:
    void comparesFields() {
        const auto rules = compiled(withSpec(kMinMax));
        QCOMPARE(lines(rules.errors()), std::string());
        QVERIFY(!rules.empty());
        QCOMPARE(problems(rules, R"({"spec": {"min": 1, "max": 2}})"), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"min": 3, "max": 2}})"),
                 std::string("spec: Invalid value: \"object\": failed rule: self.min <= self.max"));
        QCOMPARE(
            problems(rules, R"({"spec": {"min": 3}})"),
            std::string("spec: Invalid value: \"object\": no such key: max evaluating rule: self.min <= self.max"));
        QCOMPARE(problems(rules, R"({"spec": null})"), std::string());
    }

    void hasNothingToDoWithoutRules() {
        const auto rules = compiled(R"({"type": "object", "properties": {"spec": {"type": "string"}}})");
        QVERIFY(rules.empty());
        QCOMPARE(problems(rules, R"({"spec": "x"})"), std::string());
    }

    void seesTheRootOfAResource() {
        const char *schema = R"({"type": "object", "x-kubernetes-validations": [
            {"rule": "self.metadata.name.startsWith('a') && self.kind == 'Thing' && self.apiVersion == 'g/v1'"}]})";
        const auto rules = compiled(schema);
        QCOMPARE(lines(rules.errors()), std::string());
        QCOMPARE(problems(rules, R"({"apiVersion": "g/v1", "kind": "Thing", "metadata": {"name": "abc"}})"),
                 std::string());
        QCOMPARE(problems(rules, R"({"apiVersion": "g/v1", "kind": "Thing", "metadata": {"name": "x"}})").substr(0, 45),
                 std::string("<nil>: Invalid value: \"object\": failed rule: "));
        QVERIFY(lines(compiled(schema, false).errors()).find("undefined field 'metadata'") != std::string::npos);
    }

    void seesEmbeddedResources() {
        const auto rules = compiled(withSpec(R"({"type": "object", "x-kubernetes-embedded-resource": true,
            "x-kubernetes-preserve-unknown-fields": true,
            "x-kubernetes-validations": [{"rule": "self.kind == 'Pod' && has(self.metadata.generateName) "}]})"));
        QCOMPARE(lines(rules.errors()), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"kind": "Pod", "metadata": {"generateName": "x-"}}})"), std::string());
        QVERIFY(!problems(rules, R"({"spec": {"kind": "Job", "metadata": {"generateName": "x-"}}})").empty());
    }

    void typesFollowTheSchema_data() {
        QTest::addColumn<QByteArray>("schema");
        QTest::addColumn<QByteArray>("rule");
        QTest::addColumn<QByteArray>("value");
        const std::tuple<const char *, const char *, const char *> rows[] = {
            {R"({"type": "integer"})", "self > 1 && type(self) == int", "2"},
            {R"({"type": "number"})", "self > 1.5 && type(self) == double", "2"},
            {R"({"type": "boolean"})", "self", "true"},
            {R"({"type": "string"})", "self.size() == 1", "\"x\""},
            {R"({"type": "string", "format": "byte"})", "self == b'hi'", "\"aGk=\""},
            {R"({"type": "string", "format": "date"})", "self.getFullYear() == 2024", "\"2024-02-29\""},
            {R"({"type": "string", "format": "date-time"})", "self > timestamp('2024-01-01T00:00:00Z')",
             "\"2024-02-29T00:00:00Z\""},
            {R"({"type": "string", "format": "duration"})", "self == duration('90s')", "\"1m30s\""},
            {R"({"x-kubernetes-int-or-string": true})", "type(self) == int ? self > 1 : self.endsWith('%')", "5"},
            {R"({"x-kubernetes-int-or-string": true})", "type(self) == int ? self > 1 : self.endsWith('%')", "\"5%\""},
            {R"({"type": "array", "items": {"type": "integer"}})", "self.all(x, x > 0) && self.sum() == 3", "[1, 2]"},
            {R"({"type": "object", "additionalProperties": {"type": "string"}})",
             "self.all(k, self[k] != '') && self['a'] == 'b' && self.a == 'b'", R"({"a": "b"})"},
            {R"({"type": "object", "properties": {"x": {"type": "string", "nullable": true}}})",
             "has(self.x) && dyn(self.x) == null", R"({"x": null})"},
            {R"({"type": "object", "properties": {"a.b-c/d": {"type": "integer"}, "namespace": {"type": "integer"},
                "x__y": {"type": "integer"}}})",
             "self.a__dot__b__dash__c__slash__d + self.__namespace__ + self.x__underscores__y == 6",
             R"({"a.b-c/d": 1, "namespace": 2, "x__y": 3})"},
            {R"({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "integer"}})",
             "self == [2, 1] && self + [1, 3] == [1, 2, 3]", "[1, 2]"},
            {R"({"type": "object", "properties": {"a": {"type": "object"}, "b": {"type": "object"}}})",
             "dyn(self.a) == dyn(self.b)", R"({"a": {}, "b": {}})"},
        };
        for (const auto &[schema, rule, value] : rows)
            QTest::newRow(rule) << QByteArray(schema) << QByteArray(rule) << QByteArray(value);
    }

    void typesFollowTheSchema() {
        QFETCH(QByteArray, schema);
        QFETCH(QByteArray, rule);
        QFETCH(QByteArray, value);
        json::object spec = json::parse(schema.toStdString()).as_object();
        spec["x-kubernetes-validations"] = {{{"rule", rule.toStdString()}}};
        const json::object root{{"type", "object"}, {"properties", {{"spec", spec}}}};
        const auto rules = ValidationRules::compile(root, "schema");
        QString errors = QString::fromStdString(lines(rules.errors()));
        // Only what the estimates say: the limits are not the matter here.
        QVERIFY2(errors.isEmpty() || errors.contains("exceeds budget"), qPrintable(errors));
        QCOMPARE(problems(rules, "{\"spec\": " + value.toStdString() + "}"), std::string());
    }

    void mergesListsOfTheTypeMap() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {
            "a": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                  "maxItems": 5, "items": {"type": "object", "required": ["k"], "properties": {
                    "k": {"type": "string", "maxLength": 5}, "v": {"type": "integer"}}}}},
            "x-kubernetes-validations": [
                {"rule": "(self.a + self.a).size() == self.a.size() "},
                {"rule": "self.a == self.a.filter(x, x.k != 'z') "}]})"));
        QCOMPARE(lines(rules.errors()), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"a": [{"k": "x", "v": 1}, {"k": "y", "v": 2}]}})"), std::string());
    }

    void pathsLeadToTheValue() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {
            "list": {"type": "array", "maxItems": 9, "items": {"type": "integer",
                "x-kubernetes-validations": [{"rule": "self > 0", "message": "must be positive"}]}},
            "map": {"type": "object", "maxProperties": 9, "additionalProperties": {"type": "object",
                "properties": {"deep": {"type": "string", "maxLength": 9,
                    "x-kubernetes-validations": [{"rule": "self != 'x'"}]}}}}}})"));
        QCOMPARE(lines(rules.errors()), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"list": [1, 0, -1], "map": {"a.b": {"deep": "x"}}}})"),
                 std::string("spec.list[1]: Invalid value: \"integer\": must be positive\n"
                             "spec.list[2]: Invalid value: \"integer\": must be positive\n"
                             "spec.map[a.b].deep: Invalid value: \"string\": failed rule: self != 'x'"));
    }

    void reasonsAndFieldPaths() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {
                "a": {"type": "integer"}, "labels": {"type": "object", "additionalProperties": {"type": "string"}}},
            "x-kubernetes-validations": [
                {"rule": "self.a != 1", "reason": "FieldValueForbidden", "message": "one", "fieldPath": ".a"},
                {"rule": "self.a != 1", "reason": "FieldValueRequired", "message": " two "},
                {"rule": "self.a != 1", "reason": "FieldValueDuplicate", "fieldPath": ".labels['x.y']"},
                {"rule": "self.a != 1", "reason": "FieldValueInvalid", "fieldPath": ".labels.z"}]})"));
        QCOMPARE(lines(rules.errors()), std::string());
        const auto outcome = rules.validate(json::parse(R"({"spec": {"a": 1}})"));
        QCOMPARE(lines(outcome.errors),
                 std::string("spec.a: Forbidden: one\n"
                             "spec: Required value: two\n"
                             "spec.labels[x.y]: Duplicate value: \"object\"\n"
                             "spec.labels[z]: Invalid value: \"object\": failed rule: self.a != 1"));
        QCOMPARE(outcome.errors[0].reason, std::string("FieldValueForbidden"));
        QCOMPARE(outcome.errors[1].reason, std::string("FieldValueRequired"));
        QCOMPARE(outcome.errors[2].reason, std::string("FieldValueDuplicate"));
        QCOMPARE(outcome.errors[3].reason, std::string("FieldValueInvalid"));
    }

    void messageExpressions_data() {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("value") << QByteArray("self.a < 2 ? 'too small' : 'other'") << QByteArray("too small");
        QTest::newRow("trimmed") << QByteArray("'  x '") << QByteArray("x");
        QTest::newRow("fails") << QByteArray("string(1 / (self.a - 1))") << QByteArray("the message");
        QTest::newRow("empty") << QByteArray("' '") << QByteArray("the message");
        QTest::newRow("line breaks") << QByteArray("'a\\nb'") << QByteArray("the message");
        QTest::newRow("too long") << QByteArray("'" + QByteArray(6000, 'y') + "'") << QByteArray("the message");
    }

    void messageExpressions() {
        QFETCH(QByteArray, expression);
        QFETCH(QByteArray, message);
        const json::object spec{
            {"type", "object"},
            {"properties", {{"a", {{"type", "integer"}}}}},
            {"x-kubernetes-validations",
             {{{"rule", "self.a != 1"}, {"message", "the message"}, {"messageExpression", expression.toStdString()}}}}};
        const json::object root{{"type", "object"}, {"properties", {{"spec", spec}}}};
        const auto rules = ValidationRules::compile(root, "schema");
        QCOMPARE(lines(rules.errors()), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"a": 1}})"), "spec: Invalid value: \"object\": " + message.toStdString());
    }

    /// As the API server has it: nothing is known of the length of a text that a number becomes.
    void refusesTextsOfUnknownLength() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {"a": {"type": "integer"}},
            "x-kubernetes-validations": [{"rule": "self.a > 1", "messageExpression": "'a is ' + string(self.a) "}]
    })"));
        QVERIFY(
            lines(rules.errors()).find("estimated messageExpression cost exceeds budget by factor of more than 100x") !=
            std::string::npos);
        QCOMPARE(problems(rules, R"({"spec": {"a": 1}})"), std::string("spec: Invalid value: \"object\": a is 1"));
    }

    void transitionRules() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {
            "a": {"type": "string", "maxLength": 9,
                  "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "immutable"}]},
            "b": {"type": "integer", "x-kubernetes-validations": [
                {"rule": "self > oldSelf.orValue(10) ", "optionalOldSelf": true}]},
            "list": {"type": "array", "maxItems": 9, "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["k"], "items": {"type": "object", "properties": {
                    "k": {"type": "string"}, "v": {"type": "integer",
                        "x-kubernetes-validations": [{"rule": "self >= oldSelf"}]}}}}}})"));
        QCOMPARE(lines(rules.errors()), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"a": "x"}})"), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"a": "x"}})", R"({"spec": {}})"), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"a": "x"}})", R"({"spec": {"a": "y"}})"),
                 std::string("spec.a: Invalid value: \"string\": immutable"));
        QCOMPARE(problems(rules, R"({"spec": {"b": 11}})"), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"b": 5}})"),
                 std::string("spec.b: Invalid value: \"integer\": failed rule: self > oldSelf.orValue(10)"));
        QCOMPARE(problems(rules, R"({"spec": {"b": 5}})", R"({"spec": {"b": 4}})"), std::string());
        // Elements are found by their keys, wherever they are.
        QCOMPARE(problems(rules, R"({"spec": {"list": [{"k": "y", "v": 1}, {"k": "x", "v": 5}, {"k": "z", "v": 0}]}})",
                          R"({"spec": {"list": [{"k": "x", "v": 4}, {"k": "y", "v": 2}]}})"),
                 std::string("spec.list[0].v: Invalid value: \"integer\": failed rule: self >= oldSelf"));
    }

    void ratchets() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {
            "a": {"type": "integer", "x-kubernetes-validations": [{"rule": "self > 5"}]},
            "list": {"type": "array", "maxItems": 9, "items": {"type": "integer",
                "x-kubernetes-validations": [{"rule": "self > 5"}]}},
            "atomic": {"type": "array", "maxItems": 9, "x-kubernetes-list-type": "atomic", "items": {"type": "integer",
                "x-kubernetes-validations": [{"rule": "self > 5"}]}}}})"));
        const auto unchanged = json::parse(R"({"spec": {"a": 1}})");
        auto outcome = rules.validate(unchanged, &unchanged);
        QCOMPARE(lines(outcome.errors), std::string());
        QCOMPARE(outcome.warnings,
                 std::vector<std::string>{"spec.a: Invalid value: \"integer\": failed rule: self > 5"});
        outcome = rules.validate(unchanged, &unchanged, {.ratchet = false});
        QCOMPARE(outcome.errors.size(), size_t(1));
        QCOMPARE(problems(rules, R"({"spec": {"a": 2}})", R"({"spec": {"a": 1}})"),
                 std::string("spec.a: Invalid value: \"integer\": failed rule: self > 5"));
        // Elements of a list without a type are compared place by place, those of an atomic one only as a whole.
        QCOMPARE(problems(rules, R"({"spec": {"list": [1, 2]}})", R"({"spec": {"list": [1, 3]}})"),
                 std::string("spec.list[1]: Invalid value: \"integer\": failed rule: self > 5"));
        QCOMPARE(problems(rules, R"({"spec": {"atomic": [1]}})", R"({"spec": {"atomic": [1]}})"), std::string());
        QCOMPARE(problems(rules, R"({"spec": {"atomic": [1, 9]}})", R"({"spec": {"atomic": [1]}})"),
                 std::string("spec.atomic[0]: Invalid value: \"integer\": failed rule: self > 5"));
    }

    void rulesInsideAllOf() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {"a": {"type": "integer"}},
            "allOf": [{"properties": {"a": {"x-kubernetes-validations": [{"rule": "self > 5"}]}}},
                      {"x-kubernetes-validations": [{"rule": "self.a != 7"}]}]})"));
        QCOMPARE(problems(rules, R"({"spec": {"a": 6}})"), std::string());
        QVERIFY(problems(rules, R"({"spec": {"a": 3}})").find("failed rule: self > 5") != std::string::npos);
        QVERIFY(problems(rules, R"({"spec": {"a": 7}})").find("failed rule: self.a != 7") != std::string::npos);
    }

    void refusesRules_data() {
        QTest::addColumn<QByteArray>("rule");
        QTest::addColumn<QByteArray>("expected");
        const std::pair<const char *, const char *> rows[] = {
            {R"({"rule": " "})", ".rule: Required value: rule is not specified"},
            {R"({"rule": "true", "message": " "})",
             ".message: Invalid value: \" \": message must be non-empty if specified"},
            {R"({"rule": "true", "message": "a\nb"})",
             ".message: Invalid value: \"a\\nb\": message must not contain line breaks"},
            {R"({"rule": "true &&\ntrue"})",
             ".message: Required value: message must be specified if rule contains line breaks"},
            {R"({"rule": "true", "messageExpression": " "})",
             ".messageExpression: Required value: messageExpression must be non-empty if specified"},
            {R"({"rule": "true", "reason": "Other"})",
             ".reason: Unsupported value: \"Other\": supported values: \"FieldValueDuplicate\", "
             "\"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\""},
            {R"({"rule": "true", "fieldPath": ".none"})",
             ".fieldPath: Invalid value: \".none\": fieldPath must be a valid path"},
            {R"({"rule": "true", "fieldPath": "a"})",
             ".fieldPath: Invalid value: \"a\": fieldPath must be a valid path"},
            {R"({"rule": "true", "fieldPath": ".a[0]"})",
             ".fieldPath: Invalid value: \".a[0]\": fieldPath must be a valid path"},
            {R"({"rule": "self.a"})",
             R"(.rule: Invalid value: {"Rule":"self.a","Message":"","MessageExpression":"","Reason":null,)"
             R"("FieldPath":"","OptionalOldSelf":null}: cel expression must evaluate to a bool)"},
            {R"({"rule": "self.b > 1", "reason": "FieldValueInvalid"})",
             R"(.rule: Invalid value: {"Rule":"self.b > 1","Message":"","MessageExpression":"",)"
             R"("Reason":"FieldValueInvalid","FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: )"
             "<input>:1:5: undefined field 'b'\n | self.b > 1\n | ....^"},
            {R"({"rule": "self.a > 1", "messageExpression": "self.a"})",
             R"(.messageExpression: Invalid value: {"Rule":"self.a > 1","Message":"","MessageExpression":"self.a",)"
             R"("Reason":null,"FieldPath":"","OptionalOldSelf":null}: messageExpression must evaluate to a string)"},
            {R"({"rule": "self.a > 1", "messageExpression": "x"})",
             R"(.messageExpression: Invalid value: {"Rule":"self.a > 1","Message":"","MessageExpression":"x",)"
             R"("Reason":null,"FieldPath":"","OptionalOldSelf":null}: messageExpression compilation failed: ERROR: )"
             "<input>:1:1: undeclared reference to 'x' (in container '')\n | x\n | ^"},
            {R"({"rule": "self.a > 1", "optionalOldSelf": true})",
             ".optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule"},
        };
        for (const auto &[rule, expected] : rows)
            QTest::newRow(rule) << QByteArray(rule) << QByteArray(expected);
    }

    void refusesRules() {
        QFETCH(QByteArray, rule);
        QFETCH(QByteArray, expected);
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {"a": {"type": "integer"}},
            "x-kubernetes-validations": [)" + rule.toStdString() +
                                             "]}"));
        QCOMPARE(lines(rules.errors()), "schema.properties[spec].x-kubernetes-validations[0]" + expected.toStdString());
    }

    void refusesOldSelfWhereNothingCorrelates() {
        const std::string list = R"({"type": "array", "maxItems": 3, "items": {"type": "integer",
            "x-kubernetes-validations": [{"rule": "self == oldSelf"}]}})";
        QCOMPARE(lines(compiled(withSpec(list)).errors()),
                 std::string("schema.properties[spec].items.x-kubernetes-validations[0].rule: Invalid value: "
                             "\"self == oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema "
                             "within schema.properties[spec]"));
        const std::string map = R"({"type": "object", "x-kubernetes-map-type": "atomic", "properties": {
            "a": {"type": "integer", "x-kubernetes-validations": [{"rule": "self == oldSelf"}]}}})";
        QVERIFY(lines(compiled(withSpec(map)).errors()).find("uncorrelatable portion") != std::string::npos);
    }

    void refusesRulesOnWhatCannotBeSeen() {
        const auto rules = compiled(withSpec(R"({"x-kubernetes-preserve-unknown-fields": true,
            "x-kubernetes-validations": [{"rule": "true"}]})"));
        QVERIFY(lines(rules.errors()).find("unable to convert structural schema to CEL declarations") !=
                std::string::npos);
        QCOMPARE(rules.errors()[0].reason, std::string("InternalError"));
    }

    void refusesExpensiveRules() {
        const auto spec = [](const char *limits, const char *itemLimits) {
            return withSpec(std::string(R"({"type": "array", )") + limits + R"("items": {"type": "string")" +
                            itemLimits +
                            R"(}, "x-kubernetes-validations": [{"rule": "self.all(x, x.contains('a string')) "}]})");
        };
        QCOMPARE(
            lines(compiled(spec("", "")).errors()),
            std::string("schema.properties[spec].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost "
                        "exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, "
                        "maxProperties, and maxLength where arrays, maps, and strings are declared)\n"
                        "schema.properties[spec].x-kubernetes-validations[0].rule: Forbidden: contributed to "
                        "estimated rule & messageExpression cost total exceeding cost limit for entire OpenAPIv3 "
                        "schema\n"
                        "schema: Forbidden: x-kubernetes-validations estimated rule & messageExpression cost total "
                        "for entire OpenAPIv3 schema exceeds budget by factor of more than 100x (try simplifying "
                        "the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings "
                        "are declared)"));
        QCOMPARE(lines(compiled(spec(R"("maxItems": 25, )", R"(, "maxLength": 10)")).errors()), std::string());
        // An item costs 8: 4 for contains(), 1 for x and 3 for the loop.
        const std::string near = lines(compiled(spec(R"("maxItems": 1350000, )", R"(, "maxLength": 10)")).errors());
        QVERIFY2(near.find("exceeds budget by factor of 1.0800") != std::string::npos, near.c_str());
        const std::string more = lines(compiled(spec(R"("maxItems": 2000000, )", R"(, "maxLength": 10)")).errors());
        QVERIFY2(more.find("exceeds budget by factor of 1.6x") != std::string::npos, more.c_str());
    }

    void countsHowOftenAValueCanBeThere() {
        const auto schema = [](const char *limit) {
            return withSpec(
                std::string(R"({"type": "array", )") + limit +
                R"("items": {"type": "array", "maxItems": 1000, "items": {"type": "string", "maxLength": 100,
                                "x-kubernetes-validations": [{"rule": "self.contains('something or other') "}]}}})");
        };
        QCOMPARE(lines(compiled(schema(R"("maxItems": 10, )")).errors()), std::string());
        QVERIFY(lines(compiled(schema(R"("maxItems": 1000, )")).errors()).find("estimated rule cost exceeds budget") !=
                std::string::npos);
        QVERIFY(lines(compiled(schema("")).errors()).find("estimated rule cost exceeds budget") != std::string::npos);
    }

    void namesTheMostExpensiveRules() {
        const auto rulesWith = [](const char *rule) {
            json::object properties;
            for (int i = 0; i < 12; ++i)
                properties["p" + std::to_string(i)] = {{"type", "array"},
                                                       {"maxItems", 1'000'000},
                                                       {"items", {{"type", "integer"}}},
                                                       {"x-kubernetes-validations", {{{"rule", rule}}}}};
            return ValidationRules::compile(json::object{{"type", "object"}, {"properties", properties}}, "schema");
        };
        QCOMPARE(lines(rulesWith("self.all(x, x > 1)").errors()), std::string());
        // Twelve rules of 9,000,002 each: none is too expensive, all together are.
        const auto over = rulesWith("self.all(x, x + 1 + 2 + 3 + 4 > 1)");
        QCOMPARE(over.errors().size(), size_t(5));
        QVERIFY(over.errors()[0].field.starts_with("schema.properties[p0].x-kubernetes-validations[0].rule"));
        QCOMPARE(over.errors().back().field, std::string("schema"));
        QVERIFY(over.errors().back().message.find("exceeds budget by factor of 1.080000x") != std::string::npos);
    }

    void stopsWhenTheBudgetIsSpent() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {
            "list": {"type": "array", "maxItems": 1000, "items": {"type": "integer",
                "x-kubernetes-validations": [{"rule": "self > 0"}, {"rule": "self > 1"}]}}}})"));
        const auto object = json::parse(R"({"spec": {"list": [1, 1, 1, 1, 1, 1, 1, 1]}})");
        const auto outcome = rules.validate(object, nullptr, {.cost = 9});
        QVERIFY(outcome.remainingCost < 0);
        QCOMPARE(lines(outcome.errors),
                 std::string("spec.list[0]: Invalid value: \"integer\": failed rule: self > 1\n"
                             "spec.list[1]: Invalid value: \"integer\": failed rule: self > 1\n"
                             "spec.list[2]: Invalid value: \"integer\": validation failed due to running out of cost "
                             "budget, no further validation rules will be run"));
    }

    void stopsAtTheLimitOfOneCall() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {"n": {"type": "integer"}},
            "x-kubernetes-validations": [{"rule": "lists.range(self.n).all(x, x >= 0) "}, {"rule": "false"}]})"));
        const auto outcome = rules.validate(json::parse(R"({"spec": {"n": 900000}})"));
        QCOMPARE(lines(outcome.errors),
                 std::string("spec: Invalid value: \"object\": 'operation cancelled: actual cost limit exceeded': no "
                             "further validation rules will be run due to call cost exceeds limit for rule: "
                             "lists.range(self.n).all(x, x >= 0)"));
        QVERIFY(outcome.remainingCost < 0);
    }

    void explainsOverloadsOfDynamicValues() {
        const auto rules = compiled(withSpec(R"({"x-kubernetes-int-or-string": true,
            "x-kubernetes-validations": [{"rule": "self > 5"}]})"));
        QCOMPARE(problems(rules, R"({"spec": "x"})"),
                 std::string("spec: Invalid value: \"\": 'no such overload': call arguments did not match a supported "
                             "operator, function or macro signature for rule: self > 5"));
    }

    void isInterrupted() {
        const auto rules = compiled(withSpec(R"({"type": "object", "properties": {"n": {"type": "integer"}},
            "x-kubernetes-validations": [{"rule": "lists.range(self.n).all(x, x >= 0) "}, {"rule": "false"}]})"));
        std::stop_source source;
        source.request_stop();
        const auto outcome =
            rules.validate(json::parse(R"({"spec": {"n": 1000}})"), nullptr, {.stop = source.get_token()});
        QCOMPARE(lines(outcome.errors), std::string("spec: Invalid value: \"object\": operation interrupted evaluating "
                                                    "rule: lists.range(self.n).all(x, x >= 0)"));
    }

    void rulesThatDoNotCompileFail() {
        const auto rules = compiled(withSpec(R"({"type": "object",
            "x-kubernetes-validations": [{"rule": "self.x"}]})"));
        QVERIFY(
            problems(rules, R"({"spec": {}})").starts_with("spec: Invalid value: \"object\": rule compile error: "));
    }

    void escapesNames() {
        QCOMPARE(escapeProperty("plain").value(), std::string("plain"));
        QCOMPARE(escapeProperty("a.b").value(), std::string("a__dot__b"));
        QCOMPARE(escapeProperty("a-b/c").value(), std::string("a__dash__b__slash__c"));
        QCOMPARE(escapeProperty("a__b").value(), std::string("a__underscores__b"));
        QCOMPARE(escapeProperty("a___b").value(), std::string("a__underscores___b"));
        QCOMPARE(escapeProperty("namespace").value(), std::string("__namespace__"));
        QCOMPARE(escapeProperty("int").value(), std::string("int"));
        QVERIFY(!escapeProperty("").has_value());
        QVERIFY(!escapeProperty("1a").has_value());
        QVERIFY(!escapeProperty("a b").has_value());
        QVERIFY(!escapeProperty("é").has_value());
    }

    void survivesSchemasOfAnyForm() {
        for (
            const char *schema :
            {R"({})", R"({"type": 5, "x-kubernetes-validations": 7})", R"({"type": "object", "properties": [1]})",
             R"({"type": "array", "items": [{"type": "string"}], "x-kubernetes-validations": [1, {"rule": 5}]})",
             R"({"type": "object", "properties": {"a": 1, "b": null}, "required": "x",
                  "x-kubernetes-validations": [{"rule": "true", "fieldPath": ".a", "optionalOldSelf": "x"}]})",
             R"({"type": "string", "maxLength": -1, "enum": {}, "x-kubernetes-validations": [{"rule": "self == ''"}]})",
             R"({"type": "string", "maxLength": 1e300, "x-kubernetes-validations": [{"rule": "self == ''"}]})"}) {
            const auto rules = compiled(schema, false);
            for (const char *object : {"null", "1", "\"x\"", "[]", "[1]", "{}", R"({"a": [null]})"}) {
                const auto value = json::parse(object);
                rules.validate(value, &value);
            }
        }
    }
};

QTEST_GUILESS_MAIN(SchemaRulesTest)
#include "tst_schema_rules.moc"
