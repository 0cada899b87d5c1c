#pragma once

#include "clusterd/apiserver/json_access.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// The levels of the Pod Security Standards.
enum class PodSecurityLevel { Privileged, Baseline, Restricted };

/// The rules of which Kubernetes version 1.x apply.
inline constexpr int kLatestPodSecurity = 1 << 16;

struct PodSecurityViolation {
    std::string reason, detail;
    std::string text() const; ///< "reason (detail)"
};

/// What keeps a pod (or a pod template: metadata and spec) from the level, in the words of
/// k8s.io/pod-security-admission: the checks of baseline in their order, then those of restricted. Empty: nothing.
std::vector<PodSecurityViolation> podSecurityViolations(PodSecurityLevel level, int minorVersion,
                                                        const JsonObject &pod);

} // namespace coracle::apiserver
