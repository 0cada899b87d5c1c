#pragma once

#include "core/base/clock.h"

namespace coracle::test {

/// A date that the test sets; nothing sleeps on it.
class ManualDate final : public Clock {
public:
    explicit ManualDate(WallTime now) : m_now(now) {}
    WallTime now() const override { return m_now; }
    SteadyTime steadyNow() const override { return SteadyTime(m_now.time_since_epoch()); }
    Task<Result<>> sleep(Duration) override { co_return errors::other("this clock does not sleep"); }
    void advance(Duration duration) { m_now += std::chrono::duration_cast<std::chrono::microseconds>(duration); }

private:
    WallTime m_now;
};

} // namespace coracle::test
