#include "clusterd/controllers/endpoint/service_pods.h"

#include "clusterd/controllers/pod_util.h"
#include "core/api/typed.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

bool selects(const std::map<std::string, std::string, std::less<>> &selector, const api::Object &pod) {
    return std::all_of(selector.begin(), selector.end(),
                       [&](const auto &pair) { return pod.label(pair.first) == pair.second; });
}

/// A change that no endpoint could show: probes write statuses often.
bool sameForEndpoints(const ObjectPtr &before, const ObjectPtr &after) {
    if (before->labels() != after->labels() || before->deleting() != after->deleting())
        return false;
    auto a = api::decode<corev1::Pod>(*before), b = api::decode<corev1::Pod>(*after);
    return a && b && a->status.podIP == b->status.podIP && a->status.phase == b->status.phase &&
           isPodReady(*a) == isPodReady(*b) && a->spec.nodeName == b->spec.nodeName &&
           a->status.podIPs.size() == b->status.podIPs.size();
}

} // namespace

bool isIpv6(std::string_view address) {
    return address.find(':') != std::string_view::npos;
}

Result<std::vector<ServicePod>> servicePods(const client::Informer &pods, const corev1::Service &service) {
    std::vector<ServicePod> found;
    for (const ObjectPtr &object : pods.listNamespace(service.metadata.namespace_)) {
        if (!selects(service.spec.selector, *object))
            continue;
        TRY(corev1::Pod pod, api::decode<corev1::Pod>(*object));
        if (pod.status.podIP.empty() || isPodTerminal(pod))
            continue;
        ServicePod entry;
        entry.serving = isPodReady(pod);
        entry.terminating = static_cast<bool>(pod.metadata.deletionTimestamp);
        entry.ready = service.spec.publishNotReadyAddresses || (entry.serving && !entry.terminating);
        entry.pod = std::move(pod);
        found.push_back(std::move(entry));
    }
    return found;
}

std::optional<int32_t> targetPort(const corev1::ServicePort &port, const corev1::Pod &pod) {
    if (port.targetPort.isInt())
        return port.targetPort.intValue() != 0 ? port.targetPort.intValue() : port.port;
    const auto match = [&](const auto &containers) -> std::optional<int32_t> {
        for (const corev1::Container &container : containers)
            for (const corev1::ContainerPort &candidate : container.ports)
                if (candidate.name == port.targetPort.stringValue() && candidate.protocol == port.protocol)
                    return candidate.containerPort;
        return std::nullopt;
    };
    if (auto number = match(pod.spec.containers))
        return number;
    return match(pod.spec.initContainers);
}

std::vector<std::string> podAddresses(const corev1::Pod &pod, std::string_view family) {
    std::vector<std::string> addresses;
    for (const corev1::PodIP &address : pod.status.podIPs)
        if (isIpv6(address.ip) == (family == "IPv6"))
            addresses.push_back(address.ip);
    if (addresses.empty() && isIpv6(pod.status.podIP) == (family == "IPv6"))
        addresses.push_back(pod.status.podIP);
    return addresses;
}

void enqueueServicesOf(client::Informer &services, const ObjectPtr &before, const ObjectPtr &after,
                       client::WorkQueue &queue) {
    if (before && after && sameForEndpoints(before, after))
        return;
    for (const ObjectPtr &object : services.listNamespace((after ? after : before)->namespaceName())) {
        auto service = api::decode<corev1::Service>(*object);
        if (!service || service->spec.selector.empty())
            continue;
        if ((before && selects(service->spec.selector, *before)) || (after && selects(service->spec.selector, *after)))
            queue.add(object->key());
    }
}

} // namespace coracle::controllers
