#pragma once

#include "clusterd/controllers/endpoint/slice_reconciler.h"
#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Copies Endpoints that people write for services without a selector into EndpointSlices.
/// Reads: Endpoints, Services, EndpointSlices. Writes: EndpointSlices that it manages.
class EndpointSliceMirroringController final : public Controller {
public:
    explicit EndpointSliceMirroringController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_endpoints;
    client::Informer &m_services;
    SliceReconciler m_slices;
};

} // namespace coracle::controllers
