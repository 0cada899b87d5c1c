#include "clusterd/scheduler/scheduler.h"

#include "core/api/types/core_v1.h"
#include "core/base/log.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

// Finished pods take no room.
constexpr const char *kUnfinished = "status.phase!=Succeeded,status.phase!=Failed";

const client::ResourceInfo &namespaces() {
    return corev1::Namespace::resource();
}

} // namespace

Scheduler::Scheduler(client::Client &client, Clock &clock, Random &random, Executor executor, SchedulerOptions options)
    : m_client(client),
      m_clock(clock),
      m_options(std::move(options)),
      m_gate(std::move(executor)),
      m_events(client, clock, m_gate, m_options.name),
      m_pods(client, corev1::Pod::resource(), clock, {}, {}, kUnfinished),
      m_nodes(client, corev1::Node::resource(), clock),
      m_namespaces(client, namespaces(), clock),
      m_algorithm(m_framework, m_cache, random),
      m_preemption(m_framework, m_cache, random),
      m_queue(m_gate, clock, m_sort, m_framework),
      m_bindingEnded(m_gate.executor()) {
    addDefaultPlugins(m_framework, client);
    m_pods.addHandler([this](const auto &before, const auto &after) { onPod(before, after); });
    m_nodes.addHandler([this](const auto &before, const auto &after) { onNode(before, after); });
    m_namespaces.addHandler([this](const auto &before, const auto &after) { onNamespace(before, after); });
}

void Scheduler::start() {
    m_nodes.start(m_gate);
    m_namespaces.start(m_gate);
    m_pods.start(m_gate);
    m_gate.spawn([this] { return run(); });
}

Task<> Scheduler::stop() {
    return m_gate.close();
}

Task<> Scheduler::run() {
    co_await m_nodes.waitSynced();
    co_await m_namespaces.waitSynced();
    co_await m_pods.waitSynced();
    while (!m_gate.closed()) {
        while (m_binding >= m_options.bindingsMax && !m_gate.closed())
            co_await m_bindingEnded.wait();
        QueuedPod *queued = co_await m_queue.take();
        if (!queued)
            co_return;
        scheduleOne(*queued);
        // Lets informers and bindings run in between.
        co_await asio::post(m_gate.executor(), asio::use_awaitable);
    }
}

void Scheduler::scheduleOne(QueuedPod &queued) {
    const PodInfoPtr pod = queued.pod;
    const Choice choice = choose(*pod);
    if (!choice.node)
        return onUnschedulable(queued, choice.diagnosis);
    const std::string node = choice.node->name();
    m_nominated.erase(std::string(pod->uid()));
    m_cache.assume(pod, node);
    if (auto reserved = m_framework.reserve(*pod, node); !reserved)
        return onBindFailed(*pod, node, reserved.error());
    ++m_binding;
    m_gate.spawn([this, pod, node] { return bind(pod, node); });
}

Choice Scheduler::choose(const PodInfo &pod) {
    std::vector<PodInfoPtr> reserved;
    for (const auto &[uid, nominated] : m_nominated) {
        const auto &[other, nodeName] = nominated;
        const NodeInfo *node = m_cache.node(nodeName);
        if (uid == pod.uid() || other->priority < pod.priority || !node || !node->exists())
            continue;
        m_cache.assume(other, nodeName);
        reserved.push_back(other);
    }
    Choice choice = m_algorithm.choose(pod);
    for (const PodInfoPtr &other : reserved)
        m_cache.forget(other->uid());
    return choice;
}

Task<> Scheduler::bind(PodInfoPtr pod, std::string node) {
    auto bound = co_await m_framework.binder().bind(pod, node);
    --m_binding;
    m_bindingEnded.notifyAll();
    if (bound) {
        m_events.event(client::ObjectReference::to(*pod->object), client::EventKind::Normal, "Scheduled",
                       fmt::format("Successfully assigned {} to {}", pod->object->key(), node));
        co_return;
    }
    m_framework.unreserve(*pod, node);
    onBindFailed(*pod, node, bound.error());
}

void Scheduler::onBindFailed(const PodInfo &pod, const std::string &node, const Status &status) {
    m_cache.forget(pod.uid());
    m_queue.wake(kPodRemoved);
    if (isNotFound(status) || m_gate.closed())
        return m_queue.remove(pod.uid());
    const std::string message = fmt::format("binding to {} failed: {}", node, status.message);
    log::warning("scheduler", "pod {}: {}", pod.object->key(), message);
    m_events.event(client::ObjectReference::to(*pod.object), client::EventKind::Warning, "FailedScheduling", message);
    m_queue.retry(pod.uid());
}

void Scheduler::onUnschedulable(QueuedPod &queued, const Diagnosis &diagnosis) {
    ClusterEvents wakes = diagnosis.nodeCount == 0 ? ClusterEvents(kNodeAdded) : 0;
    for (const std::string_view plugin : diagnosis.plugins)
        wakes |= m_framework.wakingEvents(plugin);
    std::string message = diagnosis.message();
    Preemption::Plan plan;
    if (diagnosis.nodeCount > 0) {
        plan = m_preemption.find(*queued.pod, diagnosis);
        if (plan.node.empty())
            message += " preemption: " + plan.message;
    }
    m_events.event(client::ObjectReference::to(*queued.pod->object), client::EventKind::Warning, "FailedScheduling",
                   message);
    const PodDemands &demands = *queued.pod->demands;
    const bool nominated = !plan.node.empty() && demands.nominatedNode != plan.node;
    if (nominated || demands.conditionStatus != "False" || demands.conditionMessage != message ||
        demands.conditionReason != corev1::kPodReasonUnschedulable)
        m_gate.spawn([this, pod = queued.pod, message, node = nominated ? plan.node : ""] {
            return setCondition(pod, message, node);
        });
    if (!plan.node.empty())
        m_nominated.insert_or_assign(std::string(queued.pod->uid()), std::pair(queued.pod, plan.node));
    else if (!plan.underWay)
        m_nominated.erase(std::string(queued.pod->uid()));
    // The victims' end frees its room.
    m_queue.waitFor(queued, plan.node.empty() ? wakes : wakes | kPodRemoved);
    if (!plan.node.empty())
        m_gate.spawn([this, pod = queued.pod, plan] { return preempt(pod, plan); });
}

