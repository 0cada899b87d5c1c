#include "clusterd/apiserver/apiextensions/value_validation.h"

#include "clusterd/apiserver/apiextensions/correlation.h"
#include "clusterd/apiserver/apiextensions/value_formats.h"
#include "clusterd/apiserver/apiextensions/value_path.h"
#include "clusterd/apiserver/strategy/field_errors.h"
#include "core/api/canonical_json.h"
#include "core/api/json_writer.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>
#include <fmt/format.h>
#include <re2/re2.h>
#include <set>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr size_t kCausesMax = 100;

bool isWhole(const json::value &value) {
    return value.is_int64() || value.is_uint64() ||
           (value.is_double() && std::isfinite(value.get_double()) &&
            std::trunc(value.get_double()) == value.get_double());
}

std::string_view typeOf(const json::value &value) {
    switch (value.kind()) {
    case json::kind::object:
        return "object";
    case json::kind::array:
        return "array";
    case json::kind::string:
        return "string";
    case json::kind::bool_:
        return "boolean";
    case json::kind::double_:
        return "number";
    case json::kind::null:
        return "null";
    default:
        return "integer";
    }
}

bool hasType(const json::value &value, std::string_view type) {
    if (type == "integer")
        return isWhole(value);
    if (type == "number")
        return value.is_number();
    return typeOf(value) == type;
}

/// As fmt.Sprintf("%v") shows a number.
std::string shownNumber(const json::value &value) {
    return api::json::canonicalText(value.is_double() && isWhole(value) && std::abs(value.get_double()) < 1e15
                                        ? json::value(int64_t(value.get_double()))
                                        : value);
}

std::string shown(const json::value &value) {
    return value.is_string()   ? quoted(asText(value))
           : value.is_number() ? shownNumber(value)
                               : api::json::canonicalText(value);
}

long double numberOf(const json::value &value) {
    return value.is_int64()    ? value.get_int64()
           : value.is_uint64() ? value.get_uint64()
                               : (long double)value.get_double();
}

