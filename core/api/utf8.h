#pragma once

#include <string>
#include <string_view>

namespace coracle::api {

bool isUtf8(std::string_view text);
/// Each byte that is not part of valid UTF-8 becomes U+FFFD, as Go's JSON decoder does.
std::string replaceInvalidUtf8(std::string_view text);

} // namespace coracle::api
