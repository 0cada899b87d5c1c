#pragma once

#include "clusterd/scheduler/extender_configuration.h"
#include "clusterd/scheduler/preemption.h"
#include "core/base/task.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace coracle::scheduler {

/// The scheduler's extenders: HTTP servers that are asked, after the plug-ins, which nodes fit, how good they are, whom
/// to preempt and to bind (kube-scheduler's HTTPExtender). Those that may be ignored are asked last. Every call ends
/// after the extender's httpTimeout. Errors tell the URL. One executor; objects are sent as they were when the call
/// began, and the cache may change meanwhile.
class Extenders {
public:
    Extenders(std::vector<ExtenderConfiguration> configurations, Clock &clock);
    ~Extenders();

    /// Whether one of them has a say in where this pod goes.
    bool chooseFor(const PodInfo &pod) const;

    struct Sifted {
        std::vector<api::ObjectPtr> nodes;
        std::map<std::string, Rejection> rejected; ///< by node, as far as extenders gave reasons
    };
    /// One after the other, each with the nodes that those before left.
    Task<Result<Sifted>> filter(PodInfoPtr pod, std::vector<api::ObjectPtr> nodes) const;
    /// What to add to the nodes' scores; an extender that fails has no preference.
    Task<std::map<std::string, int64_t>> prioritize(PodInfoPtr pod, std::vector<api::ObjectPtr> nodes) const;
    /// The candidates that are left, perhaps with other victims; these are looked up in the cache.
    Task<Result<std::vector<Preemption::Plan>>> preempt(PodInfoPtr pod, std::vector<Preemption::Plan> candidates,
                                                        const Cache &cache) const;
    /// False: none binds this pod.
    Task<Result<bool>> bind(PodInfoPtr pod, std::string node) const;

private:
    class Extender;
    std::vector<std::unique_ptr<Extender>> m_extenders;
};

} // namespace coracle::scheduler
