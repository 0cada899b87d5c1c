#include "clusterd/scheduler/plugins/node_resources_fit.h"

#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/plugins/dynamic_resources/device_catalog.h"
#include "core/api/typed.h"
#include "core/base/gate.h"

#include <algorithm>
#include <cmath>

namespace coracle::scheduler {

namespace {

namespace json = boost::json;
using Arguments = NodeResourcesFit::Arguments;
using ShapePoint = NodeResourcesFit::ShapePoint;

constexpr int64_t kShapeScoreMax = 10;

/// Between two points the score lies on a straight line; outside of them it is that of the nearest one.
int64_t onShape(const std::vector<ShapePoint> &shape, int64_t utilization) {
    for (size_t i = 0; i < shape.size(); ++i) {
        const ShapePoint &right = shape[i];
        if (utilization > right.utilization)
            continue;
        if (i == 0)
            return right.score;
        const ShapePoint &left = shape[i - 1];
        return left.score +
               (right.score - left.score) * (utilization - left.utilization) / (right.utilization - left.utilization);
    }
    return shape.back().score;
}

Result<> readShape(const json::value &value, const std::string &path, std::vector<ShapePoint> &shape) {
    StrictObject object(value, path);
    object.list("shape", [&](const json::value &element, const std::string &at) -> Result<> {
        ShapePoint point;
        StrictObject reader(element, at);
        reader.integer("utilization", point.utilization, 0, 100).integer("score", point.score, 0, kShapeScoreMax);
        if (!shape.empty() && shape.back().utilization >= point.utilization)
            reader.fail("utilization", "utilization values must be sorted in increasing order");
        point.score *= kScoreMax / kShapeScoreMax;
        shape.push_back(point);
        return reader.finish();
    });
    if (shape.empty())
        object.fail("shape", "Required value: at least one point must be specified");
    return object.finish();
}

Result<> readStrategy(const json::value &value, const std::string &path, Arguments &arguments) {
    static constexpr std::pair<std::string_view, NodeResourcesFit::Strategy> kStrategies[] = {
        {"LeastAllocated", NodeResourcesFit::Strategy::LeastAllocated},
        {"MostAllocated", NodeResourcesFit::Strategy::MostAllocated},
        {"RequestedToCapacityRatio", NodeResourcesFit::Strategy::RequestedToCapacityRatio}};
    std::string type = "LeastAllocated";
    StrictObject object(value, path);
    object.text("type", type);
    readScoredResources(object, arguments.resources);
    object.object("requestedToCapacityRatio", [&](const json::value &shape, const std::string &at) {
        return readShape(shape, at, arguments.shape);
    });
    CHECK(object.finish());
    const auto *known = std::find_if(std::begin(kStrategies), std::end(kStrategies),
                                     [&](const auto &strategy) { return strategy.first == type; });
    if (known == std::end(kStrategies))
        object.fail("type", "supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\"");
    else
        arguments.strategy = known->second;
    if (arguments.strategy == NodeResourcesFit::Strategy::RequestedToCapacityRatio && arguments.shape.empty())
        object.fail("requestedToCapacityRatio.shape", "Required value: at least one point must be specified");
    return object.finish();
}

} // namespace

Result<Arguments> Arguments::parse(const json::value &value) {
    Arguments arguments;
    std::vector<std::string> resources, groups;
    StrictObject object(value, "");
    object.typeMeta("kubescheduler.config.k8s.io/v1", "NodeResourcesFitArgs")
        .texts("ignoredResources", resources)
        .texts("ignoredResourceGroups", groups)
        .object("scoringStrategy", [&](const json::value &strategy, const std::string &path) {
            return readStrategy(strategy, path, arguments);
        });
    for (const std::string &group : groups)
        if (group.find('/') != std::string::npos)
            object.fail("ignoredResourceGroups", "resource group name can't contain '/'");
    CHECK(object.finish());
    arguments.ignoredResources.insert(resources.begin(), resources.end());
    arguments.ignoredGroups.insert(groups.begin(), groups.end());
    return arguments;
}

NodeResourcesFit::NodeResourcesFit(const PluginContext &context, Arguments arguments)
    : m_arguments(std::move(arguments)), m_devices(&context.informers.shared<DeviceCatalog>(context.gate.executor())) {}

std::vector<EventInterest> NodeResourcesFit::eventsToRegister() const {
    auto classHelps = [](const PodInfo &waiting, const ClusterChange &change) {
        const auto after = api::decode<resourcev1::DeviceClass>(*change.after);
        const bool serves = after && std::ranges::any_of(waiting.requests.scalars, [&](const auto &wanted) {
                                return DeviceClasses::serves(*after, wanted.first);
                            });
        return serves ? Hint::Queue : Hint::Skip;
    };
    return {{{EventResource::Node, kAdd | kUpdateNodeAllocatable}},
            {{EventResource::Pod, kDelete | kUpdatePodScaleDown}},
            {{EventResource::DeviceClass, kAdd | kUpdate}, classHelps}};
}

bool NodeResourcesFit::ignored(std::string_view resource) const {
    const size_t slash = resource.find('/');
    return slash != std::string_view::npos && (m_arguments.ignoredResources.contains(resource) ||
                                               m_arguments.ignoredGroups.contains(resource.substr(0, slash)));
}

Filtered NodeResourcesFit::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    const Resources &has = node.allocatable(), &used = node.requested(), &wants = pod.requests;
    Rejection rejection;
    if (static_cast<int64_t>(node.pods().size()) + 1 > has.pods)
        rejection.reasons.emplace_back("Too many pods");
    auto check = [&](std::string_view resource, int64_t wanted, int64_t allocatable, int64_t requested) {
        if (wanted == 0 || wanted <= allocatable - requested)
            return;
        rejection.reasons.push_back("Insufficient " + std::string(resource));
        // Even an empty node would be too small.
        if (wanted > allocatable)
            rejection.resolvable = false;
    };
    check("cpu", wants.milliCpu, has.milliCpu, used.milliCpu);
    check("memory", wants.memory, has.memory, used.memory);
    check("ephemeral-storage", wants.ephemeralStorage, has.ephemeralStorage, used.ephemeralStorage);
    const auto isDevices = [&](const std::string &resource) {
        return m_devices && has.scalar(resource) == 0 && m_devices->classes.forResource(resource);
    };
    for (const auto &[resource, wanted] : wants.scalars)
        if (!ignored(resource) && !isDevices(resource))
            check(resource, wanted, has.scalar(resource), used.scalar(resource));
    if (rejection.reasons.empty())
        return std::nullopt;
    return rejection;
}

