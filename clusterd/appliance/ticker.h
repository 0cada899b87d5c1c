#pragma once

#include "clusterd/appliance/change_signal.h"
#include "clusterd/appliance/router.h"
#include "core/base/clock.h"
#include "core/base/gate.h"

#include <boost/json/fwd.hpp>
#include <functional>

namespace coracle::appliance {

/// Wakes those who watch what tells of no changes by itself, every five seconds, and only while somebody watches.
class Ticker {
public:
    /// The gate's executor runs the clockwork.
    Ticker(Clock &clock, Gate &gate) : m_clock(clock), m_gate(gate) {}

    /// Sends what the function gives, and again whenever that has changed, until the client or the server ends it.
    Task<Result<Reply>> watch(Call &call, std::function<boost::json::object()> look);
    void stop() { m_signal.close(); }

private:
    Task<> run();
    void begin();

    Clock &m_clock;
    Gate &m_gate;
    ChangeSignal m_signal;
    bool m_running = false; ///< on the gate's executor
};

} // namespace coracle::appliance
