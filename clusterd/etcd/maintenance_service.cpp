#include "clusterd/etcd/maintenance_service.h"

#include "clusterd/etcd/convert.h"

namespace coracle::etcd {

namespace {

/// kube-apiserver asks for features by etcd's version: progress of watches on request is among this one's.
constexpr const char *kVersion = "3.6.11";
constexpr const char *kStorageVersion = "3.6.0";
constexpr const char *kMemberName = "clusterd";

} // namespace

Task<Reply<pb::StatusResponse>> MaintenanceService::status(pb::StatusRequest) {
    auto size = co_await m_backend.size();
    if (!size)
        co_return rpc_errors::of(size.error());
    pb::StatusResponse response;
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    response.set_version(kVersion);
    response.set_storageversion(kStorageVersion);
    response.set_dbsize(size->bytes);
    response.set_dbsizeinuse(size->bytesInUse);
    co_return response;
}

Task<Reply<pb::AlarmResponse>> MaintenanceService::alarm(pb::AlarmRequest request) {
    if (request.action() == pb::AlarmRequest::ACTIVATE)
        co_return std::unexpected(grpc::Status(grpc::UNIMPLEMENTED, "etcdserver: alarms cannot be raised"));
    pb::AlarmResponse response;
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    co_return response;
}

Task<Reply<pb::DefragmentResponse>> MaintenanceService::defragment(pb::DefragmentRequest) {
    pb::DefragmentResponse response;
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    co_return response;
}

Task<Reply<pb::MemberListResponse>> MaintenanceService::memberList(pb::MemberListRequest) {
    pb::MemberListResponse response;
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    pb::Member *member = response.add_members();
    member->set_name(kMemberName);
    member->add_clienturls("unix://" + m_socket.string());
    member->add_peerurls("unix://" + m_socket.string());
    co_return response;
}

} // namespace coracle::etcd
