#pragma once

#include <string_view>

namespace coracle::apiserver {

/// Whether a text has an OpenAPI format ("ipv4", "date-time", "uuid", ...). Formats that Kubernetes does not check are
/// passed.
bool hasFormat(std::string_view format, std::string_view text);

} // namespace coracle::apiserver
