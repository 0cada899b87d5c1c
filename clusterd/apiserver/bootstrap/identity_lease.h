#pragma once

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/reader.h"
#include "core/base/clock.h"
#include "core/client/client.h"

#include <string>

/// Leases by which API servers tell that they are there (KEP-1965): kube-system/apiserver-<hash of the host's name>.
namespace coracle::apiserver {

/// "apiserver-" and the host's hash; the same after each start.
std::string apiserverIdentity(std::string_view hostname);

/// Makes the Lease of this server or renews it. The holder is one run of the server.
Task<Result<>> renewIdentityLease(client::Client &client, std::string hostname, std::string holder, WallTime now);
/// Removes the Leases of servers that have not renewed them in time.
Task<Result<>> removeExpiredIdentityLeases(client::Client &client, WallTime now);

/// Whether there are Leases of other API servers than this one.
bool hasOtherServers(const Reader &reader, std::string_view hostname);

} // namespace coracle::apiserver
