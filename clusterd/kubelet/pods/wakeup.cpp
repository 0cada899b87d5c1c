#include "clusterd/kubelet/pods/wakeup.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace coracle::kubelet {

namespace asio = boost::asio;

struct Wakeup::State {
    explicit State(const Executor &executor) : bell(executor) {
        bell.expires_at(std::chrono::steady_clock::time_point::max());
    }
    asio::steady_timer bell; ///< cancelled to wake the waiter
    bool pending = false;
    SteadyTime next = SteadyTime::max(); ///< the earliest alarm
};

Wakeup::Wakeup(Gate &gate, Clock &clock)
    : m_gate(gate), m_clock(clock), m_state(std::make_shared<State>(gate.executor())) {}

void Wakeup::notify() {
    m_state->pending = true;
    m_state->bell.cancel();
}

Task<> Wakeup::ring(std::shared_ptr<State> state, Clock &clock, SteadyTime time) {
    auto slept = co_await clock.sleep(time - clock.steadyNow());
    // A later alarm that was replaced by an earlier one stays silent.
    if (!slept || state->next != time)
        co_return;
    state->next = SteadyTime::max();
    state->pending = true;
    state->bell.cancel();
}

void Wakeup::notifyAt(SteadyTime time) {
    if (time <= m_clock.steadyNow()) {
        notify();
        return;
    }
    if (m_state->next <= time)
        return;
    m_state->next = time;
    m_gate.spawn([state = m_state, &clock = m_clock, time] { return ring(state, clock, time); });
}

void Wakeup::notifyAfter(Duration duration) {
    notifyAt(m_clock.steadyNow() + duration);
}

Task<bool> Wakeup::wait() {
    while (!m_state->pending && !m_gate.closed())
        co_await m_state->bell.async_wait(asio::as_tuple(asio::use_awaitable));
    m_state->pending = false;
    co_return !m_gate.closed();
}

} // namespace coracle::kubelet
