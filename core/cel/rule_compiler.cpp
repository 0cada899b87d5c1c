#include "core/cel/cost_range.h"
#include "core/cel/rule_tree.h"
#include "core/cel/schema_rules.h"
#include "core/cel/schema_type.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using boost::json::object;

constexpr std::string_view kValidations = "x-kubernetes-validations";
/// Rules that cost less than a hundredth of the total are not blamed for it; of the others the first four are.
constexpr size_t kBlamedMax = 4;

constexpr std::array<std::string_view, 4> kReasons{"FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid",
                                                   "FieldValueRequired"};

std::string costMessage(std::string_view what, uint64_t cost, uint64_t limit) {
    const double factor = double(cost) / double(limit);
    const std::string shown = factor > 100   ? std::string("more than 100x")
                              : factor < 1.5 ? fmt::format("{:f}x", factor)
                                             : fmt::format("{:.1f}x", factor);
    return fmt::format(
        "{} exceeds budget by factor of {} (try simplifying the rule, or adding maxItems, maxProperties, "
        "and maxLength where arrays, maps, and strings are declared)",
        what, shown);
}

std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

/// How often a part of a schema can be there; nothing: limits do not say.
using Cardinality = std::optional<uint64_t>;

struct Place {
    std::string path;
    std::optional<Type> type;
    Cardinality cardinality = 1;
    std::string uncorrelatable; ///< the part of the schema within which old values have no counterpart
    bool reported = true;       ///< what is wrong is told; not for rules inside allOf
};

class Compiler {
public:
    std::unique_ptr<RuleNode> node(const object &schema, const Place &place) {
        auto made = std::make_unique<RuleNode>();
        made->type = place.type.value_or(nullptr);
        made->schemaType = schemaText(schema, "type");
        made->atomicMap = schemaText(schema, "x-kubernetes-map-type") == "atomic";
        made->listType = schemaText(schema, "x-kubernetes-list-type");
        if (made->type)
            made->listKeys = made->type->listKeys;
        addParts(schema, place, *made);
        if (const auto *rules = schema.if_contains(kValidations); rules && rules->is_array())
            for (size_t i = 0; i < rules->get_array().size(); ++i)
                if (rules->get_array()[i].is_object())
                    addRule(schema, rules->get_array()[i].get_object(), i, place, *made);
        const bool empty =
            made->rules.empty() && made->properties.empty() && !made->items && !made->values && made->allOf.empty();
        return empty ? nullptr : std::move(made);
    }

    void checkTotal(std::string_view path) {
        if (m_total <= kSchemaCostMax)
            return;
        std::stable_sort(m_expensive.begin(), m_expensive.end(),
                         [](const auto &a, const auto &b) { return a.second > b.second; });
        m_expensive.resize(std::min(m_expensive.size(), kBlamedMax));
        for (const auto &[blamed, cost] : m_expensive)
            add("FieldValueForbidden",
                "Forbidden: contributed to estimated rule & messageExpression cost total exceeding cost limit for "
                "entire OpenAPIv3 schema",
                blamed);
        add("FieldValueForbidden",
            "Forbidden: " + costMessage("x-kubernetes-validations estimated rule & messageExpression cost total for "
                                        "entire OpenAPIv3 schema",
                                        m_total, kSchemaCostMax),
            std::string(path));
    }

    std::vector<StatusCause> takeErrors() { return std::move(m_errors); }

private:
    void add(std::string reason, std::string message, std::string field) {
        m_errors.push_back({std::move(reason), std::move(message), std::move(field)});
    }

    void invalid(const std::string &field, std::string_view value, std::string_view detail) {
        add("FieldValueInvalid", fmt::format("Invalid value: {}: {}", value, detail), field);
    }

    void required(const std::string &field, std::string_view detail) {
        add("FieldValueRequired", fmt::format("Required value: {}", detail), field);
    }

    void addParts(const object &schema, const Place &place, RuleNode &made) {
        const TypeNode *type = place.type ? place.type->get() : nullptr;
        const std::string_view kind = schemaText(schema, "type");
        if (const object *values = schemaPart(schema, "additionalProperties")) {
            Place inner = place;
            inner.path += ".additionalProperties";
            inner.type = type && type->kind == TypeNode::Kind::Map ? std::optional(type->params[1]) : std::nullopt;
            inner.cardinality = multiplied(place.cardinality, schemaNumber(schema, "maxProperties"));
            made.values = part(*values, inner);
        }
        if (const object *properties = schemaPart(schema, "properties"))
            for (const auto &[name, property] : *properties)
                if (property.is_object())
                    addProperty(name, property.get_object(), place, made);
        if (const object *items = schemaPart(schema, "items")) {
            Place inner = place;
            inner.path += ".items";
            inner.type = type && type->kind == TypeNode::Kind::List ? std::optional(type->params[0]) : std::nullopt;
            inner.cardinality =
                kind == "array" ? multiplied(place.cardinality, schemaNumber(schema, "maxItems")) : place.cardinality;
            if (made.listType != "map" && inner.uncorrelatable.empty())
                inner.uncorrelatable = place.path;
            made.items = part(*items, inner);
        }
        if (const auto *all = schema.if_contains("allOf"); all && all->is_array())
            for (const auto &nested : all->get_array()) {
                Place inner = place;
                inner.reported = false;
                auto node = nested.is_object() ? this->node(nested.get_object(), inner) : nullptr;
                if (node) {
                    node->schemaType = made.schemaType;
                    made.allOf.push_back(std::move(node));
                }
            }
    }

