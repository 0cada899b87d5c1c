#include "app/ssh/ssh_socket.h"

#include "app/session/api_request.h"

#include <QCoreApplication>
#include <QFile>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace coracle::app {

namespace {

constexpr int kConnectMs = 10'000;
constexpr unsigned kPeerGoneMs = 30'000;

QString tr(const char *text) {
    return QCoreApplication::translate("SshSession", text);
}

socklen_t fill(sockaddr_storage &storage, const QHostAddress &address, int port) {
    if (address.protocol() == QAbstractSocket::IPv4Protocol) {
        auto &ipv4 = reinterpret_cast<sockaddr_in &>(storage);
        ipv4.sin_family = AF_INET;
        ipv4.sin_port = htons(static_cast<uint16_t>(port));
        ipv4.sin_addr.s_addr = htonl(address.toIPv4Address());
        return sizeof ipv4;
    }
    auto &ipv6 = reinterpret_cast<sockaddr_in6 &>(storage);
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(static_cast<uint16_t>(port));
    const Q_IPV6ADDR bytes = address.toIPv6Address();
    std::memcpy(&ipv6.sin6_addr, &bytes, sizeof ipv6.sin6_addr);
    return sizeof ipv6;
}

/// 0, or errno.
int finishConnect(int socket, const SshDialogue &dialogue) {
    pollfd waits[2] = {{.fd = socket, .events = POLLOUT, .revents = 0},
                       {.fd = dialogue.cancelFd(), .events = POLLIN, .revents = 0}};
    const int ready = ::poll(waits, 2, kConnectMs);
    if (ready <= 0 || waits[0].revents == 0)
        return ready == 0 ? ETIMEDOUT : ECANCELED;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

/// A blocking socket, or errno.
std::pair<Socket, int> connectOne(const QHostAddress &address, int port, const SshDialogue &dialogue) {
    sockaddr_storage storage{};
    const socklen_t size = fill(storage, address, port);
    Socket socket(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0)
        return {Socket(), errno};
    int error = ::connect(socket.get(), reinterpret_cast<sockaddr *>(&storage), size) == 0 ? 0 : errno;
    if (error == EINPROGRESS)
        error = finishConnect(socket.get(), dialogue);
    if (error != 0)
        return {Socket(), error};
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kPeerGoneMs, sizeof kPeerGoneMs);
    ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) & ~O_NONBLOCK);
    return {std::move(socket), 0};
}

} // namespace

Result<Socket> connectTo(const QList<QHostAddress> &addresses, const SshHop &hop, const SshDialogue &dialogue) {
    int error = EHOSTUNREACH;
    for (const QHostAddress &address : addresses) {
        auto [socket, failed] = connectOne(address, hop.port, dialogue);
        if (failed == 0)
            return std::move(socket);
        error = failed;
    }
    return unreachable(tr("%1 does not answer on port %2: %3")
                           .arg(hop.host, QString::number(hop.port), qt_error_string(error))
                           .toStdString());
}

Result<Socket> listenOn(const QString &path) {
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (static_cast<size_t>(name.size()) >= sizeof address.sun_path)
        return errors::other("the path " + path.toStdString() + " is too long for a socket");
    std::memcpy(address.sun_path, name.constData(), static_cast<size_t>(name.size()));
    Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0 || ::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 ||
        ::listen(socket.get(), SOMAXCONN) != 0)
        return errors::fromErrno("cannot listen on " + path.toStdString(), errno);
    return socket;
}

} // namespace coracle::app
