#pragma once

#include "clusterd/apiserver/handlers/output.h"
#include "clusterd/apiserver/registry/store_watch.h"

namespace coracle::apiserver {

/// Sends a watch as a stream of JSON events until its deadline, an error (sent as an ERROR event) or until the peer
/// goes away.
Task<Result<>> streamWatch(Exchange &exchange, const api::ResourceInfo &resource, OutputForm form,
                           std::unique_ptr<StoreWatch> watch);

} // namespace coracle::apiserver
