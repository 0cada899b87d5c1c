#pragma once

#include "clusterd/apiserver/registry/request_scope.h"
#include "core/base/result.h"
#include "core/base/task.h"

#include <boost/json/object.hpp>

namespace coracle::apiserver {

/// Serves POST on a resource or sub-resource that is not stored: the reviews of authentication.k8s.io and
/// authorization.k8s.io, serviceaccounts/token. The body was decoded and defaulted; the result is sent with 201 as it
/// is, so it has apiVersion and kind. Thread-safe.
class CreateAction {
public:
    virtual ~CreateAction() = default;
    virtual Task<Result<boost::json::object>> create(RequestScope &scope, boost::json::object body) = 0;
};

} // namespace coracle::apiserver
