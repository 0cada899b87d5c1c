#include "clusterd/controllers/endpoint/endpointslice_controller.h"

#include "clusterd/controllers/endpoint/service_pods.h"
#include "clusterd/controllers/pod_util.h"
#include "core/api/typed.h"

namespace coracle::controllers {

namespace {

constexpr std::string_view kManagedBy = "endpointslice-controller.k8s.io";
constexpr std::string_view kHeadlessLabel = "service.kubernetes.io/headless";

/// Nothing when the pod lacks every named port of the service.
std::vector<discoveryv1::EndpointPort> portsFor(const corev1::Service &service, const corev1::Pod &pod) {
    std::vector<discoveryv1::EndpointPort> ports;
    for (const corev1::ServicePort &servicePort : service.spec.ports) {
        const auto number = targetPort(servicePort, pod);
        if (!number)
            continue;
        discoveryv1::EndpointPort port;
        port.name = servicePort.name;
        port.port = *number;
        port.protocol = servicePort.protocol;
        port.appProtocol = servicePort.appProtocol;
        ports.push_back(std::move(port));
    }
    return ports;
}

discoveryv1::Endpoint endpointFor(const ServicePod &entry, const corev1::Service &service, std::string_view family,
                                  const client::Informer &nodes) {
    discoveryv1::Endpoint endpoint;
    endpoint.addresses = podAddresses(entry.pod, family);
    endpoint.conditions.ready = entry.ready;
    endpoint.conditions.serving = entry.serving || service.spec.publishNotReadyAddresses;
    endpoint.conditions.terminating = entry.terminating;
    if (!entry.pod.spec.nodeName.empty()) {
        endpoint.nodeName = entry.pod.spec.nodeName;
        if (const ObjectPtr node = nodes.get(entry.pod.spec.nodeName))
            if (auto zone = node->label("topology.kubernetes.io/zone"))
                endpoint.zone = std::string(*zone);
    }
    if (!entry.pod.spec.hostname.empty() && entry.pod.spec.subdomain == service.metadata.name)
        endpoint.hostname = entry.pod.spec.hostname;
    corev1::ObjectReference &target = endpoint.targetRef.ensure();
    target.kind = "Pod";
    target.namespace_ = entry.pod.metadata.namespace_;
    target.name = entry.pod.metadata.name;
    target.uid = entry.pod.metadata.uid;
    return endpoint;
}

/// Where the slices' endpoints of an address type are hinted to, by address.
std::map<std::string, std::string> hintedZones(const std::vector<discoveryv1::EndpointSlice> &slices,
                                               std::string_view addressType) {
    std::map<std::string, std::string> zones;
    for (const auto &slice : slices)
        for (const auto &endpoint : slice.endpoints)
            if (slice.addressType == addressType && !endpoint.addresses.empty() && endpoint.hints &&
                !endpoint.hints->forZones.empty())
                zones[endpoint.addresses.front()] = endpoint.hints->forZones.front().name;
    return zones;
}

} // namespace

EndpointSliceController::EndpointSliceController(const ControllerContext &context)
    : Controller(context, "endpoint-slice"),
      m_services(informers().get<corev1::Service>()),
      m_pods(informers().get<corev1::Pod>()),
      m_nodes(informers().get<corev1::Node>()),
      m_slices(context, informers().get<discoveryv1::EndpointSlice>(), queue(), kManagedBy) {
    enqueueOnChange(m_services);
    m_services.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (!after)
            for (std::string_view family : {"IPv4", "IPv6"})
                m_hintStates.erase(before->key() + "," + std::string(family));
    });
    m_nodes.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { observeNode(before, after); });
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        enqueueServicesOf(m_services, before, after, queue());
    });
}

void EndpointSliceController::observeNode(const ObjectPtr &before, const ObjectPtr &after) {
    const std::string name((after ? after : before)->name());
    const auto known = m_zonedNodes.find(name);
    const ZonedNode old = known == m_zonedNodes.end() ? ZonedNode() : known->second;
    ZonedNode fresh;
    if (after)
        if (const auto node = api::decode<corev1::Node>(*after))
            fresh = zonedNode(*node);
    if (!after)
        m_zonedNodes.erase(name);
    else
        m_zonedNodes[name] = fresh;
    if (old == fresh)
        return;
    ZoneShares shares = zoneShares(m_zonedNodes);
    const bool sharesChanged = std::exchange(m_shares, std::move(shares)) != m_shares;
    if (before && after && old.zone != fresh.zone) // its endpoints have another zone now
        queueServices(true);
    else if (sharesChanged)
        queueServices(false);
}

