#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::cel {

/// An absolute URI or an absolute path, in parts, as Go's net/url reads it.
struct Url {
    std::string scheme, host; ///< host: with the port; IPv6 addresses in brackets
    std::string escapedPath;
    std::string query; ///< as it is written

    /// The message of a failure is Go's.
    static Result<Url> parse(std::string_view text);

    std::string_view hostname() const; ///< without port and brackets
    std::string_view port() const;
    /// Unescaped, in the order of the text; malformed pairs are left out.
    std::vector<std::pair<std::string, std::string>> queryPairs() const;
};

} // namespace coracle::cel