int64_t NodeResourcesFit::scoreOf(int64_t allocatable, int64_t requested) const {
    switch (m_arguments.strategy) {
    case Strategy::LeastAllocated:
        return requested > allocatable ? 0 : (allocatable - requested) * kScoreMax / allocatable;
    case Strategy::MostAllocated:
        return std::min(requested, allocatable) * kScoreMax / allocatable;
    case Strategy::RequestedToCapacityRatio:
        return onShape(m_arguments.shape, requested > allocatable ? 100 : requested * 100 / allocatable);
    }
    return 0;
}

int64_t NodeResourcesFit::score(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    const bool ratio = m_arguments.strategy == Strategy::RequestedToCapacityRatio;
    int64_t sum = 0, weights = 0;
    for (const ScoredResource &resource : m_arguments.resources) {
        const auto [allocatable, requested] = allocatableAndRequested(node, pod, resource.name, Amounts::ForScoring);
        if (allocatable == 0)
            continue;
        const int64_t score = scoreOf(allocatable, requested);
        // A ratio of zero means that the resource has no say.
        if (ratio && score == 0)
            continue;
        sum += score * resource.weight;
        weights += resource.weight;
    }
    if (weights == 0)
        return 0;
    return ratio ? std::llround(static_cast<double>(sum) / static_cast<double>(weights)) : sum / weights;
}

} // namespace coracle::scheduler
