#include "clusterd/controllers/devicetainteviction/device_taint_eviction_controller.h"
#include "clusterd/controllers/pod_util.h"
#include "core/api/types/resource_v1.h"
#include "tests/clusterd/controllers/model/model_world.h"
#include "tests/clusterd/controllers/resourceclaim/claim_testing.h"

namespace coracle::test {

using namespace controllers;
using corev1::Pod;
using resourcev1::ResourceClaim;
using resourcev1::ResourceSlice;

namespace {

std::string sliceJson(std::string_view taints) {
    return fmt::format(R"({{"apiVersion":"resource.k8s.io/v1","kind":"ResourceSlice","metadata":{{"name":"s"}},"spec":)"
                       R"({{"driver":"d.example.com","nodeName":"n","pool":{{"name":"p","generation":1,)"
                       R"("resourceSliceCount":1}},"devices":[{{"name":"x","taints":[{}]}}]}}}})",
                       taints);
}

/// Pods get claims on the one device, are bound and end, as a scheduler and people have it; the device is tainted and
/// is well again.
class DeviceTaintModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<DeviceTaintEvictionController>(context));
    }
    void prepare(ModelWorld &world) override {
        world.create(sliceJson(""));
        for (int i = 0; i < 4; ++i)
            world.create(claimJson(fmt::format("c{}", i)));
    }
    void act(ModelWorld &world) override {
        const std::string number = std::to_string(world.below(4));
        const auto pod = world.read<Pod>("default", "p" + number);
        switch (world.below(9)) {
        case 0:
        case 1:
            world.make(podJson("p" + number, fmt::format(R"("resourceClaimName":"c{}")", number)));
            break;
        case 2:
        case 3:
            if (pod) // the scheduler reserves before it binds
                world.patch<ResourceClaim>("c" + number, allocatedJson(userJson("p" + number, pod->metadata.uid)),
                                           "status");
            break;
        case 4:
        case 5:
            if (pod && isReserved(world, *pod))
                bind(world, *pod);
            break;
        case 6:
            if (pod && !pod->spec.nodeName.empty() && world.once(2))
                world.patch<Pod>(pod->metadata.name, R"({"status":{"phase":"Succeeded"}})", "status");
            else
                world.remove<Pod>("p" + number);
            break;
        default:
            setTaint(world, world.below(3));
        }
    }
    std::string fault(ModelWorld &world) override {
        const auto slice = world.read<ResourceSlice>("", "s");
        const auto &taints = slice->spec.devices.at(0).taints;
        const bool mustGo = !taints.empty() && taints.at(0).effect == "NoExecute";
        for (const Pod &pod : world.all<Pod>()) {
            const bool goes = static_cast<bool>(pod.metadata.deletionTimestamp);
            const bool runs = !pod.spec.nodeName.empty() && !isPodTerminal(pod) && isReserved(world, pod);
            if (mustGo && runs && !goes)
                return pod.metadata.name + " stays on a device with a NoExecute taint";
            if (goes && !wasTainted)
                return pod.metadata.name + " goes without a reason";
        }
        return {};
    }

    static bool isReserved(ModelWorld &world, const Pod &pod) {
        for (const ResourceClaim &claim : world.all<ResourceClaim>())
            for (const auto &user : claim.status.reservedFor)
                if (user.uid == pod.metadata.uid && claim.status.allocation)
                    return true;
        return false;
    }
    static void bind(ModelWorld &world, const Pod &pod) {
        client::WriteOptions options;
        options.subresource = "binding";
        (void)world.api.run(
            world.api.client().create(Pod::resource(), "default",
                                      fmt::format(R"({{"apiVersion":"v1","kind":"Binding","metadata":{{"name":"{}"}},)"
                                                  R"("target":{{"apiVersion":"v1","kind":"Node","name":"n"}}}})",
                                                  pod.metadata.name),
                                      options, pod.metadata.name));
    }
    void setTaint(ModelWorld &world, size_t which) {
        constexpr const char *kTaints[] = {"", R"({"key":"k","effect":"NoSchedule"})",
                                           R"({"key":"k","effect":"NoExecute"})"};
        const auto old = world.read<ResourceSlice>("", "s");
        auto changed = *api::decode<ResourceSlice>(std::string_view(sliceJson(kTaints[which])));
        changed.metadata = old->metadata;
        changed.spec.pool.generation = old->spec.pool.generation + 1;
        wasTainted = wasTainted || which == 2;
        if (auto done = world.api.run(client::update(world.api.client(), changed)); !done)
            qFatal("%s", done.error().message.c_str());
    }

    bool wasTainted = false;
};

} // namespace

std::unique_ptr<Model> deviceTaintModel() {
    return std::make_unique<DeviceTaintModel>();
}

} // namespace coracle::test
