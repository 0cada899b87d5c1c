#pragma once

#include "clusterd/kubelet/pods/pod_worker.h"

#include <map>
#include <memory>
#include <string>

namespace coracle::kubelet {

/// The pods of the node: a worker for each, made for pods of the API and for what only the runtime or the disk still
/// knows.
class PodManager {
public:
    explicit PodManager(NodeContext &node) : m_node(node) {}

    /// The API shows the pod (new or changed).
    void apply(corev1::Pod pod);
    /// The API does not show it any more.
    void remove(const std::string &uid);
    /// The runtime has news of the pod.
    void notify(const std::string &uid);

    /// Ends what nobody wants any more: sandboxes of unknown pods, folders and control groups without a pod. Only once
    /// the API's pods are all known.
    void cleanOrphans();

    std::shared_ptr<PodWorker> find(const std::string &uid) const;
    std::shared_ptr<PodWorker> find(std::string_view namespaceName, std::string_view name) const;
    std::vector<std::shared_ptr<PodWorker>> workers() const;

private:
    void launch(const std::string &uid, std::shared_ptr<PodWorker> worker);
    void admit(const std::shared_ptr<PodWorker> &worker);

    NodeContext &m_node;
    std::map<std::string, std::shared_ptr<PodWorker>, std::less<>> m_workers; ///< by UID
};

} // namespace coracle::kubelet
