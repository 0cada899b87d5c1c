#include "core/http/transport.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/socket.h>

namespace coracle::http {

namespace asio = boost::asio;

namespace {

constexpr size_t kPlainBytesPerRound = 64u << 10; ///< encrypted at once, so that large bodies don't double in memory
constexpr size_t kScratchBytes = 32u << 10;
constexpr size_t kSpareBytesMax = 256u << 10;

/// One buffer per thread serves all transports that send everything at once, which is nearly always.
thread_local std::string t_spareRecords;

std::string opensslText() {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    if (code == 0)
        return {};
    const char *reason = ERR_reason_error_string(code);
    return reason ? reason : fmt::format("error {:x}", code);
}

} // namespace

void SslFree::operator()(ssl_st *ssl) const {
    SSL_free(ssl);
}

/// OpenSSL's view of the socket: reads come straight from it, written records are collected in m_records.
struct SocketBio {
    static Transport &transport(BIO *bio) { return *static_cast<Transport *>(BIO_get_data(bio)); }

    static int read(BIO *bio, char *buffer, int size) {
        BIO_clear_retry_flags(bio);
        ssize_t got = 0;
        do
            got = ::recv(transport(bio).m_socket.native_handle(), buffer, static_cast<size_t>(size), 0);
        while (got < 0 && errno == EINTR);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            BIO_set_retry_read(bio);
        return static_cast<int>(got);
    }

    static int write(BIO *bio, const char *bytes, int size) {
        BIO_clear_retry_flags(bio);
        std::string &records = transport(bio).m_records;
        if (records.capacity() < t_spareRecords.capacity() && records.empty())
            records.swap(t_spareRecords);
        records.append(bytes, static_cast<size_t>(size));
        return size;
    }

    static long control(BIO *, int command, long, void *) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

    static int create(BIO *bio) {
        BIO_set_init(bio, 1);
        return 1;
    }

    static BIO_METHOD *method() {
        static BIO_METHOD *const instance = [] {
            BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "coracle socket");
            BIO_meth_set_read(made, read);
            BIO_meth_set_write(made, write);
            BIO_meth_set_ctrl(made, control);
            BIO_meth_set_create(made, create);
            return made;
        }();
        return instance;
    }
};

Transport::Transport(Socket socket, SslPtr ssl) : m_socket(std::move(socket)), m_ssl(std::move(ssl)) {
    boost::system::error_code ignored;
    m_socket.native_non_blocking(true, ignored);
    if (m_ssl) {
        BIO *bio = BIO_new(SocketBio::method());
        BIO_set_data(bio, this);
        SSL_set_bio(m_ssl.get(), bio, bio);
    }
}

Transport::~Transport() {
    close();
}

Status Transport::brokenStatus(std::string_view what) const {
    const std::string why = closed() ? "connection closed" : m_failure.empty() ? "connection lost" : m_failure;
    return errors::other(fmt::format("{}: {}", what, why)).error();
}

IoResult Transport::sslOutcome(int returned) {
    const int error = SSL_get_error(m_ssl.get(), returned);
    switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return {Io::Again, 0};
    case SSL_ERROR_ZERO_RETURN:
        return {Io::Ended, 0};
    default:
        m_failure = error == SSL_ERROR_SSL ? opensslText() : std::string();
        ERR_clear_error();
        return {Io::Failed, 0};
    }
}

IoResult Transport::tryRead(char *buffer, size_t size) {
    if (closed())
        return {Io::Failed, 0};
    if (m_ssl) {
        ERR_clear_error();
        size_t got = 0;
        const int returned = SSL_read_ex(m_ssl.get(), buffer, size, &got);
        const IoResult result = returned == 1 ? IoResult{Io::Done, got} : sslOutcome(returned);
        if (!m_records.empty()) // an answer to a key update or an alert
            flush();
        return result;
    }
    for (;;) {
        const ssize_t got = ::recv(m_socket.native_handle(), buffer, size, 0);
        if (got > 0)
            return {Io::Done, static_cast<size_t>(got)};
        if (got == 0)
            return {Io::Ended, 0};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {Io::Again, 0};
        if (errno != EINTR)
            return {Io::Failed, 0};
    }
}

IoResult Transport::sendSome(std::string_view bytes) {
    for (;;) {
        const ssize_t sent = ::send(m_socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0)
            return {Io::Done, static_cast<size_t>(sent)};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {Io::Again, 0};
        if (errno != EINTR)
            return {Io::Failed, 0};
    }
}

IoResult Transport::flush() {
    if (closed())
        return {Io::Failed, 0};
    std::string_view left = m_records;
    while (!left.empty()) {
        const IoResult sent = sendSome(left);
        if (sent.state != Io::Done) {
            m_records.erase(0, m_records.size() - left.size());
            return sent;
        }
        left.remove_prefix(sent.bytes);
    }
    m_records.clear();
    if (m_records.capacity() > t_spareRecords.capacity() && m_records.capacity() <= kSpareBytesMax)
        t_spareRecords.swap(m_records);
    if (m_records.capacity() > sizeof(std::string))
        std::string().swap(m_records);
    return {Io::Done, 0};
}

IoResult Transport::tryWrite(std::string_view bytes) {
    if (!m_ssl)
        return closed() ? IoResult{Io::Failed, 0} : sendSome(bytes);
    if (const IoResult flushed = flush(); flushed.state != Io::Done)
        return flushed;
    ERR_clear_error();
    size_t taken = 0;
    const int returned = SSL_write_ex(m_ssl.get(), bytes.data(), bytes.size(), &taken);
    if (returned != 1)
        return sslOutcome(returned);
    if (flush().state == Io::Failed)
        return {Io::Failed, 0};
    return {Io::Done, taken};
}

