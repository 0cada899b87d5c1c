#pragma once

#include "clusterd/etcd/call.h"
#include "clusterd/etcd/lease_table.h"
#include "clusterd/etcd/rpc_errors.h"
#include "core/base/task.h"
#include "etcd.pb.h"

#include <memory>

namespace coracle::etcd {

namespace pb = ::etcdserverpb;

/// etcdserverpb.Lease. Thread-safe.
class LeaseService {
public:
    LeaseService(datastore::Backend &backend, LeaseTable &leases) : m_backend(backend), m_leases(leases) {}

    Task<Reply<pb::LeaseGrantResponse>> grant(pb::LeaseGrantRequest request);
    /// Deletes the keys that are as their lease saw them last.
    Task<Reply<pb::LeaseRevokeResponse>> revoke(pb::LeaseRevokeRequest request);
    Task<Reply<pb::LeaseTimeToLiveResponse>> timeToLive(pb::LeaseTimeToLiveRequest request);
    Task<Reply<pb::LeaseLeasesResponse>> leases(pb::LeaseLeasesRequest request);
    /// Answers every request of the stream.
    Task<grpc::Status> keepAlive(std::shared_ptr<Call> call);

private:
    Task<pb::LeaseKeepAliveResponse> renew(int64_t id);

    datastore::Backend &m_backend;
    LeaseTable &m_leases;
};

} // namespace coracle::etcd
