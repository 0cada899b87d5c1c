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
/// registered (under the lock that guards what is waited for), then awaited; it may be woken at any time in between.
class Waiter {
public:
    Waiter(Executor executor, SteadyTime deadline) : m_timer(std::move(executor)), m_deadline(deadline) {
        m_timer.expires_at(std::chrono::steady_clock::time_point::max());
    }
    virtual ~Waiter() = default;

    /// On the waiter's executor; who awaits it keeps it alive. Throws when the coroutine is cancelled, as every Asio
    /// operation.
    Task<> wait() { co_await m_timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)); }

    /// When to wake at the latest, on the server's clock.
    SteadyTime deadline() const { return m_deadline; }

    /// From any thread; each coroutine goes on, now or as soon as it waits. Those of one executor that stand next to
    /// each other go on in one turn of it, so that what they then send goes out together.
    static void wakeAll(std::vector<std::shared_ptr<Waiter>> waiters) {
        for (size_t begin = 0, end = 0; begin < waiters.size(); begin = end) {
            const Executor executor = waiters[begin]->m_timer.get_executor();
            while (end < waiters.size() && waiters[end]->m_timer.get_executor() == executor)
                ++end;
            std::vector<std::shared_ptr<Waiter>> some(waiters.begin() + begin, waiters.begin() + end);
            boost::asio::post(executor, [some = std::move(some)] {
                // An expiry in the past also ends a wait that has not begun yet.
                for (const std::shared_ptr<Waiter> &waiter : some)
                    waiter->m_timer.expires_at(std::chrono::steady_clock::time_point::min());
            });
        }
    }

private:
    boost::asio::steady_timer m_timer;
    const SteadyTime m_deadline;
};

} // namespace coracle::apiserver
