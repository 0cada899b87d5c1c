#pragma once

#include "clusterd/controllers/runtime.h"

#include <set>

namespace coracle::controllers {

/// For how long kubelets may use a Secret or ConfigMap that they read before, in seconds: longer in larger clusters.
/// The size must fall below the previous step's bound before the time falls again.
int ttlForClusterSize(size_t nodes, int current);

/// Keeps each Node's annotation node.alpha.kubernetes.io/ttl at what fits to the number of nodes.
/// Reads: Nodes. Writes: Nodes' annotation.
class TtlController final : public Controller {
public:
    explicit TtlController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_nodes;
    int m_ttl = 0;
};

} // namespace coracle::controllers
