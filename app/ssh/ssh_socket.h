#pragma once

#include "app/ssh/ssh_dialogue.h"
#include "app/ssh/ssh_hop.h"

#include <QHostAddress>
#include <unistd.h>

namespace coracle::app {

/// A file descriptor that closes itself.
class Socket {
public:
    explicit Socket(int descriptor = -1) : m_descriptor(descriptor) {}
    Socket(Socket &&other) noexcept : m_descriptor(other.release()) {}
    Socket &operator=(Socket &&other) noexcept {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    ~Socket() {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    int get() const { return m_descriptor; }
    int release() { return std::exchange(m_descriptor, -1); }

private:
    int m_descriptor;
};

/// A TCP connection to the first address that answers. Blocks; a peer that is gone is noticed after half a minute.
Result<Socket> connectTo(const QList<QHostAddress> &addresses, const SshHop &hop, const SshDialogue &dialogue);
/// A unix socket that does not block.
Result<Socket> listenOn(const QString &path);

} // namespace coracle::app
