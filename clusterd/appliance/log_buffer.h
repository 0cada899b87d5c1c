#pragma once

#include "clusterd/appliance/change_signal.h"
#include "clusterd/appliance/router.h"
#include "core/base/clock.h"
#include "core/base/log_recorder.h"

#include <deque>
#include <string>
#include <vector>

namespace coracle::appliance {

struct LogLine {
    uint64_t number = 0; ///< from 1 on
    WallTime time;
    log::Level level = log::Level::Info;
    std::string component, message;

    std::string json() const;
};

/// The last lines of the daemon's log, in memory. Thread-safe. As a recorder it must live as long as the process.
class LogBuffer final : public log::Recorder {
public:
    explicit LogBuffer(Clock &clock, size_t bytesMax = kBytesMax) : m_clock(clock), m_bytesMax(bytesMax) {}

    void record(log::Level level, std::string_view component, std::string_view message) override;
    /// Those after this number, oldest first.
    std::vector<LogLine> after(uint64_t number) const;
    ChangeSignal &changes() { return m_changes; }

    static constexpr size_t kBytesMax = 256u << 10;

private:
    Clock &m_clock;
    const size_t m_bytesMax;
    ChangeSignal m_changes;
    mutable std::mutex m_mutex; ///< guards the rest
    std::deque<LogLine> m_lines;
    size_t m_bytes = 0;
    uint64_t m_last = 0;
};

/// GET logs. The buffer outlives the router.
void addLogRoutes(Router &router, LogBuffer &buffer, Clock &clock);

} // namespace coracle::appliance
