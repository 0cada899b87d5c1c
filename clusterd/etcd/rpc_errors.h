#pragma once

#include "core/base/result.h"

#include <expected>
#include <grpcpp/support/status.h>
#include <string>

namespace coracle::etcd {

/// The answer of a call: gRPC's status when it fails.
template<class T>
using Reply = std::expected<T, grpc::Status>;

/// The failures in etcd's words: its clients tell them apart by the text.
namespace rpc_errors {

std::unexpected<grpc::Status> compacted();
std::unexpected<grpc::Status> futureRevision();
std::unexpected<grpc::Status> emptyKey();
std::unexpected<grpc::Status> keyNotFound();
std::unexpected<grpc::Status> valueProvided();
std::unexpected<grpc::Status> leaseProvided();
std::unexpected<grpc::Status> leaseNotFound();
std::unexpected<grpc::Status> leaseExists();
std::unexpected<grpc::Status> leaseTooLong();
std::unexpected<grpc::Status> tooLarge();
std::unexpected<grpc::Status> invalid(const std::string &what);
/// A transaction that one key's log cannot do.
std::unexpected<grpc::Status> unsupportedTransaction(const std::string &why);
std::unexpected<grpc::Status> of(const Status &failure);

extern const char *const kCompacted;

} // namespace rpc_errors

} // namespace coracle::etcd
