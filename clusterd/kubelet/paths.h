#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// Where the kubelet keeps things on disk; the layout is the upstream kubelet's, because tools know it.
///
///     <root>/pods/<uid>/etc-hosts
///     <root>/pods/<uid>/containers/<container>/<id>                     termination messages
///     <root>/pods/<uid>/volumes/kubernetes.io~<plugin>/<volume>/        what is mounted into containers
///     <root>/pods/<uid>/volume-subpaths/<volume>/<container>/<index>    bind mounts of subPath
///     <logs>/<namespace>_<name>_<uid>/<container>/<attempt>.log
namespace coracle::kubelet {

struct Paths {
    std::filesystem::path root;    ///< for example /var/lib/kubelet
    std::filesystem::path podLogs; ///< for example /var/log/pods

    std::filesystem::path pods() const { return root / "pods"; }
    std::filesystem::path pod(std::string_view uid) const { return pods() / uid; }
    std::filesystem::path etcHosts(std::string_view uid) const { return pod(uid) / "etc-hosts"; }
    std::filesystem::path container(std::string_view uid, std::string_view name) const {
        return pod(uid) / "containers" / name;
    }
    std::filesystem::path volumes(std::string_view uid) const { return pod(uid) / "volumes"; }
    std::filesystem::path volume(std::string_view uid, std::string_view plugin, std::string_view name) const {
        return volumes(uid) / ("kubernetes.io~" + std::string(plugin)) / name;
    }
    std::filesystem::path subPaths(std::string_view uid) const { return pod(uid) / "volume-subpaths"; }
    std::filesystem::path logs(std::string_view namespaceName, std::string_view name, std::string_view uid) const {
        return podLogs / (std::string(namespaceName) + "_" + std::string(name) + "_" + std::string(uid));
    }
};

} // namespace coracle::kubelet
