#include "clusterd/etcd/lease_service.h"

#include "clusterd/etcd/convert.h"

namespace coracle::etcd {

Task<Reply<pb::LeaseGrantResponse>> LeaseService::grant(pb::LeaseGrantRequest request) {
    CO_TRY(const LeaseTable::Lease lease, m_leases.grant(request.id(), request.ttl()));
    pb::LeaseGrantResponse response;
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    response.set_id(lease.id);
    response.set_ttl(lease.seconds);
    co_return response;
}

Task<Reply<pb::LeaseRevokeResponse>> LeaseService::revoke(pb::LeaseRevokeRequest request) {
    const auto lease = m_leases.revoke(request.id());
    if (!lease)
        co_return rpc_errors::leaseNotFound();
    for (const LeasedKey &held : lease->keys) {
        // A key that was written again since belongs to that write.
        auto removed = co_await m_backend.remove(held.key, held.revision);
        if (!removed)
            co_return rpc_errors::of(removed.error());
    }
    pb::LeaseRevokeResponse response;
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    co_return response;
}

Task<Reply<pb::LeaseTimeToLiveResponse>> LeaseService::timeToLive(pb::LeaseTimeToLiveRequest request) {
    pb::LeaseTimeToLiveResponse response;
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    response.set_id(request.id());
    const auto lease = m_leases.find(request.id());
    response.set_ttl(lease ? lease->left : -1);
    response.set_grantedttl(lease ? lease->seconds : 0);
    if (lease && request.keys())
        for (const LeasedKey &held : lease->keys)
            response.add_keys(held.key);
    co_return response;
}

Task<Reply<pb::LeaseLeasesResponse>> LeaseService::leases(pb::LeaseLeasesRequest) {
    pb::LeaseLeasesResponse response;
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    for (const int64_t id : m_leases.ids())
        response.add_leases()->set_id(id);
    co_return response;
}

Task<pb::LeaseKeepAliveResponse> LeaseService::renew(int64_t id) {
    pb::LeaseKeepAliveResponse response;
    response.set_id(id);
    if (const auto lease = m_leases.renew(id)) {
        std::vector<datastore::Revision> revisions;
        for (const LeasedKey &held : lease->keys)
            revisions.push_back(held.revision);
        const auto renewed = co_await m_backend.renewLeases(std::move(revisions));
        response.set_ttl(renewed ? lease->seconds : 0);
    }
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    co_return response; // 0: there is no such lease
}

Task<grpc::Status> LeaseService::keepAlive(std::shared_ptr<Call> call) {
    for (;;) {
        auto buffer = co_await call->read();
        if (!buffer)
            co_return grpc::Status::OK;
        const auto request = parseMessage<pb::LeaseKeepAliveRequest>(std::move(*buffer));
        if (!request)
            co_return grpc::Status(grpc::INVALID_ARGUMENT, "etcdserver: the message is malformed");
        const auto response = co_await renew(request->id());
        const bool written = co_await call->write(serializeMessage(response));
        if (!written)
            co_return grpc::Status::OK;
    }
}

} // namespace coracle::etcd
