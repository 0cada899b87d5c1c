#include "clusterd/network/dns/message.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace coracle::network::dns {

namespace {

constexpr size_t kHeaderSize = 12;
constexpr size_t kNameLengthMax = 255;
constexpr size_t kLabelLengthMax = 63;
constexpr uint16_t kFlagResponse = 0x8000, kFlagAuthoritative = 0x0400, kFlagTruncated = 0x0200,
                   kFlagRecursionDesired = 0x0100, kFlagRecursionAvailable = 0x0080, kOpcodeMask = 0x7800;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

void put16(std::string &wire, uint16_t value) {
    wire += static_cast<char>(value >> 8);
    wire += static_cast<char>(value);
}

void put32(std::string &wire, uint32_t value) {
    put16(wire, static_cast<uint16_t>(value >> 16));
    put16(wire, static_cast<uint16_t>(value));
}

void putName(std::string &wire, std::string_view name) {
    while (!name.empty()) {
        const size_t dot = std::min(name.find('.'), name.size());
        const std::string_view label = name.substr(0, std::min(dot, kLabelLengthMax));
        wire += static_cast<char>(label.size());
        wire += label;
        name.remove_prefix(std::min(dot + 1, name.size()));
    }
    wire += '\0';
}

/// Reads a message with bounds checks; everything after an overrun reads as zero.
class Reader {
public:
    explicit Reader(std::string_view wire, size_t at = 0) : m_wire(wire), m_at(at) {}

    bool ok() const { return m_ok; }
    size_t position() const { return m_at; }
    uint8_t u8() {
        if (m_at >= m_wire.size()) {
            m_ok = false;
            return 0;
        }
        return static_cast<uint8_t>(m_wire[m_at++]);
    }
    uint16_t u16() {
        const uint16_t high = u8();
        return static_cast<uint16_t>(high << 8 | u8());
    }
    uint32_t u32() {
        const uint32_t high = u16();
        return high << 16 | u16();
    }
    std::string_view bytes(size_t count) {
        if (count > m_wire.size() - m_at) {
            m_ok = false;
            return {};
        }
        const std::string_view taken = m_wire.substr(m_at, count);
        m_at += count;
        return taken;
    }
    /// Lower-cased; compression pointers only go backwards, so that they end.
    std::string name() {
        std::string text;
        size_t at = m_at, limit = m_at;
        bool jumped = false;
        while (m_ok) {
            if (at >= m_wire.size())
                return fail();
            const auto length = static_cast<uint8_t>(m_wire[at++]);
            if (length == 0)
                break;
            if ((length & 0xc0) == 0xc0) {
                if (at >= m_wire.size())
                    return fail();
                const size_t target = static_cast<size_t>(length & 0x3f) << 8 | static_cast<uint8_t>(m_wire[at++]);
                if (!std::exchange(jumped, true))
                    m_at = at;
                if (target >= limit || target < kHeaderSize) // no name stands in the header
                    return fail();
                at = limit = target;
                continue;
            }
            if (length > kLabelLengthMax || length > m_wire.size() - at || text.size() + length > kNameLengthMax)
                return fail();
            if (!text.empty())
                text += '.';
            for (char c : m_wire.substr(at, length)) {
                if (c == '.') // would make another name of it
                    return fail();
                text += lower(c);
            }
            at += length;
        }
        if (!jumped)
            m_at = at;
        return text;
    }

private:
    std::string fail() {
        m_ok = false;
        return {};
    }

    std::string_view m_wire;
    size_t m_at;
    bool m_ok = true;
};

void putRecord(std::string &wire, const Record &record) {
    putName(wire, record.name);
    put16(wire, static_cast<uint16_t>(record.type));
    put16(wire, kClassInternet);
    put32(wire, record.ttlSeconds);
    put16(wire, static_cast<uint16_t>(record.data.size()));
    wire += record.data;
}

Record named(std::string name, Type type, uint32_t ttlSeconds, std::string_view target) {
    Record record{std::move(name), type, ttlSeconds, {}};
    putName(record.data, target);
    return record;
}

/// Record data whose names may be compressed in the message they came in, in their plain form.
std::string plainData(Reader &reader, std::string_view wire, Type type, size_t length) {
    Reader inner(wire, reader.position());
    std::string data;
    if (type == Type::Cname || type == Type::Ptr || type == Type::Ns) {
        putName(data, inner.name());
    } else if (type == Type::Srv) {
        data = inner.bytes(6);
        putName(data, inner.name());
    }
    const std::string_view raw = reader.bytes(length);
    return data.empty() || !inner.ok() ? std::string(raw) : data;
}

} // namespace

Record Record::address(std::string name, uint32_t ttlSeconds, std::string_view ip) {
    std::array<char, 16> bytes{};
    const std::string text(ip);
    if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
        return {std::move(name), Type::A, ttlSeconds, std::string(bytes.data(), 4)};
    ::inet_pton(AF_INET6, text.c_str(), bytes.data());
    return {std::move(name), Type::Aaaa, ttlSeconds, std::string(bytes.data(), 16)};
}

Record Record::cname(std::string name, uint32_t ttlSeconds, std::string_view target) {
    return named(std::move(name), Type::Cname, ttlSeconds, target);
}

Record Record::ptr(std::string name, uint32_t ttlSeconds, std::string_view target) {
    return named(std::move(name), Type::Ptr, ttlSeconds, target);
}

Record Record::srv(std::string name, uint32_t ttlSeconds, uint16_t port, std::string_view target) {
    Record record{std::move(name), Type::Srv, ttlSeconds, {}};
    put16(record.data, 0);   // priority
    put16(record.data, 100); // weight
    put16(record.data, port);
    putName(record.data, target);
    return record;
}

