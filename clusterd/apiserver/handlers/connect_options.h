#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "clusterd/apiserver/registry/request_scope.h"

#include <boost/json/object.hpp>

namespace coracle::apiserver {

/// What a request on exec, attach, portforward or proxy asks for, as the object that admission sees (PodExecOptions and
/// its like).
boost::json::object connectOptions(const Exchange &exchange, const RequestScope &scope);

} // namespace coracle::apiserver
