#pragma once

#include "core/base/result.h"

#include <string>

/// What the node's network needs from the kernel besides nftables: addresses, links and switches. Blocking calls of
/// some microseconds.
namespace coracle::network {

/// Puts an address ("10.43.0.10/32") on a link; one that is there already is fine.
Result<> addAddress(const std::string &link, const std::string &cidr);
/// One that is gone already is fine.
Result<> removeAddress(const std::string &link, const std::string &cidr);
/// Deletes a link such as a bridge; one that is gone already is fine.
Result<> removeLink(const std::string &link);

/// Writes a kernel switch: setSysctl("net/ipv4/ip_forward", "1"). Writing what it holds already is fine, also where
/// /proc/sys is read-only.
Result<> setSysctl(const std::string &name, const std::string &value);

} // namespace coracle::network
