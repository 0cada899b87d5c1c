#include "clusterd/appliance/local_volumes.h"

#include "clusterd/appliance/disk_usage.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <set>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// Where a volume lies on its node; empty when it is of another kind.
fs::path placeOf(const corev1::PersistentVolume &volume) {
    if (volume.spec.local)
        return volume.spec.local->path;
    if (volume.spec.hostPath)
        return volume.spec.hostPath->path;
    return {};
}

std::map<PodName, std::vector<PodName>> podsOfClaims(const apiserver::Reader &reader) {
    std::map<PodName, std::vector<PodName>> pods;
    for (const api::ObjectPtr &object : reader.list(corev1::Pod::resource(), "")) {
        const auto pod = api::decode<corev1::Pod>(*object);
        if (!pod)
            continue;
        for (const corev1::Volume &volume : pod->spec.volumes)
            if (volume.persistentVolumeClaim)
                pods[{pod->metadata.namespace_, volume.persistentVolumeClaim->claimName}].push_back(
                    {pod->metadata.namespace_, pod->metadata.name});
    }
    return pods;
}

json::object reference(const char *kind, const PodName &name) {
    return {{"apiVersion", "v1"}, {"kind", kind}, {"namespace", name.namespaceName}, {"name", name.name}};
}

} // namespace

json::object LocalVolume::json(std::optional<uint64_t> usedBytes) const {
    json::array users;
    for (const PodName &pod : pods)
        users.push_back(reference("Pod", pod));
    json::object made{{"name", name},
                      {"path", path.string()},
                      {"phase", phase},
                      {"capacityBytes", capacityBytes},
                      {"pods", std::move(users)},
                      {"orphaned", orphaned}};
    if (usedBytes)
        made["usedBytes"] = *usedBytes;
    if (!storageClass.empty())
        made["storageClass"] = storageClass;
    if (claim)
        made["claim"] = reference("PersistentVolumeClaim", *claim);
    return made;
}

std::vector<LocalVolume> localVolumes(const apiserver::Reader &reader, const fs::path &folder,
                                      const std::vector<fs::path> &directories) {
    const auto pods = podsOfClaims(reader);
    std::vector<LocalVolume> volumes;
    std::vector<fs::path> meant;
    for (const api::ObjectPtr &object : reader.list(corev1::PersistentVolume::resource(), "")) {
        const auto volume = api::decode<corev1::PersistentVolume>(*object);
        const fs::path place = volume ? placeOf(*volume).lexically_normal() : fs::path();
        if (!isWithin(place, folder) || place == folder)
            continue;
        meant.push_back(place);
        LocalVolume found{.name = volume->metadata.name,
                          .path = place,
                          .phase = volume->status.phase,
                          .storageClass = volume->spec.storageClassName};
        if (const auto size = volume->spec.capacity.find("storage"); size != volume->spec.capacity.end())
            found.capacityBytes = size->second.value();
        if (volume->spec.claimRef) {
            found.claim = {volume->spec.claimRef->namespace_, volume->spec.claimRef->name};
            if (const auto users = pods.find(*found.claim); users != pods.end())
                found.pods = users->second;
        }
        volumes.push_back(std::move(found));
    }
    for (const fs::path &directory : directories) {
        const bool known =
            std::ranges::any_of(meant, [&](const fs::path &place) { return isWithin(place, directory); });
        if (!known)
            volumes.push_back(
                {.name = directory.filename().string(), .path = directory, .phase = "", .orphaned = true});
    }
    std::ranges::sort(volumes, {}, &LocalVolume::name);
    return volumes;
}

std::vector<fs::path> volumeDirectories(const fs::path &folder) {
    std::vector<fs::path> directories;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(folder, error))
        if (entry.is_directory(error) && !entry.is_symlink(error) && entry.path().filename().string()[0] != '.')
            directories.push_back(entry.path());
    return directories;
}

} // namespace coracle::appliance
