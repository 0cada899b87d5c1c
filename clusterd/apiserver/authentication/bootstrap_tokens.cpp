#include "clusterd/apiserver/authentication/bootstrap_tokens.h"

#include "clusterd/apiserver/json_access.h"
#include "core/api/time.h"
#include "core/pki/encoding.h"

#include <algorithm>
#include <boost/json/parse.hpp>

namespace coracle::apiserver {

namespace {

constexpr size_t kIdLength = 6, kSecretLength = 16;
constexpr std::string_view kGroupPrefix = "system:bootstrappers:";

bool isLowerOrDigit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

bool isGroup(std::string_view group) {
    if (!group.starts_with(kGroupPrefix) || group.size() > kGroupPrefix.size() + 256)
        return false;
    const std::string_view rest = group.substr(kGroupPrefix.size());
    return !rest.empty() && isLowerOrDigit(rest.back()) && std::ranges::all_of(rest, [](char letter) {
        return isLowerOrDigit(letter) || letter == ':' || letter == '-';
    });
}

} // namespace

Result<std::optional<UserInfo>> bootstrapTokenUser(const Reader &reader, WallTime now, std::string_view token) {
    if (token.size() != kIdLength + 1 + kSecretLength || token[kIdLength] != '.')
        return std::nullopt;
    const std::string id(token.substr(0, kIdLength));
    const std::string_view secret = token.substr(kIdLength + 1);
    if (!std::ranges::all_of(id, isLowerOrDigit) || !std::ranges::all_of(secret, isLowerOrDigit))
        return std::nullopt;
    const api::ObjectPtr object = reader.get(*api::findResource("", "secrets"), "kube-system", "bootstrap-token-" + id);
    if (!object || object->deleting())
        return errors::unauthorized("no such bootstrap token");
    boost::json::error_code error;
    const JsonValue value = boost::json::parse(object->json(), error);
    const JsonObject &stored = asObject(value);
    auto field = [&](std::string_view name) { return pki::fromBase64(textAt(stored, "data", name)).value_or(""); };
    if (textAt(stored, "type") != "bootstrap.kubernetes.io/token" || field("token-id") != id ||
        !pki::constantTimeEqual(field("token-secret"), secret))
        return errors::unauthorized("no such bootstrap token");
    if (const std::string text = field("expiration"); !text.empty()) {
        const auto expiration = api::Time::parse(text);
        if (!expiration || !*expiration || **expiration <= now)
            return errors::unauthorized("the bootstrap token has expired");
    }
    if (field("usage-bootstrap-authentication") != "true")
        return errors::unauthorized("the bootstrap token may not be used for authentication");
    UserInfo user{.name = "system:bootstrap:" + id, .groups = {"system:bootstrappers"}};
    const std::string extra = field("auth-extra-groups");
    for (std::string_view groups = extra; !groups.empty();) {
        const std::string_view group = groups.substr(0, groups.find(','));
        groups.remove_prefix(std::min(groups.size(), group.size() + 1));
        if (group.empty())
            continue;
        if (!isGroup(group))
            return errors::unauthorized("the bootstrap token has groups that do not begin with system:bootstrappers:");
        user.groups.emplace_back(group);
    }
    return user;
}

} // namespace coracle::apiserver