Task<> Scheduler::preempt(PodInfoPtr pod, Preemption::Plan plan) {
    for (const PodInfoPtr &victim : plan.victims) {
        if (victim->object->deleting())
            continue;
        client::DeleteOptions options;
        options.preconditionUid = victim->uid();
        auto removed = co_await m_client.remove(corev1::Pod::resource(), std::string(victim->namespaceName()),
                                                std::string(victim->name()), options);
        if (!removed && !isNotFound(removed.error()) && !isConflict(removed.error())) {
            log::warning("scheduler", "pod {} cannot be preempted: {}", victim->object->key(), removed.error().message);
            continue;
        }
        m_events.event(client::ObjectReference::to(*victim->object), client::EventKind::Normal, "Preempted",
                       fmt::format("Preempted by pod {} on node {}", pod->uid(), plan.node));
    }
}

Task<> Scheduler::setCondition(PodInfoPtr pod, std::string message, std::string nominatedNode) {
    json::object condition{{"type", corev1::kPodScheduled},
                           {"status", "False"},
                           {"reason", corev1::kPodReasonUnschedulable},
                           {"message", message}};
    if (pod->demands->conditionStatus != "False")
        condition["lastTransitionTime"] = api::Time(m_clock.now()).text();
    json::object status{{"conditions", json::array{condition}}};
    if (!nominatedNode.empty())
        status["nominatedNodeName"] = nominatedNode;
    json::object patch{{"metadata", json::object{{"uid", pod->uid()}}}, {"status", status}};
    client::WriteOptions options;
    options.subresource = "status";
    auto patched =
        co_await m_client.patch(corev1::Pod::resource(), std::string(pod->namespaceName()), std::string(pod->name()),
                                client::PatchType::StrategicMerge, json::serialize(patch), options);
    if (!patched && !isNotFound(patched.error()) && !isConflict(patched.error()))
        log::warning("scheduler", "pod {}: the condition PodScheduled cannot be set: {}", pod->object->key(),
                     patched.error().message);
}

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
    if (pod->schedulerName == m_options.name && !m_cache.pod(pod->uid())) {
        if (after->deleting())
            return onPodGone(*after);
        if (!pod->demands->nominatedNode.empty())
            m_nominated.insert_or_assign(std::string(pod->uid()), std::pair(pod, pod->demands->nominatedNode));
        m_queue.set(std::move(pod));
    }
}

void Scheduler::onPlacedPod(PodInfoPtr pod) {
    m_queue.remove(pod->uid());
    m_nominated.erase(std::string(pod->uid()));
    ClusterEvents events = kPodPlaced;
    if (const PlacedPod *known = m_cache.pod(pod->uid()); known && !known->assumed) {
        events = 0;
        if (known->pod->object->labels() != pod->object->labels())
            events |= kPodLabelsChanged;
        if (known->pod->requests != pod->requests)
            events |= kPodResourcesChanged;
    }
    m_cache.setPod(std::move(pod));
    if (events != 0)
        m_queue.wake(events);
}

void Scheduler::onPodGone(const api::Object &pod) {
    m_queue.remove(pod.uid());
    m_nominated.erase(std::string(pod.uid()));
    if (!m_cache.pod(pod.uid()))
        return;
    m_cache.removePod(pod.uid());
    m_queue.wake(kPodRemoved);
}

void Scheduler::onNode(const api::ObjectPtr &before, const api::ObjectPtr &after) {
    if (!after) {
        m_cache.removeNode(before->name());
        return m_queue.wake(kNodeRemoved);
    }
    NodeInfo *node = m_cache.node(after->name());
    const bool known = node && node->exists();
    const Resources allocatable = known ? node->allocatable() : Resources();
    const std::vector<NodeTaint> taints = known ? node->taints() : std::vector<NodeTaint>();
    const bool unschedulable = known && node->unschedulable();
    const bool relabeled = known && node->object()->labels() != after->labels();
    if (auto set = m_cache.setNode(after); !set) {
        log::warning("scheduler", "node {} cannot be read: {}", after->name(), set.error().message);
        return;
    }
    node = m_cache.node(after->name());
    ClusterEvents events = 0;
    if (!known)
        events |= kNodeAdded;
    if (known && allocatable != node->allocatable())
        events |= kNodeResourcesChanged;
    if (relabeled)
        events |= kNodeLabelsChanged;
    if (known && (unschedulable != node->unschedulable() || taints != node->taints()))
        events |= kNodeTaintsChanged;
    if (events != 0)
        m_queue.wake(events);
}

void Scheduler::onNamespace(const api::ObjectPtr &before, const api::ObjectPtr &after) {
    if (!after)
        return m_cache.removeNamespace(before->name());
    m_cache.setNamespace(after);
    if (!before || before->labels() != after->labels())
        m_queue.wake(kNamespaceChanged);
}

} // namespace coracle::scheduler
