#include "core/http/session.h"

#include "core/base/log.h"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <ctime>

namespace coracle::http {

namespace asio = boost::asio;

Task<bool> runHandler(const ServerShared &shared, Request &request, ResponseWriter &writer) {
    try {
        co_await shared.handler(request, writer);
        if (writer.begun())
            co_return true;
        log::error("http", "no answer was made for {} {}", request.method, request.target.path);
    } catch (const boost::system::system_error &e) {
        if (e.code() != asio::error::operation_aborted)
            log::error("http", "{} {} ended with an exception: {}", request.method, request.target.path, e.what());
    } catch (const std::exception &e) {
        log::error("http", "{} {} ended with an exception: {}", request.method, request.target.path, e.what());
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (writer.begun() || state.cancelled() != asio::cancellation_type::none)
        co_return false;
    Headers headers;
    headers.add("Content-Type", "text/plain; charset=utf-8");
    std::vector<Chunk> body{Chunk::literal("Internal Server Error\n")};
    const auto sent = co_await writer.send(500, std::move(headers), std::move(body));
    co_return sent.has_value();
}

std::string_view httpDate() {
    thread_local std::time_t second = 0;
    thread_local char text[40];
    thread_local size_t size = 0;
    const std::time_t now = std::time(nullptr);
    if (now != second) {
        std::tm parts{};
        ::gmtime_r(&now, &parts);
        size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        second = now;
    }
    return {text, size};
}

} // namespace coracle::http