Record Record::txt(std::string name, uint32_t ttlSeconds, std::string_view text) {
    Record record{std::move(name), Type::Txt, ttlSeconds, {}};
    record.data += static_cast<char>(std::min<size_t>(text.size(), 255));
    record.data += text.substr(0, 255);
    return record;
}

Record Record::soa(std::string zone, uint32_t ttlSeconds, uint32_t serial) {
    Record record{zone, Type::Soa, ttlSeconds, {}};
    putName(record.data, "ns.dns." + zone);
    putName(record.data, "hostmaster." + zone);
    for (uint32_t value : {serial, 7200u, 1800u, 86400u, 5u}) // refresh, retry, expire, negative caching
        put32(record.data, value);
    return record;
}

Result<Query::Parsed> Query::parse(std::string_view wire) {
    Reader reader(wire);
    Parsed parsed;
    Query &query = parsed.query;
    query.id = reader.u16();
    const uint16_t flags = reader.u16();
    const uint16_t questions = reader.u16(), answers = reader.u16(), authorities = reader.u16(),
                   additionals = reader.u16();
    if (!reader.ok())
        return errors::badRequest("a DNS message shorter than its header");
    if (flags & kFlagResponse)
        return errors::badRequest("a DNS answer where a query is expected");
    query.recursionDesired = flags & kFlagRecursionDesired;
    if (flags & kOpcodeMask) {
        parsed.code = ResponseCode::NotImplemented;
        return parsed;
    }
    query.question.name = reader.name();
    query.question.type = static_cast<Type>(reader.u16());
    query.question.dnsClass = reader.u16();
    if (!reader.ok() || questions != 1 || answers != 0 || authorities != 0) {
        parsed.code = ResponseCode::FormatError;
        return parsed;
    }
    query.questionWire = wire.substr(kHeaderSize, reader.position() - kHeaderSize);
    for (uint16_t i = 0; i < additionals && reader.ok(); ++i) {
        reader.name();
        const auto type = static_cast<Type>(reader.u16());
        const uint16_t size = reader.u16();
        reader.u32();
        reader.bytes(reader.u16());
        if (type == Type::Opt && reader.ok()) {
            query.edns = true;
            query.udpSize = static_cast<uint16_t>(std::clamp<size_t>(size, kUdpSizePlain, kUdpSizeMax));
        }
    }
    if (!reader.ok())
        parsed.code = ResponseCode::FormatError;
    return parsed;
}

std::string Answer::encode(const Query &query, size_t sizeMax) const {
    std::string body = query.questionWire;
    for (const auto *section : {&answers, &authorities, &additionals})
        for (const Record &record : *section)
            putRecord(body, record);
    std::string opt;
    if (query.edns) {
        opt += '\0';
        put16(opt, static_cast<uint16_t>(Type::Opt));
        put16(opt, kUdpSizeMax);
        put32(opt, 0);
        put16(opt, 0);
    }
    const bool truncated = kHeaderSize + body.size() + opt.size() > sizeMax;
    if (truncated)
        body = query.questionWire;
    uint16_t flags = kFlagResponse | static_cast<uint16_t>(code);
    flags |= authoritative ? kFlagAuthoritative : 0;
    flags |= truncated ? kFlagTruncated : 0;
    flags |= query.recursionDesired ? kFlagRecursionDesired : 0;
    flags |= recursionAvailable ? kFlagRecursionAvailable : 0;
    std::string wire;
    put16(wire, query.id);
    put16(wire, flags);
    put16(wire, query.questionWire.empty() ? 0 : 1);
    put16(wire, truncated ? 0 : static_cast<uint16_t>(answers.size()));
    put16(wire, truncated ? 0 : static_cast<uint16_t>(authorities.size()));
    put16(wire, static_cast<uint16_t>((truncated ? 0 : additionals.size()) + (query.edns ? 1 : 0)));
    return wire + body + opt;
}

Result<std::vector<Record>> parseAnswers(std::string_view wire) {
    Reader reader(wire);
    reader.u32();
    const uint16_t questions = reader.u16(), answers = reader.u16();
    reader.u32();
    for (uint16_t i = 0; i < questions && reader.ok(); ++i) {
        reader.name();
        reader.u32();
    }
    std::vector<Record> records;
    for (uint16_t i = 0; i < answers && reader.ok(); ++i) {
        Record record;
        record.name = reader.name();
        record.type = static_cast<Type>(reader.u16());
        reader.u16();
        record.ttlSeconds = reader.u32();
        const uint16_t length = reader.u16();
        record.data = plainData(reader, wire, record.type, length);
        if (reader.ok())
            records.push_back(std::move(record));
    }
    if (!reader.ok())
        return errors::badRequest("a malformed DNS answer");
    return records;
}

ResponseCode responseCode(std::string_view wire) {
    return static_cast<ResponseCode>(wire[3] & 0x0f);
}

bool isTruncated(std::string_view wire) {
    return wire[2] & 0x02;
}

uint16_t messageId(std::string_view wire) {
    return Reader(wire).u16();
}

void setMessageId(std::string &wire, uint16_t id) {
    wire[0] = static_cast<char>(id >> 8);
    wire[1] = static_cast<char>(id);
}

std::string encodeQuery(uint16_t id, const Question &question) {
    std::string wire;
    put16(wire, id);
    put16(wire, kFlagRecursionDesired);
    put16(wire, 1);
    put32(wire, 0);
    put16(wire, 0);
    putName(wire, question.name);
    put16(wire, static_cast<uint16_t>(question.type));
    put16(wire, question.dnsClass);
    return wire;
}

} // namespace coracle::network::dns
