#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace coracle {

/// Seconds east of UTC at a time: of a fixed offset ("+02:00", "-00:30") or of a zone of the system's tz database
/// ("Europe/Berlin"); nothing for what is neither.
std::optional<int64_t> zoneOffset(std::string_view zone, int64_t utcSeconds);

} // namespace coracle
