#include "tests/support/manual_clock.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace coracle::test {

namespace asio = boost::asio;

namespace {
constexpr WallTime kStart{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
}

struct ManualClock::Sleeper {
    Sleeper(Executor executor, Duration dueAt)
        : timer(std::move(executor), std::chrono::steady_clock::time_point::max()), due(dueAt) {}
    asio::steady_timer timer;
    Duration due;
    bool fired = false;
};

WallTime ManualClock::now() const {
    const std::lock_guard lock(m_mutex);
    return kStart + std::chrono::duration_cast<std::chrono::microseconds>(m_elapsed + m_wallOffset);
}

SteadyTime ManualClock::steadyNow() const {
    const std::lock_guard lock(m_mutex);
    return SteadyTime(m_elapsed);
}

Task<Result<>> ManualClock::sleep(Duration duration) {
    auto executor = co_await asio::this_coro::executor;
    std::shared_ptr<Sleeper> sleeper;
    {
        const std::lock_guard lock(m_mutex);
        sleeper = std::make_shared<Sleeper>(executor, m_elapsed + duration);
        auto after = std::find_if(m_sleepers.begin(), m_sleepers.end(),
                                  [&](const auto &other) { return other->due > sleeper->due; });
        if (duration > Duration::zero())
            m_sleepers.insert(after, sleeper);
    }
    if (duration <= Duration::zero())
        co_return Result<>{};
    co_await sleeper->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    const std::lock_guard lock(m_mutex);
    m_sleepers.remove(sleeper);
    if (!sleeper->fired)
        co_return errors::other("cancelled");
    co_return Result<>{};
}

void ManualClock::advance(Duration duration) {
    const std::lock_guard lock(m_mutex);
    m_elapsed += duration;
    while (!m_sleepers.empty() && m_sleepers.front()->due <= m_elapsed) {
        std::shared_ptr<Sleeper> sleeper = m_sleepers.front();
        m_sleepers.pop_front();
        sleeper->fired = true;
        // The timer belongs to the sleeper's executor.
        asio::post(sleeper->timer.get_executor(), [sleeper] { sleeper->timer.cancel(); });
    }
}

void ManualClock::jumpWall(Duration duration) {
    const std::lock_guard lock(m_mutex);
    m_wallOffset += duration;
}

size_t ManualClock::sleeping() const {
    const std::lock_guard lock(m_mutex);
    return m_sleepers.size();
}

Duration ManualClock::untilNext() const {
    const std::lock_guard lock(m_mutex);
    return m_sleepers.empty() ? Duration::zero() : m_sleepers.front()->due - m_elapsed;
}

} // namespace coracle::test
