#pragma once

#include "app/ssh/ssh_session.h"

#include <list>

namespace coracle::app {

/// Where the other end of a forwarded connection is: a unix socket on the SSH host, or a host and port that it reaches.
struct SshDestination {
    QString socketPath;
    QString host;
    int port = 0;
};

/// Carries connections through an SSH session: each accepted or added socket becomes a channel to the destination.
/// One thread; what a reader does not take is not read from the other side.
class SshForwarder {
public:
    static constexpr size_t kConnectionsMax = 64; ///< further ones wait in the listener's queue

    SshForwarder(SshSession &session, SshDestination destination, SshDialogue &dialogue);
    ~SshForwarder();
    SshForwarder(const SshForwarder &) = delete;
    SshForwarder &operator=(const SshForwarder &) = delete;

    /// Whether the destination can be opened. Blocks.
    Result<> probe();
    /// Carries this socket, which it owns from now on.
    void add(int socket);
    /// Carries connections until it is cancelled (no error) or the session ends. Without a listener (-1) it ends with
    /// the last of the added sockets.
    Result<> run(int listener);

private:
    struct Connection;

    int open(ssh_channel channel);
    bool pump(Connection &connection);
    bool pumpOut(Connection &connection);
    bool pumpIn(Connection &connection);
    bool pumpAll();
    void watch(Connection &connection);
    void acceptAll(int listener);
    bool alive();

    SshSession &m_session;
    const SshDestination m_destination;
    SshDialogue &m_dialogue;
    ssh_event m_events = nullptr;
    std::list<Connection> m_connections;
};

} // namespace coracle::app
