#pragma once

#include "clusterd/apiserver/registry/request_scope.h"
#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

/// Bodies of writes: decoded by the schema of what the request is about, with defaults.
namespace coracle::apiserver {

/// Any type of the schema by its API group and version; null when there is none.
const api::TypeInfo *findTypeByGroup(std::string_view group, std::string_view version, std::string_view kind);

/// Decodes the JSON body of a create or update. Warnings go to the scope.
Result<boost::json::object> readBody(RequestScope &scope, std::string_view text);

/// A protobuf body of a create or update as JSON text for readBody().
Result<std::string> protobufBody(const RequestScope &scope, std::string_view body);

/// Checks and completes what a patch made, as if it had been sent.
Result<> checkBody(RequestScope &scope, boost::json::object &object);

} // namespace coracle::apiserver
