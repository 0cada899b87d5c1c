#pragma once

#include "core/base/result.h"
#include "core/base/task.h"

#include <chrono>

namespace coracle {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
using Duration = std::chrono::nanoseconds;

/// Time comes in through this interface, so that tests and simulations run on virtual time. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    /// The date, as it goes into objects; may jump.
    virtual WallTime now() const = 0;
    /// For durations and deadlines; never goes back.
    virtual SteadyTime steadyNow() const = 0;
    /// Resumes on the awaiting coroutine's executor after the duration, or earlier with an error when the coroutine is
    /// cancelled (Asio per-operation cancellation).
    virtual Task<Result<>> sleep(Duration duration) = 0;
};

/// The machine's clock; lives as long as the process.
Clock &systemClock();

} // namespace coracle
