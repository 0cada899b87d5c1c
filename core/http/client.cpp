#include "core/http/client.h"

#include "core/http/connect.h"
#include "core/http/http1_parser.h"
#include "core/http/tls_context.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <fmt/format.h>
#include <mutex>

namespace coracle::http {

namespace asio = boost::asio;

namespace {

constexpr size_t kHeaderBytesMax = 256u << 10;
constexpr size_t kRefusalBytesMax = 1u << 20;
using Steady = std::chrono::steady_clock;

struct Connection {
    std::unique_ptr<Transport> transport;
    std::string input; ///< read, not yet parsed
    Steady::time_point idleSince;
    uint64_t generation = 0; ///< of the credentials it was made with
    bool kept = false;       ///< it has served a request already
};
using ConnectionPtr = std::unique_ptr<Connection>;

/// The kept connections; shared with the responses that may come back with one.
class Pool {
public:
    explicit Pool(const ClientOptions &options) : m_max(options.idleConnectionsMax), m_idle(options.idleTimeout) {}

    ConnectionPtr take() {
        for (;;) {
            ConnectionPtr connection;
            {
                const std::lock_guard lock(m_mutex);
                if (m_connections.empty())
                    return nullptr;
                connection = std::move(m_connections.back());
                m_connections.pop_back();
            }
            // Anything but silence means that the server has closed it or has lost the thread.
            char unexpected;
            if (Steady::now() - connection->idleSince < m_idle &&
                connection->transport->tryRead(&unexpected, 1).state == Io::Again)
                return connection;
        }
    }

    void give(ConnectionPtr connection) {
        connection->kept = true;
        connection->idleSince = Steady::now();
        std::deque<ConnectionPtr> dropped; // closed outside the lock
        const std::lock_guard lock(m_mutex);
        if (connection->generation != m_generation)
            return;
        m_connections.push_back(std::move(connection));
        while (m_connections.size() > m_max ||
               (!m_connections.empty() && Steady::now() - m_connections.front()->idleSince >= m_idle)) {
            dropped.push_back(std::move(m_connections.front()));
            m_connections.pop_front();
        }
    }

    /// Connections made before are not used again.
    void renew() {
        std::deque<ConnectionPtr> dropped;
        const std::lock_guard lock(m_mutex);
        ++m_generation;
        dropped.swap(m_connections);
    }

    uint64_t generation() {
        const std::lock_guard lock(m_mutex);
        return m_generation;
    }

private:
    std::mutex m_mutex;
    std::deque<ConnectionPtr> m_connections; ///< longest idle first
    uint64_t m_generation = 0;
    const size_t m_max;
    const std::chrono::seconds m_idle;
};

class ResponseImpl final : public ClientResponse {
public:
    ResponseImpl(std::shared_ptr<Pool> pool, ConnectionPtr connection, std::unique_ptr<ResponseParser> parser)
        : m_pool(std::move(pool)),
          m_connection(std::move(connection)),
          m_parser(std::move(parser)),
          m_headers(m_parser->takeHeaders()) {
        if (m_parser->bodyDone())
            release();
    }

    int status() const override { return m_parser->status(); }
    const Headers &headers() const override { return m_headers; }

    Task<Result<std::string>> readSome() override {
        for (;;) {
            if (m_connection && !m_connection->input.empty() &&
                m_parser->put(m_connection->input) == ParseState::Failed)
                co_return fail(m_parser->failureText());
            if (m_parser->bodyDone())
                release();
            if (m_parser->bodySize() > 0 || m_parser->bodyDone())
                co_return m_parser->takeBody();
            if (!m_connection)
                co_return fail("it failed before");
            const auto got = co_await m_connection->transport->readInto(m_connection->input);
            if (!got)
                co_return fail(got.error().message);
            if (*got == 0 && m_parser->putEnd() == ParseState::Failed)
                co_return fail("the server ended the connection too early");
        }
    }

    Task<Result<std::string>> readAll(size_t bytesMax) override {
        std::string body;
        for (;;) {
            CO_TRY(const std::string piece, co_await readSome());
            if (piece.empty())
                co_return body;
            if (body.size() + piece.size() > bytesMax)
                co_return fail(fmt::format("it is larger than {} bytes", bytesMax));
            body += piece;
        }
    }

private:
    Failure fail(std::string_view why) {
        m_connection.reset();
        return errors::other(fmt::format("cannot read the response: {}", why));
    }

