#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/batch_v1.h"

#include <optional>

namespace coracle::controllers {

/// When a finished job with spec.ttlSecondsAfterFinished is to be removed; nothing for other jobs
/// (k8s.io/kubernetes pkg/controller/ttlafterfinished).
std::optional<WallTime> expiry(const batchv1::Job &job);

/// Removes Jobs, with their pods, some time after they have finished.
/// Reads: Jobs. Writes: Jobs (delete).
class TtlAfterFinishedController final : public Controller {
public:
    explicit TtlAfterFinishedController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_jobs;
};

} // namespace coracle::controllers
