#pragma once

#include "core/base/clock.h"
#include "core/base/task.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <vector>

namespace coracle::apiserver {

/// One coroutine's wait for something that happens on another thread. The waiter's executor must be serial. Made and
/// registered (under the lock that guards what is waited for), then awaited; wake() may come at any time in between.
class Waiter : public std::enable_shared_from_this<Waiter> {
public:
    Waiter(Executor executor, SteadyTime deadline) : m_timer(std::move(executor)), m_deadline(deadline) {
        m_timer.expires_at(std::chrono::steady_clock::time_point::max());
    }

    /// From any thread; wakes the coroutine, now or as soon as it waits.
    void wake() {
        boost::asio::post(m_timer.get_executor(), [self = shared_from_this()] {
            // An expiry in the past also ends a wait that has not begun yet.
            self->m_timer.expires_at(std::chrono::steady_clock::time_point::min());
        });
    }

    /// On the waiter's executor. Throws when the coroutine is cancelled, as every Asio operation.
    Task<> wait() {
        auto self = shared_from_this();
        co_await m_timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }

    /// When to wake at the latest, on the server's clock.
    SteadyTime deadline() const { return m_deadline; }

private:
    boost::asio::steady_timer m_timer;
    const SteadyTime m_deadline;
};

/// Wakes all and forgets them.
inline void wakeAll(std::vector<std::shared_ptr<Waiter>> waiters) {
    for (const std::shared_ptr<Waiter> &waiter : waiters)
        waiter->wake();
}

} // namespace coracle::apiserver
