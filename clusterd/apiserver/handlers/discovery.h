#pragma once

#include "clusterd/apiserver/handlers/resource_table.h"

#include <optional>
#include <string>
#include <string_view>

/// The documents by which clients find out what is served.
namespace coracle::apiserver::discovery {

/// /api: APIVersions. The address is what clients of any network shall use, "host:port".
std::string apiVersions(std::string_view serverAddress);
/// /apis: APIGroupList.
std::string groupList(const ResourceTable &resources);
/// /apis/<group>: APIGroup.
std::optional<std::string> group(const ResourceTable &resources, std::string_view name);
/// /api/v1 and /apis/<group>/<version>: APIResourceList.
std::optional<std::string> resourceList(const ResourceTable &resources, std::string_view group,
                                        std::string_view version);
/// /api (core) or /apis (all other groups) in one document: APIGroupDiscoveryList of apidiscovery.k8s.io.
std::string aggregated(const ResourceTable &resources, bool core, std::string_view discoveryVersion);

} // namespace coracle::apiserver::discovery
