#include "core/base/gate.h"

#include "core/base/async_event.h"
#include "core/base/log.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <list>
#include <vector>

namespace coracle {

namespace asio = boost::asio;

struct Gate::State {
    explicit State(Executor e) : executor(std::move(e)), ended(executor) {}

    Executor executor;
    AsyncEvent ended; ///< a task has ended: what close() waits for
    std::list<asio::cancellation_signal> running;
    bool closed = false;
};

namespace {

void logFailure(const std::exception_ptr &failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error &e) {
        if (e.code() != asio::error::operation_aborted) // how a cancelled coroutine unwinds
            log::error("gate", "a task ended with an exception: {}", e.what());
    } catch (const std::exception &e) {
        log::error("gate", "a task ended with an exception: {}", e.what());
    }
}

} // namespace

Gate::Gate(Executor executor) : m_state(std::make_shared<State>(std::move(executor))) {}

Gate::~Gate() = default;

const Executor &Gate::executor() const {
    return m_state->executor;
}

bool Gate::closed() const {
    return m_state->closed;
}

void Gate::spawn(std::function<Task<>()> work) {
    if (m_state->closed)
        return;
    auto signal = m_state->running.emplace(m_state->running.end());
    auto done = [state = m_state, signal](const std::exception_ptr &failure) {
        if (failure)
            logFailure(failure);
        asio::dispatch(state->executor, [state, signal] {
            state->running.erase(signal);
            state->ended.notifyAll();
        });
    };
    asio::co_spawn(m_state->executor, std::move(work), asio::bind_cancellation_slot(signal->slot(), std::move(done)));
}

Task<> Gate::close() {
    auto state = m_state;
    // Closing must go on when the task that closes is itself cancelled.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    state->closed = true;
    std::vector<const asio::cancellation_signal *> signals;
    for (auto &signal : state->running)
        signals.push_back(&signal);
    // A cancelled task may end others at once: each signal is looked up again before it is emitted.
    for (const auto *wanted : signals)
        asio::post(state->executor, [state, wanted] {
            for (auto &signal : state->running)
                if (&signal == wanted) {
                    signal.emit(asio::cancellation_type::terminal);
                    return;
                }
        });
    while (!state->running.empty())
        co_await state->ended.wait();
}

} // namespace coracle
