#pragma once

#include "core/api/types/core_v1.h"
#include "core/base/clock.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coracle::controllers::job {

/// When a pod ended: its last container's end, else when it stopped being ready, was deleted or was made.
WallTime finishTime(const corev1::Pod &pod);

/// What is left of the back-off after so many failures in a row, the last one at the given time: 10 s, doubled by each
/// further failure up to 10 minutes (k8s.io/kubernetes pkg/controller/job, backoff_utils).
Duration backoffLeft(int failures, WallTime last, WallTime now);

/// The failures of a job's pods since its last success. Built up from the pods that are seen, so a controller that
/// starts anew finds it again as far as the pods still exist.
class PodBackoff {
public:
    void succeeded(const corev1::Pod &pod);
    void failed(const corev1::Pod &pod);
    Duration left(WallTime now) const;

private:
    std::optional<WallTime> m_lastSuccess;
    std::map<std::string, WallTime> m_failures; ///< by the pod's UID, since the last success
};

} // namespace coracle::controllers::job
