#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which versions are offered to this machine. A version is described by a JSON object: version, kubernetesVersion,
/// file (of the program, relative to the description), sha256, and, where they are known, upgradesFrom (the oldest
/// version that it may follow), channel, releasedAt, notes. A source is a file of them ({"versions": [...]}, a
/// channel), or a folder with such a file or a version.json for each version, in it or in a folder of its own.
namespace coracle::appliance {

/// "1.20.3", "v1.20.3-rc1"; a pre-release comes before its release.
struct ReleaseVersion {
    int64_t major = 0, minor = 0, patch = 0;
    std::string preRelease;

    static std::optional<ReleaseVersion> parse(std::string_view text);
    std::strong_ordering operator<=>(const ReleaseVersion &other) const;
    bool operator==(const ReleaseVersion &other) const = default;
};

struct OfferedVersion {
    std::string version, kubernetesVersion, digest, upgradesFrom, channel, notes;
    std::filesystem::path program;
    std::string releasedAt; ///< RFC 3339, or empty

    boost::json::object json() const;
};

struct UpgradeOffer {
    std::string kind;                     ///< channel, directory, none
    std::vector<OfferedVersion> versions; ///< newest first
    std::string error;                    ///< what could not be read; the rest is there
};

/// Reads the source; one that is not there offers nothing, which is no error.
UpgradeOffer readUpgradeSource(const std::filesystem::path &source);

/// Why this version may not follow the one that runs; empty when it may. Kubernetes' rule is that no minor version is
/// skipped.
std::string refusalOf(const OfferedVersion &offered, std::string_view version, std::string_view kubernetesVersion);

} // namespace coracle::appliance
