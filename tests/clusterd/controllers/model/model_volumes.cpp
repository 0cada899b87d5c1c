#include "clusterd/controllers/garbagecollector/garbage_collector.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/volume/ephemeral_volume_controller.h"
#include "clusterd/controllers/volume/pvc_protection_controller.h"
#include "clusterd/controllers/volume/vac_protection_controller.h"
#include "core/api/types/storage_v1.h"
#include "tests/clusterd/controllers/model/model_world.h"

#include <algorithm>

namespace coracle::test {

using namespace controllers;
using corev1::PersistentVolumeClaim;
using corev1::Pod;

namespace {

/// Pods with ephemeral volumes come and go, and somebody deletes their claims.
class EphemeralVolumeModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<EphemeralVolumeController>(context));
        manager.add(std::make_unique<PvcProtectionController>(context));
        manager.add(std::make_unique<GarbageCollector>(context));
    }
    void act(ModelWorld &world) override {
        const std::string pod = fmt::format("p{}", world.below(4));
        switch (world.below(6)) {
        case 0:
        case 1:
        case 2:
            world.make(
                podWith(pod, fmt::format(R"({},"volumes":[{{"name":"v","ephemeral":{{"volumeClaimTemplate":{{"spec":)"
                                         R"({{"accessModes":["ReadWriteOnce"],"resources":{{"requests":)"
                                         R"({{"storage":"1Gi"}}}}}}}}}}}}])",
                                         world.once(3) ? "" : R"(,"nodeName":"n")")));
            break;
        case 3:
            world.patch<Pod>(pod, R"({"status":{"phase":"Succeeded"}})", "status");
            break;
        case 4:
            world.remove<PersistentVolumeClaim>(pod + "-v");
            break;
        default:
            world.remove<Pod>(pod);
        }
    }
    std::string fault(ModelWorld &world) override {
        for (const Pod &pod : world.all<Pod>()) {
            const auto claim = world.read<PersistentVolumeClaim>("default", pod.metadata.name + "-v");
            if (isPodActive(pod) && (!claim || claim->metadata.ownerReferences.at(0).uid != pod.metadata.uid))
                return pod.metadata.name + " has no claim of its own";
        }
        for (const PersistentVolumeClaim &claim : world.all<PersistentVolumeClaim>()) {
            const auto pod = world.read<Pod>("default", claim.metadata.name.substr(0, claim.metadata.name.size() - 2));
            if (!pod)
                return claim.metadata.name + " is left over";
            if (claim.metadata.deletionTimestamp && pod->spec.nodeName.empty())
                return claim.metadata.name + " was deleted and does not go";
        }
        return {};
    }
};

/// Classes are deleted while claims want them, have them, or have given them up.
class AttributesClassModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<VacProtectionController>(context));
    }
    void act(ModelWorld &world) override {
        const std::string name = fmt::format("a{}", world.below(3)), claim = fmt::format("c{}", world.below(3));
        switch (world.below(8)) {
        case 0:
        case 1:
            world.make(fmt::format(R"({{"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttributesClass","metadata":)"
                                   R"({{"name":"{}"}},"driverName":"d.example.com"}})",
                                   name));
            break;
        case 2:
            world.remove(classes(), "", name);
            break;
        case 3:
        case 4:
            world.make(fmt::format(R"({{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{{"name":"{}",)"
                                   R"("namespace":"default"}},"spec":{{"accessModes":["ReadWriteOnce"],"resources":)"
                                   R"({{"requests":{{"storage":"1Gi"}}}},"volumeAttributesClassName":"{}"}}}})",
                                   claim, name));
            break;
        case 5:
            world.patch<PersistentVolumeClaim>(
                claim, fmt::format(R"({{"status":{{"currentVolumeAttributesClassName":"{}"}}}})", name), "status");
            break;
        default:
            world.remove<PersistentVolumeClaim>(claim);
        }
    }
    std::string fault(ModelWorld &world) override {
        std::set<std::string> used;
        for (const PersistentVolumeClaim &claim : world.all<PersistentVolumeClaim>()) {
            used.insert(claim.spec.volumeAttributesClassName.value_or(""));
            used.insert(claim.status.currentVolumeAttributesClassName.value_or(""));
        }
        const auto listed = world.api.run(world.api.client().list(classes(), ""));
        for (const client::ObjectPtr &object : listed->items) {
            const std::string name(object->name());
            if (!object->hasFinalizers())
                return name + " is not protected";
            if (object->deleting() && !used.contains(name))
                return name + " was deleted and does not go";
        }
        return {};
    }
    static const api::ResourceInfo &classes() {
        return *api::findResource("storage.k8s.io", "volumeattributesclasses");
    }
};

} // namespace

std::unique_ptr<Model> ephemeralVolumeModel() {
    return std::make_unique<EphemeralVolumeModel>();
}

std::unique_ptr<Model> attributesClassModel() {
    return std::make_unique<AttributesClassModel>();
}

} // namespace coracle::test
