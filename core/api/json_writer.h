#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Appends pieces of compact JSON to a string.
namespace coracle::api::json {

/// With quotes; control characters, quotes and backslashes are escaped.
void appendString(std::string &out, std::string_view value);
void appendInt(std::string &out, int64_t value);
/// As Go's encoding/json writes a float64: the shortest text that reads back the same. NaN and infinities become null.
void appendDouble(std::string &out, double value);

/// Standard base64 with padding.
void appendBase64(std::string &out, std::string_view bytes);
/// False when the text is no base64 (line breaks are allowed, as in Go).
bool decodeBase64(std::string_view text, std::string &bytes);

} // namespace coracle::api::json
