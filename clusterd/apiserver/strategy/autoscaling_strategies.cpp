#include "clusterd/apiserver/strategy/strategies.h"

#include <algorithm>
#include <fmt/format.h>

/// autoscaling/v2; objects of v1 come converted.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr int64_t kStabilizationMax = 3600, kPeriodMax = 1800;

void checkReference(Checker &check, const FieldPath &path, const JsonObject &reference) {
    check.requiredText(path, reference, "kind", pathSegmentErrors);
    check.requiredText(path, reference, "name", pathSegmentErrors);
    if (const std::string_view version = textAt(reference, "apiVersion");
        std::ranges::count(version, '/') > 1 || version.ends_with('/'))
        check.errors.invalid(path / "apiVersion", version, fmt::format("unexpected GroupVersion string: {}", version));
}

void checkTarget(Checker &check, const FieldPath &path, const JsonObject &target) {
    const std::string_view type = textAt(target, "type");
    if (type.empty())
        check.errors.required(path / "type", "must specify a metric target type");
    else if (type != "Utilization" && type != "Value" && type != "AverageValue")
        check.errors.invalid(path / "type", type, "must be either Utilization, Value, or AverageValue");
    for (const std::string_view name : {"value", "averageValue"})
        if (const JsonValue *amount = memberAt(target, name)) {
            const auto parsed = api::Quantity::parse(asText(*amount));
            if (!parsed || parsed->sign() <= 0)
                check.errors.invalid(path / name, *amount, "must be positive");
        }
    check.positive(path, target, "averageUtilization");
}

void checkIdentifier(Checker &check, const FieldPath &path, const JsonObject &metric) {
    if (textAt(metric, "name").empty())
        check.errors.required(path / "name", "must specify a metric name");
    else
        check.errors.invalidEach(path / "name", textAt(metric, "name"), pathSegmentErrors(textAt(metric, "name")));
    check.labelSelector(path / "selector", objectAt(metric, "selector"));
}

/// Sources of kinds Object, Pods and External, which name their metric.
void checkNamedMetric(Checker &check, const FieldPath &path, std::string_view member, const JsonObject &source) {
    const JsonObject &target = objectAt(source, "target");
    if (member == "object")
        checkReference(check, path / "describedObject", objectAt(source, "describedObject"));
    checkIdentifier(check, path / "metric", objectAt(source, "metric"));
    checkTarget(check, path / "target", target);
    const bool value = hasAt(target, "value"), average = hasAt(target, "averageValue");
    if (member == "pods") {
        if (!average)
            check.errors.required(path / "target" / "averageValue", "must specify a positive target averageValue");
        return;
    }
    if (!value && !average)
        check.errors.required(path / "target" / "averageValue",
                              "must set either a target value for metric or a per-pod target");
    if (value && average)
        check.errors.forbidden(path / "target" / "value",
                               "may not set both a target value for metric and a per-pod target");
}

/// Sources of kinds Resource and ContainerResource.
void checkResourceMetric(Checker &check, const FieldPath &path, std::string_view member, const JsonObject &source) {
    const JsonObject &target = objectAt(source, "target");
    if (textAt(source, "name").empty())
        check.errors.required(path / "name", "must specify a resource name");
    if (member == "containerResource" && textAt(source, "container").empty())
        check.errors.required(path / "container", "must specify a container");
    checkTarget(check, path / "target", target);
    const bool utilization = hasAt(target, "averageUtilization"), average = hasAt(target, "averageValue");
    if (!utilization && !average)
        check.errors.required(path / "target" / "averageUtilization",
                              "must set either a target raw value or a target utilization");
    if (utilization && average)
        check.errors.forbidden(path / "target" / "averageValue",
                               "may not set both a target raw value and a target utilization");
}

struct MetricKind {
    std::string_view type, member;
};
constexpr MetricKind kMetrics[] = {{"Object", "object"},
                                   {"External", "external"},
                                   {"Pods", "pods"},
                                   {"Resource", "resource"},
                                   {"ContainerResource", "containerResource"}};

