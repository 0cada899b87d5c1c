#pragma once

#include "tests/support/manual_clock.h"

#include <boost/asio/io_context.hpp>
#include <functional>

namespace coracle::test {

/// Runs everything that can run now, on the caller's thread.
inline void runReady(boost::asio::io_context &context) {
    context.restart();
    while (context.poll() > 0)
        context.restart();
}

/// Lets time go by, in steps that wake the sleepers one after the other; `settle` runs what each of them makes ready.
inline void passTime(ManualClock &clock, Duration duration, const std::function<void()> &settle) {
    settle();
    while (duration > Duration::zero()) {
        Duration step = clock.untilNext();
        if (step <= Duration::zero() || step > duration)
            step = duration;
        clock.advance(step);
        duration -= step;
        settle();
    }
}

} // namespace coracle::test