size_t lengthOf(std::string_view text) {
    return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

/// What a schema says of a value.
struct Verdict {
    std::vector<StatusCause> causes;
    size_t checks = 0; ///< how much of the schema applied; to choose which alternative was meant
};

class Validator {
public:
    void value(const json::value &v, const StructuralSchema &schema, const json::value *old, const ValuePath &path,
               Verdict &out) {
        ++out.checks;
        if (old && *old == v)
            return; // ratcheting
        if (out.causes.size() >= kCausesMax || (v.is_null() && schema.nullable))
            return;
        if (!typeFits(v, schema, path, out) && v.is_null())
            return;
        junctors(v, schema, old, path, out);
        if (v.is_string())
            text(asText(v), schema.rules, path, out);
        else if (v.is_number())
            number(v, schema.rules, path, out);
        else if (v.is_array())
            items(v.get_array(), schema, old, path, out);
        enumeration(v, schema.rules, path, out);
        if (v.is_object())
            members(v.get_object(), schema, old, path, out);
    }

private:
    static void add(Verdict &out, std::string reason, std::string message, std::string field) {
        out.causes.push_back({std::move(reason), std::move(message), field.empty() ? "<nil>" : std::move(field)});
    }

    /// `detail` follows "<path> in body ".
    static void invalid(Verdict &out, const ValuePath &path, std::string_view shownValue, std::string_view detail) {
        const std::string place = path.text();
        add(out, "FieldValueInvalid", fmt::format("Invalid value: {}: {} in body {}", shownValue, place, detail),
            place);
    }

    static void wrongType(Verdict &out, const ValuePath &path, std::string_view type, std::string_view found) {
        const std::string place = path.text();
        add(out, "FieldValueTypeInvalid",
            fmt::format("Invalid value: {}: {} in body must be of type {}: {}", quoted(found), place, type,
                        quoted(found)),
            place);
    }

    static bool typeFits(const json::value &v, const StructuralSchema &schema, const ValuePath &path, Verdict &out) {
        if (schema.intOrString) {
            if (v.is_string() || isWhole(v))
                return true;
            wrongType(out, path, "integer,string", typeOf(v));
            return false;
        }
        if (schema.type.empty() || hasType(v, schema.type))
            return true;
        wrongType(out, path, schema.type, typeOf(v));
        return false;
    }

    static void text(std::string_view text, const ValueRules &rules, const ValuePath &path, Verdict &out) {
        const bool counts = rules.maxLength || rules.minLength;
        const int64_t length = counts ? int64_t(lengthOf(text)) : 0;
        if (rules.maxLength && length > *rules.maxLength)
            add(out, "FieldValueTooLong", fmt::format("Too long: may not be more than {} bytes", *rules.maxLength),
                path.text());
        if (rules.minLength && length < *rules.minLength)
            invalid(out, path, quoted(text), fmt::format("should be at least {} chars long", *rules.minLength));
        if (rules.regex && !re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *rules.regex))
            invalid(out, path, quoted(text), fmt::format("should match '{}'", rules.pattern));
        if (!rules.format.empty() && !hasFormat(rules.format, text))
            wrongType(out, path, rules.format, text);
    }

    static void number(const json::value &v, const ValueRules &rules, const ValuePath &path, Verdict &out) {
        const long double n = numberOf(v);
        if (rules.multipleOf) {
            const long double ratio = n / numberOf(*rules.multipleOf);
            if (std::abs(ratio - std::round(ratio)) > 1e-9L)
                invalid(out, path, shownNumber(v),
                        fmt::format("should be a multiple of {}", shownNumber(*rules.multipleOf)));
        }
        if (rules.maximum) {
            const long double limit = numberOf(*rules.maximum);
            if (rules.exclusiveMaximum ? n >= limit : n > limit)
                invalid(out, path, shownNumber(v),
                        fmt::format("should be less than {}{}", rules.exclusiveMaximum ? "" : "or equal to ",
                                    shownNumber(*rules.maximum)));
        }
        if (rules.minimum) {
            const long double limit = numberOf(*rules.minimum);
            if (rules.exclusiveMinimum ? n <= limit : n < limit)
                invalid(out, path, shownNumber(v),
                        fmt::format("should be greater than {}{}", rules.exclusiveMinimum ? "" : "or equal to ",
                                    shownNumber(*rules.minimum)));
        }
    }

    static void enumeration(const json::value &v, const ValueRules &rules, const ValuePath &path, Verdict &out) {
        if (rules.enumeration.empty() || std::ranges::find(rules.enumeration, v) != rules.enumeration.end())
            return;
        std::string list;
        for (const json::value &allowed : rules.enumeration)
            list += fmt::format("{}{}", list.empty() ? "" : ", ",
                                quoted(allowed.is_string() ? asText(allowed) : api::json::canonicalText(allowed)));
        add(out, "FieldValueNotSupported", fmt::format("Unsupported value: {}: supported values: {}", shown(v), list),
            path.text());
    }

    void items(const json::array &list, const StructuralSchema &schema, const json::value *old, const ValuePath &path,
               Verdict &out) {
        if (schema.items) {
            const ItemCorrelation before(schema, old);
            for (size_t i = 0; i < list.size(); ++i)
                value(list[i], *schema.items, before.find(list[i]), path.item(i), out);
        }
        const int64_t count = list.size();
        if (schema.rules.minItems && count < *schema.rules.minItems)
            invalid(out, path, std::to_string(count),
                    fmt::format("should have at least {} items", *schema.rules.minItems));
        if (schema.rules.maxItems && count > *schema.rules.maxItems)
            tooMany(out, path, count, *schema.rules.maxItems);
    }

    static void tooMany(Verdict &out, const ValuePath &path, int64_t count, int64_t countMax) {
        add(out, "FieldValueTooMany", fmt::format("Too many: {}: must have at most {} items", count, countMax),
            path.text());
    }

    void members(const json::object &object, const StructuralSchema &schema, const json::value *old,
                 const ValuePath &path, Verdict &out) {
        const ValueRules &rules = schema.rules;
        const int64_t count = object.size();
        if (rules.minProperties && count < *rules.minProperties)
            invalid(out, path, std::to_string(count),
                    fmt::format("should have at least {} properties", *rules.minProperties));
        if (rules.maxProperties && count > *rules.maxProperties)
            tooMany(out, path, count, *rules.maxProperties);
        for (const std::string &name : rules.required)
            if (!object.contains(name))
                add(out, "FieldValueRequired", "Required value", path.member(name).text());
        const json::object *before = old ? old->if_object() : nullptr;
        for (const auto &[name, item] : object)
            if (const StructuralSchema *child = schema.member(name))
                value(item, *child, before ? before->if_contains(name) : nullptr, path.member(name), out);
    }

    void junctors(const json::value &v, const StructuralSchema &schema, const json::value *old, const ValuePath &path,
                  Verdict &out) {
        const ValueRules &rules = schema.rules;
        // No ratcheting where it matters what is valid, not only what is invalid.
        if (!rules.anyOf.empty())
            oneOrMore(v, rules.anyOf, false, path, out);
        if (!rules.oneOf.empty())
            oneOrMore(v, rules.oneOf, true, path, out);
        if (!rules.allOf.empty())
            all(v, rules.allOf, old, path, out);
        if (rules.negation) {
            Verdict verdict;
            value(v, *rules.negation, nullptr, path, verdict);
            if (verdict.causes.empty())
                composite(out, path, "must not validate the schema (not)");
        }
    }

    static void composite(Verdict &out, const ValuePath &path, std::string_view words) {
        add(out, "FieldValueInvalid", fmt::format("Invalid value: \"\": {} {}", quoted(path.text()), words), {});
    }

    /// The causes of the alternative that was nearest are given, too.
    void oneOrMore(const json::value &v, const std::vector<SchemaPtr> &schemas, bool exactlyOne, const ValuePath &path,
                   Verdict &out) {
        size_t valid = 0;
        std::optional<Verdict> best;
        for (const SchemaPtr &schema : schemas) {
            Verdict verdict;
            value(v, *schema, nullptr, path, verdict);
            if (verdict.causes.empty()) {
                ++valid;
                if (!exactlyOne)
                    return;
            } else if (!best || verdict.checks > best->checks) {
                best = std::move(verdict);
            }
        }
        if (valid == 1)
            return;
        if (!exactlyOne)
            composite(out, path, "must validate at least one schema (anyOf)");
        else if (valid == 0)
            composite(out, path, "must validate one and only one schema (oneOf). Found none valid");
        else
            composite(out, path,
                      fmt::format("must validate one and only one schema (oneOf). Found {} valid alternatives", valid));
        if (best)
            out.causes.insert(out.causes.end(), best->causes.begin(), best->causes.end());
    }

    void all(const json::value &v, const std::vector<SchemaPtr> &schemas, const json::value *old, const ValuePath &path,
             Verdict &out) {
        size_t valid = 0;
        for (const SchemaPtr &schema : schemas) {
            const size_t before = out.causes.size();
            value(v, *schema, old, path, out);
            valid += out.causes.size() == before;
        }
        if (valid < schemas.size())
            composite(out, path,
                      valid == 0 ? "must validate all the schemas (allOf). None validated"
                                 : "must validate all the schemas (allOf)");
    }
};

