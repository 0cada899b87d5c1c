#include "core/api/version_order.h"

#include <charconv>
#include <tuple>

namespace coracle::api {

namespace {

/// Sorts before others: stable versions, then beta, then alpha; in each the higher number first
/// (k8s.io/apimachinery version.CompareKubeAwareVersionStrings).
auto versionRank(std::string_view version) {
    int stability = 3, major = 0, minor = 0; // stability 3: not of the form v1, v1beta2
    if (version.starts_with('v')) {
        const char *end = version.data() + version.size();
        auto [next, error] = std::from_chars(version.data() + 1, end, major);
        std::string_view rest(next, end - next);
        if (error == std::errc() && rest.empty())
            stability = 0;
        else if (error == std::errc() && (rest.starts_with("beta") || rest.starts_with("alpha"))) {
            stability = rest.starts_with("beta") ? 1 : 2;
            std::from_chars(next + (stability == 1 ? 4 : 5), end, minor);
        }
    }
    return std::tuple(stability, -major, -minor, version);
}

} // namespace

int compareVersions(std::string_view a, std::string_view b) {
    const auto left = versionRank(a), right = versionRank(b);
    return left < right ? -1 : right < left ? 1 : 0;
}

} // namespace coracle::api
