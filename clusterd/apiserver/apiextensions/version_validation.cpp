#include "clusterd/apiserver/apiextensions/version_validation.h"

#include "clusterd/apiserver/apiextensions/custom_rules.h"
#include "clusterd/apiserver/apiextensions/schema_invariants.h"
#include "core/api/json_path.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace coracle::apiserver {

namespace {

constexpr size_t kSelectableFieldsMax = 8;
constexpr size_t kDeprecationWarningMax = 256;

/// What may stand at the root of a schema whose status is a sub-resource, by the names of Go's fields.
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kRootFields{{
    {"description", "Description"},
    {"type", "Type"},
    {"format", "Format"},
    {"title", "Title"},
    {"maximum", "Maximum"},
    {"exclusiveMaximum", "ExclusiveMaximum"},
    {"minimum", "Minimum"},
    {"exclusiveMinimum", "ExclusiveMinimum"},
    {"maxLength", "MaxLength"},
    {"minLength", "MinLength"},
    {"pattern", "Pattern"},
    {"maxItems", "MaxItems"},
    {"minItems", "MinItems"},
    {"uniqueItems", "UniqueItems"},
    {"multipleOf", "MultipleOf"},
    {"required", "Required"},
    {"items", "Items"},
    {"properties", "Properties"},
    {"externalDocs", "ExternalDocs"},
    {"example", "Example"},
    {"x-kubernetes-preserve-unknown-fields", "XPreserveUnknownFields"},
    {"x-kubernetes-validations", "XValidations"},
}};

void validateRoot(const JsonObject &schema, bool hasStatus, const FieldPath &path, FieldErrors &errors) {
    if (hasStatus && textAt(schema, "type") != "object")
        errors.invalid(path / "type", textAt(schema, "type"),
                       "only \"object\" is allowed as the type at the root of the schema if the status subresource is "
                       "enabled");
    if (hasStatus)
        for (const auto &[name, value] : schema) {
            const auto isName = [&name = name](const auto &field) { return field.first == name; };
            if (name == "nullable" || std::ranges::any_of(kRootFields, isName))
                continue;
            std::vector<std::string_view> words;
            for (const auto &field : kRootFields)
                words.push_back(field.second);
            errors.invalid(path, Shown(schema),
                           fmt::format("only [{}] fields are allowed at the root of the schema if the status "
                                       "subresource is enabled",
                                       fmt::join(words, " ")));
            break;
        }
    if (flagAt(schema, "nullable"))
        errors.forbidden(path / "nullable", "nullable cannot be true at the root");
}

void validateSchema(const JsonObject &version, const JsonObject *old, bool hasStatus, const FieldPath &versionPath,
                    std::vector<StatusCause> &causes) {
    const JsonValue *found = memberAt(version, "schema", "openAPIV3Schema");
    const FieldPath path = versionPath / "schema" / "openAPIV3Schema";
    FieldErrors errors(causes);
    if (!found || !found->is_object())
        return errors.required(path, "schemas are required");
    const JsonObject &schema = found->get_object();
    const size_t before = causes.size();
    validateRoot(schema, hasStatus, path, errors);
    std::vector<StatusCause> fields;
    validateSchemaFields(schema, path, fields);
    const bool unsupported = std::ranges::any_of(
        fields, [](const StatusCause &cause) { return cause.message.ends_with(" is not supported"); });
    if (!unsupported) {
        const size_t structure = causes.size();
        validateStructure(schema, path, causes);
        if (causes.size() == structure)
            validateSchemaDefaults(schema, path, causes);
    }
    causes.insert(causes.end(), fields.begin(), fields.end());
    const JsonValue *oldSchema = old ? memberAt(*old, "schema", "openAPIV3Schema") : nullptr;
    const bool unchanged = oldSchema && *oldSchema == *found; // what was admitted once stays
    if (causes.size() == before && !unchanged)
        validateCustomRules(schema, path, causes);
}

void validateSimplePath(std::string_view text, const FieldPath &path, FieldErrors &errors, bool &valid) {
    auto parsed = api::JsonPath::parse(text);
    valid = text.starts_with('.') && parsed && parsed->isSimple();
    if (!text.starts_with('.'))
        errors.invalid(path, text, "must be a simple json path starting with .");
    else if (!parsed)
        errors.invalid(path, text, parsed.error().message);
    else if (!valid)
        errors.invalid(path, text, "only fields and array indexes are allowed");
}

void validateScalePath(const JsonObject &scale, std::string_view name, const FieldPath &path, FieldErrors &errors) {
    const std::string_view text = textAt(scale, name);
    const bool selector = name == "labelSelectorPath";
    const FieldPath place(fmt::format("{}.{}", path.text(), name));
    if (text.empty() && selector)
        return;
    if (text.empty())
        return errors.required(place);
    bool valid = false;
    validateSimplePath(text, place, errors, valid);
    if (!valid)
        return;
    const bool spec = text.starts_with(".spec."), status = text.starts_with(".status.");
    if (selector && !spec && !status)
        errors.invalid(place, text, "should be a json path under either .spec or .status");
    else if (name == "specReplicasPath" && !spec)
        errors.invalid(place, text, "should be a json path under .spec");
    else if (name == "statusReplicasPath" && !status)
        errors.invalid(place, text, "should be a json path under .status");
}

void validateSubresources(const JsonObject &version, const FieldPath &path, FieldErrors &errors) {
    const JsonValue *scale = memberAt(version, "subresources", "scale");
    if (!scale)
        return;
    for (std::string_view name : {"specReplicasPath", "statusReplicasPath", "labelSelectorPath"})
        validateScalePath(asObject(*scale), name, path / "scale", errors);
}

void validateColumn(const JsonObject &column, const FieldPath &path, FieldErrors &errors) {
    static constexpr std::array<std::string_view, 5> kTypes = {"boolean", "date", "integer", "number", "string"};
    static constexpr std::array<std::string_view, 9> kFormats = {"byte",  "date",  "date-time", "double", "float",
                                                                 "int32", "int64", "password",  "uri"};
    if (textAt(column, "name").empty())
        errors.required(path / "name");
    const std::string types = fmt::format("must be one of {}", fmt::join(kTypes, ","));
    const std::string_view type = textAt(column, "type"), format = textAt(column, "format");
    if (type.empty())
        errors.required(path / "type", types);
    else if (std::ranges::find(kTypes, type) == kTypes.end())
        errors.invalid(path / "type", type, types);
    if (!format.empty() && std::ranges::find(kFormats, format) == kFormats.end())
        errors.invalid(path / "format", format, fmt::format("must be one of {}", fmt::join(kFormats, ",")));
    const std::string_view jsonPath = textAt(column, "jsonPath");
    if (jsonPath.empty())
        return errors.required(path / "JSONPath");
    if (!jsonPath.starts_with('.'))
        errors.invalid(path / "JSONPath", jsonPath, "must be a simple json path starting with .");
    else if (auto parsed = api::JsonPath::parse(jsonPath); !parsed)
        errors.invalid(path / "JSONPath", jsonPath, parsed.error().message);
}

/// The schema that a path of plain names leads to; null when there is none.
const JsonObject *schemaAtPath(const JsonObject &root, const std::vector<std::string> &names) {
    const JsonObject *schema = &root;
    for (const std::string &name : names) {
        const JsonValue *next = memberAt(*schema, "properties", name);
        schema = next ? next->if_object() : nullptr;
        if (!schema)
            return nullptr;
    }
    return schema;
}

void validateSelectableFields(const JsonObject &version, const FieldPath &path, FieldErrors &errors) {
    const JsonObject &root = objectAt(version, "schema", "openAPIV3Schema");
    const JsonArray &fields = arrayAt(version, "selectableFields");
    std::set<std::string_view> seen;
    for (size_t i = 0; i < fields.size(); ++i) {
        const std::string_view text = textAt(asObject(fields[i]), "jsonPath");
        const FieldPath place = path[i] / "jsonPath";
        if (text.empty()) {
            errors.required(place);
            continue;
        }
        auto parsed = api::JsonPath::parse(text);
        const std::vector<std::string> names = parsed ? parsed->names() : std::vector<std::string>();
        const JsonObject *schema = names.empty() || !text.starts_with('.') ? nullptr : schemaAtPath(root, names);
        if (!schema) {
            errors.invalid(place, text, "is an invalid path: does not refer to a valid field");
            continue;
        }
        if (names.front() == "metadata")
            errors.invalid(place, text, "must not point to fields in metadata");
        const std::string_view type = textAt(*schema, "type");
        if (type != "string" && type != "boolean" && type != "integer")
            errors.invalid(place, text,
                           "must point to a field of type string, boolean or integer. Enum string fields "
                           "and strings with formats are allowed.");
        if (!seen.insert(text).second)
            errors.duplicate(place, text);
    }
    if (seen.size() > kSelectableFieldsMax)
        errors.tooMany(path, seen.size(), kSelectableFieldsMax);
}

void validateDeprecation(const JsonObject &version, const FieldPath &path, FieldErrors &errors) {
    const JsonValue *warning = memberAt(version, "deprecationWarning");
    if (!warning)
        return;
    const std::string_view text = asText(*warning);
    const FieldPath place = path / "deprecationWarning";
    if (!flagAt(version, "deprecated"))
        errors.invalid(place, text, "can only be set for deprecated versions");
    if (text.size() > kDeprecationWarningMax)
        errors.invalid(place, text, "must be <= 256 characters long");
    if (text.empty())
        errors.invalid(place, text, "must not be an empty string");
    const auto control = std::ranges::find_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (control != text.end())
        errors.invalid(place, text,
                       fmt::format("must only contain printable UTF-8 characters; non-printable character found at "
                                   "index {}",
                                   control - text.begin()));
}

} // namespace

void validateDefinitionVersion(const JsonObject &version, const JsonObject *old, const FieldPath &path,
                               std::vector<StatusCause> &causes) {
    FieldErrors errors(causes);
    validateDeprecation(version, path, errors);
    validateSchema(version, old, hasAt(version, "subresources", "status"), path, causes);
    validateSubresources(version, path / "subresources", errors);
    const JsonArray &columns = arrayAt(version, "additionalPrinterColumns");
    for (size_t i = 0; i < columns.size(); ++i)
        validateColumn(asObject(columns[i]), (path / "additionalPrinterColumns")[i], errors);
    validateSelectableFields(version, path / "selectableFields", errors);
}

} // namespace coracle::apiserver
