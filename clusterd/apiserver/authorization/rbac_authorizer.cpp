#include "clusterd/apiserver/authorization/rbac_authorizer.h"

#include <array>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <map>

namespace coracle::apiserver {

namespace {

using Rules = std::shared_ptr<const std::vector<Rule>>;

enum Collection { Roles, RoleBindings, ClusterRoles, ClusterRoleBindings };
constexpr std::string_view kCollections[] = {"roles", "rolebindings", "clusterroles", "clusterrolebindings"};

/// A subject's share of one binding.
struct Grant {
    Rules rules; ///< null: the role does not exist
    std::string reason;
};

using Grants = std::unordered_map<std::string, std::vector<Grant>>;

/// Who is granted what, cluster-wide or in one namespace. Service accounts are users.
struct Subjects {
    Grants users, groups;
};

/// A binding as it was read, kept while its object stays the same.
struct Binding {
    struct Subject {
        bool group = false;
        std::string name;        ///< as it is looked up
        std::string description; ///< as it is written in reasons
    };
    std::string roleKind, roleName;
    std::vector<Subject> subjects;
};

JsonObject parse(const api::Object &object) {
    boost::json::error_code error;
    JsonValue value = boost::json::parse(object.json(), error);
    return value.is_object() ? std::move(value.get_object()) : JsonObject();
}

Binding readBinding(const api::Object &object) {
    const JsonObject json = parse(object);
    Binding binding{std::string(textAt(json, "roleRef", "kind")), std::string(textAt(json, "roleRef", "name")), {}};
    for (const JsonValue &value : arrayAt(json, "subjects")) {
        const JsonObject &subject = asObject(value);
        const std::string_view kind = textAt(subject, "kind"), name = textAt(subject, "name");
        if (kind == "ServiceAccount") {
            const std::string_view space =
                textAt(subject, "namespace").empty() ? object.namespaceName() : textAt(subject, "namespace");
            binding.subjects.push_back({false, fmt::format("system:serviceaccount:{}:{}", space, name),
                                        fmt::format("ServiceAccount \"{}/{}\"", name, space)});
        } else if (kind == "User" || kind == "Group") {
            binding.subjects.push_back({kind == "Group", std::string(name), fmt::format("{} \"{}\"", kind, name)});
        }
    }
    return binding;
}

} // namespace

struct RbacAuthorizer::Index {
    std::array<int64_t, 4> revisions{};
    std::unordered_map<std::string, Rules> clusterRoles; ///< by name
    std::unordered_map<std::string, Rules> roles;        ///< by namespace/name
    Subjects cluster;
    std::unordered_map<std::string, Subjects> namespaces;

    Rules rules(std::string_view kind, std::string_view name, std::string_view namespaceName) const {
        const bool inCluster = kind == "ClusterRole";
        const auto &map = inCluster ? clusterRoles : roles;
        const auto found = map.find(inCluster ? std::string(name) : fmt::format("{}/{}", namespaceName, name));
        return found == map.end() ? nullptr : found->second;
    }

    /// Calls visit(grant) for what the user has; cluster-wide grants first. Stops when it answers true.
    template<class Visit>
    void visit(const UserInfo &user, std::string_view namespaceName, Visit visit) const {
        auto in = [&](const Subjects &subjects) {
            auto all = [&](const Grants &grants, const std::string &name) {
                const auto found = grants.find(name);
                if (found != grants.end())
                    for (const Grant &grant : found->second)
                        if (visit(grant))
                            return true;
                return false;
            };
            if (all(subjects.users, user.name))
                return true;
            for (const std::string &group : user.groups)
                if (all(subjects.groups, group))
                    return true;
            return false;
        };
        if (in(cluster) || namespaceName.empty())
            return;
        if (const auto found = namespaces.find(std::string(namespaceName)); found != namespaces.end())
            in(found->second);
    }
};

/// Keeps what was parsed, so that a change of one object parses that one only.
struct RbacAuthorizer::Compiler {
    template<class T>
    struct Parsed {
        api::ObjectPtr object;
        T value;
    };
    std::map<std::string, Parsed<Rules>> roles, clusterRoles;
    std::map<std::string, Parsed<Binding>> roleBindings, clusterRoleBindings;

    template<class T, class Read>
    static void refresh(std::map<std::string, Parsed<T>> &known, const std::vector<api::ObjectPtr> &objects,
                        Read read) {
        std::map<std::string, Parsed<T>> fresh;
        for (const api::ObjectPtr &object : objects) {
            std::string key = object->key();
            const auto old = known.find(key);
            if (old != known.end() && old->second.object == object)
                fresh.emplace(std::move(key), std::move(old->second));
            else
                fresh.emplace(std::move(key), Parsed<T>{object, read(*object)});
        }
        known = std::move(fresh);
    }

