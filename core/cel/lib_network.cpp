#include "core/base/result.h"
#include "core/cel/functions.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace coracle::cel {

namespace {

using Arguments = std::span<const Value>;

struct Address {
    std::array<uint8_t, 16> bytes{}; ///< the first four of an IPv4 address
    bool v6 = false;

    unsigned bits() const { return v6 ? 128 : 32; }
    friend bool operator==(const Address &, const Address &) = default;
};

struct Ip : Opaque {
    Address address;

    explicit Ip(const Address &own) : address(own) {}
    std::string_view typeName() const override { return "net.IP"; }
    bool equals(const Opaque &other) const override { return address == static_cast<const Ip &>(other).address; }
    uint64_t size() const override { return address.bits() / 8; }
};

struct Cidr : Opaque {
    Address address;
    unsigned prefix;

    Cidr(const Address &own, unsigned length) : address(own), prefix(length) {}
    std::string_view typeName() const override { return "net.CIDR"; }
    bool equals(const Opaque &other) const override {
        const auto &cidr = static_cast<const Cidr &>(other);
        return address == cidr.address && prefix == cidr.prefix;
    }
    uint64_t size() const override { return (prefix + 7) / 8; }
};

const Ip &asIp(const Value &value) {
    return static_cast<const Ip &>(value.asOpaque());
}

const Cidr &asCidr(const Value &value) {
    return static_cast<const Cidr &>(value.asOpaque());
}

bool isMapped(const Address &address) {
    constexpr std::array<uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    return address.v6 && std::equal(kPrefix.begin(), kPrefix.end(), address.bytes.begin());
}

std::optional<Address> parseAddress(std::string_view text) {
    constexpr size_t kTextMax = 45;
    if (text.empty() || text.size() > kTextMax)
        return std::nullopt;
    Address address;
    address.v6 = text.find(':') != text.npos;
    if (inet_pton(address.v6 ? AF_INET6 : AF_INET, std::string(text).c_str(), address.bytes.data()) != 1)
        return std::nullopt;
    return address;
}

/// An address, or what is wrong with it.
Result<Address> checkedAddress(std::string_view text) {
    const auto fail = [](std::string message) { return errors::other(std::move(message)); };
    const size_t zone = text.find('%');
    if (zone != text.npos && parseAddress(text.substr(0, zone)))
        return fail(fmt::format("IP address \"{}\" with zone value is not allowed", text));
    const auto address = parseAddress(text);
    if (!address)
        return fail(fmt::format("IP Address \"{0}\" parse error during conversion from string: "
                                "ParseAddr(\"{0}\"): unable to parse IP",
                                text));
    if (isMapped(*address))
        return fail(fmt::format("IPv4-mapped IPv6 address \"{}\" is not allowed", text));
    return *address;
}

/// RFC 5952: lower case, the longest run of two or more zero groups left out.
std::string addressText(const Address &address) {
    const auto &b = address.bytes;
    if (!address.v6)
        return fmt::format("{}.{}.{}.{}", b[0], b[1], b[2], b[3]);
    std::array<unsigned, 8> groups;
    for (size_t i = 0; i < groups.size(); ++i)
        groups[i] = unsigned(b[i * 2]) << 8 | b[i * 2 + 1];
    size_t bestAt = 0, bestLength = 0;
    for (size_t i = 0; i < groups.size();) {
        size_t end = i;
        while (end < groups.size() && groups[end] == 0)
            ++end;
        if (end - i > bestLength) {
            bestAt = i;
            bestLength = end - i;
        }
        i = std::max(end, i + 1);
    }
    std::string out;
    for (size_t i = 0; i < groups.size();) {
        if (bestLength > 1 && i == bestAt) {
            out += "::";
            i += bestLength;
            continue;
        }
        if (!out.empty() && out.back() != ':')
            out += ':';
        out += fmt::format("{:x}", groups[i++]);
    }
    return out;
}

Address maskedAddress(Address address, unsigned prefix) {
    for (unsigned bit = prefix; bit < address.bits(); ++bit)
        address.bytes[bit / 8] &= uint8_t(~(0x80u >> (bit % 8)));
    return address;
}

Result<Cidr> parseCidr(std::string_view text) {
    constexpr std::string_view kContext = "network address parse error during conversion from string: ";
    const auto fail = [&](std::string_view why) {
        return errors::other(fmt::format("{0}{0}netip.ParsePrefix(\"{1}\"): {2}", kContext, text, why));
    };
    const size_t slash = text.rfind('/');
    if (slash == text.npos)
        return fail("no '/'");
    const auto address = parseAddress(text.substr(0, slash));
    if (!address)
        return fail(fmt::format("ParseAddr(\"{}\"): unable to parse IP", text.substr(0, slash)));
    const std::string_view digits = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || (digits.size() > 1 && digits[0] == '0'))
        return fail(fmt::format("bad bits after slash: \"{}\"", digits));
    if (prefix > address->bits())
        return fail("prefix length out of range");
    if (isMapped(*address))
        return errors::other(fmt::format("{}IPv4-mapped IPv6 address \"{}\" is not allowed", kContext, text));
    return Cidr(*address, prefix);
}

