#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "clusterd/apiserver/registry/registry.h"

/// The query of lists, watches and deletions of collections (meta/v1 ListOptions), checked as
/// k8s.io/apimachinery validates it. Failures are in the standard words.
namespace coracle::apiserver {

/// The scope's name, where the path has one, is the only one that may be selected.
Result<client::ListOptions> readListOptions(const Exchange &exchange, const RequestScope &scope);
/// A watch without a time-out lasts between `least` and twice of it; zero: it does not end by itself.
Result<WatchParameters> readWatchOptions(const Exchange &exchange, const RequestScope &scope, Random &random,
                                         std::chrono::seconds least);

} // namespace coracle::apiserver
