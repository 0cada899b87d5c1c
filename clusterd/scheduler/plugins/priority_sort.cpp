#include "clusterd/scheduler/plugins/priority_sort.h"

namespace coracle::scheduler {

bool PrioritySort::before(const Item &a, const Item &b) const {
    return a.priority != b.priority ? a.priority > b.priority : a.queuedAt < b.queuedAt;
}

} // namespace coracle::scheduler
