#include "clusterd/scheduler/plugins/default_preemption.h"

#include "clusterd/scheduler/extenders.h"
#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/nominations.h"
#include "clusterd/scheduler/strict_object.h"
#include "clusterd/scheduler/waiting_pods.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/meta_v1.h"
#include "core/api/types/policy_v1.h"
#include "core/base/gate.h"
#include "core/base/log.h"
#include "core/client/event_recorder.h"

#include <fmt/format.h>

namespace coracle::scheduler {

Result<DefaultPreemption::Arguments> DefaultPreemption::Arguments::parse(const boost::json::value &value) {
    Arguments arguments;
    StrictObject object(value, "");
    object.typeMeta("kubescheduler.config.k8s.io/v1", "DefaultPreemptionArgs")
        .integer("minCandidateNodesPercentage", arguments.candidatesPercentageMin, 0, 100)
        .integer("minCandidateNodesAbsolute", arguments.candidatesAbsoluteMin, 0, INT32_MAX);
    if (arguments.candidatesPercentageMin == 0 && arguments.candidatesAbsoluteMin == 0)
        object.fail("minCandidateNodesPercentage", "cannot be zero at the same time as minCandidateNodesAbsolute");
    CHECK(object.finish());
    return arguments;
}

DefaultPreemption::DefaultPreemption(const PluginContext &context, Arguments arguments)
    : m_context(context),
      m_preemption(context.framework, context.cache, context.nominations, context.random, arguments),
      m_status(context.client, context.clock),
      m_budgets(context.informers.get<policyv1::PodDisruptionBudget>()) {}

std::vector<EventInterest> DefaultPreemption::eventsToRegister() const {
    // It holds pods only while their victims are being deleted; evict() tries them again.
    return {};
}

Filtered DefaultPreemption::preEnqueue(const PodInfo &pod) const {
    if (!m_preempting.contains(pod.uid()))
        return std::nullopt;
    m_held.emplace(pod.uid());
    return Rejection{.reasons = {"waiting for the preemption for this pod to be finished"}};
}

std::vector<Budget> DefaultPreemption::budgets() const {
    std::vector<Budget> budgets;
    for (const auto &object : m_budgets.list()) {
        const auto budget = api::decode<policyv1::PodDisruptionBudget>(*object);
        if (!budget || !budget->spec.selector)
            continue;
        auto selector = api::LabelSelector::from(*budget->spec.selector);
        if (!selector)
            continue;
        Budget prepared{budget->metadata.namespace_, std::move(*selector), {}, budget->status.disruptionsAllowed};
        for (const auto &[pod, since] : budget->status.disruptedPods)
            prepared.disrupted.insert(pod);
        budgets.push_back(std::move(prepared));
    }
    return budgets;
}

Task<PostFilterPlugin::Outcome> DefaultPreemption::postFilter(CycleState &, PodInfoPtr pod,
                                                              const Diagnosis &diagnosis) {
    Outcome outcome;
    Preemption::Candidates candidates = m_preemption.candidates(pod, diagnosis, budgets());
    if (candidates.plans.empty()) {
        outcome.message = "preemption: " + candidates.message;
        if (!candidates.underWay)
            outcome.nominatedNode = "";
        co_return outcome;
    }
    if (const Extenders *extenders = m_context.framework.extenders()) {
        auto left = co_await extenders->preempt(pod, std::move(candidates.plans), m_context.cache);
        if (!left) {
            outcome.message = "preemption: " + left.error().message;
            co_return outcome;
        }
        candidates.plans = std::move(*left);
    }
    const Preemption::Plan *best = Preemption::best(candidates.plans);
    if (!best) {
        outcome.message = "preemption: no candidate node for preemption";
        co_return outcome;
    }
    outcome.resolved = true;
    outcome.nominatedNode = best->node;
    m_preempting.emplace(pod->uid());
    m_context.gate.spawn([this, pod, plan = *best] { return evict(pod, plan); });
    co_return outcome;
}

Task<> DefaultPreemption::evict(PodInfoPtr pod, Preemption::Plan plan) {
    bool allGo = true;
    const std::string uid(pod->uid());
    for (const PodInfoPtr &victim : plan.victims) {
        // The event of the last one's end must find the pod ready to be tried again.
        if (victim == plan.victims.back())
            m_preempting.erase(uid);
        const bool goes = co_await evictOne(victim, pod, plan.node);
        allGo = allGo && goes;
    }
    co_await clearLowerNominations(pod, plan.node);
    // No event comes any more for a pod that missed it, or whose victims stay.
    const bool missed = m_held.erase(uid) > 0;
    if (missed || !allGo)
        m_context.activate(uid);
}

Task<bool> DefaultPreemption::evictOne(PodInfoPtr victim, PodInfoPtr pod, std::string node) {
    if (m_context.waiting.contains(victim->uid())) {
        m_context.waiting.reject(victim->uid(), name(), "preempted");
        co_return true;
    }
    if (victim->object->deleting())
        co_return true;
    const std::string scheduler = m_context.framework.schedulerName();
    const std::string why = scheduler + ": preempting to accommodate a higher priority pod";
    auto gone = co_await m_status.markDisrupted(victim, why);
    if (gone) {
        client::DeleteOptions options;
        options.preconditionUid = victim->uid();
        const std::string namespaceName(victim->namespaceName()), victimName(victim->name());
        gone = co_await m_context.client.remove(corev1::Pod::resource(), namespaceName, victimName, options);
    }
    if (!gone && !isNotFound(gone.error()) && !isConflict(gone.error())) {
        log::warning("scheduler", "pod {} cannot be preempted: {}", victim->object->key(), gone.error().message);
        co_return false;
    }
    m_context.events.event(client::ObjectReference::to(*victim->object), client::EventKind::Normal, "Preempted",
                           fmt::format("Preempted by pod {} on node {}", pod->uid(), node));
    co_return true;
}

Task<> DefaultPreemption::clearLowerNominations(PodInfoPtr pod, std::string node) {
    PodStatusWriter::Verdict cleared;
    cleared.nominatedNode = "";
    for (const PodInfoPtr &other : m_context.nominations.on(node))
        if (other->priority < pod->priority) {
            m_context.nominations.remove(other->uid());
            co_await m_status.write(other, cleared);
        }
}

} // namespace coracle::scheduler
