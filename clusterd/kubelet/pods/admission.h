#pragma once

#include "clusterd/kubelet/container/pod_spec.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coracle::kubelet {

struct AdmissionRefusal {
    std::string reason, message;
};

/// Whether a new pod fits beside those that are active on the node; the scheduler may have been wrong or gone round.
/// Node labels are the scheduler's alone: a label that this node has not seen yet must not fail a pod for good.
std::optional<AdmissionRefusal> checkAdmission(const corev1::Pod &pod,
                                               const std::vector<std::shared_ptr<const corev1::Pod>> &active,
                                               const std::map<std::string, api::Quantity, std::less<>> &allocatable);

} // namespace coracle::kubelet
