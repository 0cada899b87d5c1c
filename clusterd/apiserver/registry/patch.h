#pragma once

#include "clusterd/apiserver/registry/request_scope.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/client/client.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

/// From a request's body, or a patch, to the new state of the stored object: decoded, with defaults, and with the
/// owners of its fields.
namespace coracle::apiserver {

struct Patch {
    client::PatchType type = client::PatchType::Merge;
    boost::json::value body;
    bool force = false; ///< of an apply
};

/// The stored object after the request set it, or its sub-resource, to the body. Ownership is tracked as an update.
Result<boost::json::object> updatedObject(const RequestScope &scope, WallTime now, const boost::json::object &current,
                                          boost::json::object body);

/// The stored object after the patch. `current` is empty when there is none, which only an apply can do with; revision
/// is its resourceVersion. Fails with kube-apiserver's errors: 400 for patches that are none, 409 for conflicts, 413
/// and 415, and 422 for patches that do not fit the object.
Result<boost::json::object> patchedObject(RequestScope &scope, WallTime now, const boost::json::object &current,
                                          int64_t revision, const Patch &patch);

} // namespace coracle::apiserver
