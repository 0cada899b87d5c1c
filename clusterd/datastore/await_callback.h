#pragma once

#include "core/base/task.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <utility>

namespace coracle::datastore {

/// Bridges from a thread with callbacks to coroutines: submit gets a callback that any thread may call, once; the
/// coroutine then goes on, on its own executor. No coroutine itself: GCC 12 destroys closures in a co_await twice.
template<class T>
Task<T> awaitCallback(std::move_only_function<void(std::move_only_function<void(T)>)> submit) {
    namespace asio = boost::asio;
    auto initiate = [submit = std::move(submit)](auto handler) mutable {
        auto work = asio::make_work_guard(asio::get_associated_executor(handler));
        submit([handler = std::move(handler), work = std::move(work)](T value) mutable {
            asio::post(work.get_executor(), [handler = std::move(handler), value = std::move(value)]() mutable {
                std::move(handler)(std::move(value));
            });
        });
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(std::move(initiate), asio::use_awaitable);
}

} // namespace coracle::datastore
