#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>

/// Small encodings and checks around keys. Byte strings are std::string.
namespace coracle::pki {

std::string base64(std::string_view bytes); ///< standard alphabet with padding
/// Strict standard base64; nothing when the text is malformed.
std::optional<std::string> fromBase64(std::string_view text);
std::string base64Url(std::string_view bytes); ///< URL alphabet without padding (RFC 7515)
std::optional<std::string> fromBase64Url(std::string_view text);
std::string hex(std::string_view bytes); ///< lower-case

std::string sha256(std::string_view bytes); ///< 32 bytes
std::string sha256Hex(std::string_view bytes);
std::string hmacSha256(std::string_view key, std::string_view bytes);

/// Compares in a time that depends on the lengths only; for secrets.
bool constantTimeEqual(std::string_view a, std::string_view b);

/// From the cryptographic generator; fit for keys and tokens.
std::string randomBytes(size_t count);

/// An IP address in network byte order: 4 or 16 bytes. Nothing when the text is not one in canonical notation.
std::optional<std::string> ipToBytes(std::string_view text);
std::string ipFromBytes(std::string_view bytes);

} // namespace coracle::pki
