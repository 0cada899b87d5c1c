#pragma once

#include "clusterd/kubelet/pods/node_context.h"

#include <map>
#include <string>

namespace coracle::kubelet {

/// Pods from a folder of manifests. Each is kept in the API as a mirror pod that is bound to this node, and runs as any
/// other pod does: a new or changed file makes a new pod, a file that is gone deletes its pod. The API server must be
/// there for a change to take effect; pods that run go on without it.
class StaticPods {
public:
    explicit StaticPods(NodeContext &node) : m_node(node) {}

    /// Looks at the folder until the gate closes.
    Task<> run();
    Task<Result<>> sync();

private:
    /// The files' pods by "namespace/name"; a file that cannot be read is logged and left out.
    std::map<std::string, corev1::Pod> readFolder() const;

    NodeContext &m_node;
};

/// The pod of a manifest as this node's mirror pod; the hash of the text marks its version.
Result<corev1::Pod> parseStaticPod(std::string_view text, const std::string &nodeName);

} // namespace coracle::kubelet
