#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/etcd/lease_table.h"
#include "clusterd/etcd/rpc_errors.h"
#include "clusterd/etcd/transaction.h"
#include "core/base/task.h"
#include "etcd.pb.h"

#include <optional>

namespace coracle::etcd {

namespace pb = ::etcdserverpb;

/// etcdserverpb.KV. Thread-safe.
class KvService {
public:
    KvService(datastore::Backend &backend, LeaseTable &leases) : m_backend(backend), m_leases(leases) {}

    Task<Reply<pb::RangeResponse>> range(pb::RangeRequest request);
    Task<Reply<pb::PutResponse>> put(pb::PutRequest request);
    /// A range is deleted key by key, each at a revision of its own.
    Task<Reply<pb::DeleteRangeResponse>> deleteRange(pb::DeleteRangeRequest request);
    /// Compares and writes one key, at one revision, and reads any: what lies before the write at the revision before
    /// it, what lies behind at its own. More than one key's write in one transaction is refused.
    Task<Reply<pb::TxnResponse>> txn(pb::TxnRequest request);
    Task<Reply<pb::CompactionResponse>> compact(pb::CompactionRequest request);

private:
    struct Written {
        bool conflict = false;            ///< somebody else wrote in between
        datastore::Revision revision = 0; ///< 0: nothing had to be written
    };
    /// What a transaction found and did.
    struct Transition {
        datastore::Revision readAt = 0;
        std::optional<pb::KeyValue> before;
        Written written;
    };
    Task<Reply<pb::TxnResponse>> answer(Operations operations, Transition transition);
    Task<Reply<Written>> write(pb::RequestOp operation, std::optional<pb::KeyValue> state);
    Task<Reply<Written>> writePut(pb::PutRequest put, std::optional<pb::KeyValue> state);

    datastore::Backend &m_backend;
    LeaseTable &m_leases;
};

} // namespace coracle::etcd
