#pragma once

#include "core/base/result.h"

#include <string>

struct nft_ctx; // libnftables

namespace coracle::network {

/// Runs nft(8) commands through libnftables: all of them or none (one netlink transaction). Blocking, some
/// milliseconds. Not thread-safe.
class Nftables {
public:
    Nftables();
    ~Nftables();
    Nftables(const Nftables &) = delete;
    Nftables &operator=(const Nftables &) = delete;

    Result<> run(const std::string &commands);
    /// The listing of a command such as "list table ip clusterd".
    Result<std::string> query(const std::string &command);

private:
    nft_ctx *m_context;
};

} // namespace coracle::network
