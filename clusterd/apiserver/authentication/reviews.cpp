#include "clusterd/apiserver/authentication/reviews.h"

#include "clusterd/apiserver/authorization/authorizers.h"
#include "core/pki/jwt.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kExtraHeader = "impersonate-extra-";
constexpr std::string_view kAccountPrefix = "system:serviceaccount:";

JsonArray toArray(const std::vector<std::string> &texts) {
    JsonArray array;
    for (const std::string &text : texts)
        array.emplace_back(text);
    return array;
}

std::string lowered(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char letter) { return std::tolower(letter); });
    return result;
}

std::string percentDecoded(std::string_view text) {
    std::string result;
    for (size_t i = 0; i < text.size(); ++i) {
        unsigned code = 0;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
            result += static_cast<char>(code);
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

/// namespace and name of a service account's user name.
std::optional<std::pair<std::string, std::string>> accountOf(std::string_view user) {
    if (!user.starts_with(kAccountPrefix))
        return std::nullopt;
    const std::string_view rest = user.substr(kAccountPrefix.size());
    const size_t colon = rest.find(':');
    if (colon == rest.npos || colon == 0 || colon + 1 == rest.size() || rest.find(':', colon + 1) != rest.npos)
        return std::nullopt;
    return std::pair(std::string(rest.substr(0, colon)), std::string(rest.substr(colon + 1)));
}

class Impersonation {
public:
    Impersonation(const Authorizer &authorizer, const UserInfo &user) : m_authorizer(authorizer), m_user(user) {}

    Result<> check(std::string_view group, std::string_view resource, std::string_view subresource,
                   std::string_view namespaceName, std::string_view name) const {
        AuthorizationAttributes question{.user = m_user, .verb = "impersonate"};
        question.group = group;
        question.version = "v1";
        question.resource = resource;
        question.subresource = subresource;
        question.namespaceName = namespaceName;
        question.name = name;
        const Authorization answer = m_authorizer.authorize(question);
        if (answer.decision == Decision::Allow)
            return {};
        return forbiddenFor(question, answer.reason);
    }

private:
    const Authorizer &m_authorizer;
    const UserInfo &m_user;
};

} // namespace

JsonObject toJson(const UserInfo &user) {
    JsonObject object{{"username", user.name}};
    if (!user.uid.empty())
        object["uid"] = user.uid;
    if (!user.groups.empty())
        object["groups"] = toArray(user.groups);
    for (const auto &[key, values] : user.extra)
        ensureObject(object, "extra")[key] = toArray(values);
    return object;
}

Task<Result<JsonObject>> reviewToken(Authenticator &authenticator, JsonObject review) {
    std::string token(textAt(review, "spec", "token"));
    if (token.empty())
        co_return errors::badRequest("token is required for TokenReview in authentication");
    std::vector<std::string> audiences;
    for (const JsonValue &audience : arrayAt(review, "spec", "audiences"))
        audiences.emplace_back(asText(audience));
    auto user = co_await authenticator.authenticateToken(token, audiences);
    JsonObject &status = review["status"].emplace_object();
    if (!user || !*user) {
        status["user"] = JsonObject();
        if (!user)
            status["error"] = user.error().message;
        co_return review;
    }
    status["authenticated"] = true;
    status["user"] = toJson(**user);
    // Of the audiences that were asked about, those that the token is for.
    if (const auto claims = pki::readJwtUnverified(token); claims && !audiences.empty()) {
        JsonArray matched;
        for (const JsonValue &audience : arrayAt(*claims, "aud"))
            if (std::ranges::find(audiences, asText(audience)) != audiences.end())
                matched.push_back(audience);
        status["audiences"] = std::move(matched);
    }
    co_return review;
}

JsonObject reviewSelf(JsonObject review, const UserInfo &user) {
    review["status"] = JsonObject{{"userInfo", toJson(user)}};
    return review;
}

Result<std::optional<UserInfo>> impersonatedUser(const Authorizer &authorizer, const UserInfo &user,
                                                 const http::Headers &headers) {
    UserInfo wanted{.name = std::string(headers.get("Impersonate-User")),
                    .uid = std::string(headers.get("Impersonate-Uid"))};
    for (const std::string_view group : headers.all("Impersonate-Group"))
        wanted.groups.emplace_back(group);
    for (const auto &[name, value] : headers)
        if (const std::string lower = lowered(name); lower.starts_with(kExtraHeader))
            wanted.extra[percentDecoded(std::string_view(lower).substr(kExtraHeader.size()))].push_back(value);
    if (wanted.name.empty()) {
        if (!wanted.uid.empty() || !wanted.groups.empty() || !wanted.extra.empty())
            return errors::badRequest("requested impersonation of groups, uid or extra without impersonating a user");
        return std::nullopt;
    }
    const Impersonation may(authorizer, user);
    const auto account = accountOf(wanted.name);
    CHECK(account ? may.check({}, "serviceaccounts", {}, account->first, account->second)
                  : may.check({}, "users", {}, {}, wanted.name));
    for (const std::string &group : wanted.groups)
        CHECK(may.check({}, "groups", {}, {}, group));
    if (!wanted.uid.empty())
        CHECK(may.check("authentication.k8s.io", "uids", {}, {}, wanted.uid));
    for (const auto &[key, values] : wanted.extra)
        for (const std::string &value : values)
            CHECK(may.check("authentication.k8s.io", "userextras", key, {}, value));
    if (account && wanted.groups.empty())
        wanted.groups = {"system:serviceaccounts", "system:serviceaccounts:" + account->first};
    const std::string_view last = wanted.name == kSystemAnonymous ? kSystemUnauthenticated : kSystemAuthenticated;
    if (!wanted.inGroup(kSystemAuthenticated) && !wanted.inGroup(kSystemUnauthenticated))
        wanted.groups.emplace_back(last);
    return wanted;
}

} // namespace coracle::apiserver
