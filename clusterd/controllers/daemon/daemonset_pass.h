#pragma once

#include "clusterd/controllers/daemon/daemonset_controller.h"
#include "clusterd/controllers/daemon/daemonset_plan.h"
#include "clusterd/controllers/history/revisions.h"

namespace coracle::controllers {

/// One pass over one daemon set: the state it started from and the steps that it may take.
class DaemonSetPass {
public:
    DaemonSetPass(DaemonSetController &controller, std::string key, appsv1::DaemonSet set)
        : m_controller(controller), m_key(std::move(key)), m_set(std::move(set)) {}

    Task<Result<>> run();

private:
    enum class Observed { StatusOnly, Generation };

    // daemonset_pass.cpp: the pods and the status
    Task<Result<>> claimDependents();
    Task<Result<>> sync(const daemon::View &view);
    /// Moves those ended pods whose time has come to the ones to remove, and comes again for the others.
    void releaseEnded(daemon::Plan &plan);
    Task<Result<>> carryOut(const daemon::Plan &plan);
    Task<Result<>> createPods(const std::vector<std::string> &nodes);
    Task<Result<>> deletePods(const std::vector<const corev1::Pod *> &pods);
    Task<Result<>> writeStatus(const daemon::View &view, Observed observed);

    // daemonset_revisions.cpp: the history of the template
    Task<Result<>> findRevision();
    Task<Result<>> createRevision(int64_t number);
    Task<Result<>> resolveCollision();
    Task<Result<>> dropDuplicates(history::Revisions same);
    Task<Result<>> cleanUpRevisions();

    client::ObjectReference reference() const;
    client::Client &client() { return m_controller.client(); }
    void event(client::EventKind kind, std::string_view reason, std::string_view message) {
        m_controller.events().event(reference(), kind, reason, message);
    }

    DaemonSetController &m_controller;
    const std::string m_key;
    const appsv1::DaemonSet m_set;
    std::vector<corev1::Pod> m_pods;
    history::Revisions m_revisions; ///< all of the set; after findRevision() those with other templates
    appsv1::ControllerRevision m_current;
};

} // namespace coracle::controllers
