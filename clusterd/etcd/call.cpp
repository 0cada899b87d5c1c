#include "clusterd/etcd/call.h"

#include "clusterd/datastore/await_callback.h"

namespace coracle::etcd {

using datastore::awaitCallback;

namespace {

/// Begins an operation with a tag of its own and waits for its end.
Task<bool> operation(std::move_only_function<void(void *)> begin) {
    return awaitCallback<bool>([begin = std::move(begin)](std::move_only_function<void(bool)> done) mutable {
        begin(new Completion(std::move(done)));
    });
}

} // namespace

void Completion::complete(void *tag, bool ok) {
    const std::unique_ptr<Completion> completion(static_cast<Completion *>(tag));
    completion->m_done(ok);
}

void Call::accept(grpc::AsyncGenericService &service, grpc::ServerCompletionQueue &queue,
                  std::move_only_function<void(bool)> done) {
    service.RequestCall(&m_context, &m_stream, &queue, &queue, new Completion(std::move(done)));
}

Task<std::optional<grpc::ByteBuffer>> Call::read() {
    grpc::ByteBuffer message;
    grpc::ByteBuffer *target = &message;
    std::move_only_function<void(void *)> begin = [this, target](void *tag) { m_stream.Read(target, tag); };
    const bool ok = co_await operation(std::move(begin));
    if (!ok)
        co_return std::nullopt;
    co_return message;
}

Task<bool> Call::write(grpc::ByteBuffer message) {
    return operation([this, message = std::move(message)](void *tag) { m_stream.Write(message, tag); });
}

Task<bool> Call::finish(grpc::Status status) {
    return operation([this, status = std::move(status)](void *tag) { m_stream.Finish(status, tag); });
}

} // namespace coracle::etcd
