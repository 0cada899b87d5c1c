#pragma once

#include "clusterd/apiserver/json_access.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// The levels of the Pod Security Standards.
enum class PodSecurityLevel { Privileged, Baseline, Restricted };

/// What keeps a pod with this spec from the level, in the words of
/// k8s.io/pod-security-admission, sorted by check. Empty: nothing.
std::vector<std::string> podSecurityViolations(PodSecurityLevel level, const JsonObject &spec);

} // namespace coracle::apiserver
