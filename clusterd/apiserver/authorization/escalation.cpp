#include "clusterd/apiserver/authorization/escalation.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

bool may(const ClusterAuthorizer &authorizer, const RbacWrite &write, std::string_view verb, std::string_view resource,
         std::string_view name) {
    AuthorizationAttributes question{.user = write.user, .verb = std::string(verb)};
    question.group = kGroup;
    question.version = "v1";
    question.resource = resource;
    question.namespaceName = write.namespaceName;
    question.name = name;
    return authorizer.authorize(question).decision == Decision::Allow;
}

std::string groupsText(const UserInfo &user) {
    std::string text;
    for (const std::string &group : user.groups)
        text += (text.empty() ? "\"" : " \"") + group + "\"";
    return "[" + text + "]";
}

Result<> checkHeld(const ClusterAuthorizer &authorizer, const RbacWrite &write, const std::vector<Rule> &wanted) {
    const std::vector<Rule> missing =
        compacted(uncovered(authorizer.rulesFor(write.user, write.namespaceName), wanted));
    if (missing.empty())
        return {};
    std::string list;
    for (const Rule &rule : missing)
        list += "\n" + describe(rule);
    return errors::forbidden(
        write.resource, kGroup, write.name,
        fmt::format("user \"{}\" (groups={}) is attempting to grant RBAC permissions not currently "
                    "held:{}",
                    write.user.name, groupsText(write.user), list));
}

Result<> checkRole(const ClusterAuthorizer &authorizer, const RbacWrite &write) {
    if (write.old && sameMember(write.object, *write.old, "rules") &&
        sameMember(write.object, *write.old, "aggregationRule"))
        return {};
    if (may(authorizer, write, "escalate", write.resource, write.name))
        return {};
    // What a role aggregates is not known yet, so setting that needs everything.
    if (hasAt(write.object, "aggregationRule")) {
        const std::vector<Rule> everything{{.verbs = {"*"}, .groups = {"*"}, .resources = {"*"}},
                                           {.verbs = {"*"}, .nonResourceUrls = {"*"}}};
        CHECK(checkHeld(authorizer, write, everything));
    }
    return checkHeld(authorizer, write, rulesFromJson(write.object));
}

Result<> checkBinding(const ClusterAuthorizer &authorizer, const RbacWrite &write) {
    if (write.old && sameMember(write.object, *write.old, "roleRef") &&
        sameMember(write.object, *write.old, "subjects"))
        return {};
    const std::string_view kind = textAt(write.object, "roleRef", "kind"),
                           name = textAt(write.object, "roleRef", "name");
    const std::string_view resource = kind == "ClusterRole" ? "clusterroles" : "roles";
    if (may(authorizer, write, "bind", resource, name))
        return {};
    const auto rules = authorizer.rbac().rulesOfRole(kind, name, write.namespaceName);
    if (!rules)
        return errors::notFound(resource, kGroup, name);
    return checkHeld(authorizer, write, *rules);
}

} // namespace

Result<> checkRbacWrite(const ClusterAuthorizer &authorizer, const RbacWrite &write) {
    if (write.user.inGroup(kSystemMasters))
        return {};
    return write.resource == "roles" || write.resource == "clusterroles" ? checkRole(authorizer, write)
                                                                         : checkBinding(authorizer, write);
}

} // namespace coracle::apiserver
