#pragma once

#include "core/base/task.h"

#include <list>
#include <memory>
#include <mutex>

namespace coracle::appliance {

/// Tells coroutines on any executors that something has changed. Thread-safe.
class ChangeSignal {
    struct Waiting;

public:
    /// One who waits. Changes between two waits are not missed: the next wait() returns at once. On one executor.
    class Listener {
    public:
        /// The executor is serial, and the one that wait() is awaited on.
        Listener(ChangeSignal &signal, Executor executor);
        Listener(const Listener &) = delete;
        Listener &operator=(const Listener &) = delete;
        ~Listener();

        /// Returns after a change. False: there will be no more of them.
        Task<bool> wait();

    private:
        ChangeSignal &m_signal;
        std::shared_ptr<Waiting> m_waiting;
    };

    void notify();
    /// Everybody stops waiting, now and later.
    void close();
    /// How many listen.
    size_t listeners() const;

private:
    void wake(bool end);

    mutable std::mutex m_mutex; ///< guards the rest
    std::list<std::shared_ptr<Waiting>> m_waiting;
    bool m_closed = false;
};

} // namespace coracle::appliance
