#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "clusterd/apiserver/registry/registry.h"

#include <boost/json/value.hpp>

/// The options of a request, from its query and, for deletions, its body. Failures are in the standard words.
namespace coracle::apiserver {

/// Fills dryRun, fieldManager and fieldValidation. `kind` is CreateOptions, UpdateOptions, PatchOptions or
/// DeleteOptions.
Result<> readWriteOptions(const Exchange &exchange, std::string_view kind, RequestScope &scope);

/// Query and body (DeleteOptions); the body wins.
Result<client::DeleteOptions> readDeleteOptions(const Exchange &exchange, RequestScope &scope);
/// DeleteOptions as a document.
Result<client::DeleteOptions> deleteOptionsOf(const boost::json::object &options, RequestScope &scope);

/// The request's body as a document of the kind that the request is about, with defaults. Warnings go to the scope.
Result<boost::json::object> readRequestBody(const Exchange &exchange, RequestScope &scope);

/// The patch format by Content-Type. 415 in the standard words; custom resources have no strategic merge patch.
Result<client::PatchType> patchType(const Exchange &exchange, const RequestScope &scope);

bool isWatch(const Exchange &exchange);

/// A number of the query; 0 when absent. 400 in the standard words.
Result<int64_t> queryInteger(const Exchange &exchange, std::string_view name);

} // namespace coracle::apiserver
