#include "clusterd/controllers/podautoscaler/replica_calculator.h"

#include "clusterd/controllers/pod_util.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <limits>

namespace coracle::controllers::podautoscaler {

namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

int32_t roundUp(double replicas) {
    return static_cast<int32_t>(std::clamp<double>(std::ceil(replicas), 0, std::numeric_limits<int32_t>::max()));
}

WallTime::duration wall(Duration duration) {
    return std::chrono::duration_cast<WallTime::duration>(duration);
}

/// What pods use compared with what they should.
struct Usage {
    double ratio = 1;
    std::optional<int32_t> utilization;
    int64_t average = 0;
};
using UsageOf = std::function<Result<Usage>(const PodMetrics &)>;
using Requests = std::map<std::string, int64_t, std::less<>>;

Result<Usage> averageUsage(const PodMetrics &metrics, int64_t target) {
    int64_t total = 0;
    for (const auto &[pod, metric] : metrics)
        total += metric.milliValue;
    const int64_t average = total / static_cast<int64_t>(metrics.size());
    return Usage{.ratio = static_cast<double>(average) / static_cast<double>(target), .average = average};
}

Result<Usage> utilizationUsage(const PodMetrics &metrics, const Requests &requests, int32_t target) {
    int64_t used = 0, requested = 0, count = 0;
    for (const auto &[pod, metric] : metrics)
        if (const auto request = requests.find(pod); request != requests.end()) {
            used += metric.milliValue;
            requested += request->second;
            ++count;
        }
    if (requested == 0)
        return errors::other("none of the measured pods is one of the target's, or they request nothing");
    const double percent = std::floor(static_cast<double>(used) * 100 / static_cast<double>(requested));
    return Usage{.ratio = percent / target, .utilization = static_cast<int32_t>(percent), .average = used / count};
}

/// What a pod asks for: the pod's own request where it has requests, otherwise those of its containers, side-cars
/// included.
Result<int64_t> requestOf(const corev1::Pod &pod, const std::string &resource, const std::string &container) {
    if (container.empty() && pod.spec.resources && !pod.spec.resources->requests.empty()) {
        const auto &requests = pod.spec.resources->requests;
        if (const auto found = requests.find(resource); found != requests.end())
            return found->second.milliValue();
    }
    std::vector<const corev1::Container *> containers;
    for (const corev1::Container &each : pod.spec.containers)
        containers.push_back(&each);
    for (const corev1::Container &each : pod.spec.initContainers)
        if (each.restartPolicy == "Always")
            containers.push_back(&each);
    int64_t sum = 0;
    bool found = container.empty();
    for (const corev1::Container *each : containers) {
        if (!container.empty() && container != each->name)
            continue;
        const auto request = each->resources.requests.find(resource);
        if (request == each->resources.requests.end())
            return errors::other(
                fmt::format("container {} of pod {} has no request for {}", each->name, pod.metadata.name, resource));
        sum += request->second.milliValue();
        found = true;
    }
    if (!found)
        return errors::other(fmt::format("pod {} has no container {}", pod.metadata.name, container));
    return sum;
}

struct Sized {
    int32_t replicas = 0;
    Usage usage; ///< as measured
};

/// The number of replicas from the pods' use. Pods without a measurement are taken to use what makes the change
/// smaller: `assumed` when there is too little use, nothing when there is too much; and they never turn a change round.
Result<Sized> sizeByPods(const std::string &resource, PodMetrics metrics, const Workload &workload,
                         const Settings &settings, const UsageOf &usageOf,
                         const std::function<int64_t(const std::string &)> &assumed) {
    if (workload.pods.empty())
        return errors::other("the target's selector matches no pods");
    const PodGroups groups = groupPods(workload.pods, metrics, resource, settings, workload.now);
    std::erase_if(metrics, [&](const auto &metric) {
        return groups.ignored.contains(metric.first) || groups.unready.contains(metric.first);
    });
    if (metrics.empty())
        return errors::other("none of the target's ready pods was measured");
    TRY(const Usage usage, usageOf(metrics));
    const bool countUnready = !groups.unready.empty() && usage.ratio > 1;
    const Sized unchanged{workload.specReplicas, usage};
    if (!countUnready && groups.missing.empty())
        return workload.tolerances.cover(usage.ratio) ? unchanged : Sized{roundUp(usage.ratio * groups.ready), usage};
    if (usage.ratio != 1)
        for (const std::string &pod : groups.missing)
            metrics[pod].milliValue = usage.ratio < 1 ? assumed(pod) : 0;
    if (countUnready)
        for (const std::string &pod : groups.unready)
            metrics[pod].milliValue = 0;
    TRY(const Usage guessed, usageOf(metrics));
    const bool turned = (usage.ratio < 1 && guessed.ratio > 1) || (usage.ratio > 1 && guessed.ratio < 1);
    if (turned || workload.tolerances.cover(guessed.ratio))
        return unchanged;
    const int32_t replicas = roundUp(guessed.ratio * static_cast<double>(metrics.size()));
    if ((guessed.ratio < 1 && replicas > workload.specReplicas) ||
        (guessed.ratio > 1 && replicas < workload.specReplicas))
        return unchanged;
    return Sized{replicas, usage};
}

api::Quantity quantityOf(const MetricId &id, int64_t milliValue) {
    return api::Quantity::fromMilli(milliValue, id.name == corev1::kResourceMemory ? api::Quantity::Format::BinarySi
                                                                                   : api::Quantity::Format::DecimalSi);
}

Result<Proposal> proposeByResource(const MetricSpec &metric, const Measurement &measured, const Workload &workload,
                                   const Settings &settings) {
    const MetricId &id = metric.id;
    if (metric.averageValue) {
        const int64_t target = metric.averageValue->milliValue();
        TRY(const Sized sized, sizeByPods(
                                   id.name, measured.pods, workload, settings,
                                   [&](const PodMetrics &pods) { return averageUsage(pods, target); },
                                   [&](const std::string &) { return target; }));
        Proposal proposal{.replicas = sized.replicas, .metric = id.name + " resource"};
        proposal.current.averageValue = quantityOf(id, sized.usage.average);
        return proposal;
    }
    if (!metric.averageUtilization)
        return errors::other("the metric has neither averageUtilization nor averageValue as its target");
    const int32_t target = *metric.averageUtilization;
    Requests requests;
    for (const corev1::Pod &pod : workload.pods) {
        TRY(requests[pod.metadata.name], requestOf(pod, id.name, id.container));
    }
    TRY(const Sized sized,
        sizeByPods(
            id.name, measured.pods, workload, settings,
            [&](const PodMetrics &pods) { return utilizationUsage(pods, requests, target); },
            [&](const std::string &pod) { return requests[pod] * std::max<int64_t>(100, target) / 100; }));
    Proposal proposal{.replicas = sized.replicas,
                      .metric = fmt::format("{} {}resource utilization (percentage of request)", id.name,
                                            id.type == MetricType::ContainerResource ? "container " : "")};
    proposal.current.averageUtilization = sized.usage.utilization;
    proposal.current.averageValue = quantityOf(id, sized.usage.average);
    return proposal;
}

Result<Proposal> proposeByPods(const MetricSpec &metric, const Measurement &measured, const Workload &workload,
                               const Settings &settings) {
    if (!metric.averageValue)
        return errors::other("the metric has no averageValue as its target");
    const int64_t target = metric.averageValue->milliValue();
    TRY(const Sized sized,
        sizeByPods(
            {}, measured.pods, workload, settings, [&](const PodMetrics &pods) { return averageUsage(pods, target); },
            [&](const std::string &) { return target; }));
    Proposal proposal{.replicas = sized.replicas, .metric = "pods metric " + metric.id.name};
    proposal.current.averageValue = api::Quantity::fromMilli(sized.usage.average);
    return proposal;
}

/// A total that the pods share: Object and External.
Result<Proposal> proposeByTotal(const MetricSpec &metric, const Measurement &measured, const Workload &workload) {
    const double total = static_cast<double>(measured.total);
    const bool object = metric.id.type == MetricType::Object;
    Proposal proposal{.metric =
                          fmt::format("{} metric {}", object ? metric.id.described.kind : "external", metric.id.name)};
    if (metric.averageValue && (!object || metric.target == TargetType::AverageValue)) {
        const double target = static_cast<double>(metric.averageValue->milliValue());
        const int32_t replicas = workload.statusReplicas;
        proposal.replicas = replicas != 0 && workload.tolerances.cover(total / (target * replicas))
                                ? replicas
                                : roundUp(total / target);
        const int64_t share = measured.total == kMost ? kMost
                              : replicas == 0         ? 0
                                                      : static_cast<int64_t>(std::ceil(total / replicas));
        proposal.current.averageValue = api::Quantity::fromMilli(share);
        return proposal;
    }
    if (!metric.value || (object && metric.target != TargetType::Value))
        return errors::other("the metric has neither a value nor an averageValue as its target");
    const double ratio = total / static_cast<double>(metric.value->milliValue());
    proposal.current.value = api::Quantity::fromMilli(measured.total);
    if (workload.specReplicas == 0 || workload.tolerances.cover(ratio)) {
        proposal.replicas = workload.specReplicas == 0 ? roundUp(ratio) : workload.specReplicas;
        return proposal;
    }
    if (workload.pods.empty())
        return errors::other("the target's selector matches no pods");
    const auto ready = std::ranges::count_if(workload.pods, [](const corev1::Pod &pod) {
        return pod.status.phase == corev1::kPodRunning && isPodReady(pod);
    });
    proposal.replicas = roundUp(ratio * static_cast<double>(ready));
    return proposal;
}

/// Whether the CPU that a pod used is that of its start, not of its work.
bool isStarting(const corev1::Pod &pod, const PodMetric &metric, const Settings &settings, WallTime now) {
    const corev1::PodCondition *ready = findCondition(pod.status, corev1::kPodReady);
    if (!ready || !pod.status.startTime)
        return true;
    const bool isUnready = ready->status == corev1::kConditionFalse;
    const WallTime changed = ready->lastTransitionTime.valueOr(WallTime());
    if (*pod.status.startTime + wall(settings.cpuInitializationPeriod) > now)
        return isUnready || metric.timestamp < changed + wall(metric.window);
    return isUnready && *pod.status.startTime + wall(settings.initialReadinessDelay) > changed;
}

} // namespace

