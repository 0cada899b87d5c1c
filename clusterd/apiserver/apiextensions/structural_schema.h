#pragma once

#include "core/api/schema.h"
#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace re2 {
class RE2;
}

/// A CustomResourceDefinition's structural schema (apiextensions-apiserver pkg/apiserver/schema), compiled for use: one
/// node for each object, list and scalar that the schema speaks of.
namespace coracle::apiserver {

struct StructuralSchema;
using SchemaPtr = std::unique_ptr<const StructuralSchema>;

/// Which values are valid (JSON Schema's assertions). Those without a value assert nothing.
struct ValueRules {
    ValueRules();
    ValueRules(ValueRules &&) noexcept;
    ~ValueRules();

    std::string format;
    std::optional<boost::json::value> minimum, maximum, multipleOf; ///< numbers
    bool exclusiveMinimum = false, exclusiveMaximum = false;
    std::optional<int64_t> minLength, maxLength, minItems, maxItems, minProperties, maxProperties;
    std::string pattern;
    std::unique_ptr<const re2::RE2> regex; ///< of the pattern
    std::vector<boost::json::value> enumeration;
    std::vector<std::string> required;
    std::vector<SchemaPtr> allOf, anyOf, oneOf;
    SchemaPtr negation; ///< "not"
};

/// Immutable; thread-safe.
struct StructuralSchema {
    /// The schema as JSON (JSONSchemaProps). Fails for what cannot be used at all, such as an invalid pattern; whether
    /// the schema keeps the rules of structural schemas is checked before (schema_invariants.h).
    static Result<SchemaPtr> compile(const boost::json::object &schema);

    std::string type; ///< "object", "array", "string", "integer", "number", "boolean"; empty: any
    bool nullable = false;
    bool preserveUnknown = false; ///< x-kubernetes-preserve-unknown-fields
    bool embedded = false;        ///< x-kubernetes-embedded-resource
    bool intOrString = false;     ///< x-kubernetes-int-or-string
    std::map<std::string, SchemaPtr, std::less<>> properties;
    bool additionalAllowed = false; ///< additionalProperties: true or a schema
    SchemaPtr additional;           ///< null with additionalAllowed: members of any shape
    SchemaPtr items;
    api::ListType listType = api::ListType::Atomic;
    std::vector<std::string> listMapKeys;
    bool atomicMap = false;
    std::optional<boost::json::value> defaultValue;
    ValueRules rules;

    /// Somewhere at or below this node: so that walks pass over what does not concern them.
    bool hasDefaults = false, hasEmbedded = false, hasListTypes = false;

    /// The node of a member; null when the schema does not speak of it.
    const StructuralSchema *member(std::string_view name) const;
};

} // namespace coracle::apiserver
