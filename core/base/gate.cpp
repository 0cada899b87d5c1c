#include "core/base/gate.h"

#include "core/base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <list>

namespace coracle {

namespace asio = boost::asio;

struct Gate::State {
    explicit State(Executor e) : executor(std::move(e)), empty(executor) { empty.expires_at(SteadyMax); }

    static constexpr auto SteadyMax = std::chrono::steady_clock::time_point::max();
    Executor executor;
    asio::steady_timer empty; ///< cancelled when the last task has ended: what close() waits for
    std::list<asio::cancellation_signal> running;
    bool closed = false;
};

Gate::Gate(Executor executor) : m_state(std::make_shared<State>(std::move(executor))) {}

Gate::~Gate() = default;

const Executor &Gate::executor() const { return m_state->executor; }

bool Gate::closed() const { return m_state->closed; }

void Gate::spawn(std::function<Task<>()> work) {
    if (m_state->closed)
        return;
    auto signal = m_state->running.emplace(m_state->running.end());
    auto done = [state = m_state, signal](std::exception_ptr failure) {
        if (failure) {
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception &e) {
                log::error("gate", "a task ended with an exception: {}", e.what());
            }
        }
        asio::dispatch(state->executor, [state, signal] {
            state->running.erase(signal);
            if (state->running.empty())
                state->empty.cancel();
        });
    };
    asio::co_spawn(m_state->executor, std::move(work), asio::bind_cancellation_slot(signal->slot(), std::move(done)));
}

Task<> Gate::close() {
    auto state = m_state;
    state->closed = true;
    // A cancelled task may end at once and leave the list: emit through a copy of the positions.
    std::vector<asio::cancellation_signal *> signals;
    for (auto &signal : state->running)
        signals.push_back(&signal);
    for (auto *signal : signals)
        asio::post(state->executor, [state, signal] {
            for (auto &running : state->running)
                if (&running == signal) {
                    running.emit(asio::cancellation_type::terminal);
                    return;
                }
        });
    while (!state->running.empty())
        co_await state->empty.async_wait(asio::as_tuple(asio::use_awaitable));
}

} // namespace coracle
