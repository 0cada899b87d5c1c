#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Keeps the rules of ClusterRoles with an aggregationRule those of the ClusterRoles that it selects.
/// Reads and writes: ClusterRoles.
class ClusterRoleAggregationController final : public Controller {
public:
    explicit ClusterRoleAggregationController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_roles;
};

} // namespace coracle::controllers
