#pragma once

#include "clusterd/etcd/rpc_errors.h"
#include "etcd.pb.h"

#include <optional>
#include <string>

/// A transaction that compares and writes one key (and may read others), apart from doing it: what it is about, whether
/// it may be done, which way it goes.
namespace coracle::etcd {

namespace pb = ::etcdserverpb;

using Operations = google::protobuf::RepeatedPtrField<pb::RequestOp>;

/// The one key that is compared and written, if any is; fails where there are several, or what one key's log can't do.
Reply<std::optional<std::string>> keyOf(const pb::TxnRequest &request);

/// Whether all comparisons hold for the key's state (nothing: it is not there).
bool holds(const pb::TxnRequest &request, const std::optional<pb::KeyValue> &state);

/// The operation that writes; null when there is none.
const pb::RequestOp *writeOf(const Operations &operations);

} // namespace coracle::etcd
