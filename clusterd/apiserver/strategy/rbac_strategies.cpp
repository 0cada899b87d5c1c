#include "clusterd/apiserver/strategy/strategies.h"

/// rbac.authorization.k8s.io.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";
constexpr std::string_view kGroups[] = {kGroup};

void checkRule(Checker &check, const FieldPath &path, const JsonObject &rule, bool inNamespace) {
    if (arrayAt(rule, "verbs").empty())
        check.errors.required(path / "verbs", "verbs must contain at least one value");
    const JsonArray &urls = arrayAt(rule, "nonResourceURLs");
    if (!urls.empty()) {
        if (inNamespace)
            check.errors.invalid(path / "nonResourceURLs", urls, "namespaced rules cannot apply to non-resource URLs");
        if (!arrayAt(rule, "apiGroups").empty() || !arrayAt(rule, "resources").empty() ||
            !arrayAt(rule, "resourceNames").empty())
            check.errors.invalid(path / "nonResourceURLs", urls,
                                 "rules cannot apply to both regular resources and non-resource URLs");
        return;
    }
    if (arrayAt(rule, "apiGroups").empty())
        check.errors.required(path / "apiGroups", "resource rules must supply at least one api group");
    if (arrayAt(rule, "resources").empty())
        check.errors.required(path / "resources", "resource rules must supply at least one resource");
}

void checkRules(Checker &check, const JsonObject &object, bool inNamespace) {
    const JsonArray &rules = arrayAt(object, "rules");
    for (size_t i = 0; i < rules.size(); ++i)
        checkRule(check, FieldPath("rules")[i], asObject(rules[i]), inNamespace);
}

void validateRole(Checker &check, const JsonObject &object) {
    checkRules(check, object, true);
}

void validateClusterRole(Checker &check, const JsonObject &object) {
    checkRules(check, object, false);
    if (!hasAt(object, "aggregationRule"))
        return;
    const FieldPath path = FieldPath("aggregationRule") / "clusterRoleSelectors";
    const JsonArray &selectors = arrayAt(object, "aggregationRule", "clusterRoleSelectors");
    if (selectors.empty())
        check.errors.required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
    for (size_t i = 0; i < selectors.size(); ++i)
        check.labelSelector(path[i], asObject(selectors[i]));
}

void checkSubject(Checker &check, const FieldPath &path, const JsonObject &subject, bool inNamespace) {
    static constexpr std::string_view kKinds[] = {"ServiceAccount", "User", "Group"};
    static constexpr std::string_view kNoGroup[] = {""};
    const std::string_view kind = textAt(subject, "kind");
    if (textAt(subject, "name").empty())
        check.errors.required(path / "name");
    if (kind == "ServiceAccount") {
        check.optionalText(path, subject, "name", dns1123SubdomainErrors);
        if (!textAt(subject, "apiGroup").empty())
            check.errors.notSupported(path / "apiGroup", textAt(subject, "apiGroup"), kNoGroup);
        if (!inNamespace && textAt(subject, "namespace").empty())
            check.errors.required(path / "namespace");
    } else if (kind == "User" || kind == "Group") {
        if (textAt(subject, "apiGroup") != kGroup)
            check.errors.notSupported(path / "apiGroup", textAt(subject, "apiGroup"), kGroups);
    } else {
        check.errors.notSupported(path / "kind", kind, kKinds);
    }
}

void checkBinding(Checker &check, const JsonObject &object, Words roleKinds, bool inNamespace) {
    const FieldPath path("roleRef");
    const JsonObject &role = objectAt(object, "roleRef");
    if (textAt(role, "apiGroup") != kGroup)
        check.errors.notSupported(path / "apiGroup", textAt(role, "apiGroup"), kGroups);
    if (!oneOf(textAt(role, "kind"), roleKinds))
        check.errors.notSupported(path / "kind", textAt(role, "kind"), roleKinds);
    check.requiredText(path, role, "name", pathSegmentErrors);
    const JsonArray &subjects = arrayAt(object, "subjects");
    for (size_t i = 0; i < subjects.size(); ++i)
        checkSubject(check, FieldPath("subjects")[i], asObject(subjects[i]), inNamespace);
}

void validateRoleBinding(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kKinds[] = {"Role", "ClusterRole"};
    checkBinding(check, object, kKinds, true);
}

void validateClusterRoleBinding(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kKinds[] = {"ClusterRole"};
    checkBinding(check, object, kKinds, false);
}

void validateBindingUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    if (!sameMember(object, old, "roleRef"))
        check.errors.invalid(FieldPath("roleRef"), Shown::member(object, "roleRef"), "cannot change roleRef");
}

} // namespace

void addRbacStrategies(StrategyMap &map) {
    const RuleStrategy::Options options{.createOnUpdate = true};
    const std::string group(kGroup);
    map.make<RuleStrategy>(group, "roles", validateRole, nullptr, options);
    map.make<RuleStrategy>(group, "clusterroles", validateClusterRole, nullptr, options);
    map.make<RuleStrategy>(group, "rolebindings", validateRoleBinding, validateBindingUpdate, options);
    map.make<RuleStrategy>(group, "clusterrolebindings", validateClusterRoleBinding, validateBindingUpdate, options);
}

} // namespace coracle::apiserver
