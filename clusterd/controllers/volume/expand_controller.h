#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Tells who has to make a volume larger (kube-controller-manager's persistentvolume-expander): the drivers' own
/// resizers, because no plug-in of Kubernetes itself can. The provisioner of local volumes sees to its own.
/// Reads: PersistentVolumeClaims, PersistentVolumes. Writes: events.
class ExpandController final : public Controller {
public:
    explicit ExpandController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_claims, &m_volumes;
};

} // namespace coracle::controllers
