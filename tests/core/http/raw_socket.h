#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace coracle::http::testing {

/// A blocking TCP connection to loopback, for peers that misbehave.
class RawSocket {
public:
    explicit RawSocket(uint16_t port) : m_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(m_fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            close();
    }
    RawSocket(const RawSocket &) = delete;
    RawSocket &operator=(const RawSocket &) = delete;
    ~RawSocket() { close(); }

    bool send(std::string_view text) {
        return ::send(m_fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    }
    void endWriting() { ::shutdown(m_fd, SHUT_WR); }
    void close() {
        if (m_fd >= 0)
            ::close(m_fd);
        m_fd = -1;
    }
    /// Closes with a reset.
    void reset() {
        const linger now{1, 0};
        ::setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }
    /// Reads until the text is there, the peer ends or ten seconds have passed.
    std::string readUntil(std::string_view end) {
        while (m_text.find(end) == std::string::npos && readSome()) {
        }
        return m_text;
    }
    std::string readAll() {
        while (readSome()) {
        }
        return m_text;
    }
    /// Whether the peer has ended the connection (and not merely kept silent).
    bool ended() const { return m_ended; }
    void forget() { m_text.clear(); }
    int fd() const { return m_fd; }

private:
    bool readSome() {
        pollfd state{m_fd, POLLIN, 0};
        if (::poll(&state, 1, 10000) != 1)
            return false;
        char buffer[65536];
        const ssize_t got = ::recv(m_fd, buffer, sizeof buffer, 0);
        m_ended = got <= 0;
        if (got > 0)
            m_text.append(buffer, static_cast<size_t>(got));
        return got > 0;
    }

    int m_fd;
    std::string m_text;
    bool m_ended = false;
};

} // namespace coracle::http::testing
