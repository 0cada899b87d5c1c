#pragma once

#include "clusterd/apiserver/strategy/field_errors.h"
#include "clusterd/apiserver/strategy/service_ip_allocator.h"

/// Address families of Services (KEP-563; pkg/registry/core/service/storage/alloc initIPFamilyFields).
namespace coracle::apiserver {

/// Fills in ipFamilyPolicy and ipFamilies, and shortens them and clusterIPs on a change to a single family. The rules
/// that depend on the cluster's networks are checked here. old is null on create.
void fillServiceFamilies(const ServiceIpAllocator &networks, JsonObject &spec, const JsonObject *old,
                         std::vector<StatusCause> &causes);

} // namespace coracle::apiserver
