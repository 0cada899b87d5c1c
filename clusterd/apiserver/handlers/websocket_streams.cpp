#include "clusterd/apiserver/handlers/websocket_streams.h"

#include "core/base/async_event.h"
#include "core/base/gate.h"
#include "core/http/spdy.h"
#include "core/http/websocket.h"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <map>

namespace coracle::apiserver {

namespace {

enum Channel : unsigned char { kStdin = 0, kStdout = 1, kStderr = 2, kError = 3, kResize = 4, kCloseSignal = 255 };

constexpr size_t kPieceBytes = 32u << 10;
constexpr size_t kStatusBytesMax = 64u << 10;

using SpdyStreamPtr = std::shared_ptr<http::SpdyStream>;

Result<http::WebSocketAcceptance> acceptChannels(const http::Request &request) {
    return http::acceptWebSocket(request, {"v5.channel.k8s.io", "v4.channel.k8s.io"});
}

Result<http::WebSocketAcceptance> acceptTunnel(const http::Request &request) {
    return http::acceptWebSocket(request, {"SPDY/3.1+portforward.k8s.io"});
}

/// Upgrades the connection to the kubelet to SPDY.
Task<Result<std::shared_ptr<http::Stream>>> openSpdy(std::shared_ptr<http::Client> kubelet, std::string target,
                                                     std::string protocol) {
    http::ClientRequest request;
    request.method = "POST";
    request.target = std::move(target);
    request.headers.add("Upgrade", "SPDY/3.1");
    request.headers.add("X-Stream-Protocol-Version", std::move(protocol));
    CO_TRY(http::Upgraded upgraded, co_await kubelet->upgrade(std::move(request)));
    if (!upgraded.stream)
        co_return errors::internal(fmt::format("unable to upgrade the connection to the kubelet: {}", upgraded.body));
    co_return std::move(upgraded.stream);
}

/// From here on the end of the connection shows in its reads and writes; the gate must be closed before it goes.
Task<> ignoreCancellation() {
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
}

/// One exec or attach. Its tasks live in a gate that run() closes.
class ChannelTranslator {
public:
    ChannelTranslator(const Executor &executor, std::shared_ptr<http::Stream> client,
                      std::shared_ptr<http::Stream> kubelet)
        : m_socket(std::move(client), http::WebSocket::Role::Server),
          m_session(http::SpdySession::create(std::move(kubelet), http::SpdySession::Role::Client)),
          m_gate(executor),
          m_outputEnded(executor) {}

    Task<> run(StreamSet streams) {
        m_gate.spawn([this] { return m_session->run(); });
        auto opened = co_await open(streams);
        if (opened)
            co_await serve();
        std::string reason;
        if (!opened)
            reason = opened.error().message;
        uint16_t code = opened ? http::kWebSocketNormal : http::kWebSocketInternalError;
        (void)co_await m_socket.close(code, std::move(reason));
        co_await m_session->close();
        co_await m_gate.close();
    }

private:
    /// In the order that the kubelet waits for them.
    Task<Result<>> open(StreamSet streams) {
        CO_TRY(m_streams[kError], co_await openStream("error"));
        if (streams.stdin) {
            CO_TRY(m_streams[kStdin], co_await openStream("stdin"));
        }
        if (streams.stdout) {
            CO_TRY(m_streams[kStdout], co_await openStream("stdout"));
        }
        if (streams.stderr && !streams.tty) {
            CO_TRY(m_streams[kStderr], co_await openStream("stderr"));
        }
        if (streams.tty) {
            CO_TRY(m_streams[kResize], co_await openStream("resize"));
        }
        co_return Result<>{};
    }

    Task<Result<SpdyStreamPtr>> openStream(std::string type) {
        http::Headers headers;
        headers.add("streamType", std::move(type));
        CO_TRY(SpdyStreamPtr stream, co_await m_session->open(std::move(headers)));
        CO_CHECK(co_await stream->waitForReply());
        co_return stream;
    }

    Task<> serve() {
        m_gate.spawn([this] { return receive(); });
        for (Channel channel : {kStdout, kStderr}) {
            if (!m_streams.contains(channel))
                continue;
            ++m_outputs;
            m_gate.spawn([this, channel] { return send(channel); });
        }
        std::string status = co_await readStatus();
        while (m_outputs > 0)
            co_await m_outputEnded.wait();
        if (!status.empty())
            (void)co_await write(kError, std::move(status));
    }

