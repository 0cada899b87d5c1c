#include "clusterd/kubelet/container/resources.h"

#include <algorithm>

namespace coracle::kubelet {

namespace {

constexpr int kGuaranteedOomScore = -997;
constexpr int kBestEffortOomScore = 1000;
/// system-node-critical's priority.
constexpr int64_t kNodeCriticalPriority = 2000001000;

} // namespace

uint64_t cpuShares(int64_t milliCpu) {
    return milliCpu <= 0 ? 2 : std::clamp<int64_t>(milliCpu * 1024 / 1000, 2, 262144);
}

int64_t cpuQuota(int64_t milliCpu, int64_t period) {
    return milliCpu <= 0 ? 0 : std::max<int64_t>(milliCpu * period / 1000, 1000);
}

int oomScoreAdjust(const corev1::Pod &pod, const corev1::Container &container, int64_t memoryCapacity) {
    if (pod.spec.priority && *pod.spec.priority >= kNodeCriticalPriority)
        return kGuaranteedOomScore;
    switch (qosClass(pod)) {
    case QosClass::Guaranteed:
        return kGuaranteedOomScore;
    case QosClass::BestEffort:
        return kBestEffortOomScore;
    case QosClass::Burstable:
        break;
    }
    // The more memory a container asked for, the later it is killed; always between the other two classes.
    int64_t request = amount(container.resources.requests, "memory").value();
    int64_t score = memoryCapacity > 0 ? 1000 - static_cast<int64_t>(1000.0 * request / memoryCapacity) : 999;
    return static_cast<int>(std::clamp<int64_t>(score, 1000 + kGuaranteedOomScore, kBestEffortOomScore - 1));
}

cri::Resources containerResources(const corev1::Pod &pod, const corev1::Container &container, int64_t memoryCapacity) {
    cri::Resources to;
    auto request = amount(container.resources.requests, "cpu"), limit = amount(container.resources.limits, "cpu");
    bool requested = container.resources.requests.contains("cpu");
    to.cpuShares = cpuShares(requested || limit.isZero() ? request.milliValue() : limit.milliValue());
    to.cpuPeriod = kCpuPeriodMicroseconds;
    to.cpuQuota = cpuQuota(limit.milliValue());
    to.memoryLimitBytes = amount(container.resources.limits, "memory").value();
    to.oomScoreAdj = oomScoreAdjust(pod, container, memoryCapacity);
    for (const auto &[name, quantity] : container.resources.limits) {
        constexpr std::string_view prefix = "hugepages-";
        if (!name.starts_with(prefix))
            continue;
        // The kernel's names have no "i": 2Mi pages are "2MB".
        std::string size = name.substr(prefix.size());
        if (size.ends_with("i"))
            size.back() = 'B';
        to.hugepageLimits.emplace_back(size, quantity.value());
    }
    return to;
}

PodCgroupValues podCgroupValues(const corev1::Pod &pod) {
    PodCgroupValues values;
    auto requests = podRequests(pod), limits = podLimits(pod);
    bool cpuLimited = true, memoryLimited = true;
    for (const auto *list : {&pod.spec.containers, &pod.spec.initContainers})
        for (const auto &container : *list) {
            cpuLimited = cpuLimited && !amount(container.resources.limits, "cpu").isZero();
            memoryLimited = memoryLimited && !amount(container.resources.limits, "memory").isZero();
        }
    values.cpuShares = cpuShares(amount(requests, "cpu").milliValue());
    if (cpuLimited)
        values.cpuQuota = cpuQuota(amount(limits, "cpu").milliValue());
    if (memoryLimited)
        values.memoryLimitBytes = amount(limits, "memory").value();
    return values;
}

} // namespace coracle::kubelet
