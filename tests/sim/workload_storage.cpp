#include "clusterd/controllers/volume/local_path_package.h"
#include "clusterd/kubelet/volumes/claims.h"
#include "clusterd/volume/local_path.h"
#include "core/api/types/apps_v1.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/storage_v1.h"
#include "core/client/typed_client.h"
#include "tests/sim/workload.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace coracle::sim {

using client::ObjectPtr;
using corev1::PersistentVolume;
using corev1::PersistentVolumeClaim;

namespace {

constexpr const char *kStaticClass = "static";
constexpr size_t kFreeMax = 10;
constexpr int kLargest = 4, kEnough = 30;

std::vector<PersistentVolume> volumesOf(const client::ObjectList &list) {
    std::vector<PersistentVolume> volumes;
    for (const ObjectPtr &object : list.items)
        if (auto volume = api::decode<PersistentVolume>(*object))
            volumes.push_back(std::move(*volume));
    return volumes;
}

} // namespace

void Workload::prepareStorage(int machines, const std::function<std::filesystem::path(int)> &folder) {
    boost::json::array nodes;
    for (int i = 0; i < machines; ++i)
        nodes.push_back(boost::json::object{{"node", fmt::format("node-{}", i)}, {"paths", {folder(i).string()}}});
    const boost::json::object config{{"nodePathMap", std::move(nodes)}};
    const boost::json::object data{{"config.json", boost::json::serialize(config)}};
    m_world.finish(configureStorage(boost::json::serialize(boost::json::object{{"data", data}})));
}

Task<> Workload::configureStorage(std::string config) {
    co_await create(R"({"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"static"},)"
                    R"("provisioner":"kubernetes.io/no-provisioner"})");
    auto written = co_await m_api.patch(corev1::ConfigMap::resource(), std::string(controllers::kLocalPathNamespace),
                                        std::string(controllers::kLocalPathConfigMap), client::PatchType::Merge,
                                        std::move(config));
    if (!written)
        throw std::runtime_error("the nodes' folders: " + written.error().message);
}

std::string Workload::claimTemplates() {
    static constexpr const char *kPolicies[] = {"Retain", "Delete"};
    const char *whenDeleted = kPolicies[m_random.below(2)], *whenScaled = kPolicies[m_random.below(2)];
    const bool fromStock = m_random.below(3) == 0, forOnePod = !fromStock && m_random.below(3) == 0;
    const char *mode = forOnePod ? "ReadWriteOncePod" : "ReadWriteOnce";
    const char *storageClass = fromStock ? kStaticClass : controllers::kLocalPathClass.data();
    return fmt::format(R"("persistentVolumeClaimRetentionPolicy":{{"whenDeleted":"{}","whenScaled":"{}"}},)"
                       R"("volumeClaimTemplates":[{{"metadata":{{"name":"data"}},"spec":{{"accessModes":["{}"],)"
                       R"("storageClassName":"{}","resources":{{"requests":{{"storage":"{}Gi"}}}}}}}}],)",
                       whenDeleted, whenScaled, mode, storageClass, 1 + m_random.below(2));
}

std::string Workload::ephemeralVolume() {
    return R"("volumes":[{"name":"data","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],)"
           R"("resources":{"requests":{"storage":"1Gi"}}}}}}],)"; // of the default class
}

const char *Workload::volumeMount() {
    return R"(,"volumeMounts":[{"name":"data","mountPath":"/data"}])";
}

Task<> Workload::createVolume(int gigabytes) {
    std::string body =
        fmt::format(R"({{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"{}"}},"spec":{{)"
                    R"("accessModes":["ReadWriteOnce"],"capacity":{{"storage":"{}Gi"}},)"
                    R"("storageClassName":"{}","hostPath":{{"path":"/srv/volume"}}}}}})",
                    newName("volume"), gigabytes, kStaticClass);
    co_await create(std::move(body));
}

Task<> Workload::makeVolume() {
    auto listed = co_await m_api.list(PersistentVolume::resource(), "");
    size_t unclaimed = 0;
    if (listed)
        for (const PersistentVolume &volume : volumesOf(*listed))
            unclaimed += !volume.spec.claimRef;
    if (unclaimed < kFreeMax)
        co_await createVolume(1 + static_cast<int>(m_random.below(kLargest)));
}

/// One whose claim has gone: its data is not needed any more.
Task<> Workload::removeVolume() {
    auto listed = co_await m_api.list(PersistentVolume::resource(), "");
    if (!listed)
        co_return;
    for (const PersistentVolume &volume : volumesOf(*listed))
        if (volume.spec.storageClassName == kStaticClass && volume.status.phase == "Released") {
            (void)co_await m_api.remove(PersistentVolume::resource(), "", volume.metadata.name);
            co_return;
        }
}

Task<> Workload::giveUp(std::string namespaceName, std::string name) {
    auto claim = co_await m_api.get(PersistentVolumeClaim::resource(), namespaceName, name);
    if (!claim)
        co_return;
    m_givenUp.insert(std::string((*claim)->uid()));
    (void)co_await m_api.remove(PersistentVolumeClaim::resource(), namespaceName, name);
}

/// With the pod that uses it, which would hold it.
Task<> Workload::removeClaim() {
    const ObjectPtr claim = co_await any(PersistentVolumeClaim::resource());
    if (!claim)
        co_return;
    co_await giveUp(std::string(claim->namespaceName()), std::string(claim->name()));
    co_await removePodsInTheWay();
}

Task<> Workload::giveUpLostVolumes() {
    auto listed = co_await m_api.list(PersistentVolume::resource(), "");
    if (!listed)
        co_return;
    for (const PersistentVolume &volume : volumesOf(*listed)) {
        const std::string_view node = volume::localpath::nodeOf(volume);
        if (volume.spec.claimRef && !node.empty() && !m_nodes.contains(std::string(node)))
            co_await giveUp(volume.spec.claimRef->namespace_, volume.spec.claimRef->name);
    }
}

/// A claim goes when no pod uses it any more.
Task<> Workload::removePodsInTheWay() {
    std::set<std::string> deleted;
    for (const ObjectPtr &object : co_await all(PersistentVolumeClaim::resource()))
        if (object->deleting() && m_givenUp.contains(std::string(object->uid())))
            deleted.insert(object->key());
    if (deleted.empty())
        co_return;
    for (const ObjectPtr &object : co_await all(corev1::Pod::resource())) {
        auto pod = api::decode<corev1::Pod>(*object);
        if (!pod || object->deleting())
            continue;
        const std::string prefix = pod->metadata.namespace_ + "/";
        const bool uses = std::ranges::any_of(pod->spec.volumes, [&](const corev1::Volume &volume) {
            return deleted.contains(prefix + kubelet::claimName(*pod, volume));
        });
        if (uses)
            (void)co_await m_api.remove(corev1::Pod::resource(), pod->metadata.namespace_, pod->metadata.name);
    }
}

Task<> Workload::makeEnoughVolumes() {
    for (int i = 0; i < kEnough; ++i)
        co_await createVolume(kLargest);
}

void Workload::tend() {
    m_world.finish(giveUpLostVolumes());
    m_world.finish(removePodsInTheWay());
}

bool Workload::gaveUp(const ObjectPtr &claim) const {
    return m_givenUp.contains(std::string(claim->uid())) ||
           m_removedNamespaces.contains(std::string(claim->namespaceName()));
}

} // namespace coracle::sim
