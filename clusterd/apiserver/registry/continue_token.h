#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace coracle::apiserver {

/// Where a paged LIST goes on (k8s.io/apiserver storage continue): base64 JSON, opaque to clients.
struct ContinueToken {
    int64_t revision = 0; ///< of the first page; negative: the newest state will do (an inconsistent continuation)
    std::string start;    ///< the first key of the next page, relative to the list's prefix

    std::string encode() const;
    /// 400 in the standard words for a token that this server cannot have made.
    static Result<ContinueToken> decode(std::string_view text);
};

} // namespace coracle::apiserver
