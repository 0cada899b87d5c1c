#include "clusterd/controllers/nodelifecycle/node_lifecycle_controller.h"

#include "clusterd/controllers/pod_util.h"
#include "core/api/types/coordination_v1.h"
#include "core/client/typed_client.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

constexpr const char *kByNode = "node";

/// Region and zone, also by their old labels; empty for both when a node has none.
std::string zoneOf(const api::Object &node) {
    const auto label = [&](std::string_view key, std::string_view old) {
        const auto value = node.label(key);
        return std::string(value ? *value : node.label(old).value_or(""));
    };
    return label("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region") + "/" +
           label("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone");
}

bool isReady(const corev1::NodeStatus &status) {
    const corev1::NodeCondition *ready = findCondition(status, "Ready");
    return ready && ready->status == "True";
}

} // namespace

NodeLifecycleController::NodeLifecycleController(const ControllerContext &context, NodeLifecycleSettings settings)
    : Controller(context, "node"),
      m_settings(settings),
      m_nodes(informers().get<corev1::Node>()),
      m_pods(informers().get<corev1::Pod>()),
      m_leases(client(), coordinationv1::Lease::resource(), clock(), "kube-node-lease"),
      m_disruption(settings.rates),
      m_began(clock().steadyNow()) {
    if (!m_pods.hasIndex(kByNode))
        m_pods.addIndex(kByNode, [](const ObjectPtr &object, std::vector<std::string> &values) {
            if (auto pod = api::decode<corev1::Pod>(*object); pod && !pod->spec.nodeName.empty())
                values.push_back(pod->spec.nodeName);
        });
    m_nodes.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        observe(before, after);
        if (!after)
            m_health.erase(std::string(before->name()));
        else
            queue().add(after->key());
    });
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (!after)
            m_tainted.erase(std::string(before->uid()));
    });
    m_leases.start(gate());
}

/// Keeps the counts of the zones.
void NodeLifecycleController::observe(const ObjectPtr &before, const ObjectPtr &after) {
    const std::string name((after ? after : before)->name());
    const auto count = [this](const Standing &standing, int by) {
        ZoneCounts &zone = m_zones[standing.zone];
        (standing.ready ? zone.ready : zone.notReady) += by;
        if (zone.ready == 0 && zone.notReady == 0)
            m_zones.erase(standing.zone);
    };
    if (const auto known = m_standings.find(name); known != m_standings.end()) {
        count(known->second, -1);
        m_standings.erase(known);
    }
    if (!after)
        return;
    const auto node = api::decode<corev1::Node>(*after);
    const Standing standing{zoneOf(*after), node && isReady(node->status)};
    count(standing, 1);
    m_standings.emplace(name, standing);
}

/// A change between a cluster that is cut off and one that is not concerns every node.
void NodeLifecycleController::watchZones() {
    const SteadyTime now = clock().steadyNow();
    const auto change = m_disruption.observe(m_zones, now);
    if (change == ZoneDisruption::Change::None)
        return;
    if (change == ZoneDisruption::Change::NoLongerAllDisrupted)
        for (auto &[node, health] : m_health)
            health.since = now; // the others get the time to be heard again
    for (const auto &[node, standing] : m_standings)
        queue().add(node);
}

Task<Result<>> NodeLifecycleController::reconcile(std::string key) {
    co_await m_leases.waitSynced();
    const ObjectPtr object = m_nodes.get(key);
    if (!object)
        co_return Result<>{};
    watchZones();
    queue().addAfter(key, m_settings.monitorPeriod);
    CO_TRY(corev1::Node node, api::decode<corev1::Node>(*object));
    if (isSilent(node)) {
        CO_TRY(node, co_await markUnknown(std::move(node)));
    }
    if (!isReady(node.status))
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
    const bool told = findCondition(node.status, "Ready") != nullptr;
    return now - health->second.since > (told ? m_settings.gracePeriod : m_settings.startupGracePeriod);
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

/// A NoExecute taint that is not there yet costs one of the zone's tokens.
NoExecute NodeLifecycleController::noExecuteFor(const corev1::Node &node) {
    if (m_disruption.allDisrupted())
        return NoExecute::Remove;
    if (isReady(node.status) || !findCondition(node.status, "Ready") || hasNoExecuteTaint(node))
        return NoExecute::Keep;
    const auto standing = m_standings.find(node.metadata.name);
    EvictionLimiter *limiter = standing == m_standings.end() ? nullptr : m_disruption.limiter(standing->second.zone);
    const SteadyTime now = clock().steadyNow();
    if (limiter && limiter->take(now))
        return NoExecute::Add;
    if (limiter)
        queue().addAfter(node.metadata.name, std::min(limiter->wait(now), m_settings.monitorPeriod));
    return NoExecute::Keep;
}

Task<Result<corev1::Node>> NodeLifecycleController::applyTaints(corev1::Node node) {
    auto same = [](const corev1::Taint &a, const corev1::Taint &b) {
        return a.key == b.key && a.effect == b.effect && a.value == b.value;
    };
    auto wanted = wantedTaints(node, clock().now(), noExecuteFor(node));
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
        CO_CHECK(ignoreNotFoundOrConflict(written));
    }
    co_return Result<>{};
}

/// When a pod that may stay for so long must go. Its time began when its node was tainted, also when this controller
/// was not there; it runs by the steady clock, as the date may jump. What ran out meanwhile waits for one more grace
/// period, in which its node may be heard again.
SteadyTime NodeLifecycleController::dueTime(const std::string &uid, const corev1::Node &node, Duration stay) {
    const SteadyTime now = clock().steadyNow();
    auto known = m_tainted.find(uid);
    if (known == m_tainted.end()) {
        const WallTime today = clock().now();
        const Duration elapsed = today - std::min(taintedSince(node.spec.taints).value_or(today), today);
        known = m_tainted.emplace(uid, now - std::min<Duration>(elapsed, std::chrono::hours(24 * 365))).first;
    }
    if (stay == Duration::zero())
        return now;
    const SteadyTime due = known->second + stay;
    return known->second < m_began ? std::max(due, m_began + m_settings.gracePeriod) : due;
}

/// Deletes the node's pods whose tolerated time has run out.
Task<Result<>> NodeLifecycleController::evict(corev1::Node node) {
    const bool tainted = std::any_of(node.spec.taints.begin(), node.spec.taints.end(),
                                     [](const corev1::Taint &taint) { return taint.effect == "NoExecute"; });
    for (const ObjectPtr &object : m_pods.byIndex(kByNode, node.metadata.name)) {
        const std::string uid(object->uid());
        if (!tainted) {
            m_tainted.erase(uid);
            continue;
        }
        if (object->deleting())
            continue;
        CO_TRY(const corev1::Pod pod, api::decode<corev1::Pod>(*object));
        const auto stay = toleratedFor(pod.spec, node.spec.taints);
        if (!stay) {
            m_tainted.erase(uid);
            continue;
        }
        const SteadyTime now = clock().steadyNow();
        if (const SteadyTime due = dueTime(uid, node, *stay); due > now) {
            queue().addAfter(node.metadata.name, due - now);
            continue;
        }
        events().event(client::ObjectReference::to(*object), client::EventKind::Normal, "TaintManagerEviction",
                       "Marking for deletion Pod " + object->key());
        client::DeleteOptions options;
        options.preconditionUid = uid;
        auto removed = co_await client::remove(client(), pod, std::move(options));
        CO_CHECK(ignoreNotFoundOrConflict(removed));
    }
    co_return Result<>{};
}

} // namespace coracle::controllers
