#include "clusterd/controllers/pod_gc_controller.h"

#include "clusterd/controllers/pod_util.h"
#include "core/api/typed.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

constexpr Duration kInterval = std::chrono::seconds(20);
/// A node that was just made may be missing from the informer.
constexpr Duration kQuarantine = std::chrono::seconds(40);
constexpr const char *kOnlyKey = "all";

} // namespace

PodGcController::PodGcController(const ControllerContext &context, size_t terminatedPodsMax)
    : Controller(context, "pod-garbage-collector"),
      m_terminatedPodsMax(terminatedPodsMax),
      m_pods(informers().get<corev1::Pod>()),
      m_nodes(informers().get<corev1::Node>()) {
    queue().add(kOnlyKey);
}

Task<Result<>> PodGcController::reconcile(std::string key) {
    auto orphans = co_await collectOrphans();
    auto terminated = co_await collectTerminated();
    queue().addAfter(std::move(key), kInterval);
    CO_CHECK(std::move(orphans));
    co_return terminated;
}

Task<Result<>> PodGcController::removeNow(const ObjectPtr &pod) {
    client::DeleteOptions options;
    options.gracePeriodSeconds = 0;
    options.preconditionUid = std::string(pod->uid());
    auto removed = co_await client().remove(m_pods.resource(), std::string(pod->namespaceName()),
                                            std::string(pod->name()), std::move(options));
    co_return ignoreNotFoundOrConflict(removed);
}

Task<Result<>> PodGcController::collectOrphans() {
    std::map<std::string, SteadyTime> missing;
    for (const ObjectPtr &object : m_pods.list()) {
        CO_TRY(const corev1::Pod pod, api::decode<corev1::Pod>(*object));
        const std::string &node = pod.spec.nodeName;
        if (node.empty()) {
            if (object->deleting())
                CO_CHECK(co_await removeNow(object));
            continue;
        }
        if (m_nodes.get(node))
            continue;
        const auto known = m_missingNodes.find(node);
        const SteadyTime since = known == m_missingNodes.end() ? clock().steadyNow() : known->second;
        missing.emplace(node, since);
        if (clock().steadyNow() - since < kQuarantine)
            continue;
        auto live = co_await client().get(m_nodes.resource(), {}, node);
        if (!live && isNotFound(live.error()))
            CO_CHECK(co_await removeNow(object));
    }
    m_missingNodes = std::move(missing);
    co_return Result<>{};
}

Task<Result<>> PodGcController::collectTerminated() {
    if (m_pods.size() <= m_terminatedPodsMax)
        co_return Result<>{};
    std::vector<std::pair<api::Time, ObjectPtr>> finished;
    for (const ObjectPtr &object : m_pods.list()) {
        auto pod = api::decode<corev1::Pod>(*object);
        if (pod && isPodTerminal(*pod) && !object->deleting())
            finished.emplace_back(pod->metadata.creationTimestamp, object);
    }
    std::sort(finished.begin(), finished.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    for (size_t i = 0; i + m_terminatedPodsMax < finished.size(); ++i)
        CO_CHECK(co_await removeNow(finished[i].second));
    co_return Result<>{};
}

} // namespace coracle::controllers