/// Visits every value that the schema speaks of.
template<class Visit>
void walk(const json::value &value, const StructuralSchema &schema, bool StructuralSchema::*concerns,
          const ValuePath &path, const Visit &visit) {
    if (!(schema.*concerns))
        return;
    visit(value, schema, path);
    if (const json::object *object = value.if_object()) {
        for (const auto &[name, item] : *object) {
            const auto property = schema.properties.find(name);
            if (property != schema.properties.end())
                walk(item, *property->second, concerns, path.member(name), visit);
            else if (schema.additional)
                walk(item, *schema.additional, concerns, path.key(name), visit);
        }
    } else if (const json::array *list = value.if_array(); list && schema.items) {
        for (size_t i = 0; i < list->size(); ++i)
            walk((*list)[i], *schema.items, concerns, path.item(i), visit);
    }
}

} // namespace

void validateValue(const json::value &value, const StructuralSchema &schema, const json::value *old,
                   std::string_view path, std::vector<StatusCause> &causes) {
    Verdict verdict;
    Validator().value(value, schema, old, ValuePath{.name = path}, verdict);
    for (StatusCause &cause : verdict.causes) {
        const auto same = [&](const StatusCause &other) {
            return other.field == cause.field && other.message == cause.message;
        };
        if (std::ranges::none_of(causes, same))
            causes.push_back(std::move(cause));
    }
}

void validateListTypes(const json::value &value, const StructuralSchema &schema, std::string_view path,
                       std::vector<StatusCause> &causes) {
    FieldErrors errors(causes);
    walk(value, schema, &StructuralSchema::hasListTypes, ValuePath{.name = path},
         [&](const json::value &v, const StructuralSchema &node, const ValuePath &place) {
             const json::array *list = v.if_array();
             if (!list || node.listType == api::ListType::Atomic)
                 return;
             std::set<std::string> seen;
             for (size_t i = 0; i < list->size(); ++i) {
                 const json::value key = itemKey((*list)[i], node);
                 if (!seen.insert(api::json::canonicalText(key)).second)
                     errors.duplicate(FieldPath(place.item(i).text()), Shown(key));
             }
         });
}

void validateEmbedded(const json::value &value, const StructuralSchema &schema, std::string_view path,
                      std::vector<StatusCause> &causes) {
    FieldErrors errors(causes);
    walk(value, schema, &StructuralSchema::hasEmbedded, ValuePath{.name = path},
         [&](const json::value &v, const StructuralSchema &node, const ValuePath &place) {
             const json::object *object = node.embedded ? v.if_object() : nullptr;
             if (!object)
                 return;
             for (std::string_view name : {"apiVersion", "kind"})
                 if (textAt(*object, name).empty())
                     errors.required(FieldPath(place.member(name).text()), "must not be empty");
         });
}

} // namespace coracle::apiserver
