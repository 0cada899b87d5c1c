#include "clusterd/scheduler/scheduler.h"
#include "core/base/log.h"

/// What the informers tell, put into the cache and the queue (kube-scheduler's eventhandlers).
namespace coracle::scheduler {

void Scheduler::onPod(const api::ObjectPtr &before, const api::ObjectPtr &after) {
    if (!after)
        return onPodGone(*before);
    auto parsed = PodInfo::parse(after);
    if (!parsed) {
        log::warning("scheduler", "pod {} cannot be read: {}", after->key(), parsed.error().message);
        return;
    }
    PodInfoPtr pod = std::move(*parsed);
    if (pod->terminal)
        return onPodGone(*after);
    if (!pod->node.empty())
        return onPlacedPod(std::move(pod));
    // An assumed pod's binding is on its way; a pod that is being deleted needs no node.
    if (!frameworkOf(*pod) || m_cache.pod(pod->uid()))
        return;
    if (after->deleting())
        return onPodGone(*after);
    if (!pod->demands->nominatedNode.empty())
        m_nominations.set(pod, pod->demands->nominatedNode);
    m_queue.set(std::move(pod));
}

void Scheduler::onPlacedPod(PodInfoPtr pod) {
    m_queue.remove(pod->uid());
    m_nominations.remove(pod->uid());
    ClusterChange change;
    change.event = {EventResource::Pod, kAdd};
    change.after = pod->object;
    change.podAfter = pod;
    if (const PlacedPod *known = m_cache.pod(pod->uid()); known && !known->assumed) {
        change.podBefore = known->pod;
        change.before = known->pod->object;
        change.event.actions = 0;
        if (change.before->labels() != pod->object->labels())
            change.event.actions |= kUpdatePodLabel;
        if (known->pod->requests != pod->requests)
            change.event.actions |= pod->requests.within(known->pod->requests) ? kUpdatePodScaleDown : kUpdateOther;
        if (change.before->deleting() != pod->object->deleting())
            change.event.actions |= kUpdateOther;
    }
    m_cache.setPod(std::move(pod));
    if (change.event.actions != 0)
        m_queue.wake(change);
}

void Scheduler::onPodGone(const api::Object &pod) {
    m_queue.remove(pod.uid());
    PodInfoPtr gone = m_nominations.remove(pod.uid());
    if (const PlacedPod *placed = m_cache.pod(pod.uid())) {
        gone = placed->pod;
        m_waiting.reject(pod.uid(), {}, "the pod is gone");
        m_cache.removePod(pod.uid());
    }
    // Also the room that was kept for it is free.
    if (gone)
        podLeft(gone);
}

void Scheduler::podLeft(const PodInfoPtr &pod) {
    ClusterChange change;
    change.event = {EventResource::Pod, kDelete};
    change.before = pod->object;
    change.podBefore = pod;
    m_queue.wake(change);
}

void Scheduler::onNode(const api::ObjectPtr &before, const api::ObjectPtr &after) {
    ClusterChange change;
    change.event.resource = EventResource::Node;
    change.before = before;
    change.after = after;
    if (!after) {
        m_cache.removeNode(before->name());
        change.event.actions = kDelete;
        return m_queue.wake(change);
    }
    NodeInfo *node = m_cache.node(after->name());
    const bool known = node && node->exists();
    const Resources allocatable = known ? node->allocatable() : Resources();
    const std::vector<NodeTaint> taints = known ? node->taints() : std::vector<NodeTaint>();
    const bool unschedulable = known && node->unschedulable();
    change.before = known ? node->object() : nullptr;
    if (auto set = m_cache.setNode(after); !set) {
        log::warning("scheduler", "node {} cannot be read: {}", after->name(), set.error().message);
        return;
    }
    node = m_cache.node(after->name());
    EventActions actions = known ? 0 : kAdd;
    if (known && allocatable != node->allocatable())
        actions |= kUpdateNodeAllocatable;
    if (known && change.before->labels() != after->labels())
        actions |= kUpdateNodeLabel;
    if (known && (unschedulable != node->unschedulable() || taints != node->taints()))
        actions |= kUpdateNodeTaint;
    change.event.actions = actions;
    if (actions != 0)
        m_queue.wake(change);
}

void Scheduler::onNamespace(const api::ObjectPtr &before, const api::ObjectPtr &after) {
    ClusterChange change;
    change.before = before;
    change.after = after;
    change.event = {EventResource::Namespace, static_cast<EventActions>(!before ? kAdd : kUpdateOther)};
    if (!after)
        return m_cache.removeNamespace(before->name());
    m_cache.setNamespace(after);
    if (!before || before->labels() != after->labels())
        m_queue.wake(change);
}

} // namespace coracle::scheduler
