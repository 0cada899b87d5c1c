#include "clusterd/appliance/reclaim.h"

#include "clusterd/appliance/disk_usage.h"
#include "clusterd/appliance/local_volumes.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

#include <fmt/format.h>
#include <map>
#include <set>

namespace coracle::appliance {

namespace fs = std::filesystem;
using kubelet::cri::Container;

namespace {

constexpr const char *kConfigHash = "kubernetes.io/config.hash"; // the uid of a static pod, on its mirror
constexpr const char *kPodUid = "io.kubernetes.pod.uid";         // a label of containers

/// Of all pods that there are, as kubelets know them.
std::set<std::string> podUids(const apiserver::Reader &reader) {
    std::set<std::string> uids;
    for (const api::ObjectPtr &object : reader.list(corev1::Pod::resource(), "")) {
        const auto pod = api::decode<corev1::Pod>(*object);
        if (!pod)
            continue;
        uids.insert(pod->metadata.uid);
        if (const auto hash = pod->metadata.annotations.find(kConfigHash); hash != pod->metadata.annotations.end())
            uids.insert(hash->second);
    }
    return uids;
}

Task<Result<>> done(Result<> outcome) {
    co_return outcome;
}

} // namespace

const Reclaim::Kind Reclaim::kKinds[] = {
    {"unusedImages", &Reclaim::unusedImages}, {"deadContainers", &Reclaim::deadContainers},
    {"oldLogs", &Reclaim::oldLogs},           {"orphanedVolumes", &Reclaim::orphanedVolumes},
    {"oldBackups", &Reclaim::oldBackups},     {"uploads", &Reclaim::uploads}};

std::vector<std::string_view> Reclaim::kinds() {
    std::vector<std::string_view> names;
    for (const Kind &kind : kKinds)
        names.push_back(kind.name);
    return names;
}

Task<Result<std::vector<Reclaim::Item>>> Reclaim::items(std::string_view name) {
    for (const Kind &kind : kKinds)
        if (kind.name == name)
            co_return co_await (this->*kind.items)();
    co_return std::vector<Item>();
}

Task<Result<std::vector<Reclaim::Item>>> Reclaim::unusedImages() {
    std::vector<Item> items;
    if (!m_parts.data.images)
        co_return items;
    CO_TRY(const Images::Usage usage, co_await m_parts.images.usage());
    for (const kubelet::cri::Image &image : usage.unused)
        items.push_back({.name = image.tags.empty() ? image.id : image.tags.front(),
                         .bytes = image.sizeBytes,
                         .remove = [this, image] { return m_parts.images.removeImage(image); }});
    co_return items;
}

/// Those whose pods are gone; the others belong to the kubelet, which shows them in the pods' states.
Task<Result<std::vector<Reclaim::Item>>> Reclaim::deadContainers() {
    std::vector<Item> items;
    if (!m_parts.data.runtime)
        co_return items;
    kubelet::cri::RuntimeService &runtime = *m_parts.data.runtime;
    const kubelet::cri::ContainerFilter all;
    CO_TRY(const std::vector<Container> containers, co_await runtime.listContainers(all));
    CO_TRY(const auto stats, co_await runtime.listContainerStats(all));
    std::map<std::string, uint64_t> bytes;
    for (const kubelet::cri::ContainerStats &one : stats)
        bytes[one.id] = one.writableLayerBytes;
    const std::set<std::string> pods = podUids(m_parts.reader);
    for (const Container &container : containers) {
        const auto uid = container.labels.find(kPodUid);
        const bool dead = container.state == kubelet::cri::ContainerState::Exited && uid != container.labels.end() &&
                          !pods.contains(uid->second);
        if (dead)
            items.push_back({.name = container.name,
                             .bytes = bytes[container.id],
                             .remove = [&runtime, id = container.id] { return runtime.removeContainer(id); }});
    }
    co_return items;
}

/// "<namespace>_<pod>_<uid>" of pods that are gone.
Task<Result<std::vector<Reclaim::Item>>> Reclaim::oldLogs() {
    const std::set<std::string> pods = podUids(m_parts.reader);
    std::vector<fs::path> paths;
    for (const fs::path &path : volumeDirectories(m_parts.data.folders.podLogs)) {
        const std::string name = path.filename().string();
        const size_t end = name.rfind('_');
        if (end != std::string::npos && !pods.contains(name.substr(end + 1)))
            paths.push_back(path);
    }
    co_return co_await folders(std::move(paths));
}

Task<Result<std::vector<Reclaim::Item>>> Reclaim::orphanedVolumes() {
    const fs::path &folder = m_parts.data.folders.volumes;
    std::vector<fs::path> paths;
    for (const LocalVolume &volume : localVolumes(m_parts.reader, folder, volumeDirectories(folder)))
        if (volume.orphaned)
            paths.push_back(volume.path);
    co_return co_await folders(std::move(paths));
}

Task<Result<std::vector<Reclaim::Item>>> Reclaim::oldBackups() {
    std::vector<Item> items;
    for (const BackupInfo &backup : m_parts.backups.superfluous())
        items.push_back({.name = backup.name, .bytes = backup.bytes, .remove = [this, name = backup.name] {
                             return done(m_parts.backups.removeFile(name));
                         }});
    co_return items;
}

Task<Result<std::vector<Reclaim::Item>>> Reclaim::uploads() {
    std::vector<Item> items;
    for (const auto &[id, bytes] : m_parts.uploads.sizes())
        items.push_back(
            {.name = id, .bytes = bytes, .remove = [this, id = id] { return done(m_parts.uploads.remove(id)); }});
    co_return items;
}

Task<Result<std::vector<Reclaim::Item>>> Reclaim::folders(std::vector<fs::path> paths) {
    std::function<Result<std::vector<Item>>(const Ended &)> measure = [this, paths](const Ended &ended) {
        std::vector<Item> items;
        for (const fs::path &path : paths)
            items.push_back({.name = path.filename().string(),
                             .bytes = folderBytes(path, ended),
                             .remove = [this, path] { return removeFolder(path); }});
        return Result<std::vector<Item>>(std::move(items));
    };
    co_return co_await m_parts.worker.run(std::move(measure));
}

Task<Result<>> Reclaim::removeFolder(fs::path path) {
    std::function<Result<>(const Ended &)> remove = [path](const Ended &) -> Result<> {
        std::error_code error;
        fs::remove_all(path, error);
        if (error)
            return errors::other(fmt::format("cannot remove {}: {}", path.string(), error.message()));
        return {};
    };
    co_return co_await m_parts.worker.run(std::move(remove));
}

} // namespace coracle::appliance
