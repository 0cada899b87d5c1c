#include "clusterd/controllers/devicetainteviction/device_taints.h"

#include "core/api/tolerations.h"

#include <algorithm>

namespace coracle::controllers {

std::optional<WallTime> evictionTime(const std::vector<resourcev1::DeviceTaint> &taints,
                                     const std::vector<resourcev1::DeviceToleration> &tolerations, WallTime since) {
    std::optional<WallTime> earliest;
    for (const resourcev1::DeviceTaint &taint : taints) {
        if (taint.effect != resourcev1::kDeviceTaintEffectNoExecute)
            continue;
        bool tolerated = false;
        std::optional<int64_t> seconds; // the shortest of the tolerations that match; none: for ever
        for (const resourcev1::DeviceToleration &toleration : tolerations) {
            if (!api::tolerates(toleration, taint))
                continue;
            tolerated = true;
            if (toleration.tolerationSeconds)
                seconds = std::min(seconds.value_or(*toleration.tolerationSeconds), *toleration.tolerationSeconds);
        }
        if (tolerated && !seconds)
            continue;
        const int64_t stay = std::max<int64_t>(seconds.value_or(0), 0);
        const WallTime due = taint.timeAdded.valueOr(since) + std::chrono::seconds(stay);
        earliest = std::min(earliest.value_or(due), due);
    }
    return earliest;
}

} // namespace coracle::controllers
