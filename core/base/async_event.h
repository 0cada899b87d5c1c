#pragma once

#include "core/base/task.h"

#include <memory>

namespace coracle {

/// Wakes coroutines that wait for something to happen. All calls come from one serial executor.
class AsyncEvent {
public:
    explicit AsyncEvent(Executor executor);
    AsyncEvent(const AsyncEvent &) = delete;
    AsyncEvent &operator=(const AsyncEvent &) = delete;
    ~AsyncEvent();

    /// Resumes all that wait now.
    void notifyAll();
    /// Returns after the next notifyAll(), or when the awaiting coroutine is cancelled: check the condition in a loop.
    Task<> wait();

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace coracle
