#include "clusterd/kubelet/volumes/volume_manager.h"

#include "clusterd/kubelet/container/expansion.h"
#include "clusterd/kubelet/volumes/sub_path.h"
#include "core/base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coracle::kubelet {

namespace fs = std::filesystem;

namespace {

std::optional<gid_t> fsGroup(const corev1::Pod &pod) {
    if (pod.spec.securityContext && pod.spec.securityContext->fsGroup)
        return static_cast<gid_t>(*pod.spec.securityContext->fsGroup);
    return std::nullopt;
}

Result<> giveToGroup(const fs::path &folder, gid_t group) {
    if (::chown(folder.c_str(), uid_t(-1), group) != 0)
        return errors::fromErrno(fmt::format("cannot change the group of {}", folder.string()), errno);
    // The set-group-ID bit hands the group on to new files.
    if (::chmod(folder.c_str(), 02777) != 0)
        return errors::fromErrno(fmt::format("cannot change the mode of {}", folder.string()), errno);
    return {};
}

Status setUpFailed(std::string_view volume, Status status) {
    return withContext(fmt::format("MountVolume.SetUp failed for volume \"{}\"", volume), std::move(status));
}

cri::MountPropagation propagation(const std::optional<std::string> &name) {
    if (name && *name == "Bidirectional")
        return cri::MountPropagation::Bidirectional;
    if (name && *name == "HostToContainer")
        return cri::MountPropagation::HostToContainer;
    return cri::MountPropagation::Private;
}

} // namespace

Result<> prepareHostPath(const std::string &path, std::string_view type) {
    if (type.empty())
        return {};
    auto failed = [&](std::string_view what) {
        return errors::other(fmt::format("hostPath type check failed: {} is not a {}", path, what));
    };
    struct stat info{};
    bool exists = ::stat(path.c_str(), &info) == 0;
    if (!exists && type == "DirectoryOrCreate")
        return makeFolder(path);
    if (!exists && type == "FileOrCreate") {
        int fd = ::open(path.c_str(), O_CREAT | O_CLOEXEC, 0644);
        if (fd < 0)
            return errors::fromErrno(fmt::format("cannot create {}", path), errno);
        ::close(fd);
        return {};
    }
    auto is = [&](mode_t kind) { return exists && (info.st_mode & S_IFMT) == kind; };
    if (type.starts_with("Directory") && !is(S_IFDIR))
        return failed("directory");
    if (type.starts_with("File") && !is(S_IFREG))
        return failed("file");
    if (type == "Socket" && !is(S_IFSOCK))
        return failed("socket file");
    if (type == "CharDevice" && !is(S_IFCHR))
        return failed("character device");
    if (type == "BlockDevice" && !is(S_IFBLK))
        return failed("block device");
    return {};
}

Result<PodVolume> VolumeManager::setUpEmptyDir(const corev1::Pod &pod, const std::string &name,
                                               const corev1::EmptyDirVolumeSource &source) {
    fs::path folder = m_paths.volume(pod.metadata.uid, "empty-dir", name);
    if (source.medium.starts_with("HugePages"))
        return errors::other(fmt::format("emptyDir medium {} is not supported on this node", source.medium));
    CHECK(makeFolder(folder));
    if (source.medium == "Memory") {
        uint64_t bytesMax = source.sizeLimit ? static_cast<uint64_t>(source.sizeLimit->value()) : 0;
        CHECK(m_mounter.mountTmpfs(folder, bytesMax));
    }
    if (auto group = fsGroup(pod)) {
        CHECK(giveToGroup(folder, *group));
    } else if (::chmod(folder.c_str(), 0777) != 0) {
        return errors::fromErrno(fmt::format("cannot change the mode of {}", folder.string()), errno);
    }
    return PodVolume{folder, false};
}

Result<PodVolume> VolumeManager::setUpPayload(const corev1::Pod &pod, std::string_view plugin, const std::string &name,
                                              const Payload &payload, bool secret) {
    fs::path folder = m_paths.volume(pod.metadata.uid, plugin, name);
    CHECK(makeFolder(folder));
    // Secrets never reach a disk.
    if (secret)
        CHECK(m_mounter.mountTmpfs(folder, 0));
    auto group = fsGroup(pod);
    if (group)
        CHECK(giveToGroup(folder, *group));
    CHECK(writePayload(folder, payload, group, m_random));
    return PodVolume{folder, true};
}

Task<Result<PodVolume>> VolumeManager::setUpOne(const corev1::Pod &pod, const corev1::Volume &volume,
                                                const PayloadInput &input) {
    if (volume.emptyDir)
        co_return setUpEmptyDir(pod, volume.name, *volume.emptyDir);
    if (volume.hostPath) {
        CO_CHECK(prepareHostPath(volume.hostPath->path, volume.hostPath->type.value_or("")));
        co_return PodVolume{volume.hostPath->path, false};
    }
    if (volume.configMap) {
        CO_TRY(auto payload, configMapPayload(*volume.configMap, input));
        co_return setUpPayload(pod, "configmap", volume.name, payload, false);
    }
    if (volume.secret) {
        CO_TRY(auto payload, secretPayload(*volume.secret, input));
        co_return setUpPayload(pod, "secret", volume.name, payload, true);
    }
    if (volume.downwardAPI) {
        CO_TRY(auto payload, downwardPayload(*volume.downwardAPI, input));
        co_return setUpPayload(pod, "downward-api", volume.name, payload, false);
    }
    if (volume.projected) {
        PayloadInput withTokens = input;
        for (size_t i = 0; i < volume.projected->sources.size(); ++i)
            if (const auto &projection = volume.projected->sources[i].serviceAccountToken) {
                CO_TRY(auto token, co_await m_tokens.token(pod, *projection));
                withTokens.tokens[i] = std::move(token);
            }
        CO_TRY(auto payload, projectedPayload(*volume.projected, withTokens));
        co_return setUpPayload(pod, "projected", volume.name, payload, true);
    }
    co_return errors::other("no volume plugin matched");
}

