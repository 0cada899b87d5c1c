#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// Important pods first, then those that wait the longest.
class PrioritySort final : public QueueSortPlugin {
public:
    bool before(const Item &a, const Item &b) const override;
};

} // namespace coracle::scheduler
