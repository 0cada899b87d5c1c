#include "clusterd/etcd/server.h"

#include "clusterd/datastore/await_callback.h"
#include "clusterd/etcd/call.h"
#include "clusterd/etcd/kv_service.h"
#include "clusterd/etcd/lease_service.h"
#include "clusterd/etcd/maintenance_service.h"
#include "clusterd/etcd/watch_stream.h"
#include "core/base/gate.h"
#include "core/base/log.h"
#include "core/http/listener.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>
#include <map>
#include <mutex>
#include <pthread.h>
#include <set>
#include <thread>

namespace coracle::etcd {

namespace asio = boost::asio;
using asio::local::stream_protocol;

namespace {

constexpr int kMessageBytesMax = 2 << 20; // what etcd takes: 1.5 MiB and some more for the envelope
constexpr int kPingIntervalMs = 5000;
constexpr int kKeepAliveMs = 2 * 60 * 60 * 1000;
constexpr int kKeepAliveTimeoutMs = 20 * 1000;
constexpr auto kCallsEnd = std::chrono::seconds(2);

/// A method's work: reads its messages from the call and writes its answers; the status ends the call.
using Method = std::function<Task<grpc::Status>(std::shared_ptr<Call>)>;

template<class Request, class Response>
Task<grpc::Status> callOnce(std::function<Task<Reply<Response>>(Request)> method, std::shared_ptr<Call> call) {
    auto buffer = co_await call->read();
    if (!buffer)
        co_return grpc::Status(grpc::CANCELLED, "the client went away");
    auto request = parseMessage<Request>(std::move(*buffer));
    if (!request)
        co_return grpc::Status(grpc::INVALID_ARGUMENT, "etcdserver: the message is malformed");
    auto reply = co_await method(std::move(*request));
    if (!reply)
        co_return reply.error();
    grpc::ByteBuffer answer = serializeMessage(*reply);
    co_await call->write(std::move(answer)); // where it does not arrive, nobody waits for the status either
    co_return grpc::Status::OK;
}

template<class Service, class Request, class Response>
Method unary(Service &service, Task<Reply<Response>> (Service::*member)(Request)) {
    std::function<Task<Reply<Response>>(Request)> method = [&service, member](Request request) {
        return (service.*member)(std::move(request));
    };
    return [method](std::shared_ptr<Call> call) { return callOnce<Request, Response>(method, std::move(call)); };
}

} // namespace

struct Server::State {
    State(datastore::Backend &b, Executor e, ServerOptions o)
        : backend(b),
          executor(std::move(e)),
          options(std::move(o)),
          leases(options.clock, options.random),
          kv(backend, leases),
          lease(backend, leases),
          maintenance(backend, options.socket),
          gate(asio::make_strand(executor)),
          acceptor(gate.executor()) {}

    Result<> start();
    Task<> stop();
    void fillMethods();
    void acceptCall();
    void begin(std::shared_ptr<Call> call);
    Task<> serve(std::shared_ptr<Call> call);
    Task<grpc::Status> watch(std::shared_ptr<Call> call);
    Task<> acceptConnections();
    /// Blocks until every call has ended.
    void shutDown();

    datastore::Backend &backend;
    const Executor executor;
    const ServerOptions options;
    LeaseTable leases;
    KvService kv;
    LeaseService lease;
    MaintenanceService maintenance;
    std::map<std::string, Method, std::less<>> methods;

    Gate gate;
    stream_protocol::acceptor acceptor;
    grpc::AsyncGenericService service;
    std::unique_ptr<grpc::ServerCompletionQueue> queue;
    std::unique_ptr<grpc::Server> server;
    std::thread queueThread, shutDownThread;

