#pragma once

#include "clusterd/kubelet/cri/types.h"
#include "clusterd/kubelet/paths.h"
#include "clusterd/kubelet/volumes/claims.h"
#include "clusterd/kubelet/volumes/mounter.h"
#include "clusterd/kubelet/volumes/payload.h"
#include "clusterd/kubelet/volumes/token_manager.h"
#include "core/base/random.h"

namespace coracle::kubelet {

/// A volume as it lies on the node.
struct PodVolume {
    std::filesystem::path path;
    bool readOnly = false;
    bool block = false; ///< a device, for volumeDevices
};
using PodVolumes = std::map<std::string, PodVolume, std::less<>>;

/// Makes volumes ready below the pod's folder and takes them away again. Everything is idempotent: after a restart the
/// same calls find what is there.
class VolumeManager {
public:
    VolumeManager(client::Client &client, Clock &clock, Random &random, Mounter &mounter, const Paths &paths)
        : m_client(client),
          m_clock(clock),
          m_random(random),
          m_mounter(mounter),
          m_paths(paths),
          m_tokens(client, clock) {}

    /// Sets up every volume of the pod, or brings the contents up to date. The pod has its addresses in its status.
    Task<Result<PodVolumes>> setUp(const corev1::Pod &pod, const PodObjects &objects,
                                   const std::map<std::string, api::Quantity, std::less<>> &allocatable);

    /// The mounts of one container; binds its subPaths.
    Result<std::vector<cri::Mount>> containerMounts(const corev1::Pod &pod, const corev1::Container &container,
                                                    const PodVolumes &volumes, const Environment &environment);

    /// The block volumes of one container (spec.containers[].volumeDevices).
    Result<std::vector<cri::Device>> containerDevices(const corev1::Container &container,
                                                      const PodVolumes &volumes) const;

    /// Unmounts everything below the pod's folder and removes the folder. Never descends into a mount.
    Result<> tearDown(const std::string &podUid);

    /// The pods that have a folder, whether they are still known or not.
    std::vector<std::string> podFolders() const;

private:
    Task<Result<PodVolume>> setUpOne(const corev1::Pod &pod, const corev1::Volume &volume, const PayloadInput &input);
    Result<PodVolume> setUpEmptyDir(const corev1::Pod &pod, const std::string &name,
                                    const corev1::EmptyDirVolumeSource &source);
    Result<PodVolume> setUpPayload(const corev1::Pod &pod, std::string_view plugin, const std::string &name,
                                   const Payload &payload, bool secret);
    Task<Result<PodVolume>> setUpClaim(const corev1::Pod &pod, const corev1::Volume &volume);
    Task<Result<PodVolume>> setUpPersistent(const corev1::Pod &pod, const BoundClaim &bound, bool readOnly);
    std::filesystem::path claimMark(const std::string &podUid, const std::string &volume) const;
    Task<Result<>> checkNode(const corev1::Pod &pod, const BoundClaim &bound);
    Result<std::filesystem::path> volumeFolder(const corev1::Pod &pod, const BoundClaim &bound, bool readOnly);
    Result<> checkOnlyPod(const corev1::Pod &pod, const BoundClaim &bound) const;

    client::Client &m_client;
    Clock &m_clock;
    Random &m_random;
    Mounter &m_mounter;
    const Paths &m_paths;
    TokenManager m_tokens;
};

/// Checks the path against the type and makes it where the type says so.
Result<> prepareHostPath(const std::string &path, std::string_view type);

} // namespace coracle::kubelet
