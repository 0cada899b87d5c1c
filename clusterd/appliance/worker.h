#pragma once

#include "core/base/result.h"
#include "core/base/task.h"

#include <atomic>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>

namespace coracle::appliance {

/// Told to work that blocks: it is to end early.
using Ended = std::atomic<bool>;

/// A thread for what blocks: copying, packing, measuring. One piece of work after the other. Thread-safe.
class Worker {
public:
    Worker();
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;
    /// Waits for what runs.
    ~Worker();

    /// Runs the function on the thread. A cancelled caller waits for its end all the same, as the function may use what
    /// is the caller's; it is told by `ended`.
    template<class T = void>
    Task<Result<T>> run(std::function<Result<T>(const Ended &ended)> function);

private:
    void post(std::function<void()> work);

    struct State;
    std::unique_ptr<State> m_state;
};

// No coroutine itself: GCC 12 destroys closures in a co_await twice.
template<class T>
Task<Result<T>> Worker::run(std::function<Result<T>(const Ended &ended)> function) {
    namespace asio = boost::asio;
    auto initiate = [this, function = std::move(function)](auto handler) mutable {
        auto ended = std::make_shared<Ended>(false);
        if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
            slot.assign([ended](asio::cancellation_type) { *ended = true; });
        auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        post([shared, guard = std::move(guard), ended, function = std::move(function)]() mutable {
            auto outcome = std::make_shared<Result<T>>(function(*ended));
            asio::post(guard.get_executor(), [shared, outcome]() mutable { std::move (*shared)(std::move(*outcome)); });
        });
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<T>)>(std::move(initiate),
                                                                                asio::use_awaitable);
}

} // namespace coracle::appliance
