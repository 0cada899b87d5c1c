#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

#include <optional>
#include <string>
#include <vector>

/// Which pods stand behind a service, and where (shared by the controllers of Endpoints and EndpointSlices).
namespace coracle::controllers {

struct ServicePod {
    corev1::Pod pod;
    bool serving = false;     ///< its Ready condition is true
    bool terminating = false; ///< it is being deleted
    bool ready = false;       ///< takes new connections
};

/// Pods that the service selects and that have an address and have not ended.
Result<std::vector<ServicePod>> servicePods(const client::Informer &pods, const corev1::Service &service);

/// The number that a service port reaches in this pod; nothing when the pod has no port of that name.
std::optional<int32_t> targetPort(const corev1::ServicePort &port, const corev1::Pod &pod);

/// The pod's addresses of a family ("IPv4" or "IPv6").
std::vector<std::string> podAddresses(const corev1::Pod &pod, std::string_view family);
bool isIpv6(std::string_view address);

/// Puts the keys of all services that select the pod, before or after its change, into the queue.
void enqueueServicesOf(client::Informer &services, const ObjectPtr &before, const ObjectPtr &after,
                       client::WorkQueue &queue);

} // namespace coracle::controllers
