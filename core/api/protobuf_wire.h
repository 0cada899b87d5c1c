#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// The wire format of protocol buffers, as far as Kubernetes uses it.
namespace coracle::api::wire {

enum Type : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

inline void appendVarint(std::string &out, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        out += char(value | 0x80);
    out += char(value);
}

inline void appendTag(std::string &out, uint32_t number, Type type) {
    appendVarint(out, uint64_t(number) << 3 | type);
}

inline void appendInt(std::string &out, uint32_t number, int64_t value) {
    appendTag(out, number, Varint);
    appendVarint(out, uint64_t(value));
}

inline void appendDouble(std::string &out, uint32_t number, double value) {
    appendTag(out, number, Fixed64);
    uint64_t bits = std::bit_cast<uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8)
        out += char(bits);
}

inline void appendBytes(std::string &out, uint32_t number, std::string_view bytes) {
    appendTag(out, number, Bytes);
    appendVarint(out, bytes.size());
    out += bytes;
}

/// A field of a message.
struct Field {
    uint32_t number = 0;
    Type type = Varint;
    uint64_t scalar = 0; ///< of Varint and Fixed
    std::string_view bytes;

    double asDouble() const { return std::bit_cast<double>(scalar); }
};

/// Goes through the fields of a message.
class Reader {
public:
    explicit Reader(std::string_view message) : m_rest(message) {}

    /// False at the end and on bad data; valid() tells which.
    bool next(Field &field) {
        if (m_rest.empty() || !m_valid)
            return false;
        uint64_t tag = 0, length = 0;
        m_valid = varint(tag) && tag >> 3 != 0 && tag >> 3 <= UINT32_MAX;
        if (!m_valid)
            return false;
        field = {uint32_t(tag >> 3), Type(tag & 7), 0, {}};
        switch (field.type) {
        case Varint:
            return m_valid = varint(field.scalar);
        case Fixed64:
            return m_valid = fixed(field.scalar, 8);
        case Fixed32:
            return m_valid = fixed(field.scalar, 4);
        case Bytes:
            m_valid = varint(length) && length <= m_rest.size();
            if (m_valid) {
                field.bytes = m_rest.substr(0, length);
                m_rest.remove_prefix(length);
            }
            return m_valid;
        }
        return m_valid = false; // groups are not in use
    }

    /// The next value of a packed list of varints.
    bool nextPacked(uint64_t &value) { return !m_rest.empty() && (m_valid = m_valid && varint(value)); }

    bool valid() const { return m_valid; }

private:
    bool varint(uint64_t &value) {
        value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (m_rest.empty())
                return false;
            const auto byte = static_cast<unsigned char>(m_rest.front());
            m_rest.remove_prefix(1);
            value |= uint64_t(byte & 0x7F) << shift;
            if (byte < 0x80)
                return true;
        }
        return false;
    }

    bool fixed(uint64_t &value, size_t size) {
        if (m_rest.size() < size)
            return false;
        for (size_t i = 0; i < size; ++i)
            value |= uint64_t(static_cast<unsigned char>(m_rest[i])) << (8 * i);
        m_rest.remove_prefix(size);
        return true;
    }

    std::string_view m_rest;
    bool m_valid = true;
};

} // namespace coracle::api::wire
