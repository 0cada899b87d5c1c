#include "core/base/clock.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace coracle {

namespace asio = boost::asio;

namespace {

class SystemClock final : public Clock {
public:
    WallTime now() const override {
        return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    }

    SteadyTime steadyNow() const override { return std::chrono::steady_clock::now(); }

    Task<Result<>> sleep(Duration duration) override {
        asio::steady_timer timer(co_await asio::this_coro::executor, duration);
        auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        if (error)
            co_return errors::other("cancelled");
        co_return Result<>{};
    }
};

} // namespace

Clock &systemClock() {
    static SystemClock clock;
    return clock;
}

} // namespace coracle
