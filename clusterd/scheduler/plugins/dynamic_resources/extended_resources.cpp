#include "clusterd/scheduler/plugins/dynamic_resources/extended_resources.h"

#include "clusterd/scheduler/plugins/dynamic_resources/claim_state.h"
#include "core/api/metadata.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

using Mappings = std::vector<corev1::ContainerExtendedResourceRequest>;

/// A container by its place among the init containers and the others.
struct Place {
    const corev1::Container *container = nullptr;
    size_t index = 0;
    bool ends = false; ///< before those behind it start

    int64_t amount(const std::string &resource) const {
        const auto asked = container->resources.requests.find(resource);
        return asked == container->resources.requests.end() ? 0 : asked->second.value();
    }
    std::string requestName(const std::string &resource) const {
        const auto &requests = container->resources.requests;
        return fmt::format("container-{}-request-{}", index, std::distance(requests.begin(), requests.find(resource)));
    }
};

std::vector<Place> placesOf(const corev1::Pod &pod) {
    std::vector<Place> places;
    for (const corev1::Container &container : pod.spec.initContainers)
        places.push_back({&container, places.size(), container.restartPolicy != "Always"});
    for (const corev1::Container &container : pod.spec.containers)
        places.push_back({&container, places.size(), false});
    return places;
}

resourcev1::DeviceRequest toRequest(std::string name, const std::string &deviceClass, int64_t count) {
    resourcev1::DeviceRequest request;
    request.name = std::move(name);
    resourcev1::ExactDeviceRequest exactly;
    exactly.deviceClassName = deviceClass;
    exactly.allocationMode = resourcev1::kDeviceAllocationModeExactCount;
    exactly.count = count;
    request.exactly = std::move(exactly);
    return request;
}

/// The requests and mappings for one resource.
void addResource(ExtendedClaim &claim, const std::vector<Place> &places, const std::string &resource,
                 const std::string &deviceClass) {
    std::vector<resourcev1::DeviceRequest> lasting(places.size()); // without a name: none
    Mappings mappings;
    for (const Place &place : places)
        if (const int64_t count = place.amount(resource); count > 0 && !place.ends) {
            lasting[place.index] = toRequest(place.requestName(resource), deviceClass, count);
            mappings.push_back({place.container->name, resource, lasting[place.index].name});
        }
    resourcev1::DeviceRequest extra;
    std::vector<size_t> extraUsers; // among the mappings
    for (const Place &place : places) {
        int64_t open = place.ends ? place.amount(resource) : 0;
        for (size_t i = place.index; i < places.size() && open > 0; ++i)
            if (lasting[i].exactly) {
                mappings.push_back({place.container->name, resource, lasting[i].name});
                open -= lasting[i].exactly->count;
            }
        if (open <= 0)
            continue;
        if (!extra.exactly || extra.exactly->count < open)
            extra = toRequest(place.requestName(resource), deviceClass, open);
        extraUsers.push_back(mappings.size());
        mappings.push_back({place.container->name, resource, {}});
    }
    for (const size_t user : extraUsers)
        mappings[user].requestName = extra.name;
    lasting.push_back(std::move(extra));
    for (resourcev1::DeviceRequest &request : lasting)
        if (request.exactly)
            claim.claim.spec.devices.requests.push_back(std::move(request));
    claim.mappings.insert(claim.mappings.end(), mappings.begin(), mappings.end());
}

} // namespace

ExtendedClaim extendedClaimFor(const corev1::Pod &pod,
                               const std::function<const resourcev1::DeviceClass *(std::string_view)> &classOf,
                               const std::set<std::string> &resources) {
    ExtendedClaim made;
    metav1::ObjectMeta &metadata = made.claim.metadata;
    metadata.namespace_ = pod.metadata.namespace_;
    metadata.name = "<extended-resources>";
    metadata.uid = "extended-resources-of-" + pod.metadata.uid;
    metadata.generateName = pod.metadata.name + "-extended-resources-";
    metadata.annotations[std::string(resourcev1::kExtendedResourceClaimAnnotation)] = "true";
    metav1::OwnerReference &owner = metadata.ownerReferences.emplace_back();
    owner.apiVersion = corev1::Pod::kApiVersion;
    owner.kind = corev1::Pod::kKind;
    owner.name = pod.metadata.name;
    owner.uid = pod.metadata.uid;
    owner.controller = true;
    const std::vector<Place> places = placesOf(pod);
    for (const std::string &resource : resources)
        if (const resourcev1::DeviceClass *deviceClass = classOf(resource))
            addResource(made, places, resource, deviceClass->metadata.name);
    std::ranges::sort(made.claim.spec.devices.requests, {}, &resourcev1::DeviceRequest::name);
    return made;
}

bool isExtendedClaimOf(const resourcev1::ResourceClaim &claim, std::string_view podUid) {
    return isOwnedBy(claim, podUid) &&
           api::annotation(claim.metadata, resourcev1::kExtendedResourceClaimAnnotation) == "true";
}

} // namespace coracle::scheduler
