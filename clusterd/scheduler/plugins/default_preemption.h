#pragma once

#include "clusterd/scheduler/framework.h"
#include "clusterd/scheduler/pod_status_writer.h"
#include "clusterd/scheduler/preemption.h"
#include "core/client/informer.h"

#include <boost/json/fwd.hpp>
#include <set>
#include <string>

namespace coracle::scheduler {

/// Makes room for a pod that fits nowhere by ending less important ones. Reads pods and PodDisruptionBudgets; writes
/// the victims' condition DisruptionTarget, deletes them, and takes the nominations of less important pods for the
/// node. The pod waits until the deletions are asked for, and then for the victims' end.
class DefaultPreemption final : public PreEnqueuePlugin, public PostFilterPlugin {
public:
    /// DefaultPreemptionArgs.
    struct Arguments : Preemption::Limits {
        static Result<Arguments> parse(const boost::json::value &arguments);
    };
    DefaultPreemption(const PluginContext &context, Arguments arguments);

    std::string_view name() const override { return "DefaultPreemption"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Filtered preEnqueue(const PodInfo &pod) const override;
    Task<Outcome> postFilter(CycleState &state, PodInfoPtr pod, const Diagnosis &diagnosis) override;

private:
    std::vector<Budget> budgets() const;
    Task<> evict(PodInfoPtr pod, Preemption::Plan plan);
    Task<bool> evictOne(PodInfoPtr victim, PodInfoPtr pod, std::string node);
    Task<> clearLowerNominations(PodInfoPtr pod, std::string node);

    PluginContext m_context;
    Preemption m_preemption;
    PodStatusWriter m_status;
    client::Informer &m_budgets;
    std::set<std::string, std::less<>> m_preempting;   ///< uids of the pods whose victims are being deleted
    mutable std::set<std::string, std::less<>> m_held; ///< of those that were kept from being tried meanwhile
};

} // namespace coracle::scheduler
