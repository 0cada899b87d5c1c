#include "clusterd/appliance/upgrade_source.h"

#include "clusterd/appliance/disk_usage.h"
#include "core/api/json_access.h"
#include "core/api/time.h"
#include "core/base/files.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cctype>
#include <charconv>
#include <fmt/format.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr const char *kDescription = "version.json";
constexpr size_t kDescriptionMax = 1u << 20;
constexpr size_t kVersionsMax = 1000, kDigestLength = 64;

/// Takes a number and what separates it from the next one.
bool takeNumber(std::string_view &text, int64_t &number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0)
        return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
}

bool takeDot(std::string_view &text) {
    const bool dot = text.starts_with('.');
    text.remove_prefix(dot ? 1 : 0);
    return dot;
}

bool isWord(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '-'; });
}

/// A description whose program lies in its own folder.
Result<OfferedVersion> parseVersion(const json::value &value, const fs::path &folder) {
    auto said = [&](std::string_view name) { return std::string(api::json::text(api::json::member(&value, name))); };
    OfferedVersion offered{.version = said("version"),
                           .kubernetesVersion = said("kubernetesVersion"),
                           .digest = said("sha256"),
                           .upgradesFrom = said("upgradesFrom"),
                           .channel = said("channel"),
                           .notes = said("notes"),
                           .releasedAt = said("releasedAt")};
    if (!ReleaseVersion::parse(offered.version))
        return errors::other(fmt::format("\"{}\" is no version", offered.version));
    const bool hex = std::ranges::all_of(offered.digest, [](unsigned char c) { return std::isxdigit(c) != 0; });
    if (offered.digest.size() != kDigestLength || !hex)
        return errors::other(fmt::format("version {}: sha256 is missing or malformed", offered.version));
    std::ranges::transform(offered.digest, offered.digest.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string file = said("file");
    offered.program = (folder / file).lexically_normal();
    if (file.empty() || !isWithin(offered.program, folder.lexically_normal()))
        return errors::other(fmt::format("version {}: its file must lie beside its description", offered.version));
    if (!offered.releasedAt.empty() && !api::Time::parse(offered.releasedAt))
        offered.releasedAt.clear();
    return offered;
}

void readDescription(const fs::path &file, UpgradeOffer &offer) {
    auto text = readFile(file, kDescriptionMax);
    boost::system::error_code error;
    const json::value value = text ? json::parse(*text, error) : json::value();
    if (!text || error || !value.is_object()) {
        offer.error = fmt::format("{}: {}", file.string(), !text ? text.error().message : "no JSON object");
        return;
    }
    const json::value *list = api::json::member(&value, "versions");
    std::vector<const json::value *> versions;
    if (list)
        for (const json::value &version : api::json::items(list))
            versions.push_back(&version);
    else
        versions.push_back(&value);
    for (const json::value *version : versions) {
        auto offered = parseVersion(*version, file.parent_path());
        if (!offered)
            offer.error = fmt::format("{}: {}", file.string(), offered.error().message);
        else if (offer.versions.size() < kVersionsMax)
            offer.versions.push_back(std::move(*offered));
    }
}

/// The minor version of "v1.36.3+clusterd1".
std::optional<std::pair<int64_t, int64_t>> kubernetesMinor(std::string_view text) {
    const auto version = ReleaseVersion::parse(text.substr(0, text.find('+')));
    return version ? std::optional(std::pair(version->major, version->minor)) : std::nullopt;
}

} // namespace

std::optional<ReleaseVersion> ReleaseVersion::parse(std::string_view text) {
    ReleaseVersion version;
    text.remove_prefix(text.starts_with('v') ? 1 : 0);
    const bool numbers = takeNumber(text, version.major) && takeDot(text) && takeNumber(text, version.minor) &&
                         takeDot(text) && takeNumber(text, version.patch);
    if (!numbers)
        return std::nullopt;
    if (text.empty())
        return version;
    if (text[0] != '-' || !isWord(text.substr(1)))
        return std::nullopt;
    version.preRelease = text.substr(1);
    return version;
}

std::strong_ordering ReleaseVersion::operator<=>(const ReleaseVersion &other) const {
    if (const auto order = std::tie(major, minor, patch) <=> std::tie(other.major, other.minor, other.patch);
        order != 0)
        return order;
    if (preRelease.empty() != other.preRelease.empty())
        return preRelease.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
    return preRelease <=> other.preRelease;
}

json::object OfferedVersion::json() const {
    json::object made{{"version", version}, {"kubernetesVersion", kubernetesVersion}};
    for (const auto &[key, value] :
         {std::pair("channel", &channel), std::pair("notes", &notes), std::pair("releasedAt", &releasedAt)})
        if (!value->empty())
            made[key] = *value;
    std::error_code error;
    if (const auto bytes = fs::file_size(program, error); !error)
        made["bytes"] = bytes;
    return made;
}

UpgradeOffer readUpgradeSource(const fs::path &source) {
    UpgradeOffer offer{.kind = "none"};
    std::error_code error;
    if (fs::is_regular_file(source, error)) {
        offer.kind = "channel";
        readDescription(source, offer);
    } else if (fs::is_directory(source, error)) {
        offer.kind = "directory";
        if (fs::exists(source / kDescription, error))
            readDescription(source / kDescription, offer);
        for (const auto &entry : fs::directory_iterator(source, error))
            if (entry.is_directory(error) && fs::exists(entry.path() / kDescription, error))
                readDescription(entry.path() / kDescription, offer);
    }
    std::ranges::stable_sort(offer.versions, std::ranges::greater(),
                             [](const OfferedVersion &offered) { return *ReleaseVersion::parse(offered.version); });
    const auto repeated = std::ranges::unique(offer.versions, {}, &OfferedVersion::version);
    offer.versions.erase(repeated.begin(), repeated.end());
    return offer;
}

std::string refusalOf(const OfferedVersion &offered, std::string_view version, std::string_view kubernetesVersion) {
    const auto runs = ReleaseVersion::parse(version), wanted = ReleaseVersion::parse(offered.version);
    if (!runs || !wanted)
        return "the versions cannot be compared";
    if (*wanted == *runs)
        return "it runs already";
    if (*wanted < *runs)
        return fmt::format("it is older than {}, which runs; restore a back-up to go back", version);
    if (const auto least = ReleaseVersion::parse(offered.upgradesFrom); least && *runs < *least)
        return fmt::format("it follows {} or later; take that one first", offered.upgradesFrom);
    const auto from = kubernetesMinor(kubernetesVersion), to = kubernetesMinor(offered.kubernetesVersion);
    if (from && to && (to->first != from->first || to->second > from->second + 1))
        return fmt::format("it skips a minor version of Kubernetes ({} after {}); take the versions between first",
                           offered.kubernetesVersion, kubernetesVersion);
    if (from && to && to->second < from->second)
        return fmt::format("its Kubernetes {} is older than {}", offered.kubernetesVersion, kubernetesVersion);
    return {};
}

} // namespace coracle::appliance
