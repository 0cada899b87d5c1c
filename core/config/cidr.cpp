#include "core/config/cidr.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>

namespace coracle::config {

Result<Address> Address::parse(std::string_view text) {
    Address address;
    const std::string terminated(text);
    address.m_v6 = text.find(':') != text.npos;
    if (::inet_pton(address.m_v6 ? AF_INET6 : AF_INET, terminated.c_str(), address.m_bytes.data()) != 1)
        return errors::other(fmt::format("\"{}\" is not an IP address", text));
    return address;
}

std::string Address::text() const {
    char buffer[INET6_ADDRSTRLEN];
    return ::inet_ntop(m_v6 ? AF_INET6 : AF_INET, m_bytes.data(), buffer, sizeof buffer);
}

Address Address::plus(uint64_t offset) const {
    Address sum = *this;
    for (int i = m_v6 ? 15 : 3; i >= 0 && offset > 0; --i) {
        offset += sum.m_bytes[static_cast<size_t>(i)];
        sum.m_bytes[static_cast<size_t>(i)] = static_cast<uint8_t>(offset);
        offset >>= 8;
    }
    return sum;
}

namespace {

void clearHostBits(std::array<uint8_t, 16> &bytes, int prefixLength) {
    for (int i = 0; i < 16; ++i) {
        const int kept = std::clamp(prefixLength - i * 8, 0, 8);
        bytes[static_cast<size_t>(i)] &= static_cast<uint8_t>(0xff00 >> kept);
    }
}

} // namespace

Result<Cidr> Cidr::parse(std::string_view text) {
    auto bad = [&] { return errors::other(fmt::format("\"{}\" is not a CIDR such as 10.42.0.0/16", text)); };
    const size_t slash = text.find('/');
    if (slash == text.npos)
        return bad();
    auto address = Address::parse(text.substr(0, slash));
    if (!address)
        return bad();
    Cidr cidr;
    const char *end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data() + slash + 1, end, cidr.m_prefixLength);
    if (error != std::errc() || stop != end || cidr.m_prefixLength < 0 ||
        cidr.m_prefixLength > (address->isV6() ? 128 : 32))
        return bad();
    cidr.m_network = *address;
    clearHostBits(cidr.m_network.m_bytes, cidr.m_prefixLength);
    return cidr;
}

std::string Cidr::text() const {
    return fmt::format("{}/{}", m_network.text(), m_prefixLength);
}

std::optional<Cidr> Cidr::part(int prefixLength, uint64_t n) const {
    const int bits = prefixLength - m_prefixLength;
    if (bits < 0 || prefixLength > (isV6() ? 128 : 32) || (bits < 64 && n >> bits != 0))
        return std::nullopt;
    Cidr part = *this;
    part.m_prefixLength = prefixLength;
    for (int bit = prefixLength - 1; n > 0; --bit, n >>= 1)
        if (n & 1)
            part.m_network.m_bytes[static_cast<size_t>(bit / 8)] |= static_cast<uint8_t>(0x80 >> bit % 8);
    return part;
}

bool Cidr::contains(const Address &address) const {
    if (address.isV6() != isV6())
        return false;
    std::array<uint8_t, 16> bytes = address.bytes();
    clearHostBits(bytes, m_prefixLength);
    return bytes == m_network.bytes();
}

bool Cidr::overlaps(const Cidr &other) const {
    return contains(other.network()) || other.contains(m_network);
}

} // namespace coracle::config
