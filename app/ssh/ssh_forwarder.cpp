#include "app/ssh/ssh_forwarder.h"

#include "app/session/api_request.h"

#include <QCoreApplication>
#include <libssh/callbacks.h>
#include <libssh/server.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace coracle::app {

namespace {

constexpr int kKeepAliveMs = 30'000;
constexpr size_t kBufferBytes = 32 << 10;
constexpr short kNotWatched = -1;

QString tr(const char *text) {
    return QCoreApplication::translate("SshSession", text);
}

/// The events that have come are looked at in the main loop: nothing is done inside libssh's poll.
int noteEvents(socket_t, int events, void *data) {
    *static_cast<short *>(data) |= static_cast<short>(events);
    return 0;
}

} // namespace

struct SshForwarder::Connection {
    Connection(SshForwarder &forwarder, int taken)
        : owner(forwarder), socket(taken), channel(ssh_channel_new(forwarder.m_session.get())) {
        ssh_callbacks_init(&callbacks);
        callbacks.userdata = this;
        callbacks.channel_data_function = [](ssh_session, ssh_channel, void *, uint32_t, int, void *self) {
            static_cast<Connection *>(self)->hasInput = true;
            return 0; // it stays in the channel until the socket takes it
        };
        callbacks.channel_eof_function = [](ssh_session, ssh_channel, void *self) {
            static_cast<Connection *>(self)->hasInput = true;
        };
        callbacks.channel_close_function = callbacks.channel_eof_function;
        ssh_set_channel_callbacks(channel, &callbacks);
    }
    ~Connection() {
        if (watched != kNotWatched)
            ssh_event_remove_fd(owner.m_events, socket);
        ssh_remove_channel_callbacks(channel, &callbacks);
        if (opened && ssh_is_connected(owner.m_session.get()))
            ssh_channel_close(channel);
        ssh_channel_free(channel);
        ::close(socket);
    }

    SshForwarder &owner;
    const int socket;
    ssh_channel channel;
    ssh_channel_callbacks_struct callbacks{};
    bool opened = false;
    bool hasInput = false; ///< the channel may have data, or has ended
    bool socketEnded = false, channelEnded = false;
    std::string toSocket, toChannel; ///< taken from one side, not yet given to the other
    short watched = kNotWatched, happened = 0;
};

SshForwarder::SshForwarder(SshSession &session, SshDestination destination, SshDialogue &dialogue)
    : m_session(session), m_destination(std::move(destination)), m_dialogue(dialogue), m_events(ssh_event_new()) {}

SshForwarder::~SshForwarder() {
    m_connections.clear();
    ssh_event_free(m_events);
}

int SshForwarder::open(ssh_channel channel) {
    if (!m_destination.socketPath.isEmpty())
        return ssh_channel_open_forward_unix(channel, m_destination.socketPath.toUtf8().constData(), "localhost", 0);
    return ssh_channel_open_forward(channel, m_destination.host.toUtf8().constData(), m_destination.port, "localhost",
                                    0);
}

Result<> SshForwarder::probe() {
    ssh_channel channel = ssh_channel_new(m_session.get());
    const int opened = open(channel);
    const std::string why = m_session.errorText();
    if (opened == SSH_OK)
        ssh_channel_close(channel);
    ssh_channel_free(channel);
    if (opened == SSH_OK)
        return {};
    const QString host = m_session.hop().name();
    if (m_destination.socketPath.isEmpty())
        return unreachable(tr("%1 does not reach %2 port %3: %4")
                               .arg(host, m_destination.host, QString::number(m_destination.port), why.c_str())
                               .toStdString());
    return unreachable(tr("The socket %1 on %2 cannot be opened: is clusterd running, and does the user belong to the "
                          "group clusterd? (%3)")
                           .arg(m_destination.socketPath, host, why.c_str())
                           .toStdString());
}

void SshForwarder::add(int socket) {
    m_connections.emplace_back(*this, socket);
}

bool SshForwarder::alive() {
    return ssh_is_connected(m_session.get()) && !m_dialogue.cancelled();
}

Result<> SshForwarder::run(int listener) {
    ssh_session session = m_session.get();
    ssh_set_blocking(session, 0);
    ssh_event_add_session(m_events, session);
    short cancelled = 0, accepting = 0;
    bool listening = false;
    ssh_event_add_fd(m_events, m_dialogue.cancelFd(), POLLIN, noteEvents, &cancelled);
    while (alive()) {
        if (std::exchange(accepting, short(0)) != 0)
            acceptAll(listener);
        while (pumpAll()) {
        }
        if (!alive() || (listener < 0 && m_connections.empty()))
            break;
        for (Connection &connection : m_connections)
            watch(connection);
        if (const bool room = listener >= 0 && m_connections.size() < kConnectionsMax; room != listening) {
            listening = room;
            if (room)
                ssh_event_add_fd(m_events, listener, POLLIN, noteEvents, &accepting);
            else
                ssh_event_remove_fd(m_events, listener);
        }
        if (ssh_event_dopoll(m_events, kKeepAliveMs) == SSH_AGAIN && ssh_send_keepalive(session) != SSH_OK)
            break;
    }
    m_connections.clear();
    if (listening)
        ssh_event_remove_fd(m_events, listener);
    ssh_event_remove_fd(m_events, m_dialogue.cancelFd());
    ssh_event_remove_session(m_events, session);
    if (m_dialogue.cancelled() || listener < 0)
        return {};
    return unreachable(tr("The SSH connection to %1 ended: %2")
                           .arg(m_session.hop().name(), m_session.errorText().c_str())
                           .toStdString());
}

