#pragma once

#include "core/config/server_config.h"

#include <filesystem>
#include <string>

namespace coracle::cluster {

/// What tells the clusterd processes on one machine apart. Each has its own data folder; the one at the default place
/// has no id, and the names that it uses on the machine are the plain ones.
class Instance {
public:
    /// The id is a short hash of the folder's absolute path.
    static Instance of(const std::filesystem::path &dataDir, const std::filesystem::path &defaultDataDir);

    const std::string &id() const { return m_id; }
    bool isDefault() const { return m_id.empty(); }
    /// "kubepods", or "kubepods-1a2b3c4d".
    std::string name(std::string_view base) const;
    /// "cni0", or "cnr1a2b3c4d"; short enough for an interface.
    std::string bridge() const;

private:
    std::string m_id;
};

/// Every path on disk. K3s' layout, so that its tools, scripts and habits apply.
///
///     <data>/                              /var/lib/clusterd
///         clusterd.lock                    held by the running process
///         server/                          0700
///             token, node-token            the server token; node-token is a link
///             agent-token                  the agent token, or a link to token
///             cred/*.kubeconfig            client configurations of the components
///             cred/admin.token             the administrator's bearer token
///             tls/*.crt, *.key             certificates (see certificates.h)
///             db/state.db                  the datastore
///             kine.sock                    the datastore over etcd's gRPC interface, 0600
///             manifests/                   deployed at start
///         agent/
///             *.crt, *.key                 the node's certificates
///             kubelet.kubeconfig
///             containerd/                  containerd's root and containerd.log
///             cni/                         addresses that are in use
///             etc/containerd/config.toml   made at every start
///             etc/containerd/config.toml.d/*.toml  the user's additions
///             etc/containerd/certs.d/*/hosts.toml  made of registries.yaml
///             etc/crictl.yaml
///             etc/cni/net.d/
///             images/                      archives to import at start
///             kubelet/, pod-logs/          where the instance is not the default one
///         backups/                         back-ups of the cluster's state, unless they are elsewhere
///         server.other/, server.wanted     another state of the cluster, while it is restored (see ServerFolder)
///         storage/                         local volumes
///         support/                         support bundles
///         trial.json                       the last change that needed a restart, and how it went, 0600
///         uploads/                         files on their way to the machine
///         upgrades/                        versions that are offered to this machine
///         versions/                        those that were chosen
///     <run>/                               /run/clusterd, or /run/clusterd-<id>
///         clusterd.sock
///         containerd/                      containerd's state
///         containerd/containerd.sock, containerd.pid
struct Paths {
    Instance instance;
    std::filesystem::path data, run, nodeFolder;

    static Paths of(const config::CommonConfig &config);

    std::filesystem::path lock() const { return data / "clusterd.lock"; }
    std::filesystem::path apiSocket() const { return run / "clusterd.sock"; }

    std::filesystem::path server() const { return data / "server"; }
    std::filesystem::path token() const { return server() / "token"; }
    std::filesystem::path nodeToken() const { return server() / "node-token"; }
    std::filesystem::path agentToken() const { return server() / "agent-token"; }
    std::filesystem::path credentials() const { return server() / "cred"; }
    std::filesystem::path adminToken() const { return credentials() / "admin.token"; }
    std::filesystem::path tls() const { return server() / "tls"; }
    std::filesystem::path database() const { return server() / "db" / "state.db"; }
    std::filesystem::path kineSocket() const { return server() / "kine.sock"; }
    std::filesystem::path manifests() const { return server() / "manifests"; }
    std::filesystem::path trial() const { return data / "trial.json"; }

    std::filesystem::path agent() const { return data / "agent"; }
    std::filesystem::path agentEtc() const { return agent() / "etc"; }
    std::filesystem::path containerdRoot() const { return agent() / "containerd"; }
    std::filesystem::path containerdLog() const { return containerdRoot() / "containerd.log"; }
    std::filesystem::path containerdConfig() const { return agentEtc() / "containerd" / "config.toml"; }
    std::filesystem::path containerdDropIns() const { return agentEtc() / "containerd" / "config.toml.d"; }
    std::filesystem::path containerdCerts() const { return agentEtc() / "containerd" / "certs.d"; }
    std::filesystem::path containerdState() const { return run / "containerd"; }
    std::filesystem::path containerdSocket() const { return containerdState() / "containerd.sock"; }
    std::filesystem::path containerdPid() const { return containerdState() / "containerd.pid"; }
    std::filesystem::path crictlConfig() const { return agentEtc() / "crictl.yaml"; }
    std::filesystem::path cniConfigFolder() const { return agentEtc() / "cni" / "net.d"; }
    std::filesystem::path cniLeases() const { return agent() / "cni"; }
    std::filesystem::path images() const { return agent() / "images"; }
    /// /var/lib/kubelet and /var/log/pods for the default instance: CSI drivers and log collectors look there.
    std::filesystem::path kubelet() const;
    std::filesystem::path podLogs() const;

    std::filesystem::path nodePassword() const { return nodeFolder / "password"; }
    std::filesystem::path nodeId() const { return nodeFolder / "id"; }
};

/// "unix:///run/x.sock" or a plain path, as a path.
std::filesystem::path socketOfEndpoint(const std::string &endpoint);

} // namespace coracle::cluster
