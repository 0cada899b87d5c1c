#include "clusterd/controllers/endpoint/endpointslice_mirroring_controller.h"

#include "clusterd/controllers/endpoint/service_pods.h"
#include "clusterd/controllers/endpoint/slice_reconciler.h"
#include "clusterd/controllers/pod_util.h"
#include "core/api/typed.h"

namespace coracle::controllers {

namespace {

constexpr std::string_view kManagedBy = "endpointslicemirroring-controller.k8s.io";
constexpr std::string_view kSkipLabel = "endpointslice.kubernetes.io/skip-mirror";
constexpr std::string_view kLeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";

std::vector<discoveryv1::EndpointPort> portsOf(const corev1::EndpointSubset &subset) {
    std::vector<discoveryv1::EndpointPort> ports;
    for (const corev1::EndpointPort &from : subset.ports) {
        discoveryv1::EndpointPort port;
        port.name = from.name;
        port.port = from.port;
        port.protocol = from.protocol;
        port.appProtocol = from.appProtocol;
        ports.push_back(std::move(port));
    }
    return ports;
}

discoveryv1::Endpoint mirrored(const corev1::EndpointAddress &address, bool ready) {
    discoveryv1::Endpoint endpoint;
    endpoint.addresses.push_back(address.ip);
    endpoint.conditions.ready = ready;
    if (!address.hostname.empty())
        endpoint.hostname = address.hostname;
    endpoint.nodeName = address.nodeName;
    endpoint.targetRef = address.targetRef;
    return endpoint;
}

void addSubset(const corev1::EndpointSubset &subset, std::vector<SliceGroup> &groups) {
    SliceGroup families[2];
    families[0].addressType = "IPv4";
    families[1].addressType = "IPv6";
    for (const corev1::EndpointAddress &address : subset.addresses)
        families[isIpv6(address.ip)].endpoints.push_back(mirrored(address, true));
    for (const corev1::EndpointAddress &address : subset.notReadyAddresses)
        families[isIpv6(address.ip)].endpoints.push_back(mirrored(address, false));
    for (SliceGroup &group : families)
        if (!group.endpoints.empty()) {
            group.ports = portsOf(subset);
            groups.push_back(std::move(group));
        }
}

} // namespace

EndpointSliceMirroringController::EndpointSliceMirroringController(const ControllerContext &context)
    : Controller(context, "endpoint-slice-mirroring"),
      m_endpoints(informers().get<corev1::Endpoints>()),
      m_services(informers().get<corev1::Service>()),
      m_slices(context, informers().get<discoveryv1::EndpointSlice>(), queue(), kManagedBy) {
    enqueueOnChange(m_endpoints);
    enqueueOnChange(m_services);
}

Task<Result<>> EndpointSliceMirroringController::reconcile(std::string key) {
    const ObjectPtr serviceObject = m_services.get(key);
    const ObjectPtr object = m_endpoints.get(key);
    if (!serviceObject)
        m_slices.forget(key);
    if (!m_slices.current(key))
        co_return Result<>{};
    SliceOwner owner;
    std::tie(owner.namespaceName, owner.name) = splitKey(key);
    std::vector<SliceGroup> groups;
    if (object && serviceObject && !object->deleting()) {
        CO_TRY(const corev1::Service service, api::decode<corev1::Service>(*serviceObject));
        CO_TRY(const corev1::Endpoints endpoints, api::decode<corev1::Endpoints>(*object));
        const bool wanted = service.spec.selector.empty() && object->label(kSkipLabel) != "true" &&
                            !endpoints.metadata.annotations.contains(kLeaderAnnotation);
        owner.reference = controllerReference("v1", "Endpoints", endpoints.metadata);
        owner.labels = endpoints.metadata.labels;
        if (wanted)
            for (const corev1::EndpointSubset &subset : endpoints.subsets)
                addSubset(subset, groups);
    }
    co_return co_await m_slices.reconcile(owner, std::move(groups), m_slices.owned(key));
}

} // namespace coracle::controllers
