#include "clusterd/controllers/endpoint/endpoints_controller.h"
#include "clusterd/controllers/endpoint/endpointslice_controller.h"
#include "clusterd/controllers/endpoint/endpointslice_mirroring_controller.h"
#include "clusterd/controllers/garbagecollector/garbage_collector.h"
#include "clusterd/controllers/pod_util.h"
#include "core/api/types/discovery_v1.h"
#include "tests/clusterd/controllers/model/model_world.h"

#include <fmt/ranges.h>

namespace coracle::test {

using namespace controllers;
using corev1::Endpoints;
using corev1::Pod;
using corev1::Service;
using discoveryv1::EndpointSlice;

namespace {

using Addresses = std::multiset<std::string>; ///< with a minus sign before those that are not ready

Addresses addressesOf(const std::vector<EndpointSlice> &slices) {
    Addresses addresses;
    for (const EndpointSlice &slice : slices)
        for (const auto &endpoint : slice.endpoints)
            addresses.insert((endpoint.conditions.ready.value_or(true) ? "" : "-") + endpoint.addresses.at(0));
    return addresses;
}

Addresses addressesOf(const Endpoints &endpoints) {
    Addresses addresses;
    for (const auto &subset : endpoints.subsets) {
        for (const auto &address : subset.addresses)
            addresses.insert(address.ip);
        for (const auto &address : subset.notReadyAddresses)
            addresses.insert("-" + address.ip);
    }
    return addresses;
}

std::string compare(const char *what, const Addresses &found, const Addresses &wanted) {
    return found == wanted ? std::string()
                           : fmt::format("{} hold [{}], not [{}]", what, fmt::join(found, " "), fmt::join(wanted, " "));
}

/// Pods become ready and not, change their labels and go; the service changes what it selects, goes and comes again;
/// people take slices away.
class EndpointsModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<EndpointsController>(context));
        manager.add(std::make_unique<EndpointSliceController>(context));
        manager.add(std::make_unique<EndpointSliceMirroringController>(context));
        manager.add(std::make_unique<GarbageCollector>(context));
    }
    void act(ModelWorld &world) override {
        const size_t number = world.below(6);
        const std::string pod = fmt::format("p{}", number);
        switch (world.below(11)) {
        case 0:
        case 1:
            world.make(fmt::format(
                R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"default","labels":)"
                R"({{"app":"a"}}}},"spec":{{"nodeName":"n","containers":[{{"name":"c","image":"i"}}]}}}})",
                pod));
            break;
        case 2:
        case 3:
        case 4:
            world.patch<Pod>(pod,
                             fmt::format(R"({{"status":{{"phase":"Running","podIP":"10.0.0.{0}","podIPs":[{{"ip":)"
                                         R"("10.0.0.{0}"}}],"conditions":[{{"type":"Ready","status":"{1}"}}]}}}})",
                                         number + 1, world.once(3) ? "False" : "True"),
                             "status");
            break;
        case 5:
            world.patch<Pod>(pod, fmt::format(R"({{"metadata":{{"labels":{{"app":"{}"}}}}}})", label(world)));
            break;
        case 6:
            world.remove<Pod>(pod);
            break;
        case 7:
            world.make(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"default"},"spec":)"
                       R"({"clusterIP":"10.43.0.9","selector":{"app":"a"},"ports":[{"port":80}]}})");
            break;
        case 8:
            world.patch<Service>("s", fmt::format(R"({{"spec":{{"selector":{{"app":"{}"}}}}}})", label(world)));
            break;
        case 9:
            if (world.once(2))
                world.remove<Service>("s");
            break;
        default:
            if (const auto slice = world.some<EndpointSlice>())
                world.remove<EndpointSlice>(slice->metadata.name);
        }
    }
    std::string fault(ModelWorld &world) override {
        const auto slices = world.all<EndpointSlice>();
        const auto endpoints = world.all<Endpoints>();
        const auto service = world.read<Service>("default", "s");
        if (!service)
            return slices.empty() && endpoints.empty() ? "" : "something is left of the service";
        Addresses wanted;
        for (const Pod &pod : world.all<Pod>())
            if (!pod.status.podIP.empty() && pod.metadata.labels.at("app") == service->spec.selector.at("app"))
                wanted.insert((isPodReady(pod) ? "" : "-") + pod.status.podIP);
        if (std::string wrong = compare("the slices", addressesOf(slices), wanted); !wrong.empty())
            return wrong;
        if (slices.empty() || endpoints.size() != 1)
            return "the service has no slice or no Endpoints";
        return compare("the Endpoints", addressesOf(endpoints.front()), wanted);
    }
    static char label(ModelWorld &world) { return world.once(3) ? 'b' : 'a'; }
};

/// Endpoints that people write for a service without a selector; it gets a selector, goes and comes again.
class MirroringModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<EndpointSliceMirroringController>(context));
        manager.add(std::make_unique<GarbageCollector>(context));
    }
    void act(ModelWorld &world) override {
        switch (world.below(9)) {
        case 0:
        case 1:
            world.make(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"default"},"spec":)"
                       R"({"clusterIP":"10.43.0.9","ports":[{"port":80}]}})");
            break;
        case 2:
        case 3:
            world.make(R"({"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"s","namespace":"default"}})");
            break;
        case 4:
        case 5:
            world.patch<Endpoints>("s", fmt::format(R"({{"subsets":[{{"addresses":[{{"ip":"192.0.2.{}"}},)"
                                                    R"({{"ip":"2001:db8::{}"}}],"ports":[{{"port":{}}}]}}]}})",
                                                    world.below(3) + 1, world.below(3) + 1, 80 + world.below(2)));
            break;
        case 6:
            world.patch<Service>("s", world.once(2) ? R"({"spec":{"selector":{"app":"a"}}})"
                                                    : R"({"spec":{"selector":null}})");
            break;
        case 7:
            if (world.once(2))
                world.remove<Service>("s");
            else
                world.remove<Endpoints>("s");
            break;
        default:
            if (const auto slice = world.some<EndpointSlice>())
                world.remove<EndpointSlice>(slice->metadata.name);
        }
    }
    std::string fault(ModelWorld &world) override {
        const auto service = world.read<Service>("default", "s");
        const auto endpoints = world.read<Endpoints>("default", "s");
        Addresses wanted;
        if (service && service->spec.selector.empty() && endpoints)
            wanted = addressesOf(*endpoints);
        const auto slices = world.all<EndpointSlice>();
        if (slices.size() > wanted.size())
            return "more slices than are needed";
        return compare("the slices", addressesOf(slices), wanted);
    }
};

} // namespace

std::unique_ptr<Model> endpointsModel() {
    return std::make_unique<EndpointsModel>();
}

std::unique_ptr<Model> mirroringModel() {
    return std::make_unique<MirroringModel>();
}

} // namespace coracle::test
