#include "clusterd/controllers/deployment/deployment_controller.h"
#include "clusterd/controllers/garbagecollector/garbage_collector.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/replicaset/replicaset_controller.h"
#include "tests/clusterd/controllers/model/model_world.h"

namespace coracle::test {

using namespace controllers;
using appsv1::Deployment;
using appsv1::ReplicaSet;
using corev1::Pod;

namespace {

constexpr size_t kReplicasMost = 5;

/// As a kubelet would.
void setReady(ModelWorld &world, const Pod &pod, bool ready) {
    world.patch<Pod>(
        pod.metadata.name,
        fmt::format(
            R"({{"status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"{}","lastTransitionTime":"{}"}}]}}}})",
            ready ? "True" : "False", api::Time(world.clock.now()).text()),
        "status");
}

void attendPods(ModelWorld &world) {
    for (const Pod &pod : world.all<Pod>())
        if (pod.metadata.deletionTimestamp)
            world.remove<Pod>(pod.metadata.name);
        else if (!isPodTerminal(pod) && !isPodReady(pod))
            setReady(world, pod, true);
}

/// What kubelets and people do to pods; what becomes of one that is taken away is its finder's business.
void disturbPod(ModelWorld &world) {
    const auto pod = world.some<Pod>();
    if (!pod)
        return;
    switch (world.below(8)) {
    case 0:
        world.patch<Pod>(pod->metadata.name, R"({"status":{"phase":"Failed"}})", "status");
        break;
    case 1:
        world.remove<Pod>(pod->metadata.name);
        break;
    case 2:
        world.patch<Pod>(pod->metadata.name, R"({"metadata":{"ownerReferences":null}})");
        break;
    case 3:
        world.patch<Pod>(pod->metadata.name, R"({"metadata":{"labels":{"app":"stranger"}}})");
        break;
    default:
        if (!isPodTerminal(*pod))
            setReady(world, *pod, world.below(4) > 0);
    }
}

bool isStranger(const Pod &pod) {
    return pod.metadata.labels.at("app") == "stranger";
}

/// A Deployment is scaled, rolled out, paused and changed in its strategy, while its pods have their own fates.
class DeploymentModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<DeploymentController>(context));
        manager.add(std::make_unique<ReplicaSetController>(context));
        manager.add(std::make_unique<GarbageCollector>(context));
    }
    void act(ModelWorld &world) override {
        switch (world.below(14)) {
        case 0:
            world.make(fmt::format(
                R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"d","namespace":"default"}},"spec":)"
                R"({{"replicas":{},"revisionHistoryLimit":1,"selector":{{"matchLabels":{{"app":"d"}}}},"template":)"
                R"({{"metadata":{{"labels":{{"app":"d"}}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
                world.below(kReplicasMost)));
            break;
        case 1:
        case 2:
            world.patch<Deployment>("d", fmt::format(R"({{"spec":{{"replicas":{}}}}})", world.below(kReplicasMost)));
            break;
        case 3:
        case 4:
            world.patch<Deployment>(
                "d",
                fmt::format(R"({{"spec":{{"template":{{"spec":{{"containers":[{{"name":"c","image":"i{}"}}]}}}}}}}})",
                            world.below(3)));
            break;
        case 5:
            world.patch<Deployment>("d", fmt::format(R"({{"spec":{{"paused":{}}}}})", world.once(2)));
            break;
        case 6:
            world.patch<Deployment>("d", world.once(2)
                                             ? R"({"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}})"
                                             : R"({"spec":{"strategy":{"type":"RollingUpdate"}}})");
            break;
        case 7:
            if (world.once(3))
                world.remove(Deployment::resource(), "default", "d", "Background");
            else if (const auto set = world.some<ReplicaSet>())
                world.remove(ReplicaSet::resource(), "default", set->metadata.name,
                             world.once(2) ? "Orphan" : "Background");
            break;
        default:
            disturbPod(world);
        }
    }
    void calmDown(ModelWorld &world) override {
        world.patch<Deployment>("d", R"({"spec":{"paused":false}})");
        attendPods(world);
    }
    std::string fault(ModelWorld &world) override {
        const auto deployment = world.read<Deployment>("default", "d");
        const auto sets = world.all<ReplicaSet>();
        const auto pods = world.all<Pod>();
        const auto own = std::count_if(pods.begin(), pods.end(), [](const Pod &pod) {
            return !isStranger(pod) && !isPodTerminal(pod) && controllerOf(pod.metadata);
        });
        if (!deployment)
            return sets.empty() && own == 0 ? "" : "something is left of the deployment";
        const int wanted = *deployment->spec.replicas;
        int present = 0;
        for (const ReplicaSet &set : sets) {
            present += *set.spec.replicas;
            if (*set.spec.replicas > 0 && set.spec.template_.spec.containers.at(0).image !=
                                              deployment->spec.template_.spec.containers.at(0).image)
                return set.metadata.name + " is an old set with replicas";
            if (!controllerOf(set.metadata))
                return set.metadata.name + " was not adopted";
        }
        if (present != wanted || own != wanted)
            return fmt::format("{} pods of sets for {}, not {}", own, present, wanted);
        const auto &status = deployment->status;
        if (status.replicas != wanted || status.updatedReplicas != wanted || status.availableReplicas != wanted ||
            status.observedGeneration != deployment->metadata.generation)
            return fmt::format("the status says {} pods, {} of them updated, {} available, not {}", status.replicas,
                               status.updatedReplicas, status.availableReplicas, wanted);
        return sets.size() <= 2 ? "" : "more old sets than the limit of history";
    }
};

