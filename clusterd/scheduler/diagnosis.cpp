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

std::string unavailable(size_t nodes, const std::string &why) {
    return fmt::format("0/{} nodes are available:{}", nodes, why.empty() ? "" : fmt::format(" {}.", why));
}

std::string Diagnosis::message() const {
    if (error)
        return clusterReason;
    if (nodeCount == 0)
        return "no nodes available to schedule pods";
    return unavailable(nodeCount, clusterReason.empty() ? joinReasons(reasons) : clusterReason);
}

} // namespace coracle::scheduler