    void addProperty(std::string_view name, const object &schema, const Place &place, RuleNode &made) {
        Place inner = place;
        inner.path += fmt::format(".properties[{}]", name);
        inner.type = std::nullopt;
        if (place.type && (*place.type)->kind == TypeNode::Kind::Object)
            if (const auto escaped = escapeProperty(name))
                if (const Field *field = (*place.type)->field(*escaped))
                    inner.type = field->type;
        if (made.atomicMap && inner.uncorrelatable.empty())
            inner.uncorrelatable = place.path;
        if (auto node = part(schema, inner))
            made.properties.emplace(name, std::move(node));
    }

    /// A part whose type its surroundings do not know gets one of its own.
    std::unique_ptr<RuleNode> part(const object &schema, Place &place) {
        if (!place.type && place.reported)
            place.type = schemaType(schema, schemaFlag(schema, "x-kubernetes-embedded-resource"));
        return node(schema, place);
    }

    static Cardinality multiplied(const Cardinality &own, const std::optional<uint64_t> &elements) {
        return own && elements ? Cardinality(saturatingMultiply(*own, *elements)) : std::nullopt;
    }

    void addRule(const object &schema, const object &source, size_t index, const Place &place, RuleNode &made) {
        const std::string path = fmt::format("{}.{}[{}]", place.path, kValidations, index);
        Rule rule;
        rule.rule = schemaText(source, "rule");
        rule.message = schemaText(source, "message");
        rule.messageExpression = schemaText(source, "messageExpression");
        rule.reason = schemaText(source, "reason");
        rule.optionalOldSelf = schemaFlag(source, "optionalOldSelf");
        if (place.reported)
            checkTexts(schema, source, rule, path);
        if (const std::string_view field = schemaText(source, "fieldPath"); !field.empty())
            rule.fieldPath = normalizeFieldPath(field, schema).value_or("");
        if (!trimmed(rule.rule).empty())
            compile(source, rule, path, place);
        made.rules.push_back(std::move(rule));
    }

    void checkTexts(const object &schema, const object &source, const Rule &rule, const std::string &path) {
        const std::string_view text = trimmed(rule.rule), message = trimmed(rule.message);
        if (text.empty())
            required(path + ".rule", "rule is not specified");
        else if (!rule.message.empty() && message.empty())
            invalid(path + ".message", quoted(rule.message), "message must be non-empty if specified");
        else if (hasLineBreaks(message))
            invalid(path + ".message", quoted(rule.message), "message must not contain line breaks");
        else if (hasLineBreaks(text) && message.empty())
            required(path + ".message", "message must be specified if rule contains line breaks");
        if (!rule.messageExpression.empty() && trimmed(rule.messageExpression).empty())
            required(path + ".messageExpression", "messageExpression must be non-empty if specified");
        if (!rule.reason.empty() && std::find(kReasons.begin(), kReasons.end(), rule.reason) == kReasons.end())
            add("FieldValueNotSupported",
                fmt::format(
                    "Unsupported value: {}: supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", "
                    "\"FieldValueInvalid\", \"FieldValueRequired\"",
                    quoted(rule.reason)),
                path + ".reason");
        const std::string_view fieldPath = schemaText(source, "fieldPath");
        if (fieldPath.empty())
            return;
        if (trimmed(fieldPath).empty())
            invalid(path + ".fieldPath", quoted(fieldPath), "fieldPath must be non-empty if specified");
        if (hasLineBreaks(fieldPath))
            invalid(path + ".fieldPath", quoted(fieldPath), "fieldPath must not contain line breaks");
        if (!normalizeFieldPath(fieldPath, schema))
            invalid(path + ".fieldPath", quoted(fieldPath), "fieldPath must be a valid path");
    }

