#pragma once

#include "clusterd/controllers/endpoint/slice_reconciler.h"
#include "clusterd/controllers/endpoint/topology_hints.h"
#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

namespace coracle::controllers {

/// Keeps the EndpointSlices of services that have a selector, with hints that keep traffic near where a service asks
/// for them.
/// Reads: Services, Pods, Nodes (zones, CPU), EndpointSlices. Writes: EndpointSlices that it manages.
class EndpointSliceController final : public Controller {
public:
    explicit EndpointSliceController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    void observeNode(const ObjectPtr &before, const ObjectPtr &after);
    void queueServices(bool all);
    void addHints(const corev1::Service &service, std::vector<SliceGroup> &groups,
                  const std::vector<discoveryv1::EndpointSlice> &existing);

    client::Informer &m_services;
    client::Informer &m_pods;
    client::Informer &m_nodes;
    SliceReconciler m_slices;
    std::map<std::string, ZonedNode> m_zonedNodes;
    ZoneShares m_shares;
    std::map<std::string, std::string> m_hintStates; ///< by service and address type: what was told last
};

} // namespace coracle::controllers