    static void grant(const Index &index, Subjects &subjects, const Parsed<Binding> &binding, bool inCluster) {
        const Binding &value = binding.value;
        const Rules rules = index.rules(value.roleKind, value.roleName, binding.object->namespaceName());
        const std::string name = inCluster
                                     ? std::string(binding.object->name())
                                     : fmt::format("{}/{}", binding.object->name(), binding.object->namespaceName());
        for (const Binding::Subject &subject : value.subjects) {
            std::string reason =
                rules ? fmt::format("RBAC: allowed by {} \"{}\" of {} \"{}\" to {}",
                                    inCluster ? "ClusterRoleBinding" : "RoleBinding", name, value.roleKind,
                                    value.roleName, subject.description)
                      : fmt::format("{}.rbac.authorization.k8s.io \"{}\" not found",
                                    value.roleKind == "ClusterRole" ? "clusterrole" : "role", value.roleName);
            (subject.group ? subjects.groups : subjects.users)[subject.name].push_back({rules, std::move(reason)});
        }
    }

    std::shared_ptr<const Index> build(const Reader &reader, const api::ResourceInfo *const (&resources)[4],
                                       const std::array<int64_t, 4> &revisions) {
        auto readRules = [](const api::Object &object) {
            return std::make_shared<const std::vector<Rule>>(rulesFromJson(parse(object)));
        };
        refresh(roles, reader.list(*resources[Roles], {}), readRules);
        refresh(clusterRoles, reader.list(*resources[ClusterRoles], {}), readRules);
        refresh(roleBindings, reader.list(*resources[RoleBindings], {}), readBinding);
        refresh(clusterRoleBindings, reader.list(*resources[ClusterRoleBindings], {}), readBinding);
        auto index = std::make_shared<Index>();
        index->revisions = revisions;
        for (const auto &[key, role] : roles)
            index->roles.emplace(key, role.value);
        for (const auto &[key, role] : clusterRoles)
            index->clusterRoles.emplace(key, role.value);
        for (const auto &[key, binding] : clusterRoleBindings)
            grant(*index, index->cluster, binding, true);
        for (const auto &[key, binding] : roleBindings)
            grant(*index, index->namespaces[std::string(binding.object->namespaceName())], binding, false);
        return index;
    }
};

RbacAuthorizer::RbacAuthorizer(const Reader &reader) : m_reader(reader), m_compiler(std::make_unique<Compiler>()) {
    for (size_t i = 0; i < 4; ++i)
        m_resources[i] = api::findResource("rbac.authorization.k8s.io", kCollections[i]);
}

RbacAuthorizer::~RbacAuthorizer() = default;

std::shared_ptr<const RbacAuthorizer::Index> RbacAuthorizer::index() const {
    // Read before the objects: a write in between makes the index look old, never new.
    std::array<int64_t, 4> revisions{};
    for (size_t i = 0; i < 4; ++i)
        revisions[i] = m_reader.revision(*m_resources[i]);
    std::lock_guard lock(m_mutex);
    if (!m_index || m_index->revisions != revisions)
        m_index = m_compiler->build(m_reader, m_resources, revisions);
    return m_index;
}

Authorization RbacAuthorizer::authorize(const AuthorizationAttributes &attributes) const {
    Authorization answer;
    std::string missing;
    index()->visit(attributes.user, attributes.isResource ? attributes.namespaceName : std::string_view(),
                   [&](const Grant &grant) {
                       if (!grant.rules) {
                           missing += (missing.empty() ? "" : ", ") + grant.reason;
                           return false;
                       }
                       for (const Rule &rule : *grant.rules)
                           if (ruleAllows(rule, attributes)) {
                               answer = {Decision::Allow, grant.reason};
                               return true;
                           }
                       return false;
                   });
    if (answer.decision != Decision::Allow && !missing.empty())
        answer.reason = "RBAC: " + missing;
    return answer;
}

std::vector<EffectiveRule> RbacAuthorizer::rulesFor(const UserInfo &user, std::string_view namespaceName) const {
    std::vector<EffectiveRule> rules;
    index()->visit(user, namespaceName, [&](const Grant &grant) {
        if (grant.rules)
            rules.insert(rules.end(), grant.rules->begin(), grant.rules->end());
        return false;
    });
    return rules;
}

std::optional<std::vector<Rule>> RbacAuthorizer::rulesOfRole(std::string_view kind, std::string_view name,
                                                             std::string_view namespaceName) const {
    const Rules rules = index()->rules(kind, name, namespaceName);
    return rules ? std::optional(*rules) : std::nullopt;
}

} // namespace coracle::apiserver
