#include "clusterd/cluster/paths.h"

#include "core/pki/encoding.h"

namespace coracle::cluster {

namespace fs = std::filesystem;

namespace {

constexpr size_t kIdLength = 8; // "cnr" and this fit into an interface name of 15 characters

/// Follows links where the folder is already there, so that one folder has one id.
fs::path realPath(const fs::path &path) {
    std::error_code error;
    fs::path real = fs::weakly_canonical(path, error);
    if (error)
        real = path.lexically_normal();
    return real.has_filename() ? real : real.parent_path();
}

} // namespace

Instance Instance::of(const fs::path &dataDir, const fs::path &defaultDataDir) {
    Instance instance;
    const fs::path real = realPath(dataDir);
    if (real != realPath(defaultDataDir))
        instance.m_id = pki::sha256Hex(real.string()).substr(0, kIdLength);
    return instance;
}

std::string Instance::name(std::string_view base) const {
    return m_id.empty() ? std::string(base) : std::string(base) + "-" + m_id;
}

std::string Instance::bridge() const {
    return m_id.empty() ? "cni0" : "cnr" + m_id;
}

Paths Paths::of(const config::CommonConfig &config) {
    Paths paths;
    paths.instance = Instance::of(config.dataDir, config.product.dataDir);
    paths.data = config.dataDir;
    paths.run = paths.instance.name(config.product.runFolder.string());
    paths.nodeFolder = paths.instance.isDefault() ? config.product.nodeFolder : paths.agentEtc() / "node";
    return paths;
}

fs::path Paths::kubelet() const {
    return instance.isDefault() ? "/var/lib/kubelet" : agent() / "kubelet";
}

fs::path Paths::podLogs() const {
    return instance.isDefault() ? "/var/log/pods" : agent() / "pod-logs";
}

std::filesystem::path socketOfEndpoint(const std::string &endpoint) {
    static constexpr std::string_view kScheme = "unix://";
    return endpoint.starts_with(kScheme) ? std::filesystem::path(endpoint.substr(kScheme.size()))
                                         : std::filesystem::path(endpoint);
}

} // namespace coracle::cluster
