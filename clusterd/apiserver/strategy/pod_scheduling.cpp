#include "clusterd/apiserver/strategy/pod_validation.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};

void validateToleration(Checker &check, const FieldPath &path, const JsonObject &toleration) {
    const std::string_view key = textAt(toleration, "key"), value = textAt(toleration, "value"),
                           word = textAt(toleration, "operator"), effect = textAt(toleration, "effect");
    if (!key.empty())
        check.errors.invalidEach(path / "key", key, qualifiedNameErrors(key));
    else if (word != "Exists")
        check.errors.invalid(
            path / "operator", word,
            "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
    if (hasAt(toleration, "tolerationSeconds") && effect != "NoExecute")
        check.errors.invalid(path / "effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    static constexpr std::string_view kOperators[] = {"Equal", "Exists"};
    if (word.empty() || word == "Equal")
        check.errors.invalidEach(path / "operator", value, labelValueErrors(value));
    else if (word == "Exists" && !value.empty())
        check.errors.invalid(path / "operator", value, "value must be empty when `operator` is 'Exists'");
    else if (!oneOf(word, kOperators))
        check.errors.notSupported(path / "operator", word, kOperators);
    check.optionalWord(path, toleration, "effect", kEffects);
}

void validateNodeRequirement(Checker &check, const FieldPath &path, const JsonObject &requirement) {
    const std::string_view word = textAt(requirement, "operator");
    const size_t count = arrayAt(requirement, "values").size();
    if (word == "In" || word == "NotIn") {
        if (count == 0)
            check.errors.required(path / "values", "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (word == "Exists" || word == "DoesNotExist") {
        if (count > 0)
            check.errors.forbidden(path / "values",
                                   "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if (word == "Gt" || word == "Lt") {
        if (count != 1)
            check.errors.required(path / "values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
    } else {
        check.errors.invalid(path / "operator", word, "not a valid selector operator");
    }
    const std::string_view key = textAt(requirement, "key");
    check.errors.invalidEach(path / "key", key, qualifiedNameErrors(key));
}

void validateFieldRequirement(Checker &check, const FieldPath &path, const JsonObject &requirement) {
    const std::string_view word = textAt(requirement, "operator");
    if (word != "In" && word != "NotIn")
        check.errors.invalid(path / "operator", word, "not a valid selector operator");
    else if (arrayAt(requirement, "values").size() != 1)
        check.errors.required(path / "values",
                              "must be only one value when `operator` is 'In' or 'NotIn' for node field "
                              "selector");
    if (textAt(requirement, "key") != "metadata.name")
        check.errors.invalid(path / "key", textAt(requirement, "key"), "not a valid field selector key");
}

void validateNodeTerm(Checker &check, const FieldPath &path, const JsonObject &term) {
    const JsonArray &expressions = arrayAt(term, "matchExpressions"), &fields = arrayAt(term, "matchFields");
    for (size_t i = 0; i < expressions.size(); ++i)
        validateNodeRequirement(check, (path / "matchExpressions")[i], asObject(expressions[i]));
    for (size_t i = 0; i < fields.size(); ++i)
        validateFieldRequirement(check, (path / "matchFields")[i], asObject(fields[i]));
}

void validateWeight(Checker &check, const FieldPath &path, const JsonObject &preferred) {
    if (const int64_t weight = intAt(preferred, "weight"); weight < 1 || weight > 100)
        check.errors.invalid(path / "weight", weight, "must be in the range 1-100");
}

/// Keys of the pod's own labels that join the selector.
void validateLabelKeys(Checker &check, const FieldPath &path, const JsonObject &term) {
    for (const std::string_view name : {"matchLabelKeys", "mismatchLabelKeys"}) {
        const JsonArray &keys = arrayAt(term, name);
        if (!keys.empty() && !hasAt(term, "labelSelector")) {
            check.errors.forbidden(path / name, "must not be specified when labelSelector is not set");
            continue;
        }
        for (size_t i = 0; i < keys.size(); ++i)
            check.errors.invalidEach((path / name)[i], asText(keys[i]), qualifiedNameErrors(asText(keys[i])));
    }
    const JsonArray &keys = arrayAt(term, "matchLabelKeys"), &others = arrayAt(term, "mismatchLabelKeys");
    for (size_t i = 0; i < keys.size(); ++i)
        if (std::ranges::find(others, keys[i]) != others.end())
            check.errors.invalid((path / "matchLabelKeys")[i], asText(keys[i]),
                                 "exists in both matchLabelKeys and "
                                 "mismatchLabelKeys");
}

void validatePodTerm(Checker &check, const FieldPath &path, const JsonObject &term) {
    check.labelSelector(path / "labelSelector", objectAt(term, "labelSelector"));
    check.labelSelector(path / "namespaceSelector", objectAt(term, "namespaceSelector"));
    validateLabelKeys(check, path, term);
    const JsonArray &namespaces = arrayAt(term, "namespaces");
    for (size_t i = 0; i < namespaces.size(); ++i)
        check.errors.invalidEach(path / "namespace", asText(namespaces[i]), dns1123LabelErrors(asText(namespaces[i])));
    const std::string_view key = textAt(term, "topologyKey");
    if (key.empty())
        check.errors.required(path / "topologyKey", "can not be empty");
    check.errors.invalidEach(path / "topologyKey", key, qualifiedNameErrors(key));
}

void validatePodAffinity(Checker &check, const FieldPath &path, const JsonObject &affinity) {
    const JsonArray &required = arrayAt(affinity, "requiredDuringSchedulingIgnoredDuringExecution");
    for (size_t i = 0; i < required.size(); ++i)
        validatePodTerm(check, (path / "requiredDuringSchedulingIgnoredDuringExecution")[i], asObject(required[i]));
    const JsonArray &preferred = arrayAt(affinity, "preferredDuringSchedulingIgnoredDuringExecution");
    for (size_t i = 0; i < preferred.size(); ++i) {
        const FieldPath own = (path / "preferredDuringSchedulingIgnoredDuringExecution")[i];
        validateWeight(check, own, asObject(preferred[i]));
        validatePodTerm(check, own / "podAffinityTerm", objectAt(asObject(preferred[i]), "podAffinityTerm"));
    }
}

} // namespace

void validateTolerations(Checker &check, const FieldPath &path, const JsonArray &tolerations) {
    for (size_t i = 0; i < tolerations.size(); ++i)
        validateToleration(check, path[i], asObject(tolerations[i]));
}

void validateNodeSelector(Checker &check, const FieldPath &path, const JsonObject &selector) {
    const JsonArray &terms = arrayAt(selector, "nodeSelectorTerms");
    if (terms.empty())
        check.errors.required(path / "nodeSelectorTerms", "must have at least one node selector term");
    for (size_t i = 0; i < terms.size(); ++i)
        validateNodeTerm(check, (path / "nodeSelectorTerms")[i], asObject(terms[i]));
}

void validateAffinity(Checker &check, const FieldPath &path, const JsonObject &affinity) {
    const JsonObject &node = objectAt(affinity, "nodeAffinity");
    const FieldPath nodePath = path / "nodeAffinity";
    if (hasAt(node, "requiredDuringSchedulingIgnoredDuringExecution"))
        validateNodeSelector(check, nodePath / "requiredDuringSchedulingIgnoredDuringExecution",
                             objectAt(node, "requiredDuringSchedulingIgnoredDuringExecution"));
    const JsonArray &preferred = arrayAt(node, "preferredDuringSchedulingIgnoredDuringExecution");
    for (size_t i = 0; i < preferred.size(); ++i) {
        const FieldPath own = (nodePath / "preferredDuringSchedulingIgnoredDuringExecution")[i];
        validateWeight(check, own, asObject(preferred[i]));
        validateNodeTerm(check, own / "preference", objectAt(asObject(preferred[i]), "preference"));
    }
    validatePodAffinity(check, path / "podAffinity", objectAt(affinity, "podAffinity"));
    validatePodAffinity(check, path / "podAntiAffinity", objectAt(affinity, "podAntiAffinity"));
}

void validateTopologySpread(Checker &check, const FieldPath &path, const JsonArray &constraints) {
    static constexpr std::string_view kActions[] = {"DoNotSchedule", "ScheduleAnyway"};
    static constexpr std::string_view kPolicies[] = {"Honor", "Ignore"};
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (size_t i = 0; i < constraints.size(); ++i) {
        const JsonObject &constraint = asObject(constraints[i]);
        const FieldPath own = path[i];
        if (const int64_t skew = intAt(constraint, "maxSkew"); skew <= 0)
            check.errors.invalid(own / "maxSkew", skew, "must be greater than zero");
        const std::string_view key = textAt(constraint, "topologyKey"),
                               action = textAt(constraint, "whenUnsatisfiable");
        if (key.empty())
            check.errors.required(own / "topologyKey", "can not be empty");
        if (!oneOf(action, kActions))
            check.errors.notSupported(own / "whenUnsatisfiable", action, kActions);
        if (!seen.emplace(key, action).second)
            check.errors.duplicate(own, fmt::format("{{{}, {}}}", key, action));
        if (hasAt(constraint, "minDomains")) {
            check.intRange(own, constraint, "minDomains", 1, INT32_MAX, "must be greater than zero");
            if (action != "DoNotSchedule")
                check.errors.invalid(own / "minDomains", intAt(constraint, "minDomains"),
                                     "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " +
                                         std::string(action));
        }
        check.optionalWord(own, constraint, "nodeAffinityPolicy", kPolicies);
        check.optionalWord(own, constraint, "nodeTaintsPolicy", kPolicies);
        check.labelSelector(own / "labelSelector", objectAt(constraint, "labelSelector"));
        validateLabelKeys(check, own, constraint);
    }
}

} // namespace coracle::apiserver
