#include "clusterd/kubelet/container/pod_spec.h"

#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

using ResourceList = std::map<std::string, api::Quantity, std::less<>>;

void add(ResourceList &sum, const ResourceList &list) {
    for (const auto &[name, quantity] : list)
        sum[name] += quantity;
}

void raise(ResourceList &most, const ResourceList &list) {
    for (const auto &[name, quantity] : list)
        if (auto &entry = most[name]; entry < quantity)
            entry = quantity;
}

template<class Pick>
ResourceList podResources(const corev1::Pod &pod, Pick pick) {
    ResourceList sum;
    for (const auto &container : pod.spec.containers)
        add(sum, pick(container));
    // Init containers run one after the other, beside the sidecars that were started before them.
    ResourceList sidecars, initMost;
    for (const auto &container : pod.spec.initContainers) {
        ResourceList step = sidecars;
        add(step, pick(container));
        if (isSidecar(container))
            sidecars = step;
        raise(initMost, step);
    }
    add(sum, sidecars);
    raise(sum, initMost);
    return sum;
}

} // namespace

std::string_view qosName(QosClass qos) {
    switch (qos) {
    case QosClass::Guaranteed:
        return "Guaranteed";
    case QosClass::Burstable:
        return "Burstable";
    case QosClass::BestEffort:
        break;
    }
    return "BestEffort";
}

QosClass qosClass(const corev1::Pod &pod) {
    bool any = false, guaranteed = true;
    auto look = [&](const corev1::Container &container) {
        for (std::string_view name : {"cpu", "memory"}) {
            auto request = amount(container.resources.requests, name), limit = amount(container.resources.limits, name);
            any = any || !request.isZero() || !limit.isZero();
            if (limit.isZero() || (!request.isZero() && request != limit))
                guaranteed = false;
        }
    };
    for (const auto &container : pod.spec.containers)
        look(container);
    for (const auto &container : pod.spec.initContainers)
        look(container);
    return !any ? QosClass::BestEffort : guaranteed ? QosClass::Guaranteed : QosClass::Burstable;
}

std::string describe(const corev1::Pod &pod) {
    return fmt::format("{}_{}({})", pod.metadata.name, pod.metadata.namespace_, pod.metadata.uid);
}

std::string podKey(const corev1::Pod &pod) {
    return pod.metadata.namespace_ + "/" + pod.metadata.name;
}

bool isSidecar(const corev1::Container &initContainer) {
    return initContainer.restartPolicy && *initContainer.restartPolicy == "Always";
}

const corev1::Container *findContainer(const corev1::Pod &pod, std::string_view name) {
    for (const auto *list : {&pod.spec.containers, &pod.spec.initContainers})
        for (const auto &container : *list)
            if (container.name == name)
                return &container;
    return nullptr;
}

bool isInitContainer(const corev1::Pod &pod, std::string_view name) {
    for (const auto &container : pod.spec.initContainers)
        if (container.name == name)
            return true;
    return false;
}

std::string containerFieldPath(const corev1::Pod &pod, std::string_view name) {
    return fmt::format("spec.{}{{{}}}", isInitContainer(pod, name) ? "initContainers" : "containers", name);
}

int64_t gracePeriodSeconds(const corev1::Pod &pod) {
    if (pod.metadata.deletionTimestamp && pod.metadata.deletionGracePeriodSeconds)
        return *pod.metadata.deletionGracePeriodSeconds;
    return pod.spec.terminationGracePeriodSeconds.value_or(30);
}

std::string containerHash(const corev1::Container &container) {
    uint64_t hash = 0xcbf29ce484222325u; // FNV-1a
    for (std::string_view part :
         {std::string_view(container.name), std::string_view("\0", 1), std::string_view(container.image)})
        for (unsigned char c : part)
            hash = (hash ^ c) * 0x100000001b3u;
    return fmt::format("{:x}", hash);
}

api::Quantity amount(const ResourceList &list, std::string_view name) {
    auto found = list.find(name);
    return found == list.end() ? api::Quantity() : found->second;
}

ResourceList podRequests(const corev1::Pod &pod) {
    auto sum =
        podResources(pod, [](const corev1::Container &c) -> const ResourceList & { return c.resources.requests; });
    add(sum, pod.spec.overhead);
    return sum;
}

ResourceList podLimits(const corev1::Pod &pod) {
    auto sum = podResources(pod, [](const corev1::Container &c) -> const ResourceList & { return c.resources.limits; });
    for (const auto &[name, quantity] : pod.spec.overhead)
        if (auto found = sum.find(name); found != sum.end())
            found->second += quantity;
    return sum;
}

bool isTerminal(const corev1::PodStatus &status) {
    return status.phase == "Succeeded" || status.phase == "Failed";
}

} // namespace coracle::kubelet
