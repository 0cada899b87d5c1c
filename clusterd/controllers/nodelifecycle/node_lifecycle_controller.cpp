#include "clusterd/controllers/nodelifecycle/node_lifecycle_controller.h"

#include "clusterd/controllers/nodelifecycle/node_taints.h"
#include "clusterd/controllers/pod_util.h"
#include "core/api/types/coordination_v1.h"
#include "core/client/typed_client.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

/// kube-controller-manager's defaults: --node-monitor-period, --node-monitor-grace-period, --node-startup-grace-period.
constexpr Duration kMonitorPeriod = std::chrono::seconds(5);
constexpr Duration kGracePeriod = std::chrono::seconds(50);
constexpr const char *kByNode = "node";

} // namespace

NodeLifecycleController::NodeLifecycleController(const ControllerContext &context)
    : Controller(context, "node"),
      m_nodes(informers().get<corev1::Node>()),
      m_pods(informers().get<corev1::Pod>()),
      m_leases(client(), coordinationv1::Lease::resource(), clock(), "kube-node-lease") {
    if (!m_pods.hasIndex(kByNode))
        m_pods.addIndex(kByNode, [](const ObjectPtr &object, std::vector<std::string> &values) {
            if (auto pod = api::decode<corev1::Pod>(*object); pod && !pod->spec.nodeName.empty())
                values.push_back(pod->spec.nodeName);
        });
    m_nodes.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (!after)
            m_health.erase(std::string(before->name()));
        else
            queue().add(after->key());
    });
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (!after)
            m_evictAt.erase(std::string(before->uid()));
    });
    m_leases.start(gate());
}

Task<Result<>> NodeLifecycleController::reconcile(std::string key) {
    co_await m_leases.waitSynced();
    const ObjectPtr object = m_nodes.get(key);
    if (!object)
        co_return Result<>{};
    queue().addAfter(key, kMonitorPeriod);
    CO_TRY(corev1::Node node, api::decode<corev1::Node>(*object));
    if (isSilent(node)) {
        CO_TRY(node, co_await markUnknown(std::move(node)));
    }
    const corev1::NodeCondition *ready = findCondition(node.status, "Ready");
    if (!ready || ready->status != "True")
        CO_CHECK(co_await markPodsNotReady(key));
    CO_TRY(node, co_await applyTaints(std::move(node)));
    co_return co_await evict(std::move(node));
}

bool NodeLifecycleController::isSilent(const corev1::Node &node) {
    std::string renewed, heartbeat;
    if (const ObjectPtr lease = m_leases.get("kube-node-lease", node.metadata.name))
        renewed = std::to_string(lease->resourceVersion());
    if (const corev1::NodeCondition *ready = findCondition(node.status, "Ready"))
        heartbeat = ready->lastHeartbeatTime.text();
    const SteadyTime now = clock().steadyNow();
    auto [health, fresh] = m_health.try_emplace(node.metadata.name, Health{renewed, heartbeat, now});
    if (!fresh && (health->second.lease != renewed || health->second.status != heartbeat))
        health->second = {renewed, heartbeat, now};
    return now - health->second.since > kGracePeriod;
}

Task<Result<corev1::Node>> NodeLifecycleController::markUnknown(corev1::Node node) {
    const api::Time now(clock().now());
    bool changed = false;
    for (std::string_view type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
        auto found = std::find_if(node.status.conditions.begin(), node.status.conditions.end(),
                                  [&](const auto &condition) { return condition.type == type; });
        const bool missing = found == node.status.conditions.end();
        if (missing) {
            found = node.status.conditions.emplace(found);
            found->type = type;
            found->lastHeartbeatTime = node.metadata.creationTimestamp;
        }
        if (found->status == "Unknown")
            continue;
        found->status = "Unknown";
        found->reason = missing ? "NodeStatusNeverUpdated" : "NodeStatusUnknown";
        found->message = missing ? "Kubelet never posted node status." : "Kubelet stopped posting node status.";
        found->lastTransitionTime = now;
        changed = true;
    }
    if (!changed)
        co_return node;
    events().event({.apiVersion = "v1", .kind = "Node", .name = node.metadata.name, .uid = node.metadata.uid},
                   client::EventKind::Normal, "NodeNotReady",
                   "Node " + node.metadata.name + " status is now: NodeNotReady");
    co_return co_await client::updateStatus(client(), std::move(node));
}

Task<Result<corev1::Node>> NodeLifecycleController::applyTaints(corev1::Node node) {
    auto same = [](const corev1::Taint &a, const corev1::Taint &b) {
        return a.key == b.key && a.effect == b.effect && a.value == b.value;
    };
    auto wanted = wantedTaints(node, clock().now());
    if (std::is_permutation(wanted.begin(), wanted.end(), node.spec.taints.begin(), node.spec.taints.end(), same))
        co_return node;
    node.spec.taints = std::move(wanted);
    co_return co_await client::update(client(), std::move(node));
}

Task<Result<>> NodeLifecycleController::markPodsNotReady(std::string nodeName) {
    for (const ObjectPtr &object : m_pods.byIndex(kByNode, nodeName)) {
        CO_TRY(corev1::Pod pod, api::decode<corev1::Pod>(*object));
        if (!isPodReady(pod))
            continue;
        for (corev1::PodCondition &condition : pod.status.conditions)
            if (condition.type == "Ready") {
                condition.status = "False";
                condition.reason = "NodeNotReady";
                condition.lastTransitionTime = api::Time(clock().now());
            }
        auto written = co_await client::updateStatus(client(), std::move(pod));
        if (!written && !isNotFound(written.error()) && !isConflict(written.error()))
            co_return std::unexpected(written.error());
    }
    co_return Result<>{};
}

/// Deletes the node's pods whose tolerated time has run out.
Task<Result<>> NodeLifecycleController::evict(corev1::Node node) {
    const bool tainted = std::any_of(node.spec.taints.begin(), node.spec.taints.end(),
                                     [](const corev1::Taint &taint) { return taint.effect == "NoExecute"; });
    for (const ObjectPtr &object : m_pods.byIndex(kByNode, node.metadata.name)) {
        const std::string uid(object->uid());
        if (!tainted) {
            m_evictAt.erase(uid);
            continue;
        }
        if (object->deleting())
            continue;
        CO_TRY(const corev1::Pod pod, api::decode<corev1::Pod>(*object));
        const auto stay = toleratedFor(pod.spec, node.spec.taints);
        if (!stay) {
            m_evictAt.erase(uid);
            continue;
        }
        const SteadyTime now = clock().steadyNow();
        const SteadyTime due = m_evictAt.try_emplace(uid, now + *stay).first->second;
        if (due > now)
            continue;
        events().event(client::ObjectReference::to(*object), client::EventKind::Normal, "TaintManagerEviction",
                       "Marking for deletion Pod " + object->key());
        client::DeleteOptions options;
        options.preconditionUid = uid;
        auto removed = co_await client::remove(client(), pod, std::move(options));
        if (!removed && !isNotFound(removed.error()) && !isConflict(removed.error()))
            co_return removed;
    }
    co_return Result<>{};
}

} // namespace coracle::controllers
