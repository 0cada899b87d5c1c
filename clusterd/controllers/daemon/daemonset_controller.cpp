#include "clusterd/controllers/daemon/daemonset_controller.h"

#include "clusterd/controllers/daemon/daemonset_pass.h"
#include "core/api/typed.h"
#include "core/base/log.h"

namespace coracle::controllers {

DaemonSetController::DaemonSetController(const ControllerContext &context)
    : Controller(context, "daemonset"),
      m_sets(informers().get<appsv1::DaemonSet>()),
      m_revisions(informers().get<appsv1::ControllerRevision>()),
      m_pods(informers().get<corev1::Pod>()),
      m_expectations(context.clock),
      m_backoff(context.clock) {
    addControllerIndex(m_pods);
    addControllerIndex(m_revisions);
    m_sets.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        // What was ordered for a set that is gone doesn't concern one that takes its name.
        if (!after)
            m_expectations.forget(before->key());
        queue().add((after ? after : before)->key());
    });
    enqueueOwner(m_revisions, appsv1::DaemonSet::kKind);
    m_revisions.addHandler(
        [this](const ObjectPtr &before, const ObjectPtr &after) { enqueueAdopters(m_sets, before, after); });
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        m_expectations.observe(appsv1::DaemonSet::kKind, before, after);
        enqueueAdopters(m_sets, before, after);
    });
    enqueueOwner(m_pods, appsv1::DaemonSet::kKind);
    informers().get<corev1::Node>().addHandler(
        [this](const ObjectPtr &before, const ObjectPtr &after) { nodeChanged(before, after); });
}

/// Most changes of nodes are of their status and concern no daemon set.
void DaemonSetController::nodeChanged(const ObjectPtr &before, const ObjectPtr &after) {
    const std::string name((after ? after : before)->name());
    if (!after) {
        m_nodes.erase(name);
    } else {
        auto node = daemon::DaemonNode::from(after);
        if (!node) {
            log::warning(this->name(), "node {}: {}", name, node.error().message);
            return;
        }
        const auto known = m_nodes.find(name);
        const bool same = known != m_nodes.end() && known->second.sameAs(*node);
        m_nodes.insert_or_assign(name, std::move(*node));
        if (same)
            return;
    }
    for (const ObjectPtr &set : m_sets.list())
        queue().add(set->key());
}

Task<Result<>> DaemonSetController::reconcile(std::string key) {
    const ObjectPtr object = m_sets.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(appsv1::DaemonSet set, api::decode<appsv1::DaemonSet>(*object));
    DaemonSetPass pass(*this, std::move(key), std::move(set));
    co_return co_await pass.run();
}

} // namespace coracle::controllers
