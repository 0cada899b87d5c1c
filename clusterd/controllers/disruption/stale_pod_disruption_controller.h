#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Takes the condition DisruptionTarget back from pods that were to be evicted or preempted, but that nobody deleted
/// within two minutes: whoever set it has died, and the pod lives on (KEP-3329).
/// Reads: Pods. Writes: Pods' status.
class StalePodDisruptionController final : public Controller {
public:
    explicit StalePodDisruptionController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_pods;
};

} // namespace coracle::controllers
