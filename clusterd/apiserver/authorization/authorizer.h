#pragma once

#include "clusterd/apiserver/user.h"
#include "core/base/result.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// The question an authorizer answers.
struct AuthorizationAttributes {
    UserInfo user;
    std::string verb;
    std::string namespaceName;
    std::string group, version, resource, subresource, name;
    bool isResource = true;
    std::string path; ///< when !isResource
};

enum class Decision { Allow, Deny, NoOpinion };

struct Authorization {
    Decision decision = Decision::NoOpinion;
    std::string reason; ///< for the user, for example 'RBAC: allowed by ClusterRoleBinding "x" of ...'
};

/// Rules that apply to a user in a namespace (SelfSubjectRulesReview).
struct EffectiveRule {
    std::vector<std::string> verbs, groups, resources, resourceNames, nonResourceUrls;
};

/// Thread-safe; answers from memory, so it does not wait.
class Authorizer {
public:
    virtual ~Authorizer() = default;
    virtual Authorization authorize(const AuthorizationAttributes &attributes) const = 0;
    virtual std::vector<EffectiveRule> rulesFor(const UserInfo &user, std::string_view namespaceName) const = 0;
};

} // namespace coracle::apiserver
