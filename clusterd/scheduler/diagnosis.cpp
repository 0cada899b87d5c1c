#include "clusterd/scheduler/diagnosis.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::scheduler {

std::string joinReasons(const std::map<std::string, size_t> &reasons) {
    std::vector<std::string> texts;
    for (const auto &[reason, count] : reasons)
        texts.push_back(fmt::format("{} {}", count, reason));
    std::sort(texts.begin(), texts.end());
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string Diagnosis::message() const {
    if (nodeCount == 0)
        return "no nodes available to schedule pods";
    if (error)
        return clusterReason;
    return fmt::format("0/{} nodes are available: {}.", nodeCount,
                       clusterReason.empty() ? joinReasons(reasons) : clusterReason);
}

} // namespace coracle::scheduler
