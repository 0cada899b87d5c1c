#include "core/base/async_event.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace coracle {

namespace asio = boost::asio;

// A timer that never expires by itself is Asio's condition variable: cancelling it wakes all its waiters.
struct AsyncEvent::State {
    explicit State(Executor executor) : timer(std::move(executor), std::chrono::steady_clock::time_point::max()) {}
    asio::steady_timer timer;
};

AsyncEvent::AsyncEvent(Executor executor) : m_state(std::make_shared<State>(std::move(executor))) {}

AsyncEvent::~AsyncEvent() = default;

void AsyncEvent::notifyAll() {
    m_state->timer.cancel();
}

Task<> AsyncEvent::wait() {
    auto state = m_state;
    co_await state->timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

} // namespace coracle
