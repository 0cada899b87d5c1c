#include "core/http/connect.h"

#include "core/http/client.h"
#include "core/http/listener.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace coracle::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using Endpoint = asio::generic::stream_protocol::endpoint;

Timeout::Timeout(const Executor &executor, std::chrono::milliseconds duration, std::function<void()> expired)
    : m_state(std::make_shared<State>(State{std::move(expired)})), m_timer(executor) {
    if (duration <= std::chrono::milliseconds::zero())
        return;
    m_timer.expires_after(duration);
    m_timer.async_wait([weak = std::weak_ptr<State>(m_state)](boost::system::error_code error) {
        const auto state = weak.lock();
        if (error || !state)
            return;
        state->expired = true;
        state->call();
    });
}

Timeout::~Timeout() = default;

namespace {

Task<Result<std::vector<tcp::endpoint>>> resolve(std::string host, uint16_t port, std::chrono::milliseconds timeout) {
    std::vector<tcp::endpoint> endpoints;
    boost::system::error_code notAnAddress;
    const auto address = asio::ip::make_address(host, notAnAddress);
    if (!notAnAddress) {
        endpoints.emplace_back(address, port);
        co_return endpoints;
    }
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const Timeout guard(executor, timeout, [&resolver] { resolver.cancel(); });
    const std::string service = std::to_string(port);
    auto [error, found] = co_await resolver.async_resolve(host, service, asio::as_tuple(asio::use_awaitable));
    if (guard.expired())
        co_return errors::timeout(fmt::format("resolving {} took too long", host));
    if (error)
        co_return errors::other(fmt::format("cannot resolve {}: {}", host, error.message()));
    for (const auto &entry : found)
        endpoints.push_back(entry.endpoint());
    co_return endpoints;
}

Task<Result<Socket>> openEndpoint(Endpoint endpoint, std::string name, std::chrono::milliseconds timeout) {
    const auto executor = co_await asio::this_coro::executor;
    Socket socket(executor);
    const Timeout guard(executor, timeout, [&socket] {
        boost::system::error_code ignored;
        socket.close(ignored);
    });
    boost::system::error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error)
        std::tie(error) = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    if (guard.expired())
        co_return errors::timeout(fmt::format("connecting to {} took too long", name));
    if (error)
        co_return errors::other(fmt::format("cannot connect to {}: {}", name, error.message()));
    co_return socket;
}

} // namespace

Task<Result<Socket>> openTcp(std::string host, uint16_t port, std::chrono::milliseconds timeout) {
    CO_TRY(const auto endpoints, co_await resolve(host, port, timeout));
    const std::string bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
    const std::string name = fmt::format("{}:{}", bracketed, port);
    Status failure = errors::other(fmt::format("cannot connect to {}: it has no address", name)).error();
    // Each address gets its share of the time, so that a silent first one does not use it up.
    const auto share = timeout / static_cast<int>(std::max<size_t>(endpoints.size(), 1));
    for (const tcp::endpoint &endpoint : endpoints) {
        auto socket = co_await openEndpoint(endpoint, name, share);
        if (socket) {
            tuneTcp(socket->native_handle());
            co_return socket;
        }
        failure = std::move(socket).error();
    }
    co_return std::unexpected(std::move(failure));
}

Task<Result<Socket>> openUnix(std::filesystem::path path, std::chrono::milliseconds timeout) {
    if (path.native().size() >= 108)
        co_return errors::other(fmt::format("socket path {} is too long", path.native()));
    const asio::local::stream_protocol::endpoint endpoint(path.native());
    co_return co_await openEndpoint(endpoint, path.native(), timeout);
}

Task<Result<std::shared_ptr<Stream>>> connectTcp(std::string host, uint16_t port, std::chrono::milliseconds timeout) {
    CO_TRY(auto socket, co_await openTcp(std::move(host), port, timeout));
    co_return makeStream(std::make_shared<Transport>(std::move(socket)));
}

Task<Result<std::shared_ptr<Stream>>> connectUnix(std::filesystem::path path) {
    CO_TRY(auto socket, co_await openUnix(std::move(path), std::chrono::seconds(10)));
    co_return makeStream(std::make_shared<Transport>(std::move(socket)));
}

} // namespace coracle::http
