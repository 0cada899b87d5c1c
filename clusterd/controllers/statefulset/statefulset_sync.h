#pragma once

#include "clusterd/controllers/statefulset/statefulset_controller.h"
#include "clusterd/controllers/statefulset/statefulset_plan.h"
#include "clusterd/controllers/statefulset/statefulset_revisions.h"

namespace coracle::controllers {

/// One pass over one StatefulSet: the state it started from and the steps that it may take.
class StatefulSetSync {
public:
    StatefulSetSync(StatefulSetController &controller, appsv1::StatefulSet set)
        : m_controller(controller), m_set(std::move(set)) {}

    Task<Result<>> run();

private:
    Task<Result<>> claimDependents();
    Task<Result<>> findRevisions();
    Task<Result<appsv1::ControllerRevision>> createRevision(int64_t number);
    Task<Result<>> truncateHistory();

    Task<Result<>> act(const statefulset::Plan &plan);
    Task<Result<>> mend(corev1::Pod pod);
    Task<Result<>> create(statefulset::Plan::Creation creation);
    Task<Result<>> createClaims(int32_t ordinal);
    Task<Result<>> remove(const corev1::Pod &pod);
    Task<Result<>> writeStatus();

    bool waitsForClaims(int32_t ordinal) const;
    bool isStranger(const std::string &podName) const;
    statefulset::RevisionNames revisionNames() const { return {m_current.metadata.name, m_update.metadata.name}; }
    WallTime now() { return m_controller.clock().now(); }
    /// "create Pod web-0 in StatefulSet web successful", or "... failed error: why".
    void podEvent(std::string_view verb, std::string_view podName, const Result<> &outcome);
    void claimEvent(std::string_view claimName, std::string_view podName, const Result<> &outcome);
    void event(client::EventKind kind, std::string_view reason, std::string_view message);

    StatefulSetController &m_controller;
    appsv1::StatefulSet m_set;
    std::vector<corev1::Pod> m_pods;
    history::Revisions m_revisions; ///< the older one first
    appsv1::ControllerRevision m_current, m_update;
    int32_t m_collisionCount = 0;
};

} // namespace coracle::controllers