Task<Result<PodVolumes>> VolumeManager::setUp(const corev1::Pod &pod, const PodObjects &objects,
                                              const std::map<std::string, api::Quantity, std::less<>> &allocatable) {
    PayloadInput input{.pod = pod, .objects = objects, .allocatable = allocatable, .tokens = {}};
    PodVolumes volumes;
    for (const auto &volume : pod.spec.volumes) {
        if (!claimName(pod, volume).empty()) {
            CO_TRY(volumes[volume.name], co_await setUpClaim(pod, volume));
            continue;
        }
        auto ready = co_await setUpOne(pod, volume, input);
        if (!ready)
            co_return std::unexpected(setUpFailed(volume.name, std::move(ready).error()));
        volumes[volume.name] = std::move(*ready);
    }
    co_return volumes;
}

Result<std::vector<cri::Mount>> VolumeManager::containerMounts(const corev1::Pod &pod,
                                                               const corev1::Container &container,
                                                               const PodVolumes &volumes,
                                                               const Environment &environment) {
    std::vector<cri::Mount> mounts;
    for (size_t i = 0; i < container.volumeMounts.size(); ++i) {
        const auto &wanted = container.volumeMounts[i];
        auto volume = volumes.find(wanted.name);
        if (volume == volumes.end())
            return errors::other(
                fmt::format("mount cannot be satisfied for container \"{}\", because the volume \"{}\" "
                            "is missing",
                            container.name, wanted.name));
        if (volume->second.block)
            return errors::other(
                fmt::format("volume {} has volumeMode Block, but is specified in volumeMounts", wanted.name));
        std::string subPath = wanted.subPath;
        if (!wanted.subPathExpr.empty()) {
            bool missing = false;
            subPath = expandVariables(wanted.subPathExpr, [&](std::string_view name) -> std::optional<std::string> {
                for (const auto &[key, value] : environment)
                    if (key == name)
                        return value;
                missing = true;
                return std::nullopt;
            });
            if (missing)
                return errors::other(
                    fmt::format("missing value for a variable in subPathExpr \"{}\"", wanted.subPathExpr));
        }
        fs::path hostPath = volume->second.path;
        if (!subPath.empty()) {
            fs::path target = m_paths.subPaths(pod.metadata.uid) / wanted.name / container.name / std::to_string(i);
            auto bound = bindSubPath(m_mounter, hostPath, subPath, target);
            if (!bound)
                return std::unexpected(
                    withContext(fmt::format("failed to prepare subPath for volumeMount \"{}\" of container \"{}\"",
                                            wanted.name, container.name),
                                bound.error()));
            hostPath = target;
        }
        std::string inside = wanted.mountPath.starts_with('/') ? wanted.mountPath : "/" + wanted.mountPath;
        mounts.push_back({.containerPath = std::move(inside),
                          .hostPath = hostPath,
                          .readOnly = wanted.readOnly || volume->second.readOnly,
                          .propagation = propagation(wanted.mountPropagation)});
    }
    return mounts;
}

Result<std::vector<cri::Device>> VolumeManager::containerDevices(const corev1::Container &container,
                                                                 const PodVolumes &volumes) const {
    std::vector<cri::Device> devices;
    for (const corev1::VolumeDevice &wanted : container.volumeDevices) {
        const auto volume = volumes.find(wanted.name);
        if (volume == volumes.end() || !volume->second.block)
            return errors::other(
                fmt::format("volume {} has volumeMode Filesystem, but is specified in volumeDevices", wanted.name));
        devices.push_back({.containerPath = wanted.devicePath,
                           .hostPath = volume->second.path.string(),
                           .permissions = volume->second.readOnly ? "r" : "mrw"});
    }
    return devices;
}

Result<> VolumeManager::tearDown(const std::string &podUid) {
    m_tokens.forget(podUid);
    fs::path folder = m_paths.pod(podUid);
    TRY(auto mounts, m_mounter.mountsBelow(folder));
    for (const auto &mount : mounts)
        CHECK(m_mounter.unmount(mount));
    TRY(auto left, m_mounter.mountsBelow(folder));
    if (!left.empty())
        return errors::other(fmt::format("{} is still mounted", left.front().string()));
    std::error_code error;
    fs::remove_all(folder, error);
    if (error)
        return errors::other(fmt::format("cannot remove {}: {}", folder.string(), error.message()));
    return {};
}

std::vector<std::string> VolumeManager::podFolders() const {
    std::vector<std::string> uids;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_paths.pods(), error))
        uids.push_back(entry.path().filename());
    return uids;
}

} // namespace coracle::kubelet
