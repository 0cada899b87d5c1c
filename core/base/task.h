#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace coracle {

/// An asynchronous operation as a coroutine: it starts when awaited, runs on its caller's executor and returns a
/// Result. A coroutine takes its state by value or as a member function's object that outlives it; a lambda that is
/// itself a coroutine must not capture (its captures die with the lambda object).
template<class T = void>
using Task = boost::asio::awaitable<T>;

/// Where work runs. Every object belongs to one executor; others reach it by posting.
using Executor = boost::asio::any_io_executor;

} // namespace coracle
