#pragma once

#include "clusterd/apiserver/apiextensions/structural_schema.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// Takes out the members that a schema does not know (apiextensions-apiserver schema/pruning). apiVersion, kind and
/// metadata of the resource and of embedded ones stay.
///
/// `unknown`, where given, gets the path of each, sorted: "spec.foo", "spec.list[0].bar".
/// True when something was taken out.
bool prune(boost::json::object &resource, const StructuralSchema &schema, std::vector<std::string> *unknown = nullptr);
/// The same for a value inside a resource (a default).
bool prune(boost::json::value &value, const StructuralSchema &schema);

} // namespace coracle::apiserver
