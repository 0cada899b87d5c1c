#include "clusterd/controllers/job/pod_failure_policy.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers::job {

namespace {

/// The container that failed with one of the exit codes; containers that ended well never match.
const corev1::ContainerStatus *matchExitCode(const batchv1::PodFailurePolicyOnExitCodesRequirement &wanted,
                                             const corev1::PodStatus &status) {
    for (const auto *list : {&status.containerStatuses, &status.initContainerStatuses})
        for (const corev1::ContainerStatus &container : *list) {
            const auto &ended = container.state.terminated;
            if (!ended || ended->exitCode == 0 || (wanted.containerName && *wanted.containerName != container.name))
                continue;
            const bool listed =
                std::find(wanted.values.begin(), wanted.values.end(), ended->exitCode) != wanted.values.end();
            if (listed == (wanted.operator_ == batchv1::kPodFailurePolicyOnExitCodesOpIn))
                return &container;
        }
    return nullptr;
}

const corev1::PodCondition *matchCondition(const std::vector<batchv1::PodFailurePolicyOnPodConditionsPattern> &patterns,
                                           const corev1::PodStatus &status) {
    for (const corev1::PodCondition &condition : status.conditions)
        for (const auto &pattern : patterns)
            if (pattern.type == condition.type && pattern.status == condition.status)
                return &condition;
    return nullptr;
}

} // namespace

PodVerdict judge(const batchv1::JobSpec &spec, const corev1::Pod &pod) {
    if (!spec.podFailurePolicy)
        return {};
    const auto &rules = spec.podFailurePolicy->rules;
    for (size_t i = 0; i < rules.size(); ++i) {
        const batchv1::PodFailurePolicyRule &rule = rules[i];
        if (rule.onExitCodes) {
            if (const auto *container = matchExitCode(*rule.onExitCodes, pod.status))
                return {rule.action, fmt::format("Container {} for pod {}/{} failed with exit code {} matching {} rule "
                                                 "at index {}",
                                                 container->name, pod.metadata.namespace_, pod.metadata.name,
                                                 container->state.terminated->exitCode, rule.action, i)};
        } else if (const auto *condition = matchCondition(rule.onPodConditions, pod.status)) {
            return {rule.action,
                    fmt::format("Pod {}/{} has condition {} matching {} rule at index {}", pod.metadata.namespace_,
                                pod.metadata.name, condition->type, rule.action, i)};
        }
    }
    return {};
}

} // namespace coracle::controllers::job
