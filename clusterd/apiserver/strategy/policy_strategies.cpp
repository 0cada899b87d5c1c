#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/warnings.h"

#include <fmt/format.h>

/// policy, scheduling.k8s.io, node.k8s.io.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr int64_t kUserPriorityMax = 1000000000;

void validateDisruptionBudget(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kEviction[] = {"AlwaysAllow", "IfHealthyBudget"};
    const JsonObject &spec = objectAt(object, "spec");
    if (hasAt(spec, "minAvailable") && hasAt(spec, "maxUnavailable"))
        check.errors.invalid(kSpec, spec, "minAvailable and maxUnavailable cannot be both set");
    for (const std::string_view name : {"minAvailable", "maxUnavailable"})
        if (const JsonValue *value = memberAt(spec, name)) {
            check.intOrPercent(kSpec / name, *value);
            if (percentOf(*value).value_or(0) > 100)
                check.errors.invalid(kSpec / name, *value, "must not be greater than 100%");
        }
    check.labelSelector(kSpec / "selector", objectAt(spec, "selector"));
    check.optionalWord(kSpec, spec, "unhealthyPodEvictionPolicy", kEviction);
}

void validatePriorityClass(Checker &check, const JsonObject &object) {
    const std::string_view name = textAt(object, "metadata", "name");
    const int64_t value = intAt(object, "value");
    if (name.starts_with("system-")) {
        const bool known = (name == "system-cluster-critical" && value == 2000000000) ||
                           (name == "system-node-critical" && value == 2000001000);
        if (!known)
            check.errors.forbidden(
                FieldPath("metadata.name"),
                "priority class names with 'system-' prefix are reserved for system use only. error: "
                "only system-cluster-critical and system-node-critical exist, with their own values");
    } else if (value > kUserPriorityMax) {
        check.errors.forbidden(FieldPath("value"), "maximum allowed value of a user defined priority is 1000000000");
    }
    static constexpr std::string_view kPolicies[] = {"Never", "PreemptLowerPriority"};
    check.optionalWord(FieldPath(), object, "preemptionPolicy", kPolicies);
}

void validatePriorityClassUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    if (intAt(object, "value") != intAt(old, "value"))
        check.errors.forbidden(FieldPath("value"), "may not be changed in an update.");
    check.immutable(FieldPath(), object, old, "preemptionPolicy");
}

void validateRuntimeClass(Checker &check, const JsonObject &object) {
    check.requiredText(FieldPath(), object, "handler", dns1123LabelErrors);
    validateResourceList(check, FieldPath("overhead.podFixed"), objectAt(object, "overhead", "podFixed"));
    check.labels(FieldPath("scheduling.nodeSelector"), objectAt(object, "scheduling", "nodeSelector"));
    validateTolerations(check, FieldPath("scheduling.tolerations"), arrayAt(object, "scheduling", "tolerations"));
}

void validateRuntimeClassUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.immutable(FieldPath(), object, old, "handler");
}

void warnRuntimeClass(WarningList &warnings, const JsonObject &object, const JsonObject *) {
    for (const auto &[key, value] : objectAt(object, "scheduling", "nodeSelector"))
        if (const auto words = deprecatedNodeLabel(key))
            warnings.push_back(fmt::format("scheduling.nodeSelector[{}]: {}", std::string_view(key), *words));
}

void validateBudgetStatus(Checker &check, const JsonObject &object, const JsonObject &) {
    check.counters(object, {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"});
}

} // namespace

void addPolicyStrategies(StrategyMap &map) {
    map.make<RuleStrategy>("policy", "poddisruptionbudgets", validateDisruptionBudget, nullptr,
                           RuleStrategy::Options{.unconditionalUpdate = false, .status = validateBudgetStatus});
    map.make<RuleStrategy>("scheduling.k8s.io", "priorityclasses", validatePriorityClass, validatePriorityClassUpdate);
    map.make<RuleStrategy>(
        "node.k8s.io", "runtimeclasses", validateRuntimeClass, validateRuntimeClassUpdate,
        RuleStrategy::Options{.createOnUpdate = true, .unconditionalUpdate = false, .warn = warnRuntimeClass});
}

} // namespace coracle::apiserver
