#include "core/config/oidc_settings.h"

#include "core/base/files.h"
#include "core/config/config_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::config {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "oidc-";
constexpr size_t kFileBytesMax = 64u << 10;
/// What kube-apiserver takes (--oidc-signing-algs).
constexpr std::string_view kAlgorithms[] = {"RS256", "RS384", "RS512", "ES256", "ES384",
                                            "ES512", "PS256", "PS384", "PS512"};

struct TextArgument {
    std::string_view name;
    std::string OidcSettings::*member;
};
constexpr TextArgument kTexts[] = {
    {"oidc-issuer-url", &OidcSettings::issuerUrl},         {"oidc-client-id", &OidcSettings::clientId},
    {"oidc-username-claim", &OidcSettings::usernameClaim}, {"oidc-username-prefix", &OidcSettings::usernamePrefix},
    {"oidc-groups-claim", &OidcSettings::groupsClaim},     {"oidc-groups-prefix", &OidcSettings::groupsPrefix}};

Failure wrong(std::string field, std::string message) {
    Failure failure = errors::other(fmt::format("{}: {}", field, message));
    failure.error().causes = {{"FieldValueInvalid", std::move(message), std::move(field)}};
    return failure;
}

Result<> take(OidcSettings &settings, const ComponentArgument &argument) {
    const auto row = std::ranges::find(kTexts, argument.name, &TextArgument::name);
    if (row != std::end(kTexts)) {
        settings.*row->member = argument.value;
    } else if (argument.name == "oidc-required-claim") {
        for (const std::string &claim : splitCommas(argument.value)) {
            const size_t equals = claim.find('=');
            if (equals == claim.npos || equals == 0)
                return wrong("requiredClaims", fmt::format("\"{}\" is not of the form name=value", claim));
            settings.requiredClaims[claim.substr(0, equals)] = claim.substr(equals + 1);
        }
    } else if (argument.name == "oidc-signing-algs") {
        settings.signingAlgs = splitCommas(argument.value);
    } else if (argument.name == "oidc-ca-file") {
        settings.caFile = argument.value;
    } else {
        return wrong(argument.name, "there is no such argument of kube-apiserver");
    }
    return {};
}

} // namespace

Result<OidcMode> parseOidcMode(std::string_view text) {
    const auto found = std::ranges::find(kOidcModes, text);
    if (found == std::end(kOidcModes))
        return errors::other(fmt::format("\"{}\" is not one of {}", text, fmt::join(kOidcModes, "|")));
    return static_cast<OidcMode>(found - std::begin(kOidcModes));
}

Result<std::optional<OidcSettings>> OidcSettings::from(std::span<const ComponentArgument> arguments) {
    std::optional<OidcSettings> settings;
    for (const ComponentArgument &argument : arguments) {
        if (!argument.name.starts_with(kPrefix))
            continue;
        if (!settings)
            settings.emplace();
        CHECK(take(*settings, argument));
    }
    if (settings)
        CHECK(settings->validate());
    return settings;
}

std::vector<std::string> OidcSettings::arguments() const {
    const OidcSettings defaults;
    std::vector<std::string> all;
    for (const TextArgument &row : kTexts)
        if (this->*row.member != defaults.*row.member)
            all.push_back(fmt::format("{}={}", row.name, this->*row.member));
    for (const auto &[name, value] : requiredClaims)
        all.push_back(fmt::format("oidc-required-claim={}={}", name, value));
    if (signingAlgs != defaults.signingAlgs)
        all.push_back(fmt::format("oidc-signing-algs={}", fmt::join(signingAlgs, ",")));
    if (!caFile.empty())
        all.push_back(fmt::format("oidc-ca-file={}", caFile.string()));
    return all;
}

Result<> OidcSettings::validate() const {
    constexpr std::string_view kScheme = "https://";
    if (!issuerUrl.starts_with(kScheme) || issuerUrl.size() == kScheme.size())
        return wrong("issuerUrl", "must be an address that begins with https://");
    if (issuerUrl.find_first_of(" ?#@") != issuerUrl.npos)
        return wrong("issuerUrl", "may hold no query, fragment, user or blanks");
    if (clientId.empty())
        return wrong("clientId", "is needed: what the identity provider knows this cluster as");
    if (usernameClaim.empty())
        return wrong("usernameClaim", "may not be empty");
    if (signingAlgs.empty())
        return wrong("signingAlgs", "may not be empty");
    for (const std::string &algorithm : signingAlgs)
        if (std::ranges::find(kAlgorithms, algorithm) == std::end(kAlgorithms))
            return wrong("signingAlgs", fmt::format("\"{}\" is not one of {}", algorithm, fmt::join(kAlgorithms, "|")));
    if (!caFile.empty() && !caFile.is_absolute())
        return wrong("caFile", "must be an absolute path");
    return {};
}

bool isOidcArgument(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of('-'), text.size()));
    return text.starts_with(kPrefix);
}

fs::path fleetOidcFile(const fs::path &configFile) {
    return configFile.parent_path() / "oidc.yaml";
}

Result<std::vector<ComponentArgument>> readFleetOidc(const fs::path &file) {
    std::vector<ComponentArgument> arguments;
    std::error_code error;
    if (!fs::exists(file, error))
        return arguments;
    TRY(const std::string text, readFile(file, kFileBytesMax));
    TRY(const FileEntries entries, parseConfigText(text, file.string()));
    for (const auto &[name, entry] : entries) {
        if (!name.starts_with(kPrefix))
            return errors::other(fmt::format("{}: unknown key \"{}\"; its keys are kube-apiserver's oidc-* arguments",
                                             file.string(), name));
        for (const std::string &value : entry.values)
            arguments.push_back({.name = name, .value = value});
    }
    return arguments;
}

} // namespace coracle::config
