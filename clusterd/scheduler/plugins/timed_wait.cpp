#include "clusterd/scheduler/plugins/timed_wait.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace coracle::scheduler {

Task<> waitFor(AsyncEvent &event, Clock &clock, Duration longest) {
    using namespace boost::asio::experimental::awaitable_operators;
    (void)co_await (event.wait() || clock.sleep(longest));
}

} // namespace coracle::scheduler
