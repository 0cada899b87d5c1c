#include "core/http/listener.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace coracle::http {

namespace {

constexpr int kBacklog = 1024;

/// Closes the socket unless it was released.
struct OwnedSocket {
    explicit OwnedSocket(int socketFd) : fd(socketFd) {}
    OwnedSocket(const OwnedSocket &) = delete;
    OwnedSocket &operator=(const OwnedSocket &) = delete;
    ~OwnedSocket() {
        if (fd >= 0)
            ::close(fd);
    }
    int release() { return std::exchange(fd, -1); }
    int fd;
};

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
    const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
};

Result<SocketAddress> addressOf(const std::string &address, uint16_t port) {
    SocketAddress made;
    auto *v4 = reinterpret_cast<sockaddr_in *>(&made.storage);
    auto *v6 = reinterpret_cast<sockaddr_in6 *>(&made.storage);
    if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        made.size = sizeof(sockaddr_in);
        return made;
    }
    if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        made.size = sizeof(sockaddr_in6);
        return made;
    }
    return errors::other(fmt::format("cannot listen on \"{}\": not an IP address", address));
}

Result<SocketAddress> unixAddress(const std::filesystem::path &path) {
    SocketAddress made;
    auto *address = reinterpret_cast<sockaddr_un *>(&made.storage);
    const std::string &text = path.native();
    if (text.empty() || text.size() >= sizeof address->sun_path)
        return errors::other(fmt::format("socket path {} is longer than {} bytes; choose a shorter one", text,
                                         sizeof address->sun_path - 1));
    address->sun_family = AF_UNIX;
    std::memcpy(address->sun_path, text.c_str(), text.size() + 1);
    made.size = sizeof(sockaddr_un);
    return made;
}

/// Nothing there, or a socket that nobody listens on: fine. Everything else is not ours to replace.
Result<> checkReplaceable(const std::filesystem::path &path) {
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0)
        return errno == ENOENT ? Result<>{} : errors::fromErrno(fmt::format("cannot look at {}", path.native()), errno);
    if (!S_ISSOCK(info.st_mode))
        return errors::other(fmt::format("cannot listen on {}: a file that is not a socket is there", path.native()));
    TRY(const auto address, unixAddress(path));
    const OwnedSocket probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // EAGAIN: somebody listens, with a full queue.
    if (::connect(probe.fd, address.get(), address.size) == 0 || errno == EAGAIN)
        return errors::other(fmt::format("cannot listen on {}: another process listens there", path.native()));
    return {};
}

uint16_t boundPort(int fd) {
    SocketAddress bound;
    bound.size = sizeof bound.storage;
    ::getsockname(fd, reinterpret_cast<sockaddr *>(&bound.storage), &bound.size);
    return ntohs(bound.storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6 *>(&bound.storage)->sin6_port
                                                     : reinterpret_cast<sockaddr_in *>(&bound.storage)->sin_port);
}

} // namespace

Result<ListeningSocket> listenTcp(const std::string &address, uint16_t port) {
    TRY(const auto target, addressOf(address, port));
    const int family = target.storage.ss_family;
    OwnedSocket socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.fd < 0 && errno == EAFNOSUPPORT && address == "::")
        return listenTcp("0.0.0.0", port);
    const std::string what = fmt::format("cannot listen on {} port {}", address, port);
    if (socket.fd < 0)
        return errors::fromErrno(what, errno);
    const int on = 1;
    const int off = 0;
    ::setsockopt(socket.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6)
        ::setsockopt(socket.fd, IPPROTO_IPV6, IPV6_V6ONLY, address == "::" ? &off : &on, sizeof on);
    if (::bind(socket.fd, target.get(), target.size) != 0) {
        const int error = errno;
        if (error == EADDRNOTAVAIL && address == "::") // IPv6 is switched off
            return listenTcp("0.0.0.0", port);
        return errors::fromErrno(what, error);
    }
    if (::listen(socket.fd, kBacklog) != 0)
        return errors::fromErrno(what, errno);
    const uint16_t bound = boundPort(socket.fd);
    return ListeningSocket{socket.release(), family, bound};
}

Result<ListeningSocket> listenUnixSocket(const std::filesystem::path &path, mode_t mode) {
    CHECK(checkReplaceable(path));
    // Made under another name first, so that nobody can connect before the mode is right.
    const std::filesystem::path fresh = path.native() + fmt::format(".{}", ::getpid() % 100000);
    TRY(const auto address, unixAddress(fresh));
    OwnedSocket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::unlink(fresh.c_str());
    const std::string what = fmt::format("cannot listen on {}", path.native());
    if (socket.fd < 0 || ::bind(socket.fd, address.get(), address.size) != 0)
        return errors::fromErrno(what, errno);
    if (::chmod(fresh.c_str(), mode) != 0 || ::listen(socket.fd, kBacklog) != 0 ||
        ::rename(fresh.c_str(), path.c_str()) != 0) {
        const int error = errno;
        ::unlink(fresh.c_str());
        return errors::fromErrno(what, error);
    }
    return ListeningSocket{socket.release(), AF_UNIX, 0};
}

std::string peerAddress(int fd) {
    SocketAddress peer;
    peer.size = sizeof peer.storage;
    if (::getpeername(fd, reinterpret_cast<sockaddr *>(&peer.storage), &peer.size) != 0)
        return {};
    char text[INET6_ADDRSTRLEN] = "";
    if (peer.storage.ss_family == AF_INET) {
        const auto *v4 = reinterpret_cast<const sockaddr_in *>(&peer.storage);
        ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
        return fmt::format("{}:{}", text, ntohs(v4->sin_port));
    }
    if (peer.storage.ss_family != AF_INET6)
        return {};
    const auto *v6 = reinterpret_cast<const sockaddr_in6 *>(&peer.storage);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        ::inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, text, sizeof text);
        return fmt::format("{}:{}", text, ntohs(v6->sin6_port));
    }
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    return fmt::format("[{}]:{}", text, ntohs(v6->sin6_port));
}

void tuneTcp(int fd) {
    const auto set = [fd](int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

} // namespace coracle::http
