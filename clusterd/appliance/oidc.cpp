#include "clusterd/appliance/oidc.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/configuration_routes.h"
#include "clusterd/appliance/drop_in.h"
#include "core/config/server_config.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>

namespace coracle::appliance {

namespace json = boost::json;
using config::OidcMode;
using config::OidcSettings;

namespace {

constexpr std::string_view kKind = "OidcChange";
constexpr std::string_view kArgument = "kube-apiserver-arg";

json::object describe(const OidcSettings &settings) {
    json::object made{{"issuerUrl", settings.issuerUrl},
                      {"clientId", settings.clientId},
                      {"usernameClaim", settings.usernameClaim},
                      {"signingAlgs", json::value_from(settings.signingAlgs)}};
    auto put = [&](std::string_view name, const std::string &text) {
        if (!text.empty())
            made[name] = text;
    };
    put("usernamePrefix", settings.usernamePrefix);
    put("groupsClaim", settings.groupsClaim);
    put("groupsPrefix", settings.groupsPrefix);
    put("caFile", settings.caFile.string());
    json::object claims;
    for (const auto &[name, value] : settings.requiredClaims)
        claims[name] = value;
    if (!claims.empty())
        made["requiredClaims"] = std::move(claims);
    return made;
}

/// What an exec credential plug-in (kubectl oidc-login) is told.
json::object clientConfig(const OidcSettings &settings) {
    std::string scope = "openid";
    if (settings.usernameClaim == "email")
        scope += ",email";
    if (!settings.groupsClaim.empty())
        scope += ",groups";
    return {
        {"oidc-issuer-url", settings.issuerUrl}, {"oidc-client-id", settings.clientId}, {"oidc-extra-scope", scope}};
}

/// Whether tokens of an identity provider are looked at in this version.
bool enforced() {
    const config::ComponentArgument probe{.name = "oidc-issuer-url", .value = "https://example.org"};
    const auto read = config::ApiserverArguments::from({&probe, 1});
    return read && read->withoutEffect.empty();
}

/// The oidc-* ones of what --kube-apiserver-arg says, whichever mode is chosen.
std::optional<OidcSettings> customOf(const config::Settings &settings) {
    std::vector<config::ComponentArgument> arguments;
    if (const config::Setting *setting = settings.find(kArgument))
        for (const std::string &text : setting->values)
            if (auto argument = config::parseComponentArgument(text))
                arguments.push_back(std::move(*argument));
    return OidcSettings::from(arguments).value_or(std::nullopt);
}

Result<json::object> look(const ConfigurationSource &source) {
    TRY(const config::Settings onDisk, source.onDisk());
    const config::Setting *mode = onDisk.find("oidc");
    static constexpr std::string_view kOrigins[] = {"env", "file", "drop-in", "flag"};
    const auto checked = config::ServerConfig::from(onDisk, source.product);
    const std::filesystem::path file = config::fleetOidcFile(onDisk.configFile());
    json::object made{{"mode", mode ? mode->values[0] : "custom"},
                      {"origin", mode ? kOrigins[static_cast<size_t>(mode->from)] : "default"},
                      {"effective", checked && checked->oidc.has_value()},
                      {"enforced", enforced()},
                      {"inheritedFile", file.string()},
                      {"pendingRestart", pendingRestart(source)}};
    if (const auto custom = customOf(onDisk))
        made["settings"] = describe(*custom);
    if (const auto fleet = config::readFleetOidc(file))
        if (const auto inherited = OidcSettings::from(*fleet); inherited && *inherited)
            made["inherited"] = describe(**inherited);
    if (checked && checked->oidc)
        made["clientConfig"] = clientConfig(*checked->oidc);
    return made;
}

struct OidcChange {
    OidcMode mode = OidcMode::Custom;
    OidcSettings settings;
    Timing timing;

