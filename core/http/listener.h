#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

namespace coracle::http {

/// A listening socket, not yet watched by anybody.
struct ListeningSocket {
    int fd = -1;
    int family = 0;
    uint16_t port = 0;
};

/// "0.0.0.0", "::" (dual stack; IPv4 only where the kernel has no IPv6) or one address.
Result<ListeningSocket> listenTcp(const std::string &address, uint16_t port);

/// Replaces a stale socket file in one step, with its mode from the start; fails when somebody listens on it.
Result<ListeningSocket> listenUnixSocket(const std::filesystem::path &path, mode_t mode);

/// "10.0.0.5:4711" or "[fd00::1]:4711" of the other end; empty for a unix socket.
std::string peerAddress(int fd);

/// Small answers at once, and peers that vanished without a word (power cut, changed address) found within two minutes.
void tuneTcp(int fd);

} // namespace coracle::http
