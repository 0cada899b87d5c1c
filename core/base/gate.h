#pragma once

#include "core/base/task.h"

#include <functional>
#include <memory>

namespace coracle {

/// Holds a component's background tasks, so that none outlives it. All calls come from the gate's executor, which must
/// be serial (a strand or a context that one thread runs).
class Gate {
public:
    explicit Gate(Executor executor);
    Gate(const Gate &) = delete;
    Gate &operator=(const Gate &) = delete;
    /// The gate must be closed by then.
    ~Gate();

    const Executor &executor() const;

    /// Starts a coroutine; it is cancelled by close(). After close() nothing starts any more.
    void spawn(std::function<Task<>()> work);

    bool closed() const;

    /// Cancels every task (Asio terminal cancellation) and returns when all have ended.
    Task<> close();

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace coracle
