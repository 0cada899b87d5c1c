#include "clusterd/apiserver/bootstrap/bootstrap.h"
#include "clusterd/apiserver/bootstrap/ensure.h"
#include "clusterd/apiserver/bootstrap/rbac_policy.h"

#include "clusterd/apiserver/authorization/rules.h"
#include "clusterd/apiserver/strategy/validators.h"

#include <algorithm>
#include <map>
#include <set>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";
constexpr std::string_view kAutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

/// Members of metadata.labels or .annotations that are missing are added; nothing is taken away.
bool addMissing(JsonObject &metadata, const JsonObject &wanted, std::string_view name) {
    bool changed = false;
    for (const auto &[key, value] : objectAt(wanted, name))
        if (!objectAt(metadata, name).contains(key)) {
            ensureObject(metadata, name)[key] = value;
            changed = true;
        }
    return changed;
}

bool addMissingRules(JsonObject &role, const JsonObject &wanted) {
    const std::vector<Rule> missing = compacted(uncovered(rulesFromJson(role), rulesFromJson(wanted)));
    for (const Rule &rule : missing)
        ensureArray(role, "rules").push_back(ruleToJson(rule));
    return !missing.empty();
}

bool addMissingSubjects(JsonObject &binding, const JsonObject &wanted) {
    bool changed = false;
    for (const JsonValue &subject : arrayAt(wanted, "subjects")) {
        const JsonArray &subjects = arrayAt(binding, "subjects");
        const bool there = std::ranges::any_of(subjects, [&](const JsonValue &one) {
            return textAt(asObject(one), "kind") == textAt(asObject(subject), "kind") &&
                   textAt(asObject(one), "name") == textAt(asObject(subject), "name") &&
                   textAt(asObject(one), "namespace") == textAt(asObject(subject), "namespace");
        });
        if (there)
            continue;
        ensureArray(binding, "subjects").push_back(subject);
        changed = true;
    }
    return changed;
}

Task<Result<>> ensureKind(client::Client &client, std::string resourceName, std::vector<JsonObject> objects) {
    const api::ResourceInfo &resource = *api::findResource(kGroup, resourceName);
    CO_TRY(client::ObjectList list, co_await client.list(resource, std::string()));
    std::map<std::string, api::ObjectPtr> stored;
    for (const api::ObjectPtr &object : list.items)
        stored[object->key()] = object;
    for (JsonObject &wanted : objects) {
        std::string space(textAt(wanted, "metadata", "namespace")), name(textAt(wanted, "metadata", "name"));
        const auto found = stored.find(space.empty() ? name : space + "/" + name);
        if (found == stored.end()) {
            CO_CHECK(co_await createIfMissing(client, resource, std::move(wanted)));
            continue;
        }
        RbacChange change = reconcileRbac(parsed(found->second), wanted);
        if (change.recreate) {
            CO_CHECK(co_await client.remove(resource, space, name));
            CO_CHECK(co_await createIfMissing(client, resource, std::move(wanted)));
        } else if (change.updated) {
            CO_CHECK(co_await replaceObject(client, resource, std::move(*change.updated)));
        }
    }
    co_return Result<>{};
}

} // namespace

RbacChange reconcileRbac(const JsonObject &stored, const JsonObject &wanted) {
    if (textAt(stored, "metadata", "annotations", kAutoUpdate) != "true")
        return {};
    if (!sameMember(stored, wanted, "roleRef"))
        return {.updated = std::nullopt, .recreate = true};
    JsonObject updated = stored;
    JsonObject &metadata = ensureObject(updated, "metadata");
    bool changed = addMissing(metadata, objectAt(wanted, "metadata"), "labels");
    changed |= addMissing(metadata, objectAt(wanted, "metadata"), "annotations");
    if (wanted.contains("aggregationRule")) {
        if (!sameMember(updated, wanted, "aggregationRule")) {
            copyMember(updated, wanted, "aggregationRule");
            changed = true;
        }
    } else {
        changed |= addMissingRules(updated, wanted);
    }
    changed |= addMissingSubjects(updated, wanted);
    return {.updated = changed ? std::optional(std::move(updated)) : std::nullopt};
}

JsonArray aggregatedRules(const JsonObject &clusterRole, const std::vector<JsonObject> &clusterRoles) {
    std::map<std::string, const JsonObject *> selected;
    for (const JsonValue &selector : arrayAt(clusterRole, "aggregationRule", "clusterRoleSelectors"))
        for (const JsonObject &role : clusterRoles)
            if (textAt(role, "metadata", "name") != textAt(clusterRole, "metadata", "name") &&
                selectorMatches(asObject(selector), objectAt(role, "metadata", "labels")))
                selected[std::string(textAt(role, "metadata", "name"))] = &role;
    JsonArray rules;
    for (const auto &[name, role] : selected)
        for (const JsonValue &rule : arrayAt(*role, "rules"))
            if (std::ranges::find(rules, rule) == rules.end())
                rules.push_back(rule);
    return rules;
}

Task<Result<>> aggregateClusterRoles(client::Client &client) {
    const api::ResourceInfo &resource = *api::findResource(kGroup, "clusterroles");
    CO_TRY(client::ObjectList list, co_await client.list(resource, std::string()));
    std::vector<JsonObject> roles;
    for (const api::ObjectPtr &object : list.items)
        roles.push_back(parsed(object));
    // Aggregated roles are aggregated again (edit goes into admin): rounds until nothing changes, at most one per role.
    std::set<size_t> changed;
    for (size_t round = 0; round < roles.size(); ++round) {
        const size_t before = changed.size();
        bool any = false;
        for (size_t i = 0; i < roles.size(); ++i) {
            if (!hasAt(roles[i], "aggregationRule"))
                continue;
            JsonArray rules = aggregatedRules(roles[i], roles);
            if (rules == arrayAt(roles[i], "rules"))
                continue;
            roles[i]["rules"] = std::move(rules);
            changed.insert(i);
            any = true;
        }
        if (!any && before == changed.size())
            break;
    }
    for (const size_t i : changed)
        CO_CHECK(co_await replaceObject(client, resource, roles[i]));
    co_return Result<>{};
}

Task<Result<>> ensureRbac(client::Client &client) {
    RbacPolicy policy = bootstrapPolicy();
    CO_CHECK(co_await ensureKind(client, "clusterroles", std::move(policy.clusterRoles)));
    CO_CHECK(co_await ensureKind(client, "clusterrolebindings", std::move(policy.clusterRoleBindings)));
    CO_CHECK(co_await ensureKind(client, "roles", std::move(policy.roles)));
    CO_CHECK(co_await ensureKind(client, "rolebindings", std::move(policy.roleBindings)));
    co_return co_await aggregateClusterRoles(client);
}

} // namespace coracle::apiserver
