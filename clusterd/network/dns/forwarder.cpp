#include "clusterd/network/dns/forwarder.h"

#include "core/base/files.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <memory>
#include <sstream>

namespace coracle::network::dns {

namespace asio = boost::asio;

namespace {

constexpr auto kTimeout = std::chrono::seconds(2);
constexpr int kAttempts = 2;
constexpr size_t kCacheEntriesMax = 2048;
constexpr std::chrono::seconds kCacheLongest(30);
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// Closes a socket when the time is over: its pending operation then fails.
template<class Socket>
class Deadline {
public:
    Deadline(const std::shared_ptr<Socket> &socket, std::chrono::milliseconds time)
        : m_timer(socket->get_executor(), time) {
        // The handler may run after the coroutine that waited has ended.
        m_timer.async_wait([weak = std::weak_ptr(socket)](boost::system::error_code error) {
            boost::system::error_code ignored;
            if (auto held = weak.lock(); held && !error)
                held->close(ignored);
        });
    }

private:
    asio::steady_timer m_timer;
};

} // namespace

std::vector<std::string> nameServers(std::string_view resolvConf) {
    std::vector<std::string> servers;
    std::istringstream lines{std::string(resolvConf)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string keyword, address;
        if (words >> keyword >> address && keyword == "nameserver")
            servers.push_back(address);
    }
    return servers;
}

Forwarder::Forwarder(Clock &clock, Random &random, std::filesystem::path resolvConf, std::vector<std::string> ignored)
    : m_clock(clock), m_random(random), m_resolvConf(std::move(resolvConf)), m_ignored(std::move(ignored)) {}

void Forwarder::setResolvers(std::vector<Resolver> resolvers) {
    m_resolvers = std::move(resolvers);
    m_resolvConf.clear();
}

void Forwarder::reload() {
    std::error_code error;
    const auto changed = m_resolvConf.empty() ? m_readAt : std::filesystem::last_write_time(m_resolvConf, error);
    if (error || changed == m_readAt)
        return;
    auto content = readFile(m_resolvConf);
    if (!content)
        return;
    m_readAt = changed;
    m_resolvers.clear();
    for (std::string &address : nameServers(*content))
        if (std::find(m_ignored.begin(), m_ignored.end(), address) == m_ignored.end())
            m_resolvers.push_back({std::move(address), 53});
}

Task<Result<std::string>> Forwarder::resolve(Question question) {
    reload();
    const std::string key = fmt::format("{}/{}", question.name, static_cast<int>(question.type));
    if (auto cached = m_cache.find(key); cached != m_cache.end() && cached->second.until > m_clock.steadyNow())
        co_return cached->second.wire;
    Result<std::string> answer = errors::serviceUnavailable("no name server is configured on this node");
    const std::vector<Resolver> resolvers = m_resolvers;
    for (int attempt = 0; attempt < kAttempts; ++attempt)
        for (const Resolver &resolver : resolvers) {
            const std::string query = encodeQuery(static_cast<uint16_t>(m_random.next()), question);
            answer = co_await askUdp(resolver, query);
            if (answer && isTruncated(*answer))
                answer = co_await askTcp(resolver, query);
            if (!answer || responseCode(*answer) == ResponseCode::ServerFailure)
                continue;
            remember(key, *answer);
            co_return answer;
        }
    co_return answer;
}

void Forwarder::remember(const std::string &key, const std::string &wire) {
    const ResponseCode code = responseCode(wire);
    if (code != ResponseCode::NoError && code != ResponseCode::NameError)
        return;
    std::chrono::seconds keep = code == ResponseCode::NameError ? std::chrono::seconds(5) : kCacheLongest;
    auto records = parseAnswers(wire);
    if (!records)
        return;
    for (const Record &record : *records)
        keep = std::min(keep, std::chrono::seconds(record.ttlSeconds));
    if (keep <= std::chrono::seconds(0))
        return;
    const SteadyTime now = m_clock.steadyNow();
    if (m_cache.size() >= kCacheEntriesMax)
        std::erase_if(m_cache, [now](const auto &entry) { return entry.second.until <= now; });
    if (m_cache.size() >= kCacheEntriesMax)
        m_cache.clear();
    m_cache[key] = {wire, now + keep};
}

Task<Result<std::string>> Forwarder::askUdp(Resolver resolver, std::string query) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(resolver.address, error);
    if (error)
        co_return errors::badRequest(fmt::format("the name server {} is not an IP address", resolver.address));
    // A fresh socket has a random port, which with the id makes forged answers improbable.
    const auto executor = co_await asio::this_coro::executor;
    const auto socket = std::make_shared<asio::ip::udp::socket>(executor);
    const asio::ip::udp::endpoint server(address, resolver.port);
    socket->connect(server, error); // from here on only this server's answers arrive
    if (error)
        co_return errors::serviceUnavailable(fmt::format("{}: {}", resolver.address, error.message()));
    const Deadline deadline(socket, kTimeout);
    auto [sendError, sent] = co_await socket->async_send(asio::buffer(query), kAwait);
    std::string answer(4096, '\0');
    while (!sendError) {
        auto [readError, size] = co_await socket->async_receive(asio::buffer(answer), kAwait);
        if (readError)
            break;
        if (size >= 12 && messageId(answer) == messageId(query)) {
            answer.resize(size);
            co_return answer;
        }
    }
    co_return errors::timeout(fmt::format("the name server {} did not answer", resolver.address));
}

Task<Result<std::string>> Forwarder::askTcp(Resolver resolver, std::string query) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(resolver.address, error);
    const auto executor = co_await asio::this_coro::executor;
    const auto socket = std::make_shared<asio::ip::tcp::socket>(executor);
    const Deadline deadline(socket, kTimeout);
    const asio::ip::tcp::endpoint server(address, resolver.port);
    auto [connectError] = co_await socket->async_connect(server, kAwait);
    const std::string framed = {static_cast<char>(query.size() >> 8), static_cast<char>(query.size())};
    const std::string message = framed + query;
    std::string answer(2, '\0');
    if (!connectError) {
        auto [writeError, written] = co_await asio::async_write(*socket, asio::buffer(message), kAwait);
        if (!writeError) {
            auto [lengthError, lengthSize] = co_await asio::async_read(*socket, asio::buffer(answer), kAwait);
            if (!lengthError) {
                answer.resize(
                    static_cast<size_t>(static_cast<uint8_t>(answer[0]) << 8 | static_cast<uint8_t>(answer[1])));
                auto [bodyError, bodySize] = co_await asio::async_read(*socket, asio::buffer(answer), kAwait);
                if (!bodyError && answer.size() >= 12 && messageId(answer) == messageId(query))
                    co_return answer;
            }
        }
    }
    co_return errors::timeout(fmt::format("the name server {} did not answer over TCP", resolver.address));
}

} // namespace coracle::network::dns