void SshForwarder::acceptAll(int listener) {
    while (m_connections.size() < kConnectionsMax) {
        const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (socket < 0)
            return;
        add(socket);
    }
}

/// Whether data has come in the meantime, so that there is more to do before the next wait.
bool SshForwarder::pumpAll() {
    for (auto connection = m_connections.begin(); connection != m_connections.end();)
        connection = pump(*connection) ? std::next(connection) : m_connections.erase(connection);
    for (const Connection &connection : m_connections)
        if (connection.opened && connection.hasInput && connection.toSocket.empty())
            return alive();
    return false;
}

/// False: the connection has ended.
bool SshForwarder::pump(Connection &connection) {
    const bool gone = (std::exchange(connection.happened, short(0)) & (POLLHUP | POLLERR)) != 0;
    if (!connection.opened) {
        const int opened = open(connection.channel);
        if (opened == SSH_AGAIN)
            return !gone;
        if (opened != SSH_OK)
            return false;
        connection.opened = true;
    }
    if (!pumpOut(connection) || !pumpIn(connection) || gone)
        return false;
    return !connection.channelEnded || !connection.socketEnded || !connection.toSocket.empty();
}

bool SshForwarder::pumpOut(Connection &connection) {
    char buffer[kBufferBytes];
    ssh_channel channel = connection.channel;
    while (!connection.socketEnded || !connection.toChannel.empty()) {
        std::string &pending = connection.toChannel;
        const uint32_t window = ssh_channel_window_size(channel);
        if (window == 0)
            return true;
        if (pending.empty()) {
            const ssize_t got =
                ::recv(connection.socket, buffer, std::min<size_t>(sizeof buffer, window), MSG_DONTWAIT);
            if (got < 0)
                return errno == EAGAIN || errno == EINTR;
            if (got == 0) {
                connection.socketEnded = true;
                ssh_channel_send_eof(channel);
                return true;
            }
            pending.assign(buffer, static_cast<size_t>(got));
        }
        const int sent =
            ssh_channel_write(channel, pending.data(), static_cast<uint32_t>(std::min<size_t>(pending.size(), window)));
        if (sent < 0 && sent != SSH_AGAIN)
            return false;
        if (sent <= 0) // keys are being exchanged
            return true;
        pending.erase(0, static_cast<size_t>(sent));
    }
    return true;
}

bool SshForwarder::pumpIn(Connection &connection) {
    char buffer[kBufferBytes];
    for (;;) {
        std::string &pending = connection.toSocket;
        if (!pending.empty()) {
            const ssize_t sent = ::send(connection.socket, pending.data(), pending.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0)
                return errno == EAGAIN || errno == EINTR;
            pending.erase(0, static_cast<size_t>(sent));
            continue;
        }
        if (!std::exchange(connection.hasInput, false))
            return true;
        const int got = ssh_channel_read_nonblocking(connection.channel, buffer, sizeof buffer, 0);
        if (got > 0) {
            pending.assign(buffer, static_cast<size_t>(got));
            connection.hasInput = true; // perhaps there is more
            continue;
        }
        if (got == SSH_ERROR)
            return false;
        if (ssh_channel_is_eof(connection.channel) || ssh_channel_is_closed(connection.channel)) {
            if (!std::exchange(connection.channelEnded, true))
                ::shutdown(connection.socket, SHUT_WR);
            if (ssh_channel_is_closed(connection.channel))
                return false;
        }
    }
}

/// What the connection waits for.
void SshForwarder::watch(Connection &connection) {
    const bool reads = connection.opened && !connection.socketEnded && connection.toChannel.empty() &&
                       ssh_channel_window_size(connection.channel) > 0;
    const short wanted = static_cast<short>((reads ? POLLIN : 0) | (connection.toSocket.empty() ? 0 : POLLOUT));
    if (wanted == connection.watched)
        return;
    if (connection.watched != kNotWatched)
        ssh_event_remove_fd(m_events, connection.socket);
    ssh_event_add_fd(m_events, connection.socket, wanted, noteEvents, &connection.happened);
    connection.watched = wanted;
}

} // namespace coracle::app
