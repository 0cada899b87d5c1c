#include "clusterd/controllers/garbagecollector/garbage_collector.h"
#include "clusterd/controllers/namespace_controller.h"
#include "clusterd/controllers/root_ca_publisher.h"
#include "clusterd/controllers/serviceaccount_controller.h"
#include "tests/clusterd/controllers/model/model_world.h"

#include <algorithm>

namespace coracle::test {

using namespace controllers;
using corev1::ConfigMap;
using corev1::Namespace;
using corev1::ServiceAccount;

namespace {

/// Objects own one another, and are deleted in every way.
class OwnersModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<GarbageCollector>(context));
    }
    void act(ModelWorld &world) override {
        constexpr const char *kPolicies[] = {"Background", "Foreground", "Orphan"};
        const auto victim = world.some<ConfigMap>();
        switch (world.below(6)) {
        case 0:
            if (victim)
                world.remove(ConfigMap::resource(), "default", victim->metadata.name, kPolicies[world.below(3)]);
            break;
        case 1:
            if (victim && world.once(2))
                world.patch<ConfigMap>(victim->metadata.name, R"({"metadata":{"ownerReferences":null}})");
            break;
        default:
            make(world);
        }
    }
    static void make(ModelWorld &world) {
        std::string references;
        for (size_t count = world.below(3); count > 0; --count) {
            const auto owner = world.some<ConfigMap>();
            if (!owner || references.find(owner->metadata.uid) != std::string::npos)
                continue;
            references += fmt::format(
                R"({}{{"apiVersion":"v1","kind":"ConfigMap","name":"{}","uid":"{}","blockOwnerDeletion":{}}})",
                references.empty() ? "" : ",", owner->metadata.name, owner->metadata.uid, world.once(2));
        }
        world.make(fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"m{}","namespace":)"
                               R"("default","ownerReferences":[{}]}}}})",
                               world.below(12), references));
    }
    std::string fault(ModelWorld &world) override {
        const auto objects = world.all<ConfigMap>();
        std::set<std::string> uids;
        for (const ConfigMap &object : objects)
            uids.insert(object.metadata.uid);
        for (const ConfigMap &object : objects) {
            if (object.metadata.deletionTimestamp)
                return object.metadata.name + " was deleted and does not go";
            for (const auto &owner : object.metadata.ownerReferences)
                if (!uids.contains(owner.uid))
                    return object.metadata.name + " refers to an owner that is gone";
        }
        return {};
    }
};

/// Namespaces come and go with what is in them; people take away what every namespace has.
class NamespaceModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<NamespaceController>(context));
        manager.add(std::make_unique<RootCaPublisher>(context, "the CA"));
        manager.add(std::make_unique<ServiceAccountController>(context));
    }
    void act(ModelWorld &world) override {
        const std::string space = fmt::format("n{}", world.below(3));
        switch (world.below(9)) {
        case 0:
        case 1:
            world.make(fmt::format(R"({{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{}"}}}})", space));
            break;
        case 2:
            world.remove<Namespace>(space);
            break;
        case 3:
        case 4:
            world.make(fmt::format(
                R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"m{}","namespace":"{}","finalizers":[{}]}}}})",
                world.below(3), space, world.once(3) ? R"("example.com/f")" : ""));
            break;
        case 5:
            world.remove(ServiceAccount::resource(), space, "default");
            break;
        case 6:
            world.remove(ConfigMap::resource(), space, "kube-root-ca.crt");
            break;
        case 7:
            world.patch(ConfigMap::resource(), space, "kube-root-ca.crt", R"({"data":{"ca.crt":"another"}})");
            break;
        default:
            letGo(world);
        }
    }
    void calmDown(ModelWorld &world) override { letGo(world); }
    static void letGo(ModelWorld &world) {
        for (const ConfigMap &object : world.all<ConfigMap>())
            if (!object.metadata.finalizers.empty())
                world.patch(ConfigMap::resource(), object.metadata.namespace_, object.metadata.name,
                            R"({"metadata":{"finalizers":null}})");
    }
    std::string fault(ModelWorld &world) override {
        std::set<std::string> spaces;
        for (const Namespace &space : world.all<Namespace>()) {
            const std::string &name = space.metadata.name;
            if (space.metadata.deletionTimestamp)
                return name + " was deleted and does not go";
            spaces.insert(name);
            const auto ca = world.read<ConfigMap>(name, "kube-root-ca.crt");
            if (!ca || ca->data.at("ca.crt") != "the CA" || !world.read<ServiceAccount>(name, "default"))
                return name + " lacks its account or the CA";
        }
        for (const ConfigMap &object : world.all<ConfigMap>())
            if (!spaces.contains(object.metadata.namespace_))
                return fmt::format("{}/{} is left over", object.metadata.namespace_, object.metadata.name);
        for (const ServiceAccount &object : world.all<ServiceAccount>())
            if (!spaces.contains(object.metadata.namespace_))
                return "an account is left over in " + object.metadata.namespace_;
        return {};
    }
};

} // namespace

std::unique_ptr<Model> ownersModel() {
    return std::make_unique<OwnersModel>();
}

std::unique_ptr<Model> namespaceModel() {
    return std::make_unique<NamespaceModel>();
}

} // namespace coracle::test
