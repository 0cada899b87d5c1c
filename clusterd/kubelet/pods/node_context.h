#pragma once

#include "clusterd/kubelet/cgroups/cgroup_manager.h"
#include "clusterd/kubelet/container/dns.h"
#include "clusterd/kubelet/images/image_puller.h"
#include "clusterd/kubelet/options.h"
#include "clusterd/kubelet/pods/pod_runtime.h"
#include "clusterd/kubelet/pods/status_manager.h"
#include "clusterd/kubelet/probes/probe_worker.h"
#include "clusterd/kubelet/volumes/volume_manager.h"
#include "core/client/event_recorder.h"

namespace coracle::kubelet {

/// What the pod workers of one node share. Everything runs on the gate's executor and outlives the workers.
struct NodeContext {
    const KubeletOptions &options;
    client::Client &client;
    Clock &clock;
    Gate &gate;
    cri::RuntimeService &runtime;
    cri::ImageService &images;
    CgroupManager *cgroups; ///< null: groups are left to the runtime (tests)
    client::EventRecorder &events;
    StatusManager &statuses;
    RuntimeWatcher &watcher;
    VolumeManager &volumes;
    ImagePuller &puller;
    Prober &prober;
    Backoff crashBackoff{std::chrono::seconds(10), std::chrono::minutes(5)};

    NodeDns dns;
    std::vector<std::string> hostIps;
    std::map<std::string, api::Quantity, std::less<>> capacity, allocatable;
    /// The services that a pod's environment announces: those of its namespace and default/kubernetes.
    std::function<std::vector<std::shared_ptr<const corev1::Service>>(const std::string &namespaceName)> services;
};

} // namespace coracle::kubelet
