#include "clusterd/appliance/ticker.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::appliance {

namespace {

constexpr Duration kInterval = std::chrono::seconds(5);

} // namespace

void Ticker::begin() {
    boost::asio::post(m_gate.executor(), [this] {
        if (!std::exchange(m_running, true))
            m_gate.spawn([this] { return run(); });
    });
}

Task<> Ticker::run() {
    while (m_signal.listeners() > 0) {
        auto slept = co_await m_clock.sleep(kInterval);
        if (!slept)
            break;
        m_signal.notify();
    }
    m_running = false;
}

Task<Result<Reply>> Ticker::watch(Call &call, std::function<boost::json::object()> look) {
    ChangeSignal::Listener listener(m_signal, co_await boost::asio::this_coro::executor);
    begin();
    LineStream stream(call);
    std::string last;
    bool more = co_await stream.begin();
    while (more) {
        std::string now = boost::json::serialize(look());
        if (now != last) {
            last = now;
            const bool written = co_await stream.send(std::move(now));
            if (!written)
                co_return Reply::streamed();
        }
        more = co_await listener.wait();
    }
    co_return Reply::streamed();
}

} // namespace coracle::appliance
