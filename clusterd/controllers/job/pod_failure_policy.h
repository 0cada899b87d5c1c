#pragma once

#include "core/api/types/batch_v1.h"

#include <string>
#include <string_view>

namespace coracle::controllers::job {

/// What a job's podFailurePolicy says about a failed pod.
struct PodVerdict {
    std::string_view action = batchv1::kPodFailurePolicyActionCount;
    std::string message; ///< with FailJob: which pod matched which rule

    bool failsJob() const { return action == batchv1::kPodFailurePolicyActionFailJob; }
    bool failsIndex() const { return action == batchv1::kPodFailurePolicyActionFailIndex; }
    /// The failure counts towards backoffLimit and backoffLimitPerIndex.
    bool counts() const { return action != batchv1::kPodFailurePolicyActionIgnore; }
};

/// The first rule that matches decides; a pod that none matches, and every pod of a job without a policy, counts
/// (k8s.io/kubernetes pkg/controller/job, pod failure policy).
PodVerdict judge(const batchv1::JobSpec &spec, const corev1::Pod &pod);

} // namespace coracle::controllers::job
