#include "core/config/token.h"
#include "clusterd/appliance/bootstrap_token.h"
#include "clusterd/cli/api_access.h"
#include "clusterd/cli/arguments.h"
#include "clusterd/cli/command.h"
#include "core/api/time.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "core/base/clock.h"
#include "core/config/values.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

/// Bootstrap tokens: Secrets of type bootstrap.kubernetes.io/token in kube-system.
namespace coracle::cli {

namespace {

constexpr std::string_view kNamespace = appliance::kTokenNamespace;

const std::vector<Argument> kArguments{
    {.name = "data-dir", .shortName = 'd', .help = "folder that holds all state", .environment = "DATA_DIR"},
    {.name = "kubeconfig", .help = "kubeconfig of the cluster"},
    {.name = "description", .help = "what the token is for (create)"},
    {.name = "groups",
     .list = true,
     .help = "groups of who uses the token (create)",
     .defaultText = appliance::kTokenGroup},
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

Result<corev1::Secret> makeSecret(const ParsedArguments &parsed, const config::Token &token) {
    appliance::BootstrapToken made;
    made.id = token.bootstrapId();
    made.secret = token.password.substr(made.id.size() + 1);
    made.description = parsed.value("description");
    TRY(const auto ttl, config::parseDuration(parsed.value("ttl", "24h")));
    if (ttl.count() < 0)
        return errors::other("--ttl: the time must not be negative");
    if (ttl.count() > 0)
        made.expiresAt = systemClock().now() + std::chrono::duration_cast<std::chrono::microseconds>(ttl);
    auto given = [&](std::string_view name, std::vector<std::string> absent) {
        std::vector<std::string> all;
        for (const std::string &texts : parsed.has(name) ? parsed.values(name) : absent)
            std::ranges::move(config::splitCommas(texts), std::back_inserter(all));
        return all;
    };
    made.usages = given("usages", {"signing", "authentication"});
    made.groups = given("groups", {std::string(appliance::kTokenGroup)});
    auto secret = made.toSecret();
    if (!secret)
        return errors::other("--" + secret.error().message);
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
        CHECK(access.remove(corev1::Secret::resource(), std::string(kNamespace), appliance::tokenSecretName(id)));
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

Result<int> list(const Invocation &invocation) {
    TRY(const auto parsed, parse(invocation, "[OPTIONS]", "list the tokens"));
    if (parsed.help)
        return 0;
    const std::string form = parsed.value("output", "text");
    if (form != "text" && form != "json")
        return errors::other(fmt::format("--output: \"{}\" is not one of text|json", form));
    TRY(auto access, ApiAccess::open(invocation, parsed.value("kubeconfig")));
    TRY(const auto objects, access.list(corev1::Secret::resource(), std::string(kNamespace),
                                        "type=" + std::string(appliance::kTokenSecretType)));
    if (form == "text")
        fmt::print("{:<26}{:<22}{:<24}{}\n", "TOKEN", "EXPIRES", "USAGES", "DESCRIPTION");
    for (const auto &object : objects) {
        TRY(const auto secret, api::decode<corev1::Secret>(*object));
        if (form == "json") {
            fmt::print("{}\n", object->json());
            continue;
        }
        const auto token = appliance::BootstrapToken::from(secret);
        // The secret half stays in the Secret: the id is enough to delete a token.
        fmt::print("{:<26}{:<22}{:<24}{}\n", token.id, token.expiresAt ? api::Time(*token.expiresAt).text() : "<never>",
                   fmt::format("{}", fmt::join(token.usages, ",")), token.description);
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
