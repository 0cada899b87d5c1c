#pragma once

#include "core/api/types/core_v1.h"
#include "core/base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Which pods must leave a node before it can be worked on, by the rules of kubectl drain. No I/O.
namespace coracle::appliance {

struct DrainOptions {
    bool ignoreDaemonSets = true, deleteEmptyDirData = false, force = false;
    std::optional<int64_t> gracePeriodSeconds; ///< nothing: what each pod says
    int64_t timeoutMs = 0;                     ///< 0: none
};

enum class DrainAction {
    Evict,
    Skip,   ///< stays
    Refuse, ///< stands in the way of the drain
};
enum class DrainState { Waiting, Blocked, Evicted, Gone };

struct DrainPod {
    std::string namespaceName, name, uid;
    DrainAction action = DrainAction::Evict;
    std::string reason; ///< why it is skipped or refused
    DrainState state = DrainState::Waiting;
    std::string controllerKind, controllerName; ///< empty: none
};

/// What becomes of each pod of the node; the function tells whether a DaemonSet is still there.
using DaemonSetExists = std::function<bool(const std::string &namespaceName, const std::string &name)>;
std::vector<DrainPod> planDrain(const std::vector<corev1::Pod> &pods, const DrainOptions &options,
                                const DaemonSetExists &daemonSetExists);

/// A cause for each pod that is refused.
std::vector<StatusCause> refusals(const std::vector<DrainPod> &pods);

} // namespace coracle::appliance
