#pragma once

#include "clusterd/apiserver/registry/request_scope.h"
#include "core/base/result.h"

#include <boost/json/object.hpp>

/// Sub-resources that show or change a part of a stored object: status, scale, finalize, approval,
/// ephemeralcontainers, resize.
namespace coracle::apiserver {

/// What a GET or PATCH of the sub-resource works on, with metadata.resourceVersion.
Result<boost::json::object> toSubresource(const RequestScope &scope, boost::json::object current, int64_t revision);

/// The stored object after the sub-resource was set to the body. For the object itself and status that is the body:
/// the strategy then decides which part of it counts.
Result<boost::json::object> fromSubresource(const RequestScope &scope, const boost::json::object &current,
                                            const boost::json::object &body);

/// The object cannot go yet: metadata.finalizers, and a namespace's spec.finalizers.
bool hasPendingFinalizers(const api::ResourceInfo &resource, const boost::json::object &object);

} // namespace coracle::apiserver