    static Result<OidcChange> parse(const http::Request &request);
};

Result<OidcChange> OidcChange::parse(const http::Request &request) {
    TRY(BodyReader body, BodyReader::parse(request.body));
    OidcChange change;
    const auto mode =
        config::parseOidcMode(body.oneOf("mode", {std::begin(config::kOidcModes), std::end(config::kOidcModes)}));
    change.mode = mode.value_or(OidcMode::None);
    change.timing = Timing::from(body);
    const json::object *given = body.object("settings");
    if (change.mode == OidcMode::Custom && !given)
        body.fail("settings", "FieldValueRequired", "say which identity provider");
    if (change.mode != OidcMode::Custom && given)
        body.fail("settings", "FieldValueForbidden", "only with mode custom");
    if (!given || change.mode != OidcMode::Custom) {
        CHECK(body.finish(kKind));
        return change;
    }
    BodyReader nested(*given, "settings");
    OidcSettings &settings = change.settings;
    auto text = [&](std::string_view name, std::string &member) { member = nested.text(name).value_or(member); };
    text("issuerUrl", settings.issuerUrl);
    text("clientId", settings.clientId);
    text("usernameClaim", settings.usernameClaim);
    text("usernamePrefix", settings.usernamePrefix);
    text("groupsClaim", settings.groupsClaim);
    text("groupsPrefix", settings.groupsPrefix);
    settings.caFile = nested.text("caFile").value_or("");
    if (nested.has("signingAlgs"))
        settings.signingAlgs = nested.texts("signingAlgs");
    if (const json::object *claims = nested.object("requiredClaims"))
        for (const auto &[name, value] : *claims) {
            if (value.is_string())
                settings.requiredClaims[name] = value.get_string();
            else
                nested.fail("requiredClaims", "FieldValueTypeInvalid", "values must be strings");
        }
    auto causes = nested.causes();
    if (auto valid = settings.validate(); !valid && causes.empty())
        for (const StatusCause &cause : valid.error().causes)
            causes.push_back({cause.reason, cause.message, "settings." + cause.field});
    body.add(std::move(causes));
    CHECK(body.finish(kKind));
    return change;
}

/// As options. Arguments of other purposes in our drop-in stay; without any, ours are appended to what files say.
Result<OptionChanges> optionsFor(const ConfigurationSource &source, const OidcChange &change) {
    OptionChanges changes;
    changes["oidc"].values =
        std::vector<std::string>{std::string(config::kOidcModes[static_cast<size_t>(change.mode)])};
    TRY(const config::FileEntries entries, readDropIn(source.managedFile()));
    const auto saved = entries.find(kArgument);
    std::vector<std::string> arguments;
    if (saved != entries.end())
        std::ranges::copy_if(saved->second.values, std::back_inserter(arguments),
                             [](const std::string &text) { return !config::isOidcArgument(text); });
    if (change.mode == OidcMode::Custom)
        std::ranges::move(change.settings.arguments(), std::back_inserter(arguments));
    if (saved == entries.end() && arguments.empty())
        return changes;
    OptionChange &argument = changes[std::string(kArgument)];
    argument.appends = saved == entries.end() || saved->second.appends;
    if (!arguments.empty() || !argument.appends)
        argument.values = std::move(arguments);
    return changes;
}

Task<Result<Reply>> show(const ConfigurationSource &source) {
    CO_TRY(const json::object found, look(source));
    co_return Reply::json(found);
}

Task<Result<Reply>> validate(Call &call, const ConfigurationSource &source) {
    CO_TRY(const OidcChange change, OidcChange::parse(call.request));
    CO_TRY(const OptionChanges changes, optionsFor(source, change));
    co_return Reply::json(planChange(source, changes).json());
}

Task<Result<Reply>> apply(Call &call, const ConfigurationSource &source, Restarter &restarter) {
    CO_TRY(const OidcChange change, OidcChange::parse(call.request));
    CO_TRY(const OptionChanges changes, optionsFor(source, change));
    const ChangePlan plan = planChange(source, changes);
    co_return applyPlan(source, restarter, plan, change.timing, kKind);
}

} // namespace

void addOidcRoutes(Router &router, const ConfigurationSource &source, Restarter &restarter) {
    router.add("GET", "/oidc", [&source](Call &) { return show(source); });
    router.add("PUT", "/oidc", [&source, &restarter](Call &call) { return apply(call, source, restarter); });
    router.add("POST", "/oidc/validate", [&source](Call &call) { return validate(call, source); });
}

} // namespace coracle::appliance
