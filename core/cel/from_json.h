#pragma once

#include "core/cel/value.h"

#include <optional>

/// Values of JSON scalars, and the texts of times that schemas' formats and conversions share.
namespace coracle::cel {

/// Anything but an array or object.
Value scalarFromJson(const boost::json::value &json, const TypeNode &type);
/// The error value for a JSON value that does not have its schema's type.
Value mismatch(const boost::json::value &json, const TypeNode &type);

/// RFC 3339 with any offset; nothing for other texts. Years 1 to 9999 are in range.
std::optional<Timestamp> parseTimestamp(std::string_view text);
std::string timestampText(Timestamp time);
/// Go's time.ParseDuration.
std::optional<int64_t> parseDuration(std::string_view text);
/// Seconds with the suffix s: "1.5s".
std::string durationText(int64_t nanos);

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z
inline constexpr int64_t kTimestampSecondsMin = -62135596800;
inline constexpr int64_t kTimestampSecondsMax = 253402300799;

std::optional<std::string> decodeBase64(std::string_view text);

} // namespace coracle::cel
