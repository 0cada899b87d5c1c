#include "clusterd/appliance/bootstrap_token.h"

#include "core/api/time.h"
#include "core/config/values.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::appliance {

namespace {

constexpr std::string_view kGroupPrefix = "system:bootstrappers:";

Failure wrong(std::string field, std::string message) {
    Failure failure = errors::other(fmt::format("{}: {}", field, message));
    failure.error().causes = {{"FieldValueInvalid", std::move(message), std::move(field)}};
    return failure;
}

std::string dataOf(const corev1::Secret &secret, const char *key) {
    const auto found = secret.data.find(key);
    return found == secret.data.end() ? std::string() : std::string(found->second);
}

} // namespace

std::string tokenSecretName(std::string_view id) {
    return fmt::format("bootstrap-token-{}", id);
}

BootstrapToken BootstrapToken::generate(Random &random) {
    const std::string text = config::generateBootstrapToken(random);
    const size_t dot = text.find('.');
    BootstrapToken token;
    token.id = text.substr(0, dot);
    token.secret = text.substr(dot + 1);
    return token;
}

BootstrapToken BootstrapToken::from(const corev1::Secret &secret) {
    BootstrapToken token;
    token.id = dataOf(secret, "token-id");
    token.secret = dataOf(secret, "token-secret");
    token.description = dataOf(secret, "description");
    if (secret.metadata.creationTimestamp)
        token.createdAt = *secret.metadata.creationTimestamp;
    if (auto expires = api::Time::parse(dataOf(secret, "expiration")); expires && *expires)
        token.expiresAt = **expires;
    for (const std::string_view usage : kTokenUsages)
        if (dataOf(secret, fmt::format("usage-bootstrap-{}", usage).c_str()) == "true")
            token.usages.emplace_back(usage);
    for (const std::string &group : config::splitCommas(dataOf(secret, "auth-extra-groups")))
        if (!group.empty())
            token.groups.push_back(group);
    return token;
}

Result<corev1::Secret> BootstrapToken::toSecret() const {
    corev1::Secret made;
    made.metadata.name = tokenSecretName(id);
    made.metadata.namespace_ = kTokenNamespace;
    made.type = kTokenSecretType;
    auto &data = made.data;
    data["token-id"] = id;
    data["token-secret"] = secret;
    if (!description.empty())
        data["description"] = description;
    if (expiresAt)
        data["expiration"] = api::Time(*expiresAt).text();
    for (const std::string &usage : usages) {
        if (std::ranges::find(kTokenUsages, usage) == std::end(kTokenUsages))
            return wrong("usages", fmt::format("\"{}\" is not one of {}", usage, fmt::join(kTokenUsages, "|")));
        data["usage-bootstrap-" + usage] = "true";
    }
    for (const std::string &group : groups)
        if (!group.starts_with(kGroupPrefix))
            return wrong("groups", fmt::format("\"{}\" does not begin with {}", group, kGroupPrefix));
    data["auth-extra-groups"] = fmt::format("{}", fmt::join(groups, ","));
    return made;
}

std::string BootstrapToken::text(std::string caHash) const {
    return config::Token{.caHash = std::move(caHash), .user = "", .password = id + "." + secret}.text();
}

} // namespace coracle::appliance
