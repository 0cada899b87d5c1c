#include "clusterd/controllers/endpoint/endpoints_controller.h"

#include "clusterd/controllers/endpoint/service_pods.h"
#include "core/client/typed_client.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

/// Above this an Endpoints object is cut (annotation endpoints.kubernetes.io/over-capacity).
constexpr size_t kAddressesMax = 1000;
constexpr std::string_view kOverCapacity = "endpoints.kubernetes.io/over-capacity";
constexpr std::string_view kHeadlessLabel = "service.kubernetes.io/headless";
constexpr std::string_view kManagedByLabel = "endpoints.kubernetes.io/managed-by";
constexpr std::string_view kManagedBy = "endpoint-controller";

corev1::EndpointAddress addressOf(const ServicePod &entry, const corev1::Service &service, std::string ip) {
    corev1::EndpointAddress address;
    address.ip = std::move(ip);
    if (!entry.pod.spec.nodeName.empty())
        address.nodeName = entry.pod.spec.nodeName;
    if (!entry.pod.spec.hostname.empty() && entry.pod.spec.subdomain == service.metadata.name)
        address.hostname = entry.pod.spec.hostname;
    corev1::ObjectReference &target = address.targetRef.ensure();
    target.kind = "Pod";
    target.namespace_ = entry.pod.metadata.namespace_;
    target.name = entry.pod.metadata.name;
    target.uid = entry.pod.metadata.uid;
    return address;
}

std::vector<corev1::EndpointPort> portsOf(const corev1::Service &service, const corev1::Pod &pod) {
    std::vector<corev1::EndpointPort> ports;
    for (const corev1::ServicePort &servicePort : service.spec.ports)
        if (const auto number = targetPort(servicePort, pod)) {
            corev1::EndpointPort port;
            port.name = servicePort.name;
            port.port = *number;
            port.protocol = servicePort.protocol;
            port.appProtocol = servicePort.appProtocol;
            ports.push_back(std::move(port));
        }
    return ports;
}

/// Addresses with the same ports share a subset; the order is stable, so that equal states are equal objects.
std::vector<corev1::EndpointSubset> subsetsOf(const corev1::Service &service, const std::vector<ServicePod> &pods) {
    const std::string family = service.spec.ipFamilies.empty() ? "IPv4" : service.spec.ipFamilies.front();
    std::map<std::string, corev1::EndpointSubset> byPorts;
    for (const ServicePod &entry : pods) {
        auto addresses = podAddresses(entry.pod, family);
        // Endpoints don't tell that an endpoint is going: such pods leave at once.
        if (addresses.empty() || (entry.terminating && !service.spec.publishNotReadyAddresses))
            continue;
        auto ports = portsOf(service, entry.pod);
        if (ports.empty() && !service.spec.ports.empty())
            continue;
        std::string key;
        for (const auto &port : ports)
            key += api::encode(port);
        corev1::EndpointSubset &subset = byPorts[key];
        subset.ports = std::move(ports);
        (entry.ready ? subset.addresses : subset.notReadyAddresses)
            .push_back(addressOf(entry, service, std::move(addresses.front())));
    }
    std::vector<corev1::EndpointSubset> subsets;
    for (auto &[key, subset] : byPorts) {
        for (auto *addresses : {&subset.addresses, &subset.notReadyAddresses})
            std::sort(addresses->begin(), addresses->end(), [](const auto &a, const auto &b) { return a.ip < b.ip; });
        subsets.push_back(std::move(subset));
    }
    return subsets;
}

/// Whether addresses were cut.
bool cut(std::vector<corev1::EndpointSubset> &subsets) {
    size_t room = kAddressesMax;
    bool cutAny = false;
    for (corev1::EndpointSubset &subset : subsets)
        for (auto *addresses : {&subset.addresses, &subset.notReadyAddresses}) {
            if (addresses->size() > room) {
                addresses->resize(room);
                cutAny = true;
            }
            room -= addresses->size();
        }
    return cutAny;
}

} // namespace

EndpointsController::EndpointsController(const ControllerContext &context)
    : Controller(context, "endpoint"),
      m_services(informers().get<corev1::Service>()),
      m_pods(informers().get<corev1::Pod>()),
      m_endpoints(informers().get<corev1::Endpoints>()) {
    enqueueOnChange(m_services);
    enqueueOnChange(m_endpoints);
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        enqueueServicesOf(m_services, before, after, queue());
    });
}

Task<Result<>> EndpointsController::reconcile(std::string key) {
    const ObjectPtr object = m_services.get(key);
    const ObjectPtr existing = m_endpoints.get(key);
    if (!object) {
        // Only what this controller made goes with the service.
        if (existing && existing->label(kManagedByLabel) == kManagedBy) {
            const auto [namespaceName, name] = splitKey(key);
            auto removed = co_await client().remove(corev1::Endpoints::resource(), namespaceName, name);
            CO_CHECK(ignoreNotFound(removed));
        }
        co_return Result<>{};
    }
    CO_TRY(const corev1::Service service, api::decode<corev1::Service>(*object));
    if (service.spec.selector.empty() || service.spec.type == "ExternalName" || service.metadata.deletionTimestamp)
        co_return Result<>{};
    CO_TRY(const std::vector<ServicePod> pods, servicePods(m_pods, service));

    corev1::Endpoints endpoints;
    if (existing) {
        CO_TRY(endpoints, api::decode<corev1::Endpoints>(*existing));
    }
    const std::string before = api::encode(endpoints);
    endpoints.metadata.name = service.metadata.name;
    endpoints.metadata.namespace_ = service.metadata.namespace_;
    endpoints.metadata.labels = service.metadata.labels;
    endpoints.metadata.labels[std::string(kManagedByLabel)] = kManagedBy;
    if (service.spec.clusterIP == "None")
        endpoints.metadata.labels[std::string(kHeadlessLabel)] = "";
    endpoints.subsets = subsetsOf(service, pods);
    if (cut(endpoints.subsets))
        endpoints.metadata.annotations[std::string(kOverCapacity)] = "truncated";
    else
        endpoints.metadata.annotations.erase(std::string(kOverCapacity));
    if (existing && api::encode(endpoints) == before)
        co_return Result<>{};
    if (existing) {
        CO_CHECK(co_await client::update(client(), std::move(endpoints)));
        co_return Result<>{};
    }
    CO_CHECK(co_await client::create(client(), std::move(endpoints)));
    co_return Result<>{};
}

} // namespace coracle::controllers
