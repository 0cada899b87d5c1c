#include "clusterd/kubelet/pods/admission.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

using HostPort = std::tuple<std::string, std::string, int32_t>; ///< address, protocol, port

std::vector<HostPort> hostPorts(const corev1::Pod &pod) {
    std::vector<HostPort> ports;
    for (const auto *list : {&pod.spec.containers, &pod.spec.initContainers})
        for (const auto &container : *list)
            for (const auto &port : container.ports)
                if (port.hostPort > 0)
                    ports.emplace_back(port.hostIP.empty() ? "0.0.0.0" : port.hostIP,
                                       port.protocol.empty() ? "TCP" : port.protocol, port.hostPort);
    return ports;
}

bool collide(const HostPort &a, const HostPort &b) {
    const auto &[addressA, protocolA, portA] = a;
    const auto &[addressB, protocolB, portB] = b;
    return portA == portB && protocolA == protocolB &&
           (addressA == addressB || addressA == "0.0.0.0" || addressB == "0.0.0.0");
}

/// What the scheduler gave the pod as devices takes nothing of the node's capacity.
bool isDevices(const corev1::Pod &pod, std::string_view resource) {
    const auto &claim = pod.status.extendedResourceClaimStatus;
    return claim && std::ranges::any_of(claim->requestMappings,
                                        [&](const auto &mapping) { return mapping.resourceName == resource; });
}

} // namespace

std::optional<AdmissionRefusal> checkAdmission(const corev1::Pod &pod,
                                               const std::vector<std::shared_ptr<const corev1::Pod>> &active,
                                               const std::map<std::string, api::Quantity, std::less<>> &allocatable) {
    auto refused = [](std::string reason, std::string message) {
        return AdmissionRefusal{std::move(reason), "Pod was rejected: " + message};
    };
    auto shortOf = [&](const std::string &name, int64_t requested, int64_t used, int64_t capacity) {
        return refused("OutOf" + name,
                       fmt::format("Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}", name,
                                   requested, used, capacity));
    };
    auto count = static_cast<int64_t>(active.size());
    if (int64_t most = amount(allocatable, "pods").value(); count + 1 > most)
        return shortOf("pods", 1, count, most);
    std::map<std::string, api::Quantity, std::less<>> used;
    for (const auto &other : active)
        for (const auto &[name, quantity] : podRequests(*other))
            if (!isDevices(*other, name))
                used[name] += quantity;
    for (const auto &[name, quantity] : podRequests(pod)) {
        if (quantity.isZero() || isDevices(pod, name))
            continue;
        auto sum = used[name] + quantity;
        if (amount(allocatable, name) < sum) {
            bool milli = name == "cpu";
            auto shown = [&](const api::Quantity &q) { return milli ? q.milliValue() : q.value(); };
            return shortOf(name, shown(quantity), shown(used[name]), shown(amount(allocatable, name)));
        }
    }
    auto wanted = hostPorts(pod);
    for (const auto &other : active)
        for (const auto &taken : hostPorts(*other))
            if (std::ranges::any_of(wanted, [&](const auto &port) { return collide(port, taken); }))
                return refused("NodePorts",
                               "Predicate NodePorts failed: node(s) didn't have free ports for the requested "
                               "pod ports");
    return std::nullopt;
}

} // namespace coracle::kubelet
