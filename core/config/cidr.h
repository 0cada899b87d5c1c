#pragma once

#include "core/base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::config {

/// An IPv4 or IPv6 address as a value.
class Address {
public:
    static Result<Address> parse(std::string_view text);

    bool isV6() const { return m_v6; }
    std::string text() const;
    /// This address plus an offset; the carry runs through all bytes of the family.
    Address plus(uint64_t offset) const;
    /// The first byte is the most significant; IPv4 uses the first four.
    const std::array<uint8_t, 16> &bytes() const { return m_bytes; }

    friend bool operator==(const Address &, const Address &) = default;

private:
    friend class Cidr;
    std::array<uint8_t, 16> m_bytes{};
    bool m_v6 = false;
};

/// A network: "10.42.0.0/16" or "fd00:42::/56". Host bits of the text are cleared.
class Cidr {
public:
    static Result<Cidr> parse(std::string_view text);

    const Address &network() const { return m_network; }
    int prefixLength() const { return m_prefixLength; }
    bool isV6() const { return m_network.isV6(); }
    std::string text() const;
    bool contains(const Address &address) const;
    bool overlaps(const Cidr &other) const;
    /// The n-th part of this network when it is cut into parts with the longer prefix; nothing behind the last one.
    std::optional<Cidr> part(int prefixLength, uint64_t n) const;
    /// The n-th address of the network: 1 is the first host.
    Address at(uint64_t n) const { return m_network.plus(n); }

    friend bool operator==(const Cidr &, const Cidr &) = default;

private:
    Address m_network;
    int m_prefixLength = 0;
};

} // namespace coracle::config