    std::mutex mutex;
    std::condition_variable callEnded;
    std::set<std::shared_ptr<Call>> calls;
    bool stopping = false;
};

void Server::State::fillMethods() {
    auto add = [this](const char *path, Method method) { methods.emplace(path, std::move(method)); };
    add("/etcdserverpb.KV/Range", unary(kv, &KvService::range));
    add("/etcdserverpb.KV/Put", unary(kv, &KvService::put));
    add("/etcdserverpb.KV/DeleteRange", unary(kv, &KvService::deleteRange));
    add("/etcdserverpb.KV/Txn", unary(kv, &KvService::txn));
    add("/etcdserverpb.KV/Compact", unary(kv, &KvService::compact));
    add("/etcdserverpb.Lease/LeaseGrant", unary(lease, &LeaseService::grant));
    add("/etcdserverpb.Lease/LeaseRevoke", unary(lease, &LeaseService::revoke));
    add("/etcdserverpb.Lease/LeaseTimeToLive", unary(lease, &LeaseService::timeToLive));
    add("/etcdserverpb.Lease/LeaseLeases", unary(lease, &LeaseService::leases));
    add("/etcdserverpb.Cluster/MemberList", unary(maintenance, &MaintenanceService::memberList));
    add("/etcdserverpb.Maintenance/Status", unary(maintenance, &MaintenanceService::status));
    add("/etcdserverpb.Maintenance/Alarm", unary(maintenance, &MaintenanceService::alarm));
    add("/etcdserverpb.Maintenance/Defragment", unary(maintenance, &MaintenanceService::defragment));
    add("/etcdserverpb.Lease/LeaseKeepAlive",
        [this](std::shared_ptr<Call> call) { return lease.keepAlive(std::move(call)); });
    add("/etcdserverpb.Watch/Watch", [this](std::shared_ptr<Call> call) { return watch(std::move(call)); });
}

Result<> Server::State::start() {
    fillMethods();
    TRY(const http::ListeningSocket socket, http::listenUnixSocket(options.socket, options.mode));
    acceptor.assign(stream_protocol(), socket.fd);
    grpc::ServerBuilder builder;
    builder.RegisterAsyncGenericService(&service);
    builder.SetMaxReceiveMessageSize(kMessageBytesMax);
    builder.SetMaxSendMessageSize(-1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingIntervalMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepAliveTimeoutMs);
    queue = builder.AddCompletionQueue();
    server = builder.BuildAndStart();
    if (!server) {
        queue->Shutdown();
        return errors::other("the etcd endpoint cannot start: gRPC refuses its settings");
    }
    queueThread = std::thread([this] {
        pthread_setname_np(pthread_self(), "etcd-queue");
        void *tag = nullptr;
        bool ok = false;
        while (queue->Next(&tag, &ok))
            Completion::complete(tag, ok);
    });
    acceptCall();
    asio::post(gate.executor(), [this] { gate.spawn([this] { return acceptConnections(); }); });
    return {};
}

Task<> Server::State::acceptConnections() {
    for (;;) {
        auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::operation_aborted)
            co_return;
        if (error) { // no file descriptors: again when there may be some
            const auto slept = co_await options.clock.sleep(std::chrono::milliseconds(100));
            if (!slept)
                co_return;
            continue;
        }
        boost::system::error_code ignored;
        const int fd = socket.release(ignored);
        ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
        grpc::AddInsecureChannelFromFd(server.get(), fd); // owns it
    }
}

void Server::State::acceptCall() {
    auto call = std::make_shared<Call>();
    Call &accepting = *call;
    accepting.accept(service, *queue, [this, call = std::move(call)](bool ok) mutable {
        if (ok)
            begin(std::move(call));
    });
}

void Server::State::begin(std::shared_ptr<Call> call) {
    {
        const std::lock_guard lock(mutex);
        if (stopping)
            return; // the queue takes no operations any more, and the server has cancelled the call
        calls.insert(call);
        acceptCall();
    }
    asio::co_spawn(asio::make_strand(executor), serve(std::move(call)), asio::detached);
}

Task<> Server::State::serve(std::shared_ptr<Call> call) {
    const auto method = methods.find(call->method());
    grpc::Status status(grpc::UNIMPLEMENTED, "unknown method " + call->method());
    try {
        if (method != methods.end())
            status = co_await method->second(call);
    } catch (const std::exception &failure) {
        log::error("etcd", "{} broke off: {}", call->method(), failure.what());
        status = grpc::Status(grpc::INTERNAL, "etcdserver: the call broke off");
    }
    co_await call->finish(std::move(status));
    const std::lock_guard lock(mutex);
    calls.erase(call);
    callEnded.notify_all();
}

Task<grpc::Status> Server::State::watch(std::shared_ptr<Call> call) {
    const Executor strand = co_await asio::this_coro::executor;
    WatchStream stream(backend, leases, options.clock, options.progressInterval, std::move(call), strand);
    co_return co_await stream.run();
}

void Server::State::shutDown() {
    {
        const std::lock_guard lock(mutex);
        stopping = true;
        for (const auto &call : calls)
            call->cancel();
    }
    server->Shutdown(std::chrono::system_clock::now() + kCallsEnd);
    {
        // For gRPC a cancelled call has ended; its coroutine still has to, with the queue.
        std::unique_lock lock(mutex);
        callEnded.wait(lock, [this] { return calls.empty(); });
    }
    queue->Shutdown();
    queueThread.join();
}

Task<> Server::State::stop() {
    co_await asio::co_spawn(gate.executor(), gate.close(), asio::use_awaitable);
    // gRPC blocks until the calls have ended, and they end on the executor.
    std::move_only_function<void(std::move_only_function<void(bool)>)> submit =
        [this](std::move_only_function<void(bool)> done) {
            // shutDown() begins with the mutex: it cannot be over, and joined elsewhere, before the thread is kept.
            const std::lock_guard lock(mutex);
            shutDownThread = std::thread([this, done = std::move(done)]() mutable {
                shutDown();
                done(true);
            });
        };
    co_await datastore::awaitCallback<bool>(std::move(submit));
    shutDownThread.join();
    std::error_code ignored;
    std::filesystem::remove(options.socket, ignored);
}

Server::Server(std::unique_ptr<State> state) : m_state(std::move(state)) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(datastore::Backend &backend, Executor executor, ServerOptions options) {
    auto state = std::make_unique<State>(backend, std::move(executor), std::move(options));
    CHECK(state->start());
    return std::unique_ptr<Server>(new Server(std::move(state)));
}

Task<> Server::stop() {
    return m_state->stop();
}

} // namespace coracle::etcd
