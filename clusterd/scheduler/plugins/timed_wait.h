#pragma once

#include "core/base/async_event.h"
#include "core/base/clock.h"

namespace coracle::scheduler {

/// Returns after the event's next notification, after the duration, or when the awaiting coroutine is cancelled.
Task<> waitFor(AsyncEvent &event, Clock &clock, Duration longest);

} // namespace coracle::scheduler
