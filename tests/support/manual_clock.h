#pragma once

#include "core/base/clock.h"

#include <list>
#include <memory>
#include <mutex>

namespace coracle::test {

/// Virtual time: it stands still until a test advances it. Starts at 2026-01-01T00:00:00Z.
class ManualClock final : public Clock {
public:
    WallTime now() const override;
    SteadyTime steadyNow() const override;
    Task<Result<>> sleep(Duration duration) override;

    /// Moves both clocks on and wakes the sleepers that are due, in the order of their times. They run on their own
    /// executors: run those afterwards.
    void advance(Duration duration);
    /// The date alone jumps (NTP, a person).
    void jumpWall(Duration duration);
    /// How many coroutines sleep.
    size_t sleeping() const;
    /// Time until the first sleeper is due; zero without sleepers.
    Duration untilNext() const;

private:
    struct Sleeper;
    mutable std::mutex m_mutex;
    Duration m_elapsed{};
    Duration m_wallOffset{};
    std::list<std::shared_ptr<Sleeper>> m_sleepers; ///< by due time
};

} // namespace coracle::test
