#pragma once

#include "core/base/result.h"
#include "core/cel/cel.h"
#include "core/cel/type.h"

#include <boost/json/fwd.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coracle::cel {

/// One entry of x-kubernetes-validations.
struct Rule {
    std::string rule, message, messageExpression, reason;
    std::string fieldPath; ///< normalised: what is appended to the path of the value
    bool optionalOldSelf = false;
    bool usesOldSelf = false;
    std::string error; ///< why it does not compile
    std::optional<Program> program, messageProgram;
};

/// A part of a schema that has rules, or parts that have. The tree has the form of the schema.
struct RuleNode {
    Type type;              ///< null where expressions cannot see the value
    std::string schemaType; ///< "object", "array", ...: what messages show as the value
    std::vector<Rule> rules;
    std::map<std::string, std::unique_ptr<RuleNode>, std::less<>> properties;
    std::unique_ptr<RuleNode> items, values; ///< values: of additionalProperties
    std::vector<std::unique_ptr<RuleNode>> allOf;
    bool atomicMap = false; ///< x-kubernetes-map-type: atomic; old values inside have no counterpart
    std::string listType;   ///< x-kubernetes-list-type
    std::vector<std::string> listKeys;
};

struct CompiledRules {
    std::unique_ptr<RuleNode> root; ///< null: no rules at all
    std::vector<StatusCause> errors;
};

CompiledRules compileRules(const boost::json::object &schema, std::string_view path, bool resource);

/// Turns a rule's fieldPath (".spec.items", ".labels['a.b']") into the form of paths in messages; nothing when it
/// leads to no field of the schema.
std::optional<std::string> normalizeFieldPath(std::string_view path, const boost::json::object &schema);

bool hasLineBreaks(std::string_view text);
std::string_view trimmed(std::string_view text);

} // namespace coracle::cel
