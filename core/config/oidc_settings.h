#pragma once

#include "core/base/result.h"
#include "core/config/values.h"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Who tells the API server who people are: kube-apiserver's oidc-* arguments as a whole.
namespace coracle::config {

/// Where the settings come from.
enum class OidcMode {
    None,    ///< no identity provider, whatever else is configured
    Custom,  ///< --kube-apiserver-arg
    Inherit, ///< the fleet's file beside the configuration file
};
inline constexpr std::string_view kOidcModes[] = {"none", "custom", "inherit"}; ///< in the order of OidcMode
Result<OidcMode> parseOidcMode(std::string_view text);

struct OidcSettings {
    std::string issuerUrl, clientId;
    std::string usernameClaim = "sub", usernamePrefix; ///< an empty prefix is kube-apiserver's default, "-" none
    std::string groupsClaim, groupsPrefix;
    std::map<std::string, std::string> requiredClaims;
    std::vector<std::string> signingAlgs{"RS256"};
    std::filesystem::path caFile; ///< empty: the system's CAs

    friend bool operator==(const OidcSettings &, const OidcSettings &) = default;

    /// The oidc-* ones of kube-apiserver's arguments; nothing when there are none. An error's cause names the member
    /// that is wrong, by its name here.
    static Result<std::optional<OidcSettings>> from(std::span<const ComponentArgument> arguments);
    /// The same way round: "oidc-issuer-url=https://...". Defaults are left out.
    std::vector<std::string> arguments() const;
    /// What kube-apiserver asks for: an issuer with https, and a client.
    Result<> validate() const;
};

/// Whether a text of --kube-apiserver-arg is about this.
bool isOidcArgument(std::string_view text);

/// The fleet's settings: `oidc-issuer-url: ...` lines with kube-apiserver's names. None when the file is not there.
std::filesystem::path fleetOidcFile(const std::filesystem::path &configFile);
Result<std::vector<ComponentArgument>> readFleetOidc(const std::filesystem::path &file);

} // namespace coracle::config