Value makeIp(const Address &address) {
    return Value::opaque(std::make_shared<const Ip>(address));
}

Value toIp(Arguments a) {
    const auto address = checkedAddress(a[0].asString());
    return address ? makeIp(*address) : Value::error(address.error().message);
}

Value isIp(Arguments a) {
    return Value::boolean(checkedAddress(a[0].asString()).has_value());
}

Value isCanonical(Arguments a) {
    const auto address = checkedAddress(a[0].asString());
    return address ? Value::boolean(addressText(*address) == a[0].asString()) : Value::error(address.error().message);
}

Value family(Arguments a) {
    return Value::integer(asIp(a[0]).address.v6 ? 6 : 4);
}

bool unspecified(const Address &address) {
    return std::all_of(address.bytes.begin(), address.bytes.end(), [](uint8_t byte) { return byte == 0; });
}

bool loopback(const Address &address) {
    if (!address.v6)
        return address.bytes[0] == 127;
    return std::all_of(address.bytes.begin(), address.bytes.end() - 1, [](uint8_t byte) { return byte == 0; }) &&
           address.bytes[15] == 1;
}

bool linkLocalMulticast(const Address &address) {
    const auto &b = address.bytes;
    return address.v6 ? b[0] == 0xFF && (b[1] & 0x0F) == 2 : b[0] == 224 && b[1] == 0 && b[2] == 0;
}

bool linkLocalUnicast(const Address &address) {
    const auto &b = address.bytes;
    return address.v6 ? b[0] == 0xFE && (b[1] & 0xC0) == 0x80 : b[0] == 169 && b[1] == 254;
}

bool globalUnicast(const Address &address) {
    const auto &b = address.bytes;
    const bool multicast = address.v6 ? b[0] == 0xFF : (b[0] & 0xF0) == 0xE0;
    const bool broadcast = !address.v6 && b[0] == 255 && b[1] == 255 && b[2] == 255 && b[3] == 255;
    return !unspecified(address) && !loopback(address) && !multicast && !broadcast && !linkLocalUnicast(address);
}

template<bool (*test)(const Address &)>
Value addressTest(Arguments a) {
    return Value::boolean(test(asIp(a[0]).address));
}

Value ipToString(Arguments a) {
    return Value::string(addressText(asIp(a[0]).address));
}

Value toCidr(Arguments a) {
    auto cidr = parseCidr(a[0].asString());
    return cidr ? Value::opaque(std::make_shared<const Cidr>(std::move(*cidr))) : Value::error(cidr.error().message);
}

Value isCidr(Arguments a) {
    return Value::boolean(parseCidr(a[0].asString()).has_value());
}

Value cidrToString(Arguments a) {
    return Value::string(fmt::format("{}/{}", addressText(asCidr(a[0]).address), asCidr(a[0]).prefix));
}

