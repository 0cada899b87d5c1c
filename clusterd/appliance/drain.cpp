#include "clusterd/appliance/drain.h"

#include "clusterd/appliance/body_reader.h"
#include "core/api/typed.h"
#include "core/api/types/policy_v1.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace coracle::appliance {

namespace json = boost::json;

namespace {

constexpr Duration kLook = std::chrono::milliseconds(500);
constexpr Duration kRetryBlocked = std::chrono::seconds(5); ///< as kubectl waits for a budget
constexpr double kCordoned = 0.05;

constexpr std::string_view kActions[] = {"evict", "skip", "refuse"};
constexpr std::string_view kStates[] = {"waiting", "blocked", "evicted", "gone"};

const api::ResourceInfo &nodes() {
    return *api::findResource("", "v1", "nodes");
}
const api::ResourceInfo &podsResource() {
    return *api::findResource("", "v1", "pods");
}

/// An eviction that may succeed later: a budget forbids it now, or the namespace is going away by itself.
bool mayRetry(const Status &status) {
    return status.code == 429 ||
           std::ranges::any_of(status.causes, [](const auto &cause) { return cause.reason == "NamespaceTerminating"; });
}

} // namespace

Task<Result<>> Drainer::setUnschedulable(std::string node, bool unschedulable) {
    std::string patch = fmt::format(R"({{"spec":{{"unschedulable":{}}}}})", unschedulable ? "true" : "null");
    auto written = co_await m_client.patch(nodes(), "", std::move(node), client::PatchType::Merge, std::move(patch));
    if (!written)
        co_return std::unexpected(std::move(written).error());
    co_return Result<>();
}

Result<std::vector<DrainPod>> Drainer::plan(const std::string &node, const DrainOptions &options) const {
    if (!m_reader.get(nodes(), "", node))
        return errors::notFound("nodes", "", node);
    std::vector<corev1::Pod> pods;
    for (const api::ObjectPtr &object : m_reader.list(podsResource(), "")) {
        TRY(corev1::Pod pod, api::decode<corev1::Pod>(*object));
        if (pod.spec.nodeName == node)
            pods.push_back(std::move(pod));
    }
    const DaemonSetExists exists = [this](const std::string &namespaceName, const std::string &name) {
        return m_reader.get(*api::findResource("apps", "v1", "daemonsets"), namespaceName, name) != nullptr;
    };
    return planDrain(pods, options, exists);
}

json::object Drainer::describe(const std::string &node, const std::vector<DrainPod> &pods) {
    json::array entries;
    for (const DrainPod &pod : pods) {
        json::object entry{{"namespace", pod.namespaceName},
                           {"name", pod.name},
                           {"action", kActions[static_cast<size_t>(pod.action)]},
                           {"state", kStates[static_cast<size_t>(pod.state)]}};
        if (!pod.reason.empty())
            entry["reason"] = pod.reason;
        if (!pod.controllerKind.empty())
            entry["controller"] = json::object{
                {"kind", pod.controllerKind}, {"namespace", pod.namespaceName}, {"name", pod.controllerName}};
        entries.push_back(std::move(entry));
    }
    return {{"node", node}, {"allowed", refusals(pods).empty()}, {"pods", std::move(entries)}};
}

Task<Result<>> Drainer::evict(DrainPod &pod, const DrainOptions &options) {
    policyv1::Eviction eviction;
    eviction.metadata.name = pod.name;
    eviction.metadata.namespace_ = pod.namespaceName;
    metav1::DeleteOptions deletion;
    deletion.gracePeriodSeconds = options.gracePeriodSeconds;
    deletion.preconditions = metav1::Preconditions{.uid = pod.uid};
    eviction.deleteOptions = std::move(deletion);
    client::WriteOptions write;
    write.subresource = "eviction";
    auto done = co_await m_client.create(podsResource(), pod.namespaceName, api::encode(eviction), write, pod.name);
    if (done) {
        pod.state = DrainState::Evicted;
    } else if (isNotFound(done.error()) || isConflict(done.error())) {
        pod.state = DrainState::Gone; // or another pod has its name
    } else if (mayRetry(done.error())) {
        pod.state = DrainState::Blocked;
    } else {
        Status status = withContext(fmt::format("cannot evict pod {}/{}", pod.namespaceName, pod.name), done.error());
        co_return std::unexpected(std::move(status));
    }
    co_return Result<>();
}

void Drainer::look(DrainPod &pod) const {
    const auto object = m_reader.get(podsResource(), pod.namespaceName, pod.name);
    if (!object || object->uid() != pod.uid)
        pod.state = DrainState::Gone;
}

Task<Result<json::object>> Drainer::drain(std::string node, DrainOptions options,
                                          std::shared_ptr<Operation> operation) {
    operation->enter("cordoning", 0, "no new pods come to the node");
    CO_CHECK(co_await setUnschedulable(node, true));
    CO_TRY(std::vector<DrainPod> pods, plan(node, options));
    if (auto refused = refusals(pods); !refused.empty())
        co_return invalidRequest("DrainRequest", std::move(refused));
    const auto leaving = std::ranges::count(pods, DrainAction::Evict, &DrainPod::action);
    const SteadyTime began = m_clock.steadyNow();
    SteadyTime retryAt = began;
    int64_t gone = 0;
    operation->enter("evicting", kCordoned, fmt::format("{} pods must leave", leaving));
    while (gone < leaving) {
        const bool retry = m_clock.steadyNow() >= retryAt;
        if (retry)
            retryAt = m_clock.steadyNow() + kRetryBlocked;
        gone = 0;
        bool blocked = false, waiting = false;
        for (DrainPod &pod : pods) {
            if (pod.action != DrainAction::Evict)
                continue;
            look(pod);
            if (pod.state == DrainState::Waiting || (pod.state == DrainState::Blocked && retry))
                CO_CHECK(co_await evict(pod, options));
            gone += pod.state == DrainState::Gone;
            blocked |= pod.state == DrainState::Blocked;
            waiting |= pod.state == DrainState::Evicted;
        }
        const double progress =
            leaving == 0 ? 1 : kCordoned + (1 - kCordoned) * static_cast<double>(gone) / static_cast<double>(leaving);
        json::object described = describe(node, pods);
        if (operation->info().result != described) {
            operation->setResult(std::move(described));
            operation->enter(
                blocked || !waiting ? "evicting" : "waiting", progress,
                blocked ? fmt::format("{} of {} pods have left; a disruption budget holds some back", gone, leaving)
                        : fmt::format("{} of {} pods have left", gone, leaving));
        }
        if (gone == leaving)
            break;
        if (options.timeoutMs > 0 && m_clock.steadyNow() - began >= std::chrono::milliseconds(options.timeoutMs))
            co_return errors::timeout(fmt::format("{} of {} pods have not left node {} in time; it stays cordoned",
                                                  leaving - gone, leaving, node));
        CO_CHECK(co_await m_clock.sleep(kLook));
    }
    co_return describe(node, pods);
}

} // namespace coracle::appliance
