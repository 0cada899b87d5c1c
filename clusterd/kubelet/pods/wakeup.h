#pragma once

#include "core/base/clock.h"
#include "core/base/gate.h"

#include <memory>

namespace coracle::kubelet {

/// What a worker sleeps on: others wake it at once or at a time. Wake-ups before wait() are kept; many become one. One
/// waiter; the gate's executor only.
class Wakeup {
public:
    Wakeup(Gate &gate, Clock &clock);

    void notify();
    /// At the time, unless it is woken before; an earlier time that was asked for stays.
    void notifyAt(SteadyTime time);
    void notifyAfter(Duration duration);
    /// False when the gate closes.
    Task<bool> wait();

private:
    struct State;
    static Task<> ring(std::shared_ptr<State> state, Clock &clock, SteadyTime time);

    Gate &m_gate;
    Clock &m_clock;
    std::shared_ptr<State> m_state;
};

} // namespace coracle::kubelet
