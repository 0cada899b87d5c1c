#include "core/pki/encoding.h"

#include <arpa/inet.h>
#include <array>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace coracle::pki {

namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<int8_t, 256> inverse(std::string_view alphabet) {
    std::array<int8_t, 256> table{};
    table.fill(-1);
    for (size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<int8_t>(i);
    return table;
}

constexpr auto kStandardInverse = inverse(kStandard);
constexpr auto kUrlInverse = inverse(kUrl);

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (size_t i = 0; i < bytes.size(); i += 3) {
        const size_t count = std::min<size_t>(3, bytes.size() - i);
        uint32_t group = 0;
        for (size_t j = 0; j < 3; ++j)
            group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
        for (size_t j = 0; j < 4; ++j) {
            if (j <= count)
                text += alphabet[group >> (18 - 6 * j) & 63];
            else if (padded)
                text += '=';
        }
    }
    return text;
}

/// Takes text without padding; the unused bits of the last letter must be zero, so that each value has one text.
std::optional<std::string> decode(std::string_view text, const std::array<int8_t, 256> &table) {
    if (text.size() % 4 == 1)
        return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    uint32_t bits = 0;
    int held = 0;
    for (const char letter : text) {
        const int value = table[static_cast<unsigned char>(letter)];
        if (value < 0)
            return std::nullopt;
        bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xffffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held & 0xff);
        }
    }
    if ((bits & ((1u << held) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

} // namespace

std::string base64(std::string_view bytes) {
    return encode(bytes, kStandard, true);
}

std::optional<std::string> fromBase64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i)
        text.remove_suffix(1);
    return decode(text, kStandardInverse);
}

std::string base64Url(std::string_view bytes) {
    return encode(bytes, kUrl, false);
}

std::optional<std::string> fromBase64Url(std::string_view text) {
    return decode(text, kUrlInverse);
}

std::string hex(std::string_view bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        text += kDigits[static_cast<unsigned char>(byte) >> 4];
        text += kDigits[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

std::string sha256(std::string_view bytes) {
    std::string digest(32, '\0');
    EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char *>(digest.data()), nullptr, EVP_sha256(),
               nullptr);
    return digest;
}

std::string sha256Hex(std::string_view bytes) {
    return hex(sha256(bytes));
}

std::string hmacSha256(std::string_view key, std::string_view bytes) {
    std::string digest(32, '\0');
    unsigned int size = 32;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char *>(bytes.data()),
         bytes.size(), reinterpret_cast<unsigned char *>(digest.data()), &size);
    return digest;
}

bool constantTimeEqual(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string randomBytes(size_t count) {
    std::string bytes(count, '\0');
    // The generator seeds itself from the kernel; a failure means that the process cannot have any secret.
    if (RAND_bytes(reinterpret_cast<unsigned char *>(bytes.data()), static_cast<int>(count)) != 1)
        std::abort();
    return bytes;
}

std::optional<std::string> ipToBytes(std::string_view text) {
    const std::string address(text);
    if (text.find('\0') != text.npos)
        return std::nullopt;
    std::string bytes(16, '\0');
    if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1)
        return bytes;
    bytes.resize(4);
    if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1)
        return bytes;
    return std::nullopt;
}

std::string ipFromBytes(std::string_view bytes) {
    char text[INET6_ADDRSTRLEN] = "";
    if (bytes.size() == 4 || bytes.size() == 16)
        ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
    return text;
}

} // namespace coracle::pki
