#pragma once

#include "etcd.pb.h"

namespace coracle::etcd {

namespace pb = ::etcdserverpb;

/// Whether the answer takes more than reading keys in their order: another order, or bounds for revisions.
bool needsOrdering(const pb::RangeRequest &request);

/// Applies these, and then the limit.
void order(const pb::RangeRequest &request, pb::RangeResponse &response);

} // namespace coracle::etcd
