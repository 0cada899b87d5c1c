#include "clusterd/cluster/event_loop.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <pthread.h>
#include <thread>
#include <vector>

namespace coracle::cluster {

namespace asio = boost::asio;

struct EventLoop::State {
    explicit State(int threads) : context(threads), work(context.get_executor()) {}
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work;
    std::vector<std::thread> threads;
};

EventLoop::EventLoop(std::string name, int threads) : m_state(std::make_unique<State>(threads)) {
    for (int i = 0; i < threads; ++i)
        m_state->threads.emplace_back([this, name] {
            ::pthread_setname_np(::pthread_self(), name.c_str());
            m_state->context.run();
        });
}

EventLoop::~EventLoop() {
    stop();
}

void EventLoop::stop() {
    m_state->context.stop();
    for (std::thread &thread : m_state->threads)
        if (thread.joinable())
            thread.join();
}

Executor EventLoop::executor() const {
    return m_state->context.get_executor();
}

Task<Result<>> runOn(Executor executor, Task<Result<>> task) {
    co_return co_await asio::co_spawn(executor, std::move(task), asio::use_awaitable);
}

Task<> runOn(Executor executor, Task<> task) {
    co_await asio::co_spawn(executor, std::move(task), asio::use_awaitable);
}

Result<> waitFor(Executor executor, Task<Result<>> task) {
    return asio::co_spawn(executor, std::move(task), asio::use_future).get();
}

} // namespace coracle::cluster
