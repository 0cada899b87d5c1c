#include "clusterd/network/dns/server.h"

#include "core/base/log.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace coracle::network::dns {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kTcpConnectionsMax = 128;
constexpr size_t kPendingUdpMax = 1024;
constexpr auto kTcpIdle = std::chrono::seconds(10);
constexpr size_t kTcpMessageMax = 65535;

} // namespace

struct Server::Sockets {
    explicit Sockets(const Executor &executor) : datagrams(executor), acceptor(executor) {}
    udp::socket datagrams;
    tcp::acceptor acceptor;
    size_t connections = 0;
    size_t pending = 0;
};

Server::Server(Gate &gate, const ClusterZone &zone, Forwarder &forwarder)
    : m_gate(gate), m_zone(zone), m_forwarder(forwarder) {}

Server::~Server() {
    close();
}

void Server::close() {
    boost::system::error_code ignored;
    for (const auto &sockets : m_sockets) {
        sockets->datagrams.close(ignored);
        sockets->acceptor.close(ignored);
    }
    m_sockets.clear();
}

Result<uint16_t> Server::listen(const std::string &address, uint16_t port) {
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error)
        return errors::badRequest(fmt::format("the DNS address {} is not an IP address", address));
    auto sockets = std::make_shared<Sockets>(m_gate.executor());
    const tcp::endpoint tcpEndpoint(ip, port);
    sockets->acceptor.open(tcpEndpoint.protocol(), error);
    if (!error)
        sockets->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error)
        sockets->acceptor.bind(tcpEndpoint, error);
    if (!error)
        sockets->acceptor.listen(asio::socket_base::max_listen_connections, error);
    const uint16_t bound = error ? port : sockets->acceptor.local_endpoint().port();
    const udp::endpoint udpEndpoint(ip, bound);
    if (!error)
        sockets->datagrams.open(udpEndpoint.protocol(), error);
    if (!error)
        sockets->datagrams.bind(udpEndpoint, error);
    if (error)
        return errors::other(fmt::format("cannot serve DNS on {} port {}: {}", address, bound, error.message()));
    m_sockets.push_back(sockets);
    m_gate.spawn([this, sockets] { return serveUdp(sockets); });
    m_gate.spawn([this, sockets] { return serveTcp(sockets); });
    return bound;
}

namespace {

Task<> answerDatagram(Server *server, [[maybe_unused]] std::shared_ptr<void> owner, udp::socket *socket,
                      size_t *pending, std::string wire, udp::endpoint peer) {
    const std::string reply = co_await server->answer(std::move(wire), false);
    if (!reply.empty() && socket->is_open())
        co_await socket->async_send_to(asio::buffer(reply), peer, kAwait);
    --*pending;
}

Task<> serveConnection(Server *server, [[maybe_unused]] std::shared_ptr<void> owner,
                       std::shared_ptr<tcp::socket> socket, size_t *connections) {
    asio::steady_timer idle(socket->get_executor());
    for (;;) {
        idle.expires_after(kTcpIdle);
        // The handler may run after the coroutine has ended.
        idle.async_wait([weak = std::weak_ptr(socket)](boost::system::error_code error) {
            boost::system::error_code ignored;
            if (auto held = weak.lock(); held && !error)
                held->close(ignored);
        });
        std::array<uint8_t, 2> length{};
        auto [lengthError, lengthSize] = co_await asio::async_read(*socket, asio::buffer(length), kAwait);
        if (lengthError)
            break;
        std::string wire(static_cast<size_t>(length[0] << 8 | length[1]), '\0');
        auto [bodyError, bodySize] = co_await asio::async_read(*socket, asio::buffer(wire), kAwait);
        if (bodyError)
            break;
        std::string reply = co_await server->answer(std::move(wire), true);
        if (reply.empty())
            break;
        reply.insert(0, {static_cast<char>(reply.size() >> 8), static_cast<char>(reply.size())});
        auto [writeError, written] = co_await asio::async_write(*socket, asio::buffer(reply), kAwait);
        if (writeError)
            break;
    }
    idle.cancel();
    --*connections;
}

} // namespace

Task<> Server::serveUdp(std::shared_ptr<Sockets> sockets) {
    std::string buffer(4096, '\0');
    while (sockets->datagrams.is_open()) {
        udp::endpoint peer;
        auto [error, size] = co_await sockets->datagrams.async_receive_from(asio::buffer(buffer), peer, kAwait);
        if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
            co_return;
        if (error || sockets->pending >= kPendingUdpMax)
            continue;
        ++sockets->pending;
        std::string wire = buffer.substr(0, size);
        m_gate.spawn([this, sockets, wire = std::move(wire), peer] {
            return answerDatagram(this, sockets, &sockets->datagrams, &sockets->pending, wire, peer);
        });
    }
}

Task<> Server::serveTcp(std::shared_ptr<Sockets> sockets) {
    while (sockets->acceptor.is_open()) {
        auto [error, socket] = co_await sockets->acceptor.async_accept(kAwait);
        if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
            co_return;
        if (error || sockets->connections >= kTcpConnectionsMax)
            continue;
        ++sockets->connections;
        auto shared = std::make_shared<tcp::socket>(std::move(socket));
        m_gate.spawn([this, sockets, shared] { return serveConnection(this, sockets, shared, &sockets->connections); });
    }
}

Task<std::string> Server::answer(std::string wire, bool overTcp) {
    auto parsed = Query::parse(wire);
    if (!parsed)
        co_return std::string();
    const Query &query = parsed->query;
    Answer answer;
    if (parsed->code != ResponseCode::NoError)
        answer.code = parsed->code;
    else if (query.question.dnsClass != kClassInternet)
        answer.code = ResponseCode::Refused;
    else
        answer = co_await resolve(query);
    co_return answer.encode(query, overTcp ? kTcpMessageMax : query.udpSize);
}

Task<Answer> Server::resolve(Query query) {
    Answer answer;
    Question outside = query.question;
    if (m_zone.owns(query.question)) {
        ClusterZone::Lookup lookup = m_zone.resolve(query.question);
        if (lookup.externalTarget.empty())
            co_return std::move(lookup.answer);
        answer = std::move(lookup.answer);
        outside.name = lookup.externalTarget;
    }
    auto forwarded = co_await m_forwarder.resolve(outside);
    if (!forwarded) {
        answer.code = ResponseCode::ServerFailure;
        co_return answer;
    }
    answer.code = responseCode(*forwarded);
    if (auto records = parseAnswers(*forwarded))
        for (Record &record : *records)
            answer.answers.push_back(std::move(record));
    co_return answer;
}

} // namespace coracle::network::dns
