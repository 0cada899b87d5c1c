#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/resource_v1.h"

#include <optional>

namespace coracle::controllers {

/// Evicts pods whose devices got a NoExecute taint that their claims don't tolerate, or no longer (KEP-5055).
/// Reads: ResourceClaims, ResourceSlices, Pods. Writes: Pods' condition DisruptionTarget; deletes Pods.
class DeviceTaintEvictionController final : public Controller {
public:
    explicit DeviceTaintEvictionController(const ControllerContext &context);
    /// Keys are those of claims.
    Task<Result<>> reconcile(std::string key) override;

private:
    void sliceChanged(const ObjectPtr &slice);
    /// When the users of the claim's devices must go; nothing: not at all.
    Result<std::optional<WallTime>> dueTime(const resourcev1::ResourceClaim &claim);
    Task<Result<>> evict(ObjectPtr pod);

    client::Informer &m_claims, &m_slices, &m_pods;
};

} // namespace coracle::controllers
