#pragma once

#include "clusterd/appliance/operations.h"
#include "clusterd/appliance/router.h"

namespace coracle::appliance {

/// GET operations, GET and DELETE operations/{id}. What is referred to outlives the router.
void addOperationRoutes(Router &router, Operations &operations, Clock &clock);

/// 202 with the operation.
Reply accepted(const OperationInfo &operation);

} // namespace coracle::appliance
