#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/etcd/rpc_errors.h"
#include "core/base/task.h"
#include "etcd.pb.h"

#include <filesystem>

namespace coracle::etcd {

namespace pb = ::etcdserverpb;

/// etcdserverpb.Maintenance and the member list of etcdserverpb.Cluster: one member, healthy. Thread-safe.
class MaintenanceService {
public:
    MaintenanceService(datastore::Backend &backend, std::filesystem::path socket)
        : m_backend(backend), m_socket(std::move(socket)) {}

    Task<Reply<pb::StatusResponse>> status(pb::StatusRequest request);
    /// There never are any; taking one back is answered, raising one is not possible.
    Task<Reply<pb::AlarmResponse>> alarm(pb::AlarmRequest request);
    /// The file gives its space back by itself.
    Task<Reply<pb::DefragmentResponse>> defragment(pb::DefragmentRequest request);
    Task<Reply<pb::MemberListResponse>> memberList(pb::MemberListRequest request);

private:
    datastore::Backend &m_backend;
    const std::filesystem::path m_socket;
};

} // namespace coracle::etcd
