#include "clusterd/etcd/rpc_errors.h"

namespace coracle::etcd::rpc_errors {

namespace {

std::unexpected<grpc::Status> fail(grpc::StatusCode code, std::string message) {
    return std::unexpected(grpc::Status(code, std::move(message)));
}

} // namespace

const char *const kCompacted = "etcdserver: mvcc: required revision has been compacted";

std::unexpected<grpc::Status> compacted() {
    return fail(grpc::OUT_OF_RANGE, kCompacted);
}

std::unexpected<grpc::Status> futureRevision() {
    return fail(grpc::OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision");
}

std::unexpected<grpc::Status> emptyKey() {
    return fail(grpc::INVALID_ARGUMENT, "etcdserver: key is not provided");
}

std::unexpected<grpc::Status> keyNotFound() {
    return fail(grpc::INVALID_ARGUMENT, "etcdserver: key not found");
}

std::unexpected<grpc::Status> valueProvided() {
    return fail(grpc::INVALID_ARGUMENT, "etcdserver: value is provided");
}

std::unexpected<grpc::Status> leaseProvided() {
    return fail(grpc::INVALID_ARGUMENT, "etcdserver: lease is provided");
}

std::unexpected<grpc::Status> leaseNotFound() {
    return fail(grpc::NOT_FOUND, "etcdserver: requested lease not found");
}

std::unexpected<grpc::Status> leaseExists() {
    return fail(grpc::FAILED_PRECONDITION, "etcdserver: lease already exists");
}

std::unexpected<grpc::Status> leaseTooLong() {
    return fail(grpc::OUT_OF_RANGE, "etcdserver: too large lease TTL");
}

std::unexpected<grpc::Status> tooLarge() {
    return fail(grpc::INVALID_ARGUMENT, "etcdserver: request is too large");
}

std::unexpected<grpc::Status> invalid(const std::string &what) {
    return fail(grpc::INVALID_ARGUMENT, "etcdserver: " + what);
}

std::unexpected<grpc::Status> unsupportedTransaction(const std::string &why) {
    return fail(grpc::INVALID_ARGUMENT, "etcdserver: unsupported transaction: " + why);
}

std::unexpected<grpc::Status> of(const Status &failure) {
    if (isExpired(failure))
        return compacted();
    for (const auto &cause : failure.causes)
        if (cause.reason == "ResourceVersionTooLarge")
            return futureRevision();
    return fail(failure.code == 503 ? grpc::UNAVAILABLE : grpc::INTERNAL, "etcdserver: " + failure.message);
}

} // namespace coracle::etcd::rpc_errors
