#include "clusterd/apiserver/authorization/access_review.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kGroup = "authorization.k8s.io";

Failure invalid(const JsonObject &review, std::string reason, std::string field, std::string message) {
    return errors::invalid(textAt(review, "kind"), kGroup, {},
                           {{std::move(reason), std::move(message), std::move(field)}});
}

/// What is asked; exactly one of resourceAttributes and nonResourceAttributes is set.
Result<AuthorizationAttributes> question(const JsonObject &review) {
    const JsonObject &spec = objectAt(review, "spec");
    const bool resource = hasAt(spec, "resourceAttributes"), path = hasAt(spec, "nonResourceAttributes");
    if (resource && path)
        return invalid(review, "FieldValueInvalid", "spec.nonResourceAttributes",
                       "Invalid value: cannot be specified in combination with resourceAttributes");
    if (!resource && !path)
        return invalid(
            review, "FieldValueInvalid", "spec.resourceAttributes",
            "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified");
    AuthorizationAttributes asked;
    asked.isResource = resource;
    const JsonObject &from = objectAt(spec, resource ? "resourceAttributes" : "nonResourceAttributes");
    asked.verb = textAt(from, "verb");
    asked.path = textAt(from, "path");
    asked.namespaceName = textAt(from, "namespace");
    asked.group = textAt(from, "group");
    asked.version = textAt(from, "version");
    asked.resource = textAt(from, "resource");
    asked.subresource = textAt(from, "subresource");
    asked.name = textAt(from, "name");
    return asked;
}

Result<UserInfo> subject(const JsonObject &review) {
    const JsonObject &spec = objectAt(review, "spec");
    UserInfo user{.name = std::string(textAt(spec, "user")), .uid = std::string(textAt(spec, "uid"))};
    for (const JsonValue &group : arrayAt(spec, "groups"))
        user.groups.emplace_back(asText(group));
    for (const auto &[key, values] : objectAt(spec, "extra"))
        if (values.is_array())
            for (const JsonValue &value : values.get_array())
                user.extra[std::string(key)].emplace_back(asText(value));
    if (user.name.empty() && user.groups.empty())
        return invalid(review, "FieldValueInvalid", "spec.user",
                       "Invalid value: \"\": at least one of user or group must be specified");
    return user;
}

void answer(const Authorizer &authorizer, JsonObject &review, const AuthorizationAttributes &asked) {
    const Authorization result = authorizer.authorize(asked);
    JsonObject &status = review["status"].emplace_object();
    status["allowed"] = result.decision == Decision::Allow;
    if (result.decision == Decision::Deny)
        status["denied"] = true;
    if (!result.reason.empty())
        status["reason"] = result.reason;
}

JsonArray toJson(const std::vector<std::string> &texts) {
    JsonArray array;
    for (const std::string &text : texts)
        array.emplace_back(text);
    return array;
}

} // namespace

Result<JsonObject> reviewAccess(const Authorizer &authorizer, JsonObject review) {
    TRY(AuthorizationAttributes asked, question(review));
    TRY(asked.user, subject(review));
    answer(authorizer, review, asked);
    return review;
}

Result<JsonObject> reviewLocalAccess(const Authorizer &authorizer, JsonObject review, std::string_view namespaceName) {
    if (hasAt(review, "spec", "nonResourceAttributes"))
        return invalid(review, "FieldValueInvalid", "spec.nonResourceAttributes",
                       "Invalid value: disallowed on this kind of request");
    if (const std::string_view asked = textAt(review, "spec", "resourceAttributes", "namespace");
        asked != namespaceName)
        return errors::badRequest(
            fmt::format("spec.resourceAttributes.namespace must match namespace: {}", namespaceName));
    return reviewAccess(authorizer, std::move(review));
}

Result<JsonObject> reviewOwnAccess(const Authorizer &authorizer, JsonObject review, const UserInfo &user) {
    TRY(AuthorizationAttributes asked, question(review));
    asked.user = user;
    answer(authorizer, review, asked);
    return review;
}

Result<JsonObject> reviewOwnRules(const Authorizer &authorizer, JsonObject review, const UserInfo &user) {
    const std::string namespaceName(textAt(review, "spec", "namespace"));
    if (namespaceName.empty())
        return errors::badRequest("no namespace on request");
    JsonArray resources, paths;
    for (const EffectiveRule &rule : authorizer.rulesFor(user, namespaceName)) {
        if (!rule.resources.empty()) {
            JsonObject entry{{"verbs", toJson(rule.verbs)},
                             {"apiGroups", toJson(rule.groups)},
                             {"resources", toJson(rule.resources)}};
            if (!rule.resourceNames.empty())
                entry["resourceNames"] = toJson(rule.resourceNames);
            resources.push_back(std::move(entry));
        }
        if (!rule.nonResourceUrls.empty())
            paths.push_back(
                JsonObject{{"verbs", toJson(rule.verbs)}, {"nonResourceURLs", toJson(rule.nonResourceUrls)}});
    }
    // Node users are allowed more than their rules say: the Node authorizer cannot list what it allows.
    const bool incomplete = user.inGroup("system:nodes");
    JsonObject status{
        {"resourceRules", std::move(resources)}, {"nonResourceRules", std::move(paths)}, {"incomplete", incomplete}};
    if (incomplete)
        status["evaluationError"] = "node authorizer does not support user rule resolution";
    review["status"] = std::move(status);
    return review;
}

} // namespace coracle::apiserver