    /// What the kubelet says at the end: a Status with the exit code.
    Task<std::string> readStatus() {
        std::string status;
        std::string piece(kPieceBytes, '\0');
        while (status.size() < kStatusBytesMax) {
            auto size = co_await m_streams[kError]->read(piece.data(), piece.size());
            if (!size || *size == 0)
                break;
            status.append(piece, 0, *size);
        }
        co_return status;
    }

    Task<> send(Channel channel) {
        SpdyStreamPtr stream = m_streams[channel];
        std::string piece(kPieceBytes, '\0');
        while (true) {
            auto size = co_await stream->read(piece.data(), piece.size());
            if (!size || *size == 0)
                break;
            if (!(co_await write(channel, piece.substr(0, *size))))
                break;
        }
        --m_outputs;
        m_outputEnded.notifyAll();
    }

    Task<Result<>> write(Channel channel, std::string bytes) {
        bytes.insert(bytes.begin(), static_cast<char>(channel));
        return m_socket.write(http::WebSocketMessageType::Binary, std::move(bytes));
    }

    Task<> receive() {
        while (true) {
            auto message = co_await m_socket.read();
            if (!message || message->type == http::WebSocketMessageType::Close)
                break;
            if (message->data.empty())
                continue;
            auto channel = static_cast<unsigned char>(message->data.front());
            message->data.erase(0, 1);
            if (channel == kCloseSignal && !message->data.empty()) { // v5: that channel ends
                auto ended = m_streams.find(static_cast<unsigned char>(message->data.front()));
                if (ended != m_streams.end())
                    (void)co_await ended->second->shutdownWrite();
                continue;
            }
            auto to = channel == kStdin || channel == kResize ? m_streams.find(channel) : m_streams.end();
            if (to != m_streams.end() && !message->data.empty())
                (void)co_await to->second->write(message->data);
        }
        co_await m_session->close(); // the client is gone: so is what it ran
    }

    http::WebSocket m_socket;
    std::shared_ptr<http::SpdySession> m_session;
    Gate m_gate;
    AsyncEvent m_outputEnded;
    std::map<unsigned char, SpdyStreamPtr> m_streams;
    int m_outputs = 0;
};

Task<> socketToStream(http::WebSocket &socket, std::shared_ptr<http::Stream> stream) {
    while (true) {
        auto message = co_await socket.read();
        if (!message || message->type == http::WebSocketMessageType::Close)
            break;
        if (!(co_await stream->write(message->data)))
            break;
    }
    stream->close();
}

} // namespace

Task<Result<>> translateWebSocket(Exchange &exchange, std::shared_ptr<http::Client> kubelet, std::string target,
                                  StreamSet streams) {
    CO_TRY(http::WebSocketAcceptance acceptance, acceptChannels(exchange.request));
    CO_TRY(std::shared_ptr<http::Stream> upstream,
           co_await openSpdy(std::move(kubelet), std::move(target), "v4.channel.k8s.io"));
    CO_TRY(std::shared_ptr<http::Stream> client, co_await exchange.writer.upgrade(std::move(acceptance.headers)));
    co_await ignoreCancellation();
    Executor executor = co_await boost::asio::this_coro::executor;
    ChannelTranslator translator(executor, std::move(client), std::move(upstream));
    co_await translator.run(streams);
    co_return Result<>{};
}

Task<Result<>> tunnelWebSocket(Exchange &exchange, std::shared_ptr<http::Client> kubelet, std::string target) {
    CO_TRY(http::WebSocketAcceptance acceptance, acceptTunnel(exchange.request));
    CO_TRY(std::shared_ptr<http::Stream> upstream,
           co_await openSpdy(std::move(kubelet), std::move(target), "portforward.k8s.io"));
    CO_TRY(std::shared_ptr<http::Stream> client, co_await exchange.writer.upgrade(std::move(acceptance.headers)));
    co_await ignoreCancellation();
    Executor executor = co_await boost::asio::this_coro::executor;
    http::WebSocket socket(std::move(client), http::WebSocket::Role::Server);
    Gate gate(executor);
    gate.spawn([&] { return socketToStream(socket, upstream); });
    std::string piece(kPieceBytes, '\0');
    while (true) {
        auto size = co_await upstream->read(piece.data(), piece.size());
        if (!size || *size == 0)
            break;
        if (!(co_await socket.write(http::WebSocketMessageType::Binary, piece.substr(0, *size))))
            break;
    }
    std::string reason;
    (void)co_await socket.close(http::kWebSocketNormal, std::move(reason));
    co_await gate.close();
    co_return Result<>{};
}

} // namespace coracle::apiserver
