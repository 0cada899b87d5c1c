#pragma once

#include "clusterd/controllers/podautoscaler/metrics_source.h"
#include "clusterd/controllers/podautoscaler/scaling_rules.h"
#include "clusterd/controllers/runtime.h"

#include <unordered_map>

namespace coracle::controllers {

/// Gives the target of each HorizontalPodAutoscaler as many replicas as its metrics ask for, once per sync period and
/// whenever the declaration changes.
/// Reads: HorizontalPodAutoscalers, Pods, metrics. Writes: the targets' sub-resource scale, HorizontalPodAutoscalers'
/// status.
class HorizontalController final : public Controller {
public:
    using Settings = podautoscaler::Settings;

    /// The source outlives the controller.
    HorizontalController(const ControllerContext &context, podautoscaler::MetricsSource &metrics,
                         Settings settings = Settings());
    int workers() const override { return 5; }
    Task<Result<>> reconcile(std::string key) override;

private:
    friend class HorizontalPass;

    /// What is remembered of an autoscaler between two passes.
    struct Memory {
        std::string uid; ///< another object of the same name begins anew
        podautoscaler::History history;
        api::LabelSelector selector = api::LabelSelector::nothing(); ///< of the target's pods
    };

    client::Informer &m_autoscalers;
    client::Informer &m_pods;
    podautoscaler::MetricsSource &m_metrics;
    Settings m_settings;
    std::unordered_map<std::string, Memory> m_memory; ///< by key
};

} // namespace coracle::controllers