/// A ReplicationController and its pods.
class ReplicationModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<ReplicaSetController>(context, replicationControllers()));
        manager.add(std::make_unique<GarbageCollector>(context));
    }
    void act(ModelWorld &world) override {
        using corev1::ReplicationController;
        switch (world.below(8)) {
        case 0:
            world.make(fmt::format(
                R"({{"apiVersion":"v1","kind":"ReplicationController","metadata":{{"name":"r","namespace":"default"}},)"
                R"("spec":{{"replicas":{},"selector":{{"app":"r"}},"template":{{"metadata":{{"labels":{{"app":"r"}}}},)"
                R"("spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
                world.below(kReplicasMost)));
            break;
        case 1:
        case 2:
            world.patch<ReplicationController>(
                "r", fmt::format(R"({{"spec":{{"replicas":{}}}}})", world.below(kReplicasMost)));
            break;
        case 3:
            if (world.once(4))
                world.remove(ReplicationController::resource(), "default", "r",
                             world.once(2) ? "Orphan" : "Background");
            break;
        default:
            disturbPod(world);
        }
    }
    void calmDown(ModelWorld &world) override { attendPods(world); }
    std::string fault(ModelWorld &world) override {
        const auto controller = world.read<corev1::ReplicationController>("default", "r");
        int own = 0;
        for (const Pod &pod : world.all<Pod>()) {
            if (isPodTerminal(pod))
                continue;
            if (isStranger(pod) && controllerOf(pod.metadata))
                return pod.metadata.name + " was not released";
            if (isStranger(pod))
                continue;
            const auto *owner = controllerOf(pod.metadata);
            if (owner && (!controller || owner->uid != controller->metadata.uid))
                return pod.metadata.name + " has an owner that is gone";
            if (controller && !owner)
                return pod.metadata.name + " was not adopted";
            own += owner != nullptr;
        }
        const int wanted = controller ? *controller->spec.replicas : 0;
        if (own != wanted || (controller && controller->status.replicas != wanted))
            return fmt::format("{} pods, not {}", own, wanted);
        return {};
    }
};

} // namespace

std::unique_ptr<Model> deploymentModel() {
    return std::make_unique<DeploymentModel>();
}

std::unique_ptr<Model> replicationModel() {
    return std::make_unique<ReplicationModel>();
}

} // namespace coracle::test
