#pragma once

#include "clusterd/kubelet/paths.h"
#include "core/api/quantity.h"
#include "core/base/clock.h"
#include "core/http/server.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace coracle::kubelet {

struct NodeTaint {
    std::string key, value, effect;
};

/// How one node's kubelet is set up. Paths and names are given by the caller; nothing is read from the environment.
struct KubeletOptions {
    std::string nodeName;
    std::vector<std::string> nodeIps; ///< the first is the primary one; empty: found by the default route
    Paths paths;
    std::string cgroupRoot = "/"; ///< pods are below <cgroupRoot>/kubepods; one root per cluster on a machine
    std::string clusterDomain = "cluster.local";
    std::vector<std::string> clusterDns;
    std::filesystem::path resolvConf = "/etc/resolv.conf";
    std::filesystem::path hostsFile = "/etc/hosts";
    std::filesystem::path staticPods; ///< a folder of pod manifests (YAML or JSON); empty: none
    std::string sandboxImage;         ///< never removed by image garbage collection
    int podsMax = 110;
    int parallelImagePulls = 5;
    std::map<std::string, api::Quantity, std::less<>> reserved; ///< taken from capacity: cpu, memory, ephemeral-storage
    std::map<std::string, std::string, std::less<>> labels;     ///< at registration
    std::vector<NodeTaint> taints;                              ///< at registration
    std::string kubeletVersion = "v1.36.0";
    std::string providerId;

    Duration nodeStatusCheck = std::chrono::seconds(10);
    Duration nodeStatusReport = std::chrono::minutes(5);
    std::chrono::seconds leaseDuration{40};
    Duration podResync = std::chrono::seconds(60); ///< volumes and their contents are looked at this often

    int imageGcHighPercent = 85, imageGcLowPercent = 80;
    Duration imageAgeLeast = std::chrono::minutes(2);
    uint64_t containerLogBytesMax = 10u << 20;
    int containerLogFilesMax = 5;

    // The kubelet's own HTTP server.
    bool serve = true;
    std::string serverAddress = "0.0.0.0";
    uint16_t serverPort = 10250; ///< 0: a free one
    http::TlsOptions serverTls;
    /// Whether the peer may use the API (the API server's kubelet client). Called for every request but /healthz.
    std::function<bool(const http::Peer &)> authorize;
};

} // namespace coracle::kubelet
