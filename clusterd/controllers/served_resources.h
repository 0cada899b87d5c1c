#pragma once

#include "core/client/client.h"

#include <string_view>
#include <vector>

/// What the API server serves at the moment, custom resources included: for controllers that work on every kind.
namespace coracle::controllers {

/// The stored resources whose objects can be listed, watched and deleted: each once, in its preferred version. The
/// pointers keep them usable when they are no longer served.
std::vector<api::ResourcePtr> deletableResources(const client::Client &client);

/// Null when nobody serves the kind.
api::ResourcePtr findServedKind(const client::Client &client, std::string_view apiVersion, std::string_view kind);

} // namespace coracle::controllers
