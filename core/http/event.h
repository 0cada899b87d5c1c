#pragma once

#include "core/base/task.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace coracle::http {

/// What coroutines wait on until another one of the same serial executor notifies them. Not remembered: check the
/// condition before waiting.
class Event {
public:
    explicit Event(const Executor &executor) : m_timer(executor, boost::asio::steady_timer::time_point::max()) {}
    /// Wakes all who wait now.
    void notify() { m_timer.cancel(); }
    Task<> wait() { co_await m_timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)); }

private:
    boost::asio::steady_timer m_timer;
};

} // namespace coracle::http
