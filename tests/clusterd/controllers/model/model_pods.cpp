#include "clusterd/controllers/disruption/disruption_status.h"
#include "clusterd/controllers/disruption/stale_pod_disruption_controller.h"
#include "clusterd/controllers/pod_gc_controller.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/resourcequota_controller.h"
#include "tests/clusterd/controllers/model/model_world.h"

#include <algorithm>

namespace coracle::test {

using namespace controllers;
using corev1::Pod;

namespace {

/// Marked only: the kubelet is to end it.
void deleteGently(ModelWorld &world, const std::string &name) {
    (void)world.api.run(world.api.client().remove(Pod::resource(), "default", name));
}

/// Nodes go, and with them the kubelets that would have ended their pods; pods are deleted before they are scheduled.
class PodCollectionModel final : public Model {
    static constexpr size_t kTerminatedMost = 4;

    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<PodGcController>(context, kTerminatedMost));
    }
    void act(ModelWorld &world) override {
        const std::string node = fmt::format("n{}", world.below(3)), pod = fmt::format("p{}", world.below(12));
        switch (world.below(8)) {
        case 0:
        case 1:
            world.make(fmt::format(R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{}"}}}})", node));
            break;
        case 2:
            world.remove<corev1::Node>(node);
            break;
        case 3:
            deleteGently(world, pod);
            break;
        case 4:
            world.patch<Pod>(pod, R"({"status":{"phase":"Failed"}})", "status");
            break;
        default:
            world.make(podWith(pod, world.once(3) ? "" : fmt::format(R"(,"nodeName":"{}")", node)));
        }
    }
    std::string fault(ModelWorld &world) override {
        size_t terminated = 0;
        for (const Pod &pod : world.all<Pod>()) {
            if (pod.spec.nodeName.empty() && pod.metadata.deletionTimestamp)
                return pod.metadata.name + " was deleted before it was scheduled, and stays";
            if (!pod.spec.nodeName.empty() && !world.read<corev1::Node>("", pod.spec.nodeName))
                return pod.metadata.name + " stays on a node that is gone";
            terminated += isPodTerminal(pod) && !pod.metadata.deletionTimestamp;
        }
        return terminated <= kTerminatedMost ? "" : "too many pods that have ended";
    }
};

/// Somebody says that pods will be evicted, and dies before it deletes them.
class StalePodModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<StalePodDisruptionController>(context));
    }
    void act(ModelWorld &world) override {
        const std::string pod = fmt::format("p{}", world.below(4));
        switch (world.below(5)) {
        case 0:
        case 1:
            world.make(podWith(pod, R"(,"nodeName":"n")"));
            break;
        case 2:
        case 3:
            world.patch<Pod>(pod,
                             fmt::format(R"({{"status":{{"conditions":[{{"type":"DisruptionTarget","status":"True",)"
                                         R"("reason":"EvictionByEvictionAPI","lastTransitionTime":"{}"}}]}}}})",
                                         api::Time(world.clock.now()).text()),
                             "status");
            break;
        default:
            if (world.once(2))
                world.remove<Pod>(pod);
            else
                deleteGently(world, pod);
        }
    }
    std::string fault(ModelWorld &world) override {
        for (const Pod &pod : world.all<Pod>())
            if (const auto *condition = findCondition(pod.status, "DisruptionTarget");
                condition && condition->status == "True" && !pod.metadata.deletionTimestamp)
                return pod.metadata.name + " still waits for its eviction";
        return {};
    }
};

/// Objects and quotas come and go while admission charges for them.
class QuotaModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<ResourceQuotaController>(context));
    }
    void prepare(ModelWorld &world) override {
        world.create(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"default"}})");
    }
    void act(ModelWorld &world) override {
        const std::string map = fmt::format("m{}", world.below(8)), quota = fmt::format("q{}", world.below(2));
        switch (world.below(9)) {
        case 0:
        case 1:
        case 2:
        case 3:
            world.make(fmt::format(
                R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}","namespace":"default"}}}})", map));
            break;
        case 4:
        case 5:
            world.remove<corev1::ConfigMap>(map);
            break;
        case 6:
            world.make(fmt::format(R"({{"apiVersion":"v1","kind":"ResourceQuota","metadata":{{"name":"{}","namespace":)"
                                   R"("default"}},"spec":{{"hard":{{"configmaps":"5"}}}}}})",
                                   quota));
            break;
        case 7:
            world.patch<corev1::ResourceQuota>(
                quota, fmt::format(R"({{"spec":{{"hard":{{"configmaps":"{}"}}}}}})", 2 + world.below(6)));
            break;
        default:
            if (world.once(2))
                world.remove<corev1::ResourceQuota>(quota);
        }
    }
    std::string fault(ModelWorld &world) override {
        const std::string count = std::to_string(world.all<corev1::ConfigMap>("default").size());
        for (const auto &quota : world.all<corev1::ResourceQuota>()) {
            const auto used = quota.status.used.find("configmaps");
            if (used == quota.status.used.end() || used->second.text() != count)
                return fmt::format("{} counts {} ConfigMaps, not {}", quota.metadata.name,
                                   used == quota.status.used.end() ? "no" : used->second.text(), count);
            if (quota.status.hard.at("configmaps").text() != quota.spec.hard.at("configmaps").text())
                return quota.metadata.name + " shows an old limit";
        }
        return {};
    }
};

} // namespace

std::unique_ptr<Model> podCollectionModel() {
    return std::make_unique<PodCollectionModel>();
}

std::unique_ptr<Model> stalePodModel() {
    return std::make_unique<StalePodModel>();
}

std::unique_ptr<Model> quotaModel() {
    return std::make_unique<QuotaModel>();
}

} // namespace coracle::test
