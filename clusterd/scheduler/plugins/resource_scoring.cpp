#include "clusterd/scheduler/plugins/resource_scoring.h"

#include "clusterd/scheduler/node_info.h"

#include <fmt/format.h>

namespace coracle::scheduler {

std::vector<ScoredResource> defaultScoredResources() {
    return {{"cpu", 1}, {"memory", 1}};
}

void readScoredResources(StrictObject &object, std::vector<ScoredResource> &resources) {
    std::vector<ScoredResource> all;
    object.list("resources", [&](const boost::json::value &value, const std::string &path) -> Result<> {
        ScoredResource resource;
        StrictObject reader(value, path);
        reader.text("name", resource.name).integer("weight", resource.weight, 1, 100);
        CHECK(reader.finish());
        if (resource.name.empty())
            return errors::other(fmt::format("{}.name: Required value", path));
        all.push_back(std::move(resource));
        return {};
    });
    if (!all.empty())
        resources = std::move(all);
}

std::pair<int64_t, int64_t> allocatableAndRequested(const NodeInfo &node, const PodInfo &pod,
                                                    const std::string &resource, Amounts amounts) {
    const Resources &has = node.allocatable();
    const Resources &used = amounts == Amounts::Requested ? node.requested() : node.scoringRequested();
    const Resources &wants = amounts == Amounts::Requested ? pod.requests : pod.scoringRequests;
    if (resource == "cpu")
        return {has.milliCpu, used.milliCpu + wants.milliCpu};
    if (resource == "memory")
        return {has.memory, used.memory + wants.memory};
    if (resource == "ephemeral-storage")
        return {has.ephemeralStorage, used.ephemeralStorage + wants.ephemeralStorage};
    const int64_t wanted = wants.scalar(resource);
    if (wanted == 0)
        return {0, 0};
    return {has.scalar(resource), used.scalar(resource) + wanted};
}

} // namespace coracle::scheduler
