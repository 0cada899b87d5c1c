#pragma once

#include "clusterd/controllers/podautoscaler/horizontal_controller.h"
#include "clusterd/controllers/podautoscaler/replica_calculator.h"
#include "core/api/types/autoscaling_v1.h"

namespace coracle::controllers {

/// One pass over one autoscaler: the state it started from and the steps that it may take. What the target or a metric
/// can't do is told by conditions and events and tried again in the next period; only errors of writing are errors.
class HorizontalPass {
public:
    HorizontalPass(HorizontalController &controller, ObjectPtr object, podautoscaler::AutoscalerSpec spec,
                   podautoscaler::AutoscalerStatus status)
        : m_controller(controller),
          m_object(std::move(object)),
          m_key(m_object->key()),
          m_spec(std::move(spec)),
          m_before(status),
          m_status(std::move(status)) {}

    Task<Result<>> run();

private:
    struct Wanted {
        int32_t replicas = 0;
        std::string reason;
    };

    Task<Result<>> readScale();
    Task<Result<>> decideAndScale();
    Task<Result<Wanted>> wantedByMetrics();
    Task<Result<Wanted>> wantedWithinRules();
    Task<Result<podautoscaler::Measurement>> measure(const podautoscaler::MetricId &id) const;
    Result<std::vector<corev1::Pod>> targetPods();
    bool sharesPods(const std::vector<corev1::Pod> &pods) const;
    Task<Result<>> setScale(Wanted wanted);
    Task<Result<>> writeStatus();

    Failure inactive(std::string_view reason, std::string message);
    void warn(std::string_view reason, std::string_view message);
    WallTime now() const { return m_controller.clock().now(); }

    HorizontalController &m_controller;
    ObjectPtr m_object;
    std::string m_key;
    podautoscaler::AutoscalerSpec m_spec;
    podautoscaler::AutoscalerStatus m_before, m_status;
    api::ResourcePtr m_target;
    autoscalingv1::Scale m_scale;
};

} // namespace coracle::controllers