    /// The rule as Kubernetes shows it where it is the bad value.
    static std::string shown(const object &source, const Rule &rule) {
        const auto *optional = source.if_contains("optionalOldSelf");
        return fmt::format(R"({{"Rule":{},"Message":{},"MessageExpression":{},"Reason":{},"FieldPath":{},)"
                           R"("OptionalOldSelf":{}}})",
                           quoted(rule.rule), quoted(rule.message), quoted(rule.messageExpression),
                           rule.reason.empty() ? "null" : quoted(rule.reason), quoted(schemaText(source, "fieldPath")),
                           optional ? boost::json::serialize(*optional) : "null");
    }

    void compile(const object &source, Rule &rule, const std::string &path, const Place &place) {
        if (!place.type) {
            rule.error = "rule declared on schema that does not support validation rules";
            if (place.reported)
                add("InternalError",
                    "Internal error: internal error: failed to construct type information for "
                    "x-kubernetes-validations rules: unable to convert structural schema to CEL declarations",
                    path.substr(0, path.rfind('[')));
            return;
        }
        const std::array<Variable, 2> variables{
            Variable{"self", *place.type},
            Variable{"oldSelf", rule.optionalOldSelf ? optionalType(*place.type) : *place.type}};
        auto program = Program::compile(rule.rule, variables);
        if (!program)
            rule.error = "compilation failed: " + program.error().message;
        else if (program->resultType()->kind != TypeNode::Kind::Bool)
            rule.error = "cel expression must evaluate to a bool";
        if (!rule.error.empty()) {
            if (place.reported)
                invalid(path + ".rule", shown(source, rule), rule.error);
            return;
        }
        rule.usesOldSelf = program->uses("oldSelf");
        if (place.reported) {
            observe(program->estimatedCost(), "estimated rule cost", path + ".rule", place);
            checkOldSelf(source, rule, path, place);
        }
        rule.program = std::move(*program);
        if (!trimmed(rule.messageExpression).empty())
            compileMessage(source, rule, variables, path, place);
    }

    void compileMessage(const object &source, Rule &rule, std::span<const Variable> variables, const std::string &path,
                        const Place &place) {
        auto program = Program::compile(rule.messageExpression, variables);
        std::string error;
        if (!program)
            error = "messageExpression compilation failed: " + program.error().message;
        else if (program->resultType()->kind != TypeNode::Kind::String)
            error = "messageExpression must evaluate to a string";
        if (!error.empty()) {
            if (place.reported)
                invalid(path + ".messageExpression", shown(source, rule), error);
            return;
        }
        if (place.reported)
            observe(program->estimatedCost(), "estimated messageExpression cost", path + ".messageExpression", place);
        rule.usesOldSelf = rule.usesOldSelf || program->uses("oldSelf");
        rule.messageProgram = std::move(*program);
    }

    void checkOldSelf(const object &source, const Rule &rule, const std::string &path, const Place &place) {
        if (rule.usesOldSelf && !place.uncorrelatable.empty())
            invalid(path + ".rule", quoted(rule.rule),
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within " +
                        place.uncorrelatable);
        if (const auto *optional = source.if_contains("optionalOldSelf"); optional && !rule.usesOldSelf)
            invalid(path + ".optionalOldSelf", boost::json::serialize(*optional),
                    "may not be set if oldSelf is not used in rule");
    }

    void observe(const CostRange &estimate, std::string_view what, const std::string &path, const Place &place) {
        // Where no limit says how often the value can be there, as often as it fits into a request; a message is made
        // once.
        const bool message = path.ends_with(".messageExpression");
        const uint64_t count = place.cardinality.value_or(kRequestBytesMax / ((*place.type)->minSize + 1));
        const uint64_t cost = message ? estimate.max : saturatingMultiply(estimate.max, count);
        if (cost > kEstimatedCostMax)
            add("FieldValueForbidden", "Forbidden: " + costMessage(what, cost, kEstimatedCostMax), path);
        m_total = saturatingAdd(m_total, cost);
        if (cost >= kSchemaCostMax / 100)
            m_expensive.emplace_back(path, cost);
    }

    std::vector<StatusCause> m_errors;
    std::vector<std::pair<std::string, uint64_t>> m_expensive;
    uint64_t m_total = 0;
};

} // namespace

bool hasLineBreaks(std::string_view text) {
    return text.find_first_of("\n\r") != text.npos;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\v\f\r";
    const size_t begin = text.find_first_not_of(kBlanks);
    return begin == text.npos ? std::string_view() : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

CompiledRules compileRules(const object &schema, std::string_view path, bool resource) {
    Compiler compiler;
    CompiledRules compiled;
    compiled.root = compiler.node(schema, Place{.path = std::string(path),
                                                .type = schemaType(schema, resource),
                                                .cardinality = 1,
                                                .uncorrelatable = {},
                                                .reported = true});
    compiler.checkTotal(path);
    compiled.errors = compiler.takeErrors();
    return compiled;
}

} // namespace coracle::cel
