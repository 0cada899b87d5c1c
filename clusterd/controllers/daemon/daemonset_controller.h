#pragma once

#include "clusterd/controllers/daemon/failed_pod_backoff.h"
#include "clusterd/controllers/daemon/node_fit.h"
#include "clusterd/controllers/expectations.h"
#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Keeps one pod of each DaemonSet on every node that the pod may run on, and rolls them from one template to the next.
/// Reads: DaemonSets, ControllerRevisions, Pods, Nodes. Writes: Pods (create, delete, adopt, release, label),
/// ControllerRevisions, DaemonSets' status, Events.
class DaemonSetController final : public Controller {
public:
    explicit DaemonSetController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    friend class DaemonSetPass;

    void nodeChanged(const ObjectPtr &before, const ObjectPtr &after);

    client::Informer &m_sets;
    client::Informer &m_revisions;
    client::Informer &m_pods;
    daemon::DaemonNodes m_nodes; ///< follows the informer
    Expectations m_expectations;
    daemon::FailedPodBackoff m_backoff;
};

} // namespace coracle::controllers
