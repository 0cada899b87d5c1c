#include "clusterd/controllers/podautoscaler/horizontal_controller.h"

#include "clusterd/controllers/podautoscaler/horizontal_pass.h"

namespace coracle::controllers {

namespace {

const ResourceInfo &autoscalers() {
    static const ResourceInfo &resource = *api::findResource("autoscaling", "v2", "horizontalpodautoscalers");
    return resource;
}

/// A status alone is the controller's own work.
bool declaresTheSame(const api::Object &before, const api::Object &after) {
    const auto old = podautoscaler::readSpec(before), fresh = podautoscaler::readSpec(after);
    return before.uid() == after.uid() && old && fresh && *old == *fresh;
}

} // namespace

HorizontalController::HorizontalController(const ControllerContext &context, podautoscaler::MetricsSource &metrics,
                                           Settings settings)
    : Controller(context, "horizontal-pod-autoscaler"),
      m_autoscalers(informers().get(autoscalers())),
      m_pods(informers().get<corev1::Pod>()),
      m_metrics(metrics),
      m_settings(settings) {
    m_autoscalers.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (!before || !after || !declaresTheSame(*before, *after))
            queue().add((after ? after : before)->key());
    });
}

Task<Result<>> HorizontalController::reconcile(std::string key) {
    const ObjectPtr object = m_autoscalers.get(key);
    if (!object || object->deleting()) {
        m_memory.erase(key);
        co_return Result<>{};
    }
    queue().addAfter(key, m_settings.syncPeriod);
    if (Memory &memory = m_memory[key]; memory.uid != object->uid()) {
        memory = Memory();
        memory.uid = object->uid();
    }
    CO_TRY(podautoscaler::AutoscalerSpec spec, podautoscaler::readSpec(*object));
    CO_TRY(podautoscaler::AutoscalerStatus status, podautoscaler::readStatus(*object));
    HorizontalPass pass(*this, object, std::move(spec), std::move(status));
    co_return co_await pass.run();
}

} // namespace coracle::controllers
