#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Keeps the Endpoints object of every service that has a selector.
/// Reads: Services, Pods, Endpoints. Writes: Endpoints.
class EndpointsController final : public Controller {
public:
    explicit EndpointsController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_services;
    client::Informer &m_pods;
    client::Informer &m_endpoints;
};

} // namespace coracle::controllers
