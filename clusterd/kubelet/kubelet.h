#pragma once

#include "clusterd/kubelet/cgroups/cgroup_manager.h"
#include "clusterd/kubelet/cri/runtime_service.h"
#include "clusterd/kubelet/options.h"
#include "clusterd/kubelet/probes/probe_transport.h"
#include "clusterd/kubelet/volumes/mounter.h"
#include "core/base/random.h"
#include "core/client/client.h"

#include <memory>

namespace coracle::kubelet {

/// What a kubelet stands on. All of it outlives the kubelet; a fake of each makes a node of a simulation.
struct KubeletDependencies {
    client::Client &client;
    Clock &clock;
    Random &random;
    cri::RuntimeService &runtime;
    cri::ImageService &images;
    Mounter &mounter;
    ProbeTransport &probes;
    CgroupManager *cgroups = nullptr; ///< null: control groups are left to the runtime
};

/// One node: registers it, runs the pods that are bound to it and serves the kubelet's API. One serial executor, on
/// which start(), stop() and everything inside run; separate kubelets are independent of each other.
class Kubelet {
public:
    Kubelet(KubeletOptions options, KubeletDependencies dependencies, Executor executor);
    Kubelet(const Kubelet &) = delete;
    Kubelet &operator=(const Kubelet &) = delete;
    /// stop() must have ended.
    ~Kubelet();

    /// Begins to work. Fails when the server's port or the folders cannot be had; an API server or runtime that is not
    /// there yet is waited for in the background. Pods that run already are adopted.
    Task<Result<>> start();
    /// Ends all tasks. Containers go on running.
    Task<> stop();

    /// The port of the HTTP server (0: none).
    uint16_t port() const;
    /// New handshakes of the server use this certificate.
    Result<> replaceServerIdentity(http::TlsIdentity identity);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace coracle::kubelet
