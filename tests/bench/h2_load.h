#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct nghttp2_session;
struct ssl_st;
struct ssl_ctx_st;

namespace coracle::bench {

/// A client's HTTP/2 connection over TLS to 127.0.0.1 with as little work per byte as can be: the machine's processors
/// are shared with the server that is measured. Not verified, one thread.
class H2Connection {
public:
    /// A piece of a response's body; the whole has come when `end` is set.
    using OnData = std::function<void(std::string_view bytes, bool end)>;

    explicit H2Connection(uint16_t port);
    H2Connection(const H2Connection &) = delete;
    H2Connection &operator=(const H2Connection &) = delete;
    ~H2Connection();

    void request(const std::string &method, const std::string &path, std::string body, OnData onData);
    /// Reads and sends what can be; ends the program when the connection is lost.
    void pump();
    int fd() const { return m_fd; }
    /// Responses that were no 2xx.
    size_t refused() const { return m_refused; }

private:
    friend struct H2Callbacks;
    struct Stream {
        std::string body;
        size_t sent = 0;
        OnData onData;
    };

    void send();

    int m_fd = -1;
    ssl_st *m_ssl = nullptr;
    nghttp2_session *m_http2 = nullptr;
    std::unordered_map<int32_t, Stream> m_streams;
    std::string m_out;
    size_t m_refused = 0;
};

/// Nanoseconds of the clock that all processes of the machine share.
int64_t monotonicNow();

} // namespace coracle::bench
