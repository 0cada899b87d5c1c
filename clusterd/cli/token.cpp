#include "core/config/token.h"
#include "clusterd/cli/api_access.h"
#include "clusterd/cli/arguments.h"
#include "clusterd/cli/command.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "core/base/clock.h"
#include "core/config/values.h"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>

/// Bootstrap tokens: Secrets of type bootstrap.kubernetes.io/token in kube-system.
namespace coracle::cli {

namespace {

constexpr std::string_view kType = "bootstrap.kubernetes.io/token";
constexpr std::string_view kNamespace = "kube-system";
constexpr std::string_view kNamePrefix = "bootstrap-token-";
constexpr std::string_view kDefaultGroup = "system:bootstrappers:clusterd:default-node-token";

const std::vector<Argument> kArguments{
    {.name = "data-dir", .shortName = 'd', .help = "folder that holds all state", .environment = "DATA_DIR"},
    {.name = "kubeconfig", .help = "kubeconfig of the cluster"},
    {.name = "description", .help = "what the token is for (create)"},
    {.name = "groups", .list = true, .help = "groups of who uses the token (create)", .defaultText = kDefaultGroup},
    {.name = "ttl", .help = "how long the token is good; 0: for ever (create)", .defaultText = "24h"},
    {.name = "usages",
     .list = true,
     .help = "what the token is good for (create)",
     .defaultText = "signing,authentication"},
    {.name = "output", .shortName = 'o', .help = "text or json (list)", .defaultText = "text"},
};

Result<ParsedArguments> parse(const Invocation &invocation, std::string_view usage, std::string_view purpose) {
    TRY(auto parsed, parseArguments(kArguments, invocation.arguments));
    if (parsed.help)
        fmt::print("{}", helpText({.command = invocation.command,
                                   .purpose = std::string(purpose),
                                   .usage = std::string(usage),
                                   .arguments = kArguments}));
    return parsed;
}

std::string stamp(WallTime time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::time_point_cast<std::chrono::seconds>(time));
}

Result<corev1::Secret> makeSecret(const ParsedArguments &parsed, const config::Token &token) {
    corev1::Secret secret;
    secret.metadata.name = std::string(kNamePrefix) + token.bootstrapId();
    secret.metadata.namespace_ = kNamespace;
    secret.type = kType;
    auto &data = secret.data;
    data["token-id"] = token.bootstrapId();
    data["token-secret"] = token.password.substr(token.bootstrapId().size() + 1);
    if (const std::string description = parsed.value("description"); !description.empty())
        data["description"] = description;
    TRY(const auto ttl, config::parseDuration(parsed.value("ttl", "24h")));
    if (ttl.count() < 0)
        return errors::other("--ttl: the time must not be negative");
    if (ttl.count() > 0)
        data["expiration"] = stamp(systemClock().now() + std::chrono::duration_cast<std::chrono::microseconds>(ttl));
    for (const std::string &usage :
         parsed.has("usages") ? parsed.values("usages") : config::splitCommas("signing,authentication"))
        for (const std::string &one : config::splitCommas(usage)) {
            if (one != "signing" && one != "authentication")
                return errors::other(fmt::format("--usages: \"{}\" is not one of signing|authentication", one));
            data["usage-bootstrap-" + one] = "true";
        }
    std::string groups;
    for (const std::string &given :
         parsed.has("groups") ? parsed.values("groups") : std::vector<std::string>{std::string(kDefaultGroup)})
        for (const std::string &group : config::splitCommas(given)) {
            if (!group.starts_with("system:bootstrappers:"))
                return errors::other(fmt::format("--groups: \"{}\" does not begin with system:bootstrappers:", group));
            groups += (groups.empty() ? "" : ",") + group;
        }
    data["auth-extra-groups"] = groups;
    return secret;
}

Result<int> create(const Invocation &invocation) {
    TRY(const auto parsed, parse(invocation, "[OPTIONS] [token]", "make a token that agents can join with"));
    if (parsed.help)
        return 0;
    const std::string text =
        parsed.positionals.empty() ? config::generateBootstrapToken(systemRandom()) : parsed.positionals[0];
    auto token = config::Token::parse(text);
    if (!token || !token->isBootstrap())
        return errors::other("the token must have the form [a-z0-9]{6}.[a-z0-9]{16}");
    TRY(const corev1::Secret secret, makeSecret(parsed, *token));
    TRY(auto access, ApiAccess::open(invocation, parsed.value("kubeconfig")));
    CHECK(access.create(corev1::Secret::resource(), std::string(kNamespace), api::encode(secret)));
    TRY(token->caHash, config::caHash(access.caPem()));
    fmt::print("{}\n", token->text());
    return 0;
}

Result<int> remove(const Invocation &invocation) {
    TRY(const auto parsed, parse(invocation, "[OPTIONS] token...", "delete tokens by id or text"));
    if (parsed.help)
        return 0;
    if (parsed.positionals.empty())
        return errors::other("which token? Give its id, as `token list` shows it");
    TRY(auto access, ApiAccess::open(invocation, parsed.value("kubeconfig")));
    for (const std::string &text : parsed.positionals) {
        auto token = config::Token::parse(text);
        const std::string id = token && token->isBootstrap() ? token->bootstrapId() : text;
        CHECK(access.remove(corev1::Secret::resource(), std::string(kNamespace), std::string(kNamePrefix) + id));
        fmt::print("bootstrap token \"{}\" deleted\n", id);
    }
    return 0;
}

Result<int> generate(const Invocation &invocation) {
    TRY(const auto parsed, parse(invocation, "", "print a token without storing it"));
    if (!parsed.help)
        fmt::print("{}\n", config::generateBootstrapToken(systemRandom()));
    return 0;
}

std::string field(const corev1::Secret &secret, const char *key) {
    auto found = secret.data.find(key);
    return found == secret.data.end() ? std::string() : std::string(found->second);
}

Result<int> list(const Invocation &invocation) {
    TRY(const auto parsed, parse(invocation, "[OPTIONS]", "list the tokens"));
    if (parsed.help)
        return 0;
    const std::string form = parsed.value("output", "text");
    if (form != "text" && form != "json")
        return errors::other(fmt::format("--output: \"{}\" is not one of text|json", form));
    TRY(auto access, ApiAccess::open(invocation, parsed.value("kubeconfig")));
    TRY(const auto objects,
        access.list(corev1::Secret::resource(), std::string(kNamespace), "type=" + std::string(kType)));
    if (form == "text")
        fmt::print("{:<26}{:<22}{:<24}{}\n", "TOKEN", "EXPIRES", "USAGES", "DESCRIPTION");
    for (const auto &object : objects) {
        TRY(const auto secret, api::decode<corev1::Secret>(*object));
        if (form == "json") {
            fmt::print("{}\n", object->json());
            continue;
        }
        std::string usages;
        for (const char *usage : {"signing", "authentication"})
            if (field(secret, (std::string("usage-bootstrap-") + usage).c_str()) == "true")
                usages += (usages.empty() ? "" : ",") + std::string(usage);
        const std::string expires = field(secret, "expiration");
        // The secret half stays in the Secret: the id is enough to delete a token.
        fmt::print("{:<26}{:<22}{:<24}{}\n", field(secret, "token-id"), expires.empty() ? "<never>" : expires, usages,
                   field(secret, "description"));
    }
    return 0;
}

} // namespace

Result<int> runToken(const Invocation &invocation) {
    static constexpr Command kCommands[] = {
        {"create", "make a token that agents can join with", create},
        {"delete", "delete tokens by id or text", remove},
        {"generate", "print a token without storing it", generate},
        {"list", "list the tokens", list},
    };
    return runSubcommand(invocation, "manage the tokens that nodes join with", kCommands);
}

} // namespace coracle::cli
