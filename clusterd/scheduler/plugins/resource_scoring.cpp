#include "clusterd/scheduler/plugins/resource_scoring.h"

#include "clusterd/scheduler/node_info.h"

#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

bool isStandard(std::string_view resource) {
    return resource == "cpu" || resource == "memory" || resource == "ephemeral-storage";
}

int64_t amountOf(const Resources &amounts, std::string_view resource) {
    if (resource == "cpu")
        return amounts.milliCpu;
    if (resource == "memory")
        return amounts.memory;
    if (resource == "ephemeral-storage")
        return amounts.ephemeralStorage;
    return amounts.scalar(resource);
}

} // namespace

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

int64_t requestOf(const PodInfo &pod, const std::string &resource, Amounts amounts) {
    return amountOf(amounts == Amounts::Requested ? pod.requests : pod.scoringRequests, resource);
}

std::pair<int64_t, int64_t> allocatableAndRequested(const NodeInfo &node, const PodInfo &pod,
                                                    const std::string &resource, Amounts amounts) {
    const Resources &used = amounts == Amounts::Requested ? node.requested() : node.scoringRequested();
    const int64_t wanted = requestOf(pod, resource, amounts);
    // Resources of its own kind count only for those who want them.
    if (wanted == 0 && !isStandard(resource))
        return {0, 0};
    return {amountOf(node.allocatable(), resource), amountOf(used, resource) + wanted};
}

} // namespace coracle::scheduler
