#pragma once

#include "core/base/random.h"
#include "core/base/result.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include <sys/types.h>

namespace coracle::kubelet {

struct PayloadFile {
    std::string content;
    mode_t mode = 0644;
    std::optional<uid_t> owner;

    bool operator==(const PayloadFile &) const = default;
};

/// What a volume holds: relative paths ("tls/key.pem") and files.
using Payload = std::map<std::string, PayloadFile, std::less<>>;

/// Shows the payload in the folder, all of it at once: the files lie in a fresh hidden folder, `..data` is a link that
/// is swapped to it, and visible names are links through `..data` (upstream's util/atomic_writer layout, which programs
/// that watch for `..data` rely on). Nothing is touched when the payload has not changed. Group 0 of fsGroup:
/// unchanged.
Result<> writePayload(const std::filesystem::path &folder, const Payload &payload, std::optional<gid_t> fsGroup,
                      Random &random);

} // namespace coracle::kubelet
