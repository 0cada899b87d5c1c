#pragma once

#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <fmt/format.h>
#include <memory>
#include <string>
#include <string_view>

/// Volumes and claims as JSON, and a plug-in with what it reads, on an API in memory.
namespace coracle::scheduler::testing {

/// The insides of a pod's spec with one volume for each claim.
inline std::string claimVolumes(std::initializer_list<std::string_view> claims) {
    std::string volumes;
    for (const std::string_view claim : claims)
        volumes += fmt::format(R"({}{{"name":"{}","persistentVolumeClaim":{{"claimName":"{}"}}}})",
                               volumes.empty() ? "" : ",", claim, claim);
    return fmt::format(R"("volumes":[{}])", volumes);
}

struct ClaimOptions {
    std::string_view storageClass = "fast";
    std::string_view volume = {}; ///< bound to it
    std::string_view mode = "ReadWriteOnce";
    std::string_view size = "1Gi";
    std::string_view annotations = {}; ///< further ones
    std::string_view metadata = {};    ///< further members of the metadata
};

inline std::string claimJson(std::string_view name, const ClaimOptions &options = {}) {
    std::string annotations(options.annotations);
    std::string volume;
    if (!options.volume.empty()) {
        annotations += fmt::format(R"({}"pv.kubernetes.io/bind-completed":"yes")", annotations.empty() ? "" : ",");
        volume = fmt::format(R"("volumeName":"{}",)", options.volume);
    }
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{{"name":"{0}","namespace":"default",)"
        R"("uid":"{0}","annotations":{{{1}}}{7}}},"spec":{{{2}"storageClassName":"{3}","accessModes":["{4}"],)"
        R"("resources":{{"requests":{{"storage":"{5}"}}}}}},"status":{{"phase":"{6}"}}}})",
        name, annotations, volume, options.storageClass, options.mode, options.size,
        options.volume.empty() ? "Pending" : "Bound", options.metadata);
}

struct VolumeOptions {
    std::string_view storageClass = "fast";
    std::string_view claim = {};  ///< its claimRef
    std::string_view node = {};   ///< the only host name that reaches it
    std::string_view labels = {}; ///< insides of the labels
    std::string_view size = "1Gi";
    std::string_view driver = {}; ///< a CSI volume with its name as the handle
};

inline std::string volumeJson(std::string_view name, const VolumeOptions &options = {}) {
    std::string spec;
    if (!options.claim.empty())
        spec += fmt::format(
            R"("claimRef":{{"kind":"PersistentVolumeClaim","namespace":"default","name":"{0}","uid":"{0}"}},)",
            options.claim);
    if (!options.node.empty())
        spec += fmt::format(R"("nodeAffinity":{{"required":{{"nodeSelectorTerms":[{{"matchExpressions":[)"
                            R"({{"key":"kubernetes.io/hostname","operator":"In","values":["{}"]}}]}}]}}}},)",
                            options.node);
    if (!options.driver.empty())
        spec += fmt::format(R"("csi":{{"driver":"{}","volumeHandle":"{}"}},)", options.driver, name);
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"{0}","uid":"{0}","labels":{{{1}}}}},)"
        R"("spec":{{{2}"storageClassName":"{3}","accessModes":["ReadWriteOnce"],"capacity":{{"storage":"{4}"}}}},)"
        R"("status":{{"phase":"{5}"}}}})",
        name, options.labels, spec, options.storageClass, options.size, options.claim.empty() ? "Available" : "Bound");
}

inline std::string classJson(std::string_view name, std::string_view more = {},
                             std::string_view mode = "WaitForFirstConsumer",
                             std::string_view provisioner = "disk.example.com") {
    return fmt::format(R"({{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{{"name":"{}"}},)"
                       R"("provisioner":"{}","volumeBindingMode":"{}"{}{}}})",
                       name, provisioner, mode, more.empty() ? "" : ",", more);
}

/// A plug-in that reads its objects through informers. Put objects into the API, then call begin().
template<class T>
struct PluginFixture : Profile {
    using Profile::Profile;

    void put(const std::string &json) { api.memory.put(json); }
    void addNode(std::string_view name, std::string_view labels = {}) {
        (void)cache.setNode(toObject(nodeJson(name, labels)));
    }
    void begin() {
        plugin = std::make_unique<T>(pluginContext());
        informers.start(gate);
        settle();
    }
    std::string verdict(const PodInfo &pod, std::string_view node) { return filterReason(*plugin, pod, cache, node); }

    std::unique_ptr<T> plugin;
};

} // namespace coracle::scheduler::testing
