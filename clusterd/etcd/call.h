#pragma once

#include "core/base/task.h"

#include <functional>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>
#include <memory>
#include <optional>
#include <string>

/// gRPC's side of a call as coroutines. Only sources of this folder include it.
namespace coracle::etcd {

/// What gRPC's completion queue hands back when an operation has ended. It deletes itself then.
class Completion {
public:
    explicit Completion(std::move_only_function<void(bool)> done) : m_done(std::move(done)) {}
    /// On the queue's thread.
    static void complete(void *tag, bool ok);

private:
    std::move_only_function<void(bool)> m_done;
};

/// One call from a client, of any method. Its operations resume on the executor of the coroutine that awaits them; one
/// read and one write may run at a time. It must live until they have ended.
class Call {
public:
    /// Waits for the next call of the server; done gets false when the server shuts down.
    void accept(grpc::AsyncGenericService &service, grpc::ServerCompletionQueue &queue,
                std::move_only_function<void(bool)> done);

    /// "/etcdserverpb.KV/Range"
    const std::string &method() const { return m_context.method(); }

    /// The next message; nothing after the client's last one, or when it went away.
    Task<std::optional<grpc::ByteBuffer>> read();
    /// False: the client went away.
    Task<bool> write(grpc::ByteBuffer message);
    Task<bool> finish(grpc::Status status);

    /// Lets what runs fail. Thread-safe, once the call was accepted.
    void cancel() { m_context.TryCancel(); }

private:
    grpc::GenericServerContext m_context;
    grpc::GenericServerAsyncReaderWriter m_stream{&m_context};
};

template<class Message>
std::optional<Message> parseMessage(grpc::ByteBuffer buffer) {
    std::optional<Message> message(std::in_place);
    if (!grpc::SerializationTraits<Message>::Deserialize(&buffer, &*message).ok())
        message.reset();
    return message;
}

template<class Message>
grpc::ByteBuffer serializeMessage(const Message &message) {
    grpc::ByteBuffer buffer;
    bool own = false;
    // Fails only for messages above 2 GiB; the client then gets an empty one.
    (void)grpc::SerializationTraits<Message>::Serialize(message, &buffer, &own);
    return buffer;
}

} // namespace coracle::etcd
