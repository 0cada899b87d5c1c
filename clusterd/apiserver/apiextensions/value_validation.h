#pragma once

#include "clusterd/apiserver/apiextensions/structural_schema.h"

#include <string_view>
#include <vector>

/// Whether values are what their schema allows, with the causes that Kubernetes gives (kube-openapi validation).
namespace coracle::apiserver {

/// Validates a value against everything that its schema asserts. `old`, where given, is what the value was before: what
/// has not changed is not held against an update (ratcheting, KEP-4008). `path` goes before the fields of causes.
void validateValue(const boost::json::value &value, const StructuralSchema &schema, const boost::json::value *old,
                   std::string_view path, std::vector<StatusCause> &causes);

/// No two items of a set, and no two of a list map with the same keys.
void validateListTypes(const boost::json::value &value, const StructuralSchema &schema, std::string_view path,
                       std::vector<StatusCause> &causes);

/// Embedded resources say what they are.
void validateEmbedded(const boost::json::value &value, const StructuralSchema &schema, std::string_view path,
                      std::vector<StatusCause> &causes);

} // namespace coracle::apiserver
