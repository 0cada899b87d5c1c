#pragma once

#include "clusterd/apiserver/handlers/resource_table.h"
#include "clusterd/apiserver/registry/registry.h"
#include "core/client/client.h"

#include <memory>

namespace coracle::apiserver {

/// The API for parts of the same process: calls the registry directly and shares the cached objects. Requests go
/// through admission, but are not authorized: the user is one of system:masters. Writes go on to their end when the
/// calling coroutine is cancelled. Registry and resources must outlive the client and its watches.
std::unique_ptr<client::Client> createLocalClient(Registry &registry, const ResourceTable &resources, UserInfo user);

} // namespace coracle::apiserver
