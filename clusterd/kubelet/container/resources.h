#pragma once

#include "clusterd/kubelet/container/pod_spec.h"
#include "clusterd/kubelet/cri/types.h"

/// From requests and limits to cgroup values, with upstream's formulas.
namespace coracle::kubelet {

inline constexpr int64_t kCpuPeriodMicroseconds = 100000;

uint64_t cpuShares(int64_t milliCpu);
/// 0 where there is no limit.
int64_t cpuQuota(int64_t milliCpu, int64_t period = kCpuPeriodMicroseconds);
int oomScoreAdjust(const corev1::Pod &pod, const corev1::Container &container, int64_t memoryCapacity);

cri::Resources containerResources(const corev1::Pod &pod, const corev1::Container &container, int64_t memoryCapacity);

/// The pod's own cgroup: nothing is limited unless every container has the limit.
struct PodCgroupValues {
    uint64_t cpuShares = 2;
    int64_t cpuQuota = 0;
    int64_t memoryLimitBytes = 0;
};
PodCgroupValues podCgroupValues(const corev1::Pod &pod);

} // namespace coracle::kubelet
