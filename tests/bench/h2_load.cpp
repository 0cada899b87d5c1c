#include "tests/bench/h2_load.h"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace coracle::bench {

namespace {

constexpr int32_t kWindowBytes = 16 << 20;
constexpr size_t kReadBytes = 256u << 10;

[[noreturn]] void fail(std::string_view what) {
    fmt::print(stderr, "{}\n", what);
    std::_Exit(1);
}

ssl_ctx_st *tlsContext() {
    static ssl_ctx_st *const context = [] {
        ssl_ctx_st *made = SSL_CTX_new(TLS_client_method());
        static constexpr unsigned char kH2[] = "\x02h2";
        SSL_CTX_set_alpn_protos(made, kH2, 3);
        return made;
    }();
    return context;
}

} // namespace

int64_t monotonicNow() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

struct H2Callbacks {
    static int data(nghttp2_session *, uint8_t, int32_t id, const uint8_t *bytes, size_t size, void *user) {
        auto &self = *static_cast<H2Connection *>(user);
        auto stream = self.m_streams.find(id);
        if (stream != self.m_streams.end())
            stream->second.onData({reinterpret_cast<const char *>(bytes), size}, false);
        return 0;
    }
    static int header(nghttp2_session *, const nghttp2_frame *, const uint8_t *name, size_t nameSize,
                      const uint8_t *value, size_t, uint8_t, void *user) {
        if (std::string_view(reinterpret_cast<const char *>(name), nameSize) == ":status" && *value != '2')
            ++static_cast<H2Connection *>(user)->m_refused;
        return 0;
    }
    static int closed(nghttp2_session *, int32_t id, uint32_t, void *user) {
        auto &self = *static_cast<H2Connection *>(user);
        auto stream = self.m_streams.find(id);
        if (stream == self.m_streams.end())
            return 0;
        H2Connection::OnData onData = std::move(stream->second.onData);
        self.m_streams.erase(stream);
        onData({}, true);
        return 0;
    }
    static ssize_t readBody(nghttp2_session *, int32_t id, uint8_t *buffer, size_t size, uint32_t *flags,
                            nghttp2_data_source *, void *user) {
        auto &stream = static_cast<H2Connection *>(user)->m_streams.at(id);
        const size_t taken = stream.body.copy(reinterpret_cast<char *>(buffer), size, stream.sent);
        stream.sent += taken;
        if (stream.sent == stream.body.size())
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(taken);
    }
};

H2Connection::H2Connection(uint16_t port) {
    m_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (::connect(m_fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        fail("cannot connect to the API server");
    const int on = 1;
    ::setsockopt(m_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    m_ssl = SSL_new(tlsContext());
    SSL_set_fd(m_ssl, m_fd);
    if (SSL_connect(m_ssl) != 1)
        fail("no TLS with the API server");
    ::fcntl(m_fd, F_SETFL, ::fcntl(m_fd, F_GETFL) | O_NONBLOCK);
    SSL_set_mode(m_ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);

    nghttp2_session_callbacks *callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, H2Callbacks::data);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, H2Callbacks::header);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, H2Callbacks::closed);
    nghttp2_session_client_new(&m_http2, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindowBytes},
                                               {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}};
    nghttp2_submit_settings(m_http2, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(m_http2, NGHTTP2_FLAG_NONE, 0, kWindowBytes);
    pump();
}

H2Connection::~H2Connection() {
    nghttp2_session_del(m_http2);
    SSL_free(m_ssl);
    ::close(m_fd);
}

void H2Connection::request(const std::string &method, const std::string &path, std::string body, OnData onData) {
    auto field = [](std::string_view name, std::string_view value) {
        return nghttp2_nv{reinterpret_cast<uint8_t *>(const_cast<char *>(name.data())),
                          reinterpret_cast<uint8_t *>(const_cast<char *>(value.data())), name.size(), value.size(),
                          NGHTTP2_NV_FLAG_NONE};
    };
    const nghttp2_nv fields[] = {
        field(":method", method),    field(":scheme", "https"),           field(":authority", "127.0.0.1"),
        field(":path", path),        field("accept", "application/json"), field("content-type", "application/json"),
        field("user-agent", "bench")};
    nghttp2_data_provider provider{.source = {}, .read_callback = H2Callbacks::readBody};
    const bool withBody = !body.empty();
    const int32_t id =
        nghttp2_submit_request(m_http2, nullptr, fields, std::size(fields), withBody ? &provider : nullptr, nullptr);
    if (id < 0)
        fail("no more streams on a connection");
    m_streams.emplace(id, Stream{std::move(body), 0, std::move(onData)});
    send();
}

void H2Connection::send() {
    while (true) {
        if (m_out.empty()) {
            const uint8_t *bytes = nullptr;
            while (m_out.size() < kReadBytes) {
                const ssize_t size = nghttp2_session_mem_send(m_http2, &bytes);
                if (size < 0)
                    fail("HTTP/2 failed");
                if (size == 0)
                    break;
                m_out.append(reinterpret_cast<const char *>(bytes), static_cast<size_t>(size));
            }
        }
        if (m_out.empty())
            return;
        size_t written = 0;
        if (SSL_write_ex(m_ssl, m_out.data(), m_out.size(), &written) != 1)
            return;
        m_out.erase(0, written);
    }
}

void H2Connection::pump() {
    static uint8_t buffer[kReadBytes];
    while (true) {
        size_t got = 0;
        if (SSL_read_ex(m_ssl, buffer, sizeof buffer, &got) != 1) {
            if (SSL_get_error(m_ssl, 0) != SSL_ERROR_WANT_READ)
                fail("the API server closed a connection");
            break;
        }
        if (nghttp2_session_mem_recv(m_http2, buffer, got) < 0)
            fail("HTTP/2 failed");
    }
    send();
}

} // namespace coracle::bench