Tolerances tolerancesOf(const AutoscalerSpec &spec, const Settings &settings) {
    Tolerances tolerances{settings.tolerance, settings.tolerance};
    if (spec.behavior) {
        tolerances.down = spec.behavior->down.tolerance.value_or(settings.tolerance);
        tolerances.up = spec.behavior->up.tolerance.value_or(settings.tolerance);
    }
    return tolerances;
}

int64_t sumOf(const std::vector<int64_t> &series) {
    int64_t sum = 0;
    for (const int64_t value : series) {
        if (value > 0 && sum > kMost - value)
            return kMost;
        sum += value;
    }
    return sum;
}

PodGroups groupPods(const std::vector<corev1::Pod> &pods, const PodMetrics &metrics, std::string_view resource,
                    const Settings &settings, WallTime now) {
    PodGroups groups;
    for (const corev1::Pod &pod : pods) {
        const std::string &name = pod.metadata.name;
        const auto metric = metrics.find(name);
        if (pod.metadata.deletionTimestamp || isPodTerminal(pod))
            groups.ignored.insert(name);
        else if (pod.status.phase == corev1::kPodPending)
            groups.unready.insert(name);
        else if (metric == metrics.end())
            groups.missing.insert(name);
        else if (resource == corev1::kResourceCPU && isStarting(pod, metric->second, settings, now))
            groups.unready.insert(name);
        else
            ++groups.ready;
    }
    return groups;
}

Result<Proposal> propose(const MetricSpec &metric, const Measurement &measured, const Workload &workload,
                         const Settings &settings) {
    switch (metric.id.type) {
    case MetricType::Resource:
    case MetricType::ContainerResource:
        return proposeByResource(metric, measured, workload, settings);
    case MetricType::Pods:
        return proposeByPods(metric, measured, workload, settings);
    case MetricType::Object:
    case MetricType::External:
        return proposeByTotal(metric, measured, workload);
    case MetricType::Unknown:
        break;
    }
    return errors::other("the metric is of an unknown type");
}

} // namespace coracle::controllers::podautoscaler
