#pragma once

#include "clusterd/datastore/sqlite_backend.h"
#include "clusterd/etcd/server.h"
#include "etcd.pb.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <memory>
#include <optional>
#include <thread>

/// The endpoint over a store in memory, and a client of gRPC's own.
namespace coracle::etcd::testing {

namespace asio = boost::asio;
namespace pb = ::etcdserverpb;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;

template<class Message>
grpc::ByteBuffer toBuffer(const Message &message) {
    grpc::ByteBuffer buffer;
    bool own = false;
    if (!grpc::SerializationTraits<Message>::Serialize(message, &buffer, &own).ok())
        qFatal("a message cannot be serialised");
    return buffer;
}

template<class Message>
Message fromBuffer(grpc::ByteBuffer buffer) {
    Message message;
    if (!grpc::SerializationTraits<Message>::Deserialize(&buffer, &message).ok())
        qFatal("the server's message is malformed");
    return message;
}

/// One call whose messages are sent and awaited in turn.
class Stream {
public:
    Stream(grpc::GenericStub &stub, const std::string &method)
        : m_stream(stub.PrepareCall(&m_context, method, &m_queue)) {
        m_stream->StartCall(this);
        next(20s);
    }
    ~Stream() {
        m_context.TryCancel();
        m_queue.Shutdown();
        void *tag = nullptr;
        for (bool ok = false; m_queue.Next(&tag, &ok);) {
        }
    }

    template<class Message>
    bool write(const Message &message) {
        m_stream->Write(toBuffer(message), this);
        return next(20s) == true;
    }
    void closeSending() {
        m_stream->WritesDone(this);
        next(20s);
    }
    /// Nothing at the stream's end. A failed test when nothing comes for long.
    template<class Message>
    std::optional<Message> read() {
        auto message = tryRead<Message>(20s);
        if (m_reading)
            qFatal("the server sent nothing");
        return message;
    }
    /// Nothing also when no message comes within the time; the next read goes on waiting for it.
    template<class Message>
    std::optional<Message> tryRead(std::chrono::milliseconds time) {
        if (!m_reading)
            m_stream->Read(&m_incoming, this);
        const auto ok = next(time);
        m_reading = !ok.has_value();
        if (!ok.value_or(false))
            return std::nullopt;
        return fromBuffer<Message>(m_incoming);
    }
    grpc::Status finish() {
        grpc::Status status;
        m_stream->Finish(&status, this);
        next(20s);
        return status;
    }

private:
    std::optional<bool> next(std::chrono::milliseconds time) {
        void *tag = nullptr;
        bool ok = false;
        if (m_queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + time) != grpc::CompletionQueue::GOT_EVENT)
            return std::nullopt;
        return ok;
    }

    grpc::ClientContext m_context;
    grpc::CompletionQueue m_queue;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> m_stream;
    grpc::ByteBuffer m_incoming;
    bool m_reading = false;
};

class EtcdFixture {
public:
    explicit EtcdFixture(Duration progressInterval = 1h) {
        datastore::SqliteOptions options{.path = ":memory:"};
        options.compactInterval = Duration::zero();
        backend = datastore::createSqliteBackend(options);
        if (!backend->start())
            qFatal("the store does not start");
        for (std::thread &thread : m_threads)
            thread = std::thread([this] { m_context.run(); });
        auto started = Server::start(*backend, m_context.get_executor(),
                                     {.socket = socket(), .progressInterval = progressInterval});
        if (!started)
            qFatal("%s", started.error().message.c_str());
        server = std::move(*started);
        grpc::ChannelArguments arguments;
        arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
        arguments.SetMaxReceiveMessageSize(-1);
        stub = std::make_unique<grpc::GenericStub>(
            grpc::CreateCustomChannel("unix:" + socket(), grpc::InsecureChannelCredentials(), arguments));
    }
    ~EtcdFixture() {
        stop();
        backend->stop();
        m_work.reset();
        for (std::thread &thread : m_threads)
            thread.join();
    }
    void stop() {
        if (server)
            asio::co_spawn(m_context, server->stop(), asio::use_future).get();
        server.reset();
    }
    std::string socket() const { return m_folder.filePath("kine.sock").toStdString(); }

    template<class Response, class Request>
    std::expected<Response, grpc::Status> call(const std::string &method, const Request &request) {
        Stream stream(*stub, "/etcdserverpb." + method);
        stream.write(request);
        auto response = stream.read<Response>();
        grpc::Status status = stream.finish();
        if (!status.ok())
            return std::unexpected(status);
        return std::move(*response);
    }

    // The usual calls; a failed one ends the test program with its text.
    pb::RangeResponse range(pb::RangeRequest request) { return must(call<pb::RangeResponse>("KV/Range", request)); }
    pb::RangeResponse get(const std::string &key) {
        pb::RangeRequest request;
        request.set_key(key);
        return range(request);
    }
    pb::PutResponse put(const std::string &key, const std::string &value, int64_t lease = 0) {
        pb::PutRequest request;
        request.set_key(key);
        request.set_value(value);
        request.set_lease(lease);
        return must(call<pb::PutResponse>("KV/Put", request));
    }
    pb::DeleteRangeResponse remove(const std::string &key, const std::string &rangeEnd = {}) {
        pb::DeleteRangeRequest request;
        request.set_key(key);
        request.set_range_end(rangeEnd);
        request.set_prev_kv(true);
        return must(call<pb::DeleteRangeResponse>("KV/DeleteRange", request));
    }
    grpc::Status compact(int64_t revision) {
        pb::CompactionRequest request;
        request.set_revision(revision);
        const auto done = call<pb::CompactionResponse>("KV/Compact", request);
        return done ? grpc::Status::OK : done.error();
    }
    pb::LeaseGrantResponse grant(int64_t seconds, int64_t id = 0) {
        pb::LeaseGrantRequest request;
        request.set_ttl(seconds);
        request.set_id(id);
        return must(call<pb::LeaseGrantResponse>("Lease/LeaseGrant", request));
    }
    template<class Response>
    static Response must(std::expected<Response, grpc::Status> response) {
        if (!response)
            qFatal("a call failed: %s", response.error().error_message().c_str());
        return std::move(*response);
    }

    std::unique_ptr<datastore::Backend> backend;
    std::unique_ptr<Server> server;
    std::unique_ptr<grpc::GenericStub> stub;

private:
    QTemporaryDir m_folder;
    asio::io_context m_context{2};
    asio::executor_work_guard<asio::io_context::executor_type> m_work{m_context.get_executor()};
    std::thread m_threads[2];
};

/// "a=1 b=2"
inline std::string text(const pb::RangeResponse &response) {
    std::string text;
    for (const pb::KeyValue &item : response.kvs())
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", item.key(), item.value());
    return text;
}

} // namespace coracle::etcd::testing
