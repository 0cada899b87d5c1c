#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::corev1 {
struct PodSpec;
struct PodStatus;
struct NodeStatus;
} // namespace coracle::corev1

namespace coracle::scheduler {

/// An amount of each resource as plain numbers: what a pod asks for, a node has, or pods on a node have together.
struct Resources {
    int64_t milliCpu = 0;
    int64_t memory = 0;
    int64_t ephemeralStorage = 0;
    int64_t pods = 0;
    /// Everything else (huge pages, extended resources), sorted by name; most pods and nodes have none.
    std::vector<std::pair<std::string, int64_t>> scalars;

    int64_t scalar(std::string_view name) const;
    /// No amount is larger than the other's.
    bool within(const Resources &other) const;
    /// Each amount becomes the larger of both.
    void raiseTo(const Resources &other);
    Resources &operator+=(const Resources &other);
    Resources &operator-=(const Resources &other);
    friend bool operator==(const Resources &, const Resources &) = default;
};

/// How much a pod asks for (k8s.io/component-helpers resource.PodRequests): the sum of its containers and sidecars, or
/// what an init container needs next to the sidecars before it when that is more; amounts for the pod as a whole go
/// before those of its containers; then its overhead. Of a running pod also what its containers still hold while they
/// are resized.
Resources podRequests(const corev1::PodSpec &spec, const corev1::PodStatus &status);
/// The same for scoring, where containers that ask for no CPU or memory count as 100m and 200Mi, so that not all of
/// them go to one node.
Resources podRequestsForScoring(const corev1::PodSpec &spec, const corev1::PodStatus &status);
Resources nodeAllocatable(const corev1::NodeStatus &status);

} // namespace coracle::scheduler
