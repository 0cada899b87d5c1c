#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"

/// policy, scheduling.k8s.io, node.k8s.io, autoscaling.
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
    validateTolerations(check, FieldPath("scheduling.tolerations"), arrayAt(object, "scheduling", "tolerations"));
}

void validateRuntimeClassUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.immutable(FieldPath(), object, old, "handler");
}

void validateAutoscaler(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec"), &target = objectAt(spec, "scaleTargetRef");
    check.intRange(kSpec, spec, "minReplicas", 1, INT32_MAX, "must be greater than or equal to 1");
    const int64_t most = intAt(spec, "maxReplicas");
    if (most < 1)
        check.errors.invalid(kSpec / "maxReplicas", most, "must be greater than 0");
    if (hasAt(spec, "minReplicas") && most < intAt(spec, "minReplicas"))
        check.errors.invalid(kSpec / "maxReplicas", most, "must be greater than or equal to `minReplicas`");
    check.requiredText(kSpec / "scaleTargetRef", target, "kind", pathSegmentErrors);
    check.requiredText(kSpec / "scaleTargetRef", target, "name", pathSegmentErrors);
}

} // namespace

void addPolicyStrategies(StrategyMap &map) {
    map.make<RuleStrategy>("policy", "poddisruptionbudgets", validateDisruptionBudget, nullptr,
                           RuleStrategy::Options{.unconditionalUpdate = false});
    map.make<RuleStrategy>("scheduling.k8s.io", "priorityclasses", validatePriorityClass, validatePriorityClassUpdate);
    map.make<RuleStrategy>("node.k8s.io", "runtimeclasses", validateRuntimeClass, validateRuntimeClassUpdate,
                           RuleStrategy::Options{.createOnUpdate = true, .unconditionalUpdate = false});
    map.make<RuleStrategy>("autoscaling", "horizontalpodautoscalers", validateAutoscaler);
}

} // namespace coracle::apiserver
