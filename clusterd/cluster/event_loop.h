#pragma once

#include "core/base/result.h"
#include "core/base/task.h"

#include <memory>
#include <string>

namespace coracle::cluster {

/// Threads that run one event loop. With one thread the executor is serial.
class EventLoop {
public:
    /// Threads are named, so that `top -H` shows what works.
    EventLoop(std::string name, int threads);
    EventLoop(const EventLoop &) = delete;
    EventLoop &operator=(const EventLoop &) = delete;
    /// What still waits in it is dropped; what it refers to must be there until then.
    ~EventLoop();

    Executor executor() const;
    /// Ends the threads; from then on nothing runs here any more.
    void stop();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Runs a task on another executor and comes back with its result.
Task<Result<>> runOn(Executor executor, Task<Result<>> task);
Task<> runOn(Executor executor, Task<> task);

/// Runs a task from a thread that is in no loop, and waits for it.
Result<> waitFor(Executor executor, Task<Result<>> task);

} // namespace coracle::cluster