Task<bool> Transport::waitReadable() {
    auto [error] = co_await m_socket.async_wait(Socket::wait_read, asio::as_tuple(asio::use_awaitable));
    co_return !error && !closed();
}

Task<bool> Transport::waitWritable() {
    auto [error] = co_await m_socket.async_wait(Socket::wait_write, asio::as_tuple(asio::use_awaitable));
    co_return !error && !closed();
}

Task<bool> Transport::watchReadable() {
    auto [error] = co_await m_socket.async_wait(
        Socket::wait_read, asio::bind_cancellation_slot(m_readSignal.slot(), asio::as_tuple(asio::use_awaitable)));
    co_return !error && !closed();
}

void Transport::interruptReadable() {
    m_readSignal.emit(asio::cancellation_type::all);
}

Task<Result<>> Transport::handshake() {
    if (!m_ssl)
        co_return Result<>{};
    for (;;) {
        ERR_clear_error();
        const int returned = SSL_do_handshake(m_ssl.get());
        const IoResult outcome = returned == 1 ? IoResult{} : sslOutcome(returned);
        // Also after a failure: the alert tells the peer why.
        if (!m_records.empty())
            CO_CHECK(co_await flushSlowly());
        if (outcome.state == Io::Done)
            co_return Result<>{};
        if (outcome.state == Io::Again && co_await waitReadable())
            continue;
        if (const long verified = SSL_get_verify_result(m_ssl.get()); verified != X509_V_OK)
            co_return errors::other(
                fmt::format("TLS handshake: certificate not trusted: {}", X509_verify_cert_error_string(verified)));
        co_return std::unexpected(brokenStatus("TLS handshake"));
    }
}

Task<Result<size_t>> Transport::read(char *buffer, size_t size) {
    for (;;) {
        const IoResult got = tryRead(buffer, size);
        if (got.state == Io::Done || got.state == Io::Ended)
            co_return got.bytes;
        if (got.state == Io::Failed || !co_await waitReadable())
            co_return std::unexpected(brokenStatus("read"));
    }
}

Task<Result<size_t>> Transport::readInto(std::string &input) {
    thread_local char scratch[kScratchBytes];
    for (;;) {
        const IoResult got = tryRead(scratch, sizeof scratch);
        input.append(scratch, got.bytes);
        if (got.state == Io::Done || got.state == Io::Ended)
            co_return got.bytes;
        if (got.state == Io::Failed || !co_await waitReadable())
            co_return std::unexpected(brokenStatus("read"));
    }
}

Task<Result<>> Transport::flushSlowly() {
    for (;;) {
        const IoResult flushed = flush();
        if (flushed.state == Io::Done)
            co_return Result<>{};
        if (flushed.state == Io::Failed || !co_await waitWritable())
            co_return std::unexpected(brokenStatus("write"));
    }
}

Task<Result<>> Transport::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const IoResult taken = tryWrite(bytes.substr(0, kPlainBytesPerRound));
        if (taken.state == Io::Failed || (taken.state == Io::Again && !co_await waitWritable()))
            co_return std::unexpected(brokenStatus("write"));
        bytes.remove_prefix(taken.bytes);
    }
    co_return co_await flushSlowly();
}

Task<Result<>> Transport::shutdownWrite() {
    if (closed())
        co_return std::unexpected(brokenStatus("shutdown"));
    if (m_ssl) {
        ERR_clear_error();
        SSL_shutdown(m_ssl.get());
        ERR_clear_error();
        CO_CHECK(co_await flushSlowly());
    }
    boost::system::error_code ignored;
    m_socket.shutdown(Socket::shutdown_send, ignored);
    co_return Result<>{};
}

void Transport::close() {
    if (closed())
        return;
    if (m_ssl && SSL_is_init_finished(m_ssl.get()) && m_failure.empty()) {
        SSL_shutdown(m_ssl.get());
        flush();
    }
    ERR_clear_error();
    boost::system::error_code ignored;
    m_socket.close(ignored);
}

bool Transport::peerGone() {
    pollfd state{.fd = m_socket.native_handle(), .events = 0, .revents = 0};
    return closed() || (::poll(&state, 1, 0) == 1 && (state.revents & (POLLHUP | POLLERR)) != 0);
}

namespace {

class TransportStream final : public Stream {
public:
    TransportStream(std::shared_ptr<Transport> transport, std::string readAhead)
        : m_transport(std::move(transport)), m_readAhead(std::move(readAhead)) {}
    ~TransportStream() override { m_transport->close(); }

    Task<Result<size_t>> read(char *buffer, size_t size) override {
        if (m_readAhead.empty())
            co_return co_await m_transport->read(buffer, size);
        const size_t taken = std::min(size, m_readAhead.size());
        std::memcpy(buffer, m_readAhead.data(), taken);
        m_readAhead.erase(0, taken);
        co_return taken;
    }

    Task<Result<>> write(std::string_view bytes) override { return m_transport->write(bytes); }
    Task<Result<>> shutdownWrite() override { return m_transport->shutdownWrite(); }
    void close() override { m_transport->close(); }

private:
    std::shared_ptr<Transport> m_transport;
    std::string m_readAhead;
};

} // namespace

std::shared_ptr<Stream> makeStream(std::shared_ptr<Transport> transport, std::string readAhead) {
    return std::make_shared<TransportStream>(std::move(transport), std::move(readAhead));
}

} // namespace coracle::http
