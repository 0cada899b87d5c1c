#pragma once

#include "clusterd/scheduler/framework.h"
#include "clusterd/scheduler/nominations.h"
#include "core/base/clock.h"

#include <vector>

namespace coracle::scheduler {

class Workers;

/// Work of less time is done by one thread: to wake others, and to take what they leave of the caches, would cost as
/// much.
inline constexpr Duration kWorthSharing = std::chrono::microseconds(500);

/// What a scan looks at; all of it stays as it is meanwhile.
struct ScanInput {
    Cache &cache; ///< changed for trials, and put back
    CycleState &state;
    const Framework::Prepared &prepared;
    const PodInfo &pod;
    const Nominations &nominations;
    const std::vector<NodeInfo *> &nodes;
    size_t first = 0;  ///< where to begin; after the last node comes nodes[0]
    size_t enough = 0; ///< nodes that fit
    Workers &workers;
    Clock &clock;
    Duration worthSharing = kWorthSharing;
};

struct Scanned {
    std::vector<const NodeInfo *> feasible; ///< in the order of the scan; none after a failure
    size_t looked = 0;                      ///< at so many nodes
};

/// Filters nodes until enough fit, and tells of the others in the diagnosis. Begins on the caller's thread; when the
/// first nodes tell that the rest will take long, several threads share it, with the same result.
Scanned scanNodes(const ScanInput &input, Diagnosis &diagnosis);

/// Adds a node that does not fit.
void note(Diagnosis &diagnosis, const Rejection &rejection, const NodeInfo &node);

} // namespace coracle::scheduler
