#pragma once

#include "clusterd/scheduler/node_selector.h"
#include "core/api/object.h"
#include "core/api/types/core_v1.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Which nodes a daemon pod may run on, and how it is tied to its node (k8s.io/kubernetes pkg/controller/daemon/util).
namespace coracle::controllers::daemon {

/// What counts of a node.
struct DaemonNode {
    api::ObjectPtr object;             ///< name and labels
    std::vector<corev1::Taint> taints; ///< spec.taints

    static Result<DaemonNode> from(const api::ObjectPtr &node);
    /// Nothing that counts differs.
    bool sameAs(const DaemonNode &other) const;
};

/// By name.
using DaemonNodes = std::map<std::string, DaemonNode, std::less<>>;

struct Fit {
    bool run = false;  ///< a pod is wanted here
    bool keep = false; ///< a pod that is here may stay

    bool operator==(const Fit &) const = default;
};

/// The demands of a pod template on its node, prepared for matching.
class Placement {
public:
    explicit Placement(const corev1::PodSpec &podTemplate);

    /// Node name, node selector and required node affinity decide both; a taint NoSchedule that is not tolerated keeps
    /// pods away but lets those stay that are there.
    Fit on(const DaemonNode &node) const;

private:
    bool matches(const api::Object &node) const;

    std::string m_nodeName;
    std::map<std::string, std::string, std::less<>> m_nodeSelector;
    std::vector<scheduler::NodeTerm> m_terms;
    bool m_hasTerms = false;
    std::vector<corev1::Toleration> m_tolerations;
};

/// Daemon pods tolerate what the trouble of a node brings: not-ready and unreachable (NoExecute), disk-pressure,
/// memory-pressure, pid-pressure and unschedulable (NoSchedule), with hostNetwork also network-unavailable.
void addStandardTolerations(corev1::PodSpec &spec);

/// Requires the node by its name (matchFields metadata.name) instead of the template's required terms, which the node
/// has met; the scheduler then binds the pod there.
void pinToNode(corev1::PodSpec &spec, const std::string &node);

/// The node a pod is bound or pinned to; empty for neither.
std::string targetNode(const corev1::PodSpec &spec);

} // namespace coracle::controllers::daemon
