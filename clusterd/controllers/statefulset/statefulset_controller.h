#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/apps_v1.h"
#include "core/api/types/core_v1.h"

namespace coracle::controllers {

/// Keeps the pods of each StatefulSet, each with a name and claims of its own (k8s.io/kubernetes
/// pkg/controller/statefulset).
/// Reads: StatefulSets, Pods, PersistentVolumeClaims, ControllerRevisions. Writes: Pods (create, delete, adopt,
/// release, label), PersistentVolumeClaims (create, owners), ControllerRevisions (create, adopt, renumber, delete),
/// StatefulSets' status.
/// What it orders is named, so that ordering it twice from a stale view does no harm: it needs no expectations.
class StatefulSetController final : public Controller {
public:
    explicit StatefulSetController(const ControllerContext &context);
    int workers() const override { return 5; }
    Task<Result<>> reconcile(std::string key) override;

private:
    friend class StatefulSetSync;

    void podChanged(const ObjectPtr &before, const ObjectPtr &after);

    client::Informer &m_sets;
    client::Informer &m_pods;
    client::Informer &m_claims;
    client::Informer &m_revisions;
};

} // namespace coracle::controllers