    void release() {
        if (m_connection && m_parser->keepAlive() && m_connection->input.empty())
            m_pool->give(std::move(m_connection));
        m_connection.reset();
    }

    std::shared_ptr<Pool> m_pool;
    ConnectionPtr m_connection; ///< until the body is there
    std::unique_ptr<ResponseParser> m_parser;
    Headers m_headers;
};

bool validToken(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c != 0x7f; });
}

Result<std::string> serialize(const ClientRequest &request, std::string_view host, bool upgrade) {
    if (!validToken(request.method) || !validToken(request.target))
        return errors::badRequest(fmt::format("not a valid request: {} {}", request.method, request.target));
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
    if (!request.headers.has("Host"))
        text.append("Host: ").append(host).append("\r\n");
    for (const auto &[name, value] : request.headers) {
        if (!validToken(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            return errors::badRequest(fmt::format("the header {} has a line break in it", name));
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (upgrade && !request.headers.has("Connection"))
        text += "Connection: Upgrade\r\n";
    const bool bodyExpected = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (!request.body.empty() || (bodyExpected && !upgrade))
        text += fmt::format("Content-Length: {}\r\n", request.body.size());
    return text += "\r\n";
}

bool isIdempotent(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

class ClientImpl final : public Client {
public:
    explicit ClientImpl(ClientOptions options)
        : m_options(std::move(options)), m_tls(m_options.tls), m_pool(std::make_shared<Pool>(m_options)) {
        m_name = m_options.host.find(':') == std::string::npos ? m_options.host : "[" + m_options.host + "]";
        const uint16_t usual = m_tls ? 443 : 80;
        if (m_options.port != usual)
            m_name += ":" + std::to_string(m_options.port);
        if (!m_options.unixSocket.empty())
            m_name = "localhost";
    }

    Task<Result<std::unique_ptr<ClientResponse>>> send(ClientRequest request) override;
    Task<Result<Upgraded>> upgrade(ClientRequest request) override;

    void replaceTls(ClientTls tls) override {
        {
            const std::lock_guard lock(m_mutex);
            m_tls = std::move(tls);
            m_context.reset();
        }
        m_pool->renew();
    }

private:
    /// What became of a request on one connection.
    struct Outcome {
        ConnectionPtr connection;
        std::unique_ptr<ResponseParser> parser; ///< the header is there
        bool answered = false;                  ///< at least one byte came back
    };

    Result<std::shared_ptr<const TlsContext>> tlsContext();
    Task<Result<Socket>> openSocket();
    Task<Result<ConnectionPtr>> connect();
    /// The error of an unanswered request leaves outcome.answered false.
    Task<Result<>> exchange(const ClientRequest &request, const std::string &head, Outcome &outcome);

    const ClientOptions m_options;
    std::string m_name;
    std::mutex m_mutex;
    std::optional<ClientTls> m_tls;
    std::shared_ptr<const TlsContext> m_context;
    const std::shared_ptr<Pool> m_pool;
};

/// Null without TLS.
Result<std::shared_ptr<const TlsContext>> ClientImpl::tlsContext() {
    const std::lock_guard lock(m_mutex);
    if (m_tls && !m_context) {
        TRY(m_context, TlsContext::forClient(*m_tls));
    }
    return m_context;
}

Task<Result<Socket>> ClientImpl::openSocket() {
    if (!m_options.unixSocket.empty())
        return openUnix(m_options.unixSocket, m_options.connectTimeout);
    return openTcp(m_options.host, m_options.port, m_options.connectTimeout);
}

Task<Result<ConnectionPtr>> ClientImpl::connect() {
    auto connection = std::make_unique<Connection>();
    connection->generation = m_pool->generation();
    CO_TRY(const auto context, tlsContext());
    const auto begun = Steady::now();
    CO_TRY(auto socket, co_await openSocket());
    if (!context) {
        connection->transport = std::make_unique<Transport>(std::move(socket));
        co_return connection;
    }
    CO_TRY(auto ssl, context->connect(m_options.host));
    connection->transport = std::make_unique<Transport>(std::move(socket), std::move(ssl));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_options.connectTimeout - (Steady::now() - begun));
    const auto executor = co_await asio::this_coro::executor;
    Transport *transport = connection->transport.get();
    const Timeout guard(executor, std::max(left, std::chrono::milliseconds(1)), [transport] { transport->close(); });
    auto shaken = co_await transport->handshake();
    if (guard.expired())
        co_return errors::timeout(fmt::format("the TLS handshake with {} took too long", m_name));
    if (!shaken)
        co_return std::unexpected(withContext(m_name, std::move(shaken).error()));
    co_return connection;
}

Task<Result<>> ClientImpl::exchange(const ClientRequest &request, const std::string &head, Outcome &outcome) {
    Transport &transport = *outcome.connection->transport;
    const auto executor = co_await asio::this_coro::executor;
    const Timeout guard(executor, request.headerTimeout, [&transport] { transport.close(); });
    const auto failed = [&](const Status &status) -> Failure {
        if (guard.expired())
            return errors::timeout(
                fmt::format("{} did not answer {} {} in time", m_name, request.method, request.target));
        return Failure(withContext(m_name, status));
    };
    // A server may refuse in the middle of the request: what it said counts more than the broken pipe.
    auto written = co_await transport.write(head);
    if (written && !request.body.empty())
        written = co_await transport.write(request.body);
    std::string &input = outcome.connection->input;
    for (;;) {
        using Body = ResponseParser::Body;
        outcome.parser =
            std::make_unique<ResponseParser>(kHeaderBytesMax, request.method == "HEAD" ? Body::None : Body::Possible);
        ParseState state = ParseState::NeedMore;
        while (state == ParseState::NeedMore) {
            if (!input.empty() && (state = outcome.parser->put(input)) != ParseState::NeedMore)
                break;
            auto got = co_await transport.readInto(input);
            if (!got)
                co_return failed(written ? got.error() : written.error());
            if (*got == 0)
                co_return failed(errors::other("the server closed the connection").error());
            outcome.answered = true;
        }
        if (state == ParseState::Failed)
            co_return failed(errors::other("not an HTTP answer: " + outcome.parser->failureText()).error());
        // 100 Continue, 103 Early Hints: the answer proper comes after them.
        if (outcome.parser->status() / 100 != 1 || outcome.parser->status() == 101)
            co_return Result<>{};
    }
}

Task<Result<std::unique_ptr<ClientResponse>>> ClientImpl::send(ClientRequest request) {
    CO_TRY(const std::string head, serialize(request, m_name, false));
    ConnectionPtr kept = m_pool->take();
    for (;;) {
        Outcome outcome;
        outcome.connection = std::exchange(kept, nullptr);
        if (!outcome.connection) {
            CO_TRY(outcome.connection, co_await connect());
        }
        auto done = co_await exchange(request, head, outcome);
        // The server may close a kept connection at the moment we use it (RFC 9112 section 9.3.1); a new one tells.
        if (!done && outcome.connection->kept && !outcome.answered && done.error().reason != "Timeout" &&
            isIdempotent(request.method))
            continue;
        if (!done)
            co_return std::unexpected(std::move(done).error());
        co_return std::make_unique<ResponseImpl>(m_pool, std::move(outcome.connection), std::move(outcome.parser));
    }
}

Task<Result<Upgraded>> ClientImpl::upgrade(ClientRequest request) {
    CO_TRY(const std::string head, serialize(request, m_name, true));
    Outcome outcome;
    CO_TRY(outcome.connection, co_await connect());
    CO_CHECK(co_await exchange(request, head, outcome));
    Upgraded result;
    result.status = outcome.parser->status();
    if (result.status == 101) {
        result.headers = outcome.parser->takeHeaders();
        result.stream = makeStream(std::move(outcome.connection->transport), std::move(outcome.connection->input));
        co_return result;
    }
    ResponseImpl refusal(m_pool, std::move(outcome.connection), std::move(outcome.parser));
    result.headers = refusal.headers();
    CO_TRY(result.body, co_await refusal.readAll(kRefusalBytesMax));
    co_return result;
}

} // namespace

std::unique_ptr<Client> Client::create(ClientOptions options) {
    return std::make_unique<ClientImpl>(std::move(options));
}

} // namespace coracle::http
