#include "core/api/default_rules.h"

#include <limits>

namespace coracle::api {
namespace {

using namespace tree;

/// The strategy "RollingUpdate" always has its parameters; their own defaults come from the tables.
void rollingUpdate(object &strategy) {
    if (textAt(strategy, "type") == "RollingUpdate")
        ensureObject(strategy, "rollingUpdate");
}

/// A StatefulSet gets the parameters only when it does not name its strategy.
void statefulSetUpdateStrategy(object &strategy) {
    if (!isUnset(strategy, "type"))
        return;
    strategy["type"] = "RollingUpdate";
    ensureObject(strategy, "rollingUpdate");
}

/// Null when the workload's pod template has no labels.
const object *templateLabels(object &workload) {
    object *spec = objectAt(workload, "spec");
    object *podTemplate = spec ? objectAt(*spec, "template") : nullptr;
    object *metadata = podTemplate ? objectAt(*podTemplate, "metadata") : nullptr;
    const object *labels = metadata ? objectAt(*metadata, "labels") : nullptr;
    return labels && !labels->empty() ? labels : nullptr;
}

void labelsFromTemplate(object &workload) {
    object *metadata = ensureObject(workload, "metadata");
    const object *labels = templateLabels(workload);
    if (labels && metadata)
        setIfUnset(*metadata, "labels", *labels);
}

void replicationController(object &controller) {
    labelsFromTemplate(controller);
    const object *labels = templateLabels(controller);
    object *spec = objectAt(controller, "spec");
    if (labels && spec && isUnset(*spec, "selector"))
        spec->insert_or_assign("selector", object(*labels));
}

/// The templates of claims are whole objects and say what they are.
void statefulSetSpec(object &spec) {
    eachObject(spec, "volumeClaimTemplates", [](object &claim) {
        setIfUnset(claim, "apiVersion", "v1");
        setIfUnset(claim, "kind", "PersistentVolumeClaim");
    });
}

void jobSpec(object &spec) {
    const bool completions = has(spec, "completions"), parallelism = has(spec, "parallelism");
    if (!completions && !parallelism)
        spec["completions"] = 1;
    setIfAbsent(spec, "parallelism", 1);
    constexpr int64_t kRetries = 6;
    setIfAbsent(spec, "backoffLimit",
                has(spec, "backoffLimitPerIndex") ? int64_t(std::numeric_limits<int32_t>::max()) : kRetries);
    setIfUnset(spec, "podReplacementPolicy", has(spec, "podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
}

void scalingRule(object &rules, std::initializer_list<std::pair<const char *, int64_t>> policies) {
    constexpr int64_t kPeriodSeconds = 15;
    setIfUnset(rules, "selectPolicy", "Max");
    if (!isUnset(rules, "policies"))
        return;
    array &list = rules["policies"].emplace_array();
    for (const auto &[type, amount] : policies)
        list.push_back(object({{"type", type}, {"value", amount}, {"periodSeconds", kPeriodSeconds}}));
}

void autoscalerSpec(object &spec) {
    if (isUnset(spec, "metrics")) {
        spec["metrics"] = array({object(
            {{"type", "Resource"},
             {"resource",
              object({{"name", "cpu"}, {"target", object({{"type", "Utilization"}, {"averageUtilization", 80}})}})}})});
    }
    object *behavior = objectAt(spec, "behavior");
    if (!behavior)
        return;
    if (object *up = ensureObject(*behavior, "scaleUp")) {
        setIfAbsent(*up, "stabilizationWindowSeconds", 0);
        scalingRule(*up, {{"Pods", 4}, {"Percent", 100}});
    }
    if (object *down = ensureObject(*behavior, "scaleDown"))
        scalingRule(*down, {{"Percent", 100}});
}

constexpr DefaultRule kRules[] = {
    {"core/v1", "ReplicationController", replicationController},
    {"apps/v1", "DeploymentStrategy", rollingUpdate},
    {"apps/v1", "DaemonSetUpdateStrategy", rollingUpdate},
    {"apps/v1", "StatefulSetUpdateStrategy", statefulSetUpdateStrategy},
    {"apps/v1", "StatefulSetSpec", statefulSetSpec},
    {"batch/v1", "Job", labelsFromTemplate},
    {"batch/v1", "JobSpec", jobSpec},
    {"autoscaling/v2", "HorizontalPodAutoscalerSpec", autoscalerSpec},
};

} // namespace

std::span<const DefaultRule> workloadDefaultRules() {
    return kRules;
}

} // namespace coracle::api
