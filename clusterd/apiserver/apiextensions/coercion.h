#pragma once

#include "clusterd/apiserver/apiextensions/structural_schema.h"

#include <string>
#include <string_view>
#include <vector>

/// Bodies of custom resources on their way in.
namespace coracle::apiserver {

/// The paths of members that a JSON text has twice: "spec.foo". The text must be valid JSON.
std::vector<std::string> duplicateMembers(std::string_view text);

/// Brings metadata into the form of ObjectMeta, also that of embedded resources; unknown members go and are named in
/// `unknown`, where given. Fails in Go's words when metadata has a wrong type.
Result<> coerceMetadata(boost::json::object &resource, const StructuralSchema &schema,
                        std::vector<std::string> *unknown);

} // namespace coracle::apiserver