bool contains(const Cidr &cidr, const Address &address) {
    return cidr.address.v6 == address.v6 &&
           maskedAddress(cidr.address, cidr.prefix) == maskedAddress(address, cidr.prefix);
}

Value containsIp(Arguments a) {
    return Value::boolean(contains(asCidr(a[0]), asIp(a[1]).address));
}

Value containsIpText(Arguments a) {
    const auto address = checkedAddress(a[1].asString());
    return address ? Value::boolean(contains(asCidr(a[0]), *address)) : Value::error(address.error().message);
}

Value containsCidr(Arguments a) {
    const Cidr &outer = asCidr(a[0]), &inner = asCidr(a[1]);
    // The inner network's own address must not have bits of its hosts.
    const bool same = outer.address.v6 == inner.address.v6 && outer.prefix <= inner.prefix &&
                      maskedAddress(outer.address, outer.prefix) == maskedAddress(inner.address, outer.prefix);
    return Value::boolean(same);
}

Value containsCidrText(Arguments a) {
    const Value inner = toCidr(a.subspan(1));
    if (inner.isError())
        return inner;
    const std::array<Value, 2> both{a[0], inner};
    return containsCidr(both);
}

Value cidrIp(Arguments a) {
    return makeIp(asCidr(a[0]).address);
}

Value masked(Arguments a) {
    const Cidr &cidr = asCidr(a[0]);
    return Value::opaque(std::make_shared<const Cidr>(maskedAddress(cidr.address, cidr.prefix), cidr.prefix));
}

Value prefixLength(Arguments a) {
    return Value::integer(asCidr(a[0]).prefix);
}

} // namespace

void addNetworkLibrary(FunctionTable &table) {
    table.add("ip", "string_to_ip", "string -> net.IP", toIp, CostKind::TraverseText);
    table.add("isIP", "is_ip", "string -> bool", isIp, CostKind::TraverseText);
    table.add("ip.isCanonical", "ip_is_canonical", "string -> bool", isCanonical, CostKind::CanonicalIp);
    table.add("family", "ip_family", "net.IP.() -> int", family);
    table.add("isUnspecified", "ip_is_unspecified", "net.IP.() -> bool", addressTest<unspecified>);
    table.add("isLoopback", "ip_is_loopback", "net.IP.() -> bool", addressTest<loopback>);
    table.add("isLinkLocalMulticast", "ip_is_link_local_multicast", "net.IP.() -> bool",
              addressTest<linkLocalMulticast>);
    table.add("isLinkLocalUnicast", "ip_is_link_local_unicast", "net.IP.() -> bool", addressTest<linkLocalUnicast>);
    table.add("isGlobalUnicast", "ip_is_global_unicast", "net.IP.() -> bool", addressTest<globalUnicast>);
    table.add("string", "ip_to_string", "net.IP -> string", ipToString);
    table.add("cidr", "string_to_cidr", "string -> net.CIDR", toCidr, CostKind::TraverseText);
    table.add("isCIDR", "is_cidr", "string -> bool", isCidr, CostKind::TraverseText);
    table.add("string", "cidr_to_string", "net.CIDR -> string", cidrToString);
    table.add("containsIP", "cidr_contains_ip_string", "net.CIDR.(string) -> bool", containsIpText,
              CostKind::ContainsIpText);
    table.add("containsIP", "cidr_contains_ip_ip", "net.CIDR.(net.IP) -> bool", containsIp, CostKind::ContainsIp);
    table.add("containsCIDR", "cidr_contains_cidr_string", "net.CIDR.(string) -> bool", containsCidrText,
              CostKind::ContainsCidrText);
    table.add("containsCIDR", "cidr_contains_cidr", "net.CIDR.(net.CIDR) -> bool", containsCidr,
              CostKind::ContainsCidr);
    table.add("ip", "cidr_ip", "net.CIDR.() -> net.IP", cidrIp);
    table.add("masked", "cidr_masked", "net.CIDR.() -> net.CIDR", masked);
    table.add("prefixLength", "cidr_prefix_length", "net.CIDR.() -> int", prefixLength);
}

} // namespace coracle::cel
