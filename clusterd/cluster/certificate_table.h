#pragma once

#include "clusterd/cluster/certificates.h"

#include <string_view>

namespace coracle::cluster {

inline constexpr std::string_view kAuthorities[] = {"server-ca", "client-ca", "request-header-ca"};
enum class Authority { Server, Client, RequestHeader };

enum class LeafUsage { Client, ApiServing, NodeClient, NodeServing };

/// One leaf certificate (K3s' names and subjects).
struct LeafInfo {
    std::string_view file;    ///< without extension
    std::string_view service; ///< the name for `certificate rotate --service`
    Authority authority;
    LeafUsage usage;
    std::string_view commonName, organization;
    bool onAgent = false;                 ///< under agent/ and not under server/tls/
    Leaf Certificates::*member = nullptr; ///< where the running server finds it
};

inline constexpr std::string_view kMasters = "system:masters";

inline constexpr LeafInfo kLeafs[] = {
    {"client-admin", "admin", Authority::Client, LeafUsage::Client, "system:admin", kMasters, false,
     &Certificates::admin},
    {"client-supervisor", "supervisor", Authority::Client, LeafUsage::Client, "system:clusterd-supervisor", kMasters},
    {"client-controller", "controller-manager", Authority::Client, LeafUsage::Client, "system:kube-controller-manager",
     ""},
    {"client-scheduler", "scheduler", Authority::Client, LeafUsage::Client, "system:kube-scheduler", ""},
    {"client-kube-apiserver", "api-server", Authority::Client, LeafUsage::Client, "system:apiserver", kMasters, false,
     &Certificates::apiToKubelet},
    {"client-kube-proxy", "kube-proxy", Authority::Client, LeafUsage::Client, "system:kube-proxy", "", false,
     &Certificates::kubeProxy},
    {"client-auth-proxy", "auth-proxy", Authority::RequestHeader, LeafUsage::Client, "system:auth-proxy", "", false,
     &Certificates::authProxy},
    {"serving-kube-apiserver", "api-server", Authority::Server, LeafUsage::ApiServing, "kube-apiserver", "", false,
     &Certificates::apiServing},
    {"client-kubelet", "kubelet", Authority::Client, LeafUsage::NodeClient, "", "system:nodes", true,
     &Certificates::kubelet},
    {"serving-kubelet", "kubelet", Authority::Server, LeafUsage::NodeServing, "", "", true,
     &Certificates::kubeletServing},
};

} // namespace coracle::cluster
