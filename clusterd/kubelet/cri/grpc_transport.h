#pragma once

#include "core/base/result.h"
#include "core/base/task.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <deque>
#include <grpcpp/grpcpp.h>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

/// From gRPC's completion queue to coroutines. Only the gRPC client's sources include this.
namespace coracle::kubelet::cri {

/// One asynchronous operation; lives until the queue has handed it back.
class CallBase : public std::enable_shared_from_this<CallBase> {
public:
    explicit CallBase(Executor executor) : m_executor(executor), m_wake(executor) {
        m_wake.expires_at(std::chrono::steady_clock::time_point::max());
    }
    virtual ~CallBase() = default;

    grpc::ClientContext context;

    /// Keeps the operation alive while gRPC has its address.
    void *tag() {
        m_self = shared_from_this();
        return this;
    }
    /// On the queue's thread.
    void complete(bool ok) {
        boost::asio::post(m_executor, [self = std::move(m_self), ok] {
            self->m_ok = ok;
            self->m_done = true;
            self->m_wake.cancel();
        });
    }
    /// Waits for the operation in flight; false when the caller was cancelled (the call is then cancelled too).
    Task<bool> wait() {
        while (!m_done) {
            co_await m_wake.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
            if (auto state = co_await boost::asio::this_coro::cancellation_state;
                !m_done && state.cancelled() != boost::asio::cancellation_type::none) {
                context.TryCancel();
                co_return false;
            }
        }
        m_done = false;
        co_return true;
    }
    bool ok() const { return m_ok; }

private:
    Executor m_executor;
    boost::asio::steady_timer m_wake;
    std::shared_ptr<CallBase> m_self;
    bool m_done = false, m_ok = false;
};

Failure toFailure(const grpc::Status &status);

/// The queue, its thread and the calls in flight.
class Transport {
public:
    Transport();
    ~Transport();

    grpc::CompletionQueue *queue() { return &m_queue; }
    void add(CallBase *call);
    void remove(CallBase *call);

    /// Makes one call: `start(context, queue)` gives the prepared reader.
    template<class Response, class Start>
    Task<Result<Response>> unary(std::optional<std::chrono::milliseconds> timeout, Start start) {
        struct Call : CallBase {
            using CallBase::CallBase;
            Response response;
            grpc::Status status;
            std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
        };
        auto call = std::make_shared<Call>(co_await boost::asio::this_coro::executor);
        if (timeout)
            call->context.set_deadline(std::chrono::system_clock::now() + *timeout);
        call->reader = start(&call->context, &m_queue);
        Registration registration(*this, call.get());
        call->reader->StartCall();
        call->reader->Finish(&call->response, &call->status, call->tag());
        if (!co_await call->wait())
            co_return errors::other("the call was cancelled");
        if (!call->status.ok())
            co_return toFailure(call->status);
        co_return std::move(call->response);
    }

    struct Registration {
        Registration(Transport &transport, CallBase *call) : m_transport(transport), m_call(call) {
            transport.add(call);
        }
        ~Registration() { m_transport.remove(m_call); }
        Registration(const Registration &) = delete;
        Registration &operator=(const Registration &) = delete;

    private:
        Transport &m_transport;
        CallBase *m_call;
    };

private:
    grpc::CompletionQueue m_queue;
    std::mutex m_mutex;
    std::set<CallBase *> m_calls;
    std::thread m_thread;
};

} // namespace coracle::kubelet::cri
