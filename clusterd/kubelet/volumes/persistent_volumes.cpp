#include "clusterd/kubelet/volumes/local_directory.h"
#include "clusterd/kubelet/volumes/ownership.h"
#include "clusterd/kubelet/volumes/volume_manager.h"
#include "clusterd/volume/local_path.h"
#include "clusterd/volume/node_affinity.h"
#include "core/base/files.h"

#include <fmt/format.h>
#include <sys/stat.h>

/// The part of the VolumeManager that is about claims.
namespace coracle::kubelet {

namespace fs = std::filesystem;

namespace {

Result<> checkLocalPath(const std::string &path) {
    if (!fs::exists(path))
        return errors::other(fmt::format("path \"{}\" does not exist", path));
    return {};
}

bool isBlockDevice(const std::string &path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 && S_ISBLK(info.st_mode);
}

/// Checks what the volume is made of, and makes what may be made.
Result<> prepareSource(const BoundClaim &bound, bool first) {
    const corev1::PersistentVolumeSpec &spec = bound.volume.spec;
    if (!spec.hostPath && !spec.local)
        return errors::other(fmt::format("no volume plugin matched volume \"{}\": this node mounts volumes of type "
                                         "local and hostPath",
                                         bound.volume.metadata.name));
    const std::string path(volume::localpath::pathOf(bound.volume));
    // The pod may be here before the node's agent has looked at the volume.
    if (first && volume::localpath::workOf(bound.volume) == volume::localpath::Work::Prepare)
        CHECK(makeLocalDirectory(path));
    if (bound.isBlock() && !isBlockDevice(path))
        return errors::other(fmt::format("volumeMode is Block, but {} is not a block device", path));
    return spec.hostPath ? prepareHostPath(path, spec.hostPath->type.value_or("")) : checkLocalPath(path);
}

} // namespace

/// A folder says that the pod has the volume, also to the next run of the kubelet.
fs::path VolumeManager::claimMark(const std::string &podUid, const std::string &volume) const {
    return m_paths.volume(podUid, "persistent-claim", volume);
}

Result<> VolumeManager::checkOnlyPod(const corev1::Pod &pod, const BoundClaim &bound) const {
    if (!bound.isForOnePod())
        return {};
    for (const std::string &uid : podFolders())
        if (uid != pod.metadata.uid && fs::exists(claimMark(uid, bound.volume.metadata.name)))
            return errors::other("volume uses the ReadWriteOncePod access mode and is already in use by another pod");
    return {};
}

/// A pod may name its node itself and so come where the volume is not.
Task<Result<>> VolumeManager::checkNode(const corev1::Pod &pod, const BoundClaim &bound) {
    const volume::NodeAffinity affinity(bound.volume);
    if (!affinity.restricts())
        co_return Result<>{};
    CO_TRY(const client::ObjectPtr node, co_await m_client.get(corev1::Node::resource(), "", pod.spec.nodeName));
    if (affinity.matches(*node))
        co_return Result<>{};
    co_return errors::other(
        fmt::format("MountVolume.NodeAffinity check failed for volume \"{}\": no matching NodeSelectorTerms",
                    bound.volume.metadata.name));
}

/// What containers get to see. A device's file system is mounted in the pod's folder, so that it goes with the pod.
Result<fs::path> VolumeManager::volumeFolder(const corev1::Pod &pod, const BoundClaim &bound, bool readOnly) {
    const std::string path(volume::localpath::pathOf(bound.volume));
    const corev1::PersistentVolumeSpec &spec = bound.volume.spec;
    if (!spec.local || bound.isBlock() || !isBlockDevice(path))
        return path;
    const fs::path target = m_paths.volume(pod.metadata.uid, "local-volume", bound.volume.metadata.name);
    CHECK(makeFolder(target));
    CHECK(m_mounter.mountDevice({.device = path,
                                 .fsType = spec.local->fsType.value_or("ext4"),
                                 .options = spec.mountOptions,
                                 .readOnly = readOnly},
                                target));
    return target;
}

Task<Result<PodVolume>> VolumeManager::setUpClaim(const corev1::Pod &pod, const corev1::Volume &volume) {
    const std::function<bool(const std::string &)> podHas = [&](const std::string &name) {
        return !name.empty() && fs::exists(claimMark(pod.metadata.uid, name));
    };
    auto bound = co_await findClaim(m_client, pod, volume, podHas);
    if (!bound)
        co_return std::unexpected(withContext(
            fmt::format("Unable to attach or mount volumes: unmounted volumes=[{}], unattached volumes=[], failed to "
                        "process volumes=[{}]",
                        volume.name, volume.name),
            std::move(bound).error()));
    if (!podHas(bound->volume.metadata.name)) {
        CO_CHECK(co_await checkNode(pod, *bound));
    }
    const bool readOnly = volume.persistentVolumeClaim && volume.persistentVolumeClaim->readOnly;
    auto ready = co_await setUpPersistent(pod, *bound, readOnly);
    if (!ready)
        co_return std::unexpected(
            withContext(fmt::format("MountVolume.SetUp failed for volume \"{}\"", bound->volume.metadata.name),
                        std::move(ready).error()));
    co_return std::move(*ready);
}

Task<Result<PodVolume>> VolumeManager::setUpPersistent(const corev1::Pod &pod, const BoundClaim &bound, bool readOnly) {
    const fs::path mark = claimMark(pod.metadata.uid, bound.volume.metadata.name);
    const bool first = !fs::exists(mark);
    if (first)
        CO_CHECK(checkOnlyPod(pod, bound));
    CO_CHECK(prepareSource(bound, first));
    PodVolume ready{.path = {}, .readOnly = readOnly, .block = bound.isBlock()};
    CO_TRY(ready.path, volumeFolder(pod, bound, readOnly));
    if (!first)
        co_return ready;
    // Kubernetes leaves the ownership of hostPath volumes alone.
    const auto &security = pod.spec.securityContext;
    if (bound.volume.spec.local && !ready.block && !readOnly && security && security->fsGroup) {
        CO_CHECK(co_await applyFsGroup(m_clock, ready.path, static_cast<gid_t>(*security->fsGroup),
                                       security->fsGroupChangePolicy.value_or("Always")));
    }
    CO_CHECK(makeFolder(mark));
    co_return ready;
}

} // namespace coracle::kubelet
