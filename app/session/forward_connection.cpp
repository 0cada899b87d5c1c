#include "app/session/forward_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace coracle::app {

namespace asio = boost::asio;

namespace {

constexpr size_t kPieceBytes = 32u << 10;
constexpr size_t kErrorBytesMax = 4u << 10;

http::Headers streamHeaders(const char *type, quint16 port) {
    http::Headers headers;
    headers.add("streamtype", type);
    headers.add("port", std::to_string(port));
    headers.add("requestid", "0");
    return headers;
}

std::string refusalText(const http::Upgraded &answer) {
    const auto object = parseObject(QByteArray::fromStdString(answer.body));
    const std::string text = object ? (*object)["message"].toString().toStdString() : answer.body;
    return text.empty() ? "the server answered with code " + std::to_string(answer.status) : text;
}

} // namespace

ForwardConnection::ForwardConnection(NetworkThread &network, asio::ip::tcp::socket local)
    : m_network(network), m_local(std::move(local)), m_errorRead(network.executor()) {}

Task<Result<>> ForwardConnection::open(HttpClientPtr client, std::string path, quint16 port) {
    http::ClientRequest request;
    request.method = "POST";
    request.target = std::move(path);
    request.headers.add("Upgrade", "SPDY/3.1");
    request.headers.add("X-Stream-Protocol-Version", "portforward.k8s.io");
    CO_TRY(http::Upgraded upgraded, co_await client->upgrade(std::move(request)));
    if (!upgraded.stream) {
        Status status{.code = upgraded.status, .message = refusalText(upgraded)};
        co_return Failure(std::move(status));
    }
    m_upstream = upgraded.stream;
    m_session = http::SpdySession::create(m_upstream, http::SpdySession::Role::Client);
    Self self = shared_from_this();
    m_network.spawn([self] { return runSession(self); });
    http::Headers errorHeaders = streamHeaders("error", port);
    CO_TRY(m_error, co_await m_session->open(std::move(errorHeaders)));
    CO_CHECK(co_await m_error->shutdownWrite());
    http::Headers dataHeaders = streamHeaders("data", port);
    CO_TRY(m_data, co_await m_session->open(std::move(dataHeaders)));
    co_return Result<>();
}

Task<> ForwardConnection::runSession(Self self) {
    const std::shared_ptr<http::SpdySession> session = self->m_session;
    co_await session->run();
}

Task<Result<>> ForwardConnection::carry(HttpClientPtr client, std::string path, quint16 port,
                                        std::function<void()> moved) {
    Result<> opened = co_await open(std::move(client), std::move(path), port);
    if (!opened)
        co_return opened;
    Self self = shared_from_this();
    m_network.spawn([self, moved] { return send(self, moved); });
    m_network.spawn([self] { return readError(self); });
    const std::shared_ptr<http::SpdyStream> data = m_data;
    std::string piece(kPieceBytes, '\0');
    for (;;) {
        const auto size = co_await data->read(piece.data(), piece.size());
        if (!size || *size == 0)
            break;
        auto [error, written] =
            co_await asio::async_write(m_local, asio::buffer(piece.data(), *size), asio::as_tuple(asio::use_awaitable));
        if (error)
            break;
        m_received += static_cast<qint64>(written);
        moved();
    }
    boost::system::error_code ignored;
    (void)m_local.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    while (!m_errorDone)
        co_await m_errorRead.wait();
    if (!m_errorText.empty())
        co_return errors::internal(m_errorText);
    co_return Result<>();
}

Task<> ForwardConnection::send(Self self, std::function<void()> moved) {
    const std::shared_ptr<http::SpdyStream> data = self->m_data;
    std::string piece(kPieceBytes, '\0');
    for (;;) {
        auto [error, size] = co_await self->m_local.async_read_some(asio::buffer(piece.data(), piece.size()),
                                                                    asio::as_tuple(asio::use_awaitable));
        if (error || size == 0)
            break;
        const Result<> written = co_await data->write(std::string_view(piece.data(), size));
        if (!written)
            break;
        self->m_sent += static_cast<qint64>(size);
        moved();
    }
    (void)co_await data->shutdownWrite();
}

Task<> ForwardConnection::readError(Self self) {
    const std::shared_ptr<http::SpdyStream> stream = self->m_error;
    std::string piece(1024, '\0');
    for (;;) {
        const auto size = co_await stream->read(piece.data(), piece.size());
        if (!size || *size == 0 || self->m_errorText.size() >= kErrorBytesMax)
            break;
        self->m_errorText.append(piece.data(), *size);
    }
    self->m_errorDone = true;
    self->m_errorRead.notifyAll();
}

void ForwardConnection::close() {
    boost::system::error_code ignored;
    (void)m_local.close(ignored);
    if (m_data)
        m_data->close();
    if (m_error)
        m_error->close();
    if (m_upstream)
        m_upstream->close();
}

} // namespace coracle::app