/// All, or those whose hints follow from the nodes.
void EndpointSliceController::queueServices(bool all) {
    for (const ObjectPtr &object : m_services.list()) {
        const auto service = api::decode<corev1::Service>(*object);
        if (all || (service && hintMode(*service) == HintMode::TopologyAuto))
            queue().add(object->key());
    }
}

void EndpointSliceController::addHints(const corev1::Service &service, std::vector<SliceGroup> &groups,
                                       const std::vector<discoveryv1::EndpointSlice> &existing) {
    std::map<std::string, std::vector<discoveryv1::Endpoint *>> byType;
    for (SliceGroup &group : groups)
        for (discoveryv1::Endpoint &endpoint : group.endpoints)
            byType[group.addressType].push_back(&endpoint);
    const HintMode mode = hintMode(service);
    for (auto &[type, endpoints] : byType) {
        const std::string why = setHints(mode, endpoints, m_shares, hintedZones(existing, type));
        const std::string key = service.metadata.namespace_ + "/" + service.metadata.name + "," + type;
        const auto known = m_hintStates.find(key);
        if (mode != HintMode::TopologyAuto) {
            m_hintStates.erase(key);
            continue;
        }
        if (known != m_hintStates.end() && known->second == why)
            continue;
        m_hintStates[key] = why;
        const client::ObjectReference about{.apiVersion = "v1",
                                            .kind = "Service",
                                            .namespaceName = service.metadata.namespace_,
                                            .name = service.metadata.name,
                                            .uid = service.metadata.uid};
        const std::string words = why.empty() ? "Topology Aware Hints has been enabled" : why;
        events().event(about, why.empty() ? client::EventKind::Normal : client::EventKind::Warning,
                       why.empty() ? "TopologyAwareHintsEnabled" : "TopologyAwareHintsDisabled",
                       words + ", addressType: " + type);
    }
}

Task<Result<>> EndpointSliceController::reconcile(std::string key) {
    const ObjectPtr object = m_services.get(key);
    if (!object)
        m_slices.forget(key);
    if (!object || object->deleting())
        co_return Result<>{}; // its slices go with their owner
    CO_TRY(const corev1::Service service, api::decode<corev1::Service>(*object));
    if (service.spec.selector.empty() || service.spec.type == "ExternalName")
        co_return Result<>{};
    if (!m_slices.current(key))
        co_return Result<>{};
    CO_TRY(const std::vector<ServicePod> pods, servicePods(m_pods, service));

    std::vector<std::string> families = service.spec.ipFamilies;
    if (families.empty())
        families.push_back("IPv4");
    std::vector<SliceGroup> groups;
    for (const std::string &family : families) {
        std::map<std::string, SliceGroup> byPorts;
        for (const ServicePod &entry : pods) {
            if (podAddresses(entry.pod, family).empty())
                continue;
            auto ports = portsFor(service, entry.pod);
            std::string portsKey;
            for (const auto &port : ports)
                portsKey += api::encode(port);
            SliceGroup &group = byPorts[portsKey];
            group.addressType = family;
            group.ports = std::move(ports);
            group.endpoints.push_back(endpointFor(entry, service, family, m_nodes));
        }
        if (byPorts.empty())
            byPorts[""].addressType = family;
        for (auto &[ports, group] : byPorts)
            groups.push_back(std::move(group));
    }

    SliceOwner owner;
    owner.namespaceName = service.metadata.namespace_;
    owner.name = service.metadata.name;
    owner.reference = controllerReference("v1", "Service", service.metadata);
    owner.labels = service.metadata.labels;
    if (service.spec.clusterIP == "None")
        owner.labels[std::string(kHeadlessLabel)] = "";
    std::vector<discoveryv1::EndpointSlice> existing = m_slices.owned(key);
    addHints(service, groups, existing);
    co_return co_await m_slices.reconcile(owner, std::move(groups), std::move(existing));
}

} // namespace coracle::controllers