void checkMetric(Checker &check, const FieldPath &path, const JsonObject &metric) {
    static constexpr std::string_view kTypes[] = {"ContainerResource", "External", "Object", "Pods", "Resource"};
    const std::string_view type = textAt(metric, "type");
    if (type.empty())
        check.errors.required(path / "type", "must specify a metric source type");
    if (!oneOf(type, kTypes))
        check.errors.notSupported(path / "type", type, kTypes);
    int present = 0;
    for (const MetricKind &kind : kMetrics) {
        if (!hasAt(metric, kind.member) || ++present > 1)
            continue;
        const JsonObject &source = objectAt(metric, kind.member);
        if (kind.member == "resource" || kind.member == "containerResource")
            checkResourceMetric(check, path / kind.member, kind.member, source);
        else
            checkNamedMetric(check, path / kind.member, kind.member, source);
    }
    for (const MetricKind &kind : kMetrics) {
        if (kind.type == type && !hasAt(metric, kind.member))
            check.errors.required(path / kind.member, "must populate information for the given metric source");
        if (kind.type != type && hasAt(metric, kind.member) && present != 1)
            check.errors.forbidden(path / kind.member, "must populate the given metric source only");
    }
}

void checkScalingRules(Checker &check, const FieldPath &path, const JsonObject &rules) {
    static constexpr std::string_view kSelect[] = {"Disabled", "Max", "Min"};
    static constexpr std::string_view kTypes[] = {"Percent", "Pods"};
    const int64_t window = intAt(rules, "stabilizationWindowSeconds");
    if (window < 0)
        check.errors.invalid(path / "stabilizationWindowSeconds", window, "must be greater than or equal to zero");
    if (window > kStabilizationMax)
        check.errors.invalid(path / "stabilizationWindowSeconds", window, "must be less than or equal to 3600");
    check.optionalWord(path, rules, "selectPolicy", kSelect);
    if (arrayAt(rules, "policies").empty())
        check.errors.required(path / "policies", "must specify at least one Policy");
    check.each(path, rules, "policies", [&](const FieldPath &own, const JsonObject &policy) {
        if (!oneOf(textAt(policy, "type"), kTypes))
            check.errors.notSupported(own / "type", textAt(policy, "type"), kTypes);
        for (const std::string_view name : {"value", "periodSeconds"})
            if (intAt(policy, name) <= 0)
                check.errors.invalid(own / name, intAt(policy, name), "must be greater than zero");
        if (intAt(policy, "periodSeconds") > kPeriodMax)
            check.errors.invalid(own / "periodSeconds", intAt(policy, "periodSeconds"),
                                 "must be less than or equal to 1800");
    });
    if (const JsonValue *tolerance = memberAt(rules, "tolerance"))
        check.quantity(path / "tolerance", *tolerance);
}

void validateAutoscaler(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    check.intRange(kSpec, spec, "minReplicas", 1, INT32_MAX, "must be greater than or equal to 1");
    const int64_t most = intAt(spec, "maxReplicas");
    if (most < 1)
        check.errors.invalid(kSpec / "maxReplicas", most, "must be greater than 0");
    if (hasAt(spec, "minReplicas") && most < intAt(spec, "minReplicas"))
        check.errors.invalid(kSpec / "maxReplicas", most, "must be greater than or equal to `minReplicas`");
    checkReference(check, kSpec / "scaleTargetRef", objectAt(spec, "scaleTargetRef"));
    check.each(kSpec, spec, "metrics",
               [&](const FieldPath &own, const JsonObject &metric) { checkMetric(check, own, metric); });
    for (const std::string_view name : {"scaleUp", "scaleDown"})
        if (hasAt(spec, "behavior", name))
            checkScalingRules(check, kSpec / "behavior" / name, objectAt(spec, "behavior", name));
}

void validateAutoscalerStatus(Checker &check, const JsonObject &object, const JsonObject &) {
    check.counters(object, {"currentReplicas", "desiredReplicas"});
}

} // namespace

void addAutoscalingStrategies(StrategyMap &map) {
    map.make<RuleStrategy>("autoscaling", "horizontalpodautoscalers", validateAutoscaler, nullptr,
                           RuleStrategy::Options{.status = validateAutoscalerStatus});
}

} // namespace coracle::apiserver
