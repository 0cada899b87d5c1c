#include "clusterd/controllers/podautoscaler/horizontal_pass.h"

#include "clusterd/controllers/selectors.h"
#include "clusterd/controllers/served_resources.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

using namespace podautoscaler;

namespace {

std::string_view failureOf(MetricType type) {
    switch (type) {
    case MetricType::Resource:
        return "FailedGetResourceMetric";
    case MetricType::ContainerResource:
        return "FailedGetContainerResourceMetric";
    case MetricType::Pods:
        return "FailedGetPodsMetric";
    case MetricType::Object:
        return "FailedGetObjectMetric";
    case MetricType::External:
        return "FailedGetExternalMetric";
    case MetricType::Unknown:
        break;
    }
    return "InvalidMetricSourceType";
}

std::string_view groupOf(std::string_view apiVersion) {
    const size_t slash = apiVersion.find('/');
    return slash == std::string_view::npos ? std::string_view() : apiVersion.substr(0, slash);
}

/// The kind in the version that is asked for, or in another one of its group: all versions scale the same object.
api::ResourcePtr findTarget(const client::Client &client, const ObjectRef &target) {
    if (api::ResourcePtr exact = findServedKind(client, target.apiVersion, target.kind))
        return exact;
    const client::Client::Resources served = client.resources();
    const auto found = std::ranges::find_if(*served, [&](const api::ResourcePtr &resource) {
        return resource->kind == target.kind && resource->group == groupOf(target.apiVersion);
    });
    return found == served->end() ? nullptr : *found;
}

} // namespace

Task<Result<>> HorizontalPass::run() {
    auto found = co_await readScale();
    if (!found) {
        warn("FailedGetScale", found.error().message);
        m_status.set(kAbleToScale, false, "FailedGetScale",
                     "the target's scale could not be read: " + found.error().message, now());
        co_return co_await writeStatus();
    }
    m_status.set(kAbleToScale, true, "SucceededGetScale", "the target's scale could be read", now());
    m_status.currentReplicas = m_scale.spec.replicas;
    m_status.observedGeneration = m_object->generation();
    auto scaled = co_await decideAndScale();
    if (!scaled && isConflict(scaled.error()))
        co_return scaled; // somebody else scaled the target: look again
    co_return co_await writeStatus();
}

Task<Result<>> HorizontalPass::readScale() {
    m_target = findTarget(m_controller.client(), m_spec.target);
    if (!m_target || !m_target->hasSubresource("scale"))
        co_return errors::other(fmt::format("kind {} of {} {}", m_spec.target.kind, m_spec.target.apiVersion,
                                            m_target ? "has no subresource scale" : "is not served"));
    CO_TRY(const ObjectPtr object, co_await m_controller.client().get(*m_target, std::string(m_object->namespaceName()),
                                                                      m_spec.target.name, "scale"));
    CO_TRY(m_scale, api::decode<autoscalingv1::Scale>(*object));
    co_return Result<>{};
}

Task<Result<>> HorizontalPass::decideAndScale() {
    const int32_t current = m_scale.spec.replicas;
    History &history = m_controller.m_memory[m_key].history;
    if (history.recommendations.empty())
        history.recommendations.push_back({m_controller.clock().steadyNow(), current});
    Wanted wanted{.replicas = current};
    if (current == 0) {
        m_status.set(kScalingActive, false, "ScalingDisabled", "the target has been scaled to zero replicas", now());
        m_status.currentMetrics.clear();
    } else if (current > m_spec.maxReplicas) {
        wanted = {m_spec.maxReplicas, "Current number of replicas above Spec.MaxReplicas"};
        m_status.currentMetrics.clear();
    } else if (current < m_spec.minReplicas) {
        wanted = {m_spec.minReplicas, "Current number of replicas below Spec.MinReplicas"};
        m_status.currentMetrics.clear();
    } else {
        auto decided = co_await wantedWithinRules();
        if (!decided) {
            warn("FailedComputeMetricsReplicas", decided.error().message);
            co_return std::unexpected(decided.error());
        }
        wanted = std::move(*decided);
    }
    if (wanted.replicas != current) {
        CO_CHECK(co_await setScale(wanted));
    }
    m_status.desiredReplicas = wanted.replicas;
    co_return Result<>{};
}

Task<Result<HorizontalPass::Wanted>> HorizontalPass::wantedWithinRules() {
    CO_TRY(Wanted wanted, co_await wantedByMetrics());
    const int32_t current = m_scale.spec.replicas;
    const SteadyTime at = m_controller.clock().steadyNow();
    History &history = m_controller.m_memory[m_key].history;
    const Decision decision = decide(m_spec, m_controller.m_settings, history, current, wanted.replicas, at);
    history.recommend(m_spec, m_controller.m_settings, wanted.replicas, at);
    wanted.reason =
        wanted.replicas > current ? wanted.reason + " above target" : std::string("All metrics below target");
    wanted.replicas = decision.replicas;
    m_status.set(kAbleToScale, true, decision.ableToScale.reason, std::string(decision.ableToScale.message), now());
    m_status.set(kScalingLimited, decision.limited, decision.limit.reason, std::string(decision.limit.message), now());
    co_return wanted;
}

/// The highest number that a metric asks for. With a metric that can't be had, the target is not made smaller: that
/// metric might have asked for more.
Task<Result<HorizontalPass::Wanted>> HorizontalPass::wantedByMetrics() {
    m_status.currentMetrics.clear();
    CO_TRY(std::vector<corev1::Pod> pods, targetPods());
    Workload workload{.specReplicas = m_scale.spec.replicas,
                      .statusReplicas = m_scale.status.replicas,
                      .pods = std::move(pods),
                      .tolerances = tolerancesOf(m_spec, m_controller.m_settings),
                      .now = now()};
    Wanted wanted;
    bool valid = false;
    std::optional<Status> failure;
    std::string_view failureReason;
    for (const MetricSpec &metric : m_spec.metrics) {
        auto measured = co_await measure(metric.id);
        Result<Proposal> proposal = measured ? propose(metric, *measured, workload, m_controller.m_settings)
                                             : Result<Proposal>(std::unexpected(measured.error()));
        if (!proposal) {
            warn(failureOf(metric.id.type), proposal.error().message);
            if (!failure)
                failureReason = failureOf(metric.id.type);
            failure = failure ? failure : proposal.error();
            continue;
        }
        m_status.currentMetrics.push_back({metric.id, proposal->current});
        if (!valid || proposal->replicas > wanted.replicas)
            wanted = {proposal->replicas, std::move(proposal->metric)};
        valid = true;
    }
    if (failure && (!valid || wanted.replicas < workload.specReplicas)) {
        m_status.set(kScalingActive, false, failureReason,
                     "the number of replicas could not be calculated: " + failure->message, now());
        co_return std::unexpected(*failure);
    }
    m_status.set(kScalingActive, true, "ValidMetricFound", "the number of replicas follows from " + wanted.reason,
                 now());
    co_return wanted;
}

Task<Result<Measurement>> HorizontalPass::measure(const MetricId &id) const {
    MetricsSource &source = m_controller.m_metrics;
    const std::string space(m_object->namespaceName());
    const api::LabelSelector &pods = m_controller.m_memory[m_key].selector;
    // Here an absent selector means every series, unlike a workload's.
    Result<api::LabelSelector> selector = api::LabelSelector();
    if (id.selector)
        selector = api::LabelSelector::from(*id.selector);
    if (!selector)
        co_return std::unexpected(selector.error());
    Measurement measured;
    switch (id.type) {
    case MetricType::Resource:
    case MetricType::ContainerResource: {
        CO_TRY(measured.pods, co_await source.resource(space, id.name, pods, id.container));
        break;
    }
    case MetricType::Pods: {
        CO_TRY(measured.pods, co_await source.pods(space, id.name, pods, *selector));
        break;
    }
    case MetricType::Object: {
        CO_TRY(measured.total, co_await source.object(space, id.name, id.described, *selector));
        break;
    }
    case MetricType::External: {
        CO_TRY(const std::vector<int64_t> series, co_await source.external(space, id.name, *selector));
        measured.total = sumOf(series);
        break;
    }
    case MetricType::Unknown:
        break;
    }
    co_return measured;
}

/// The pods that the target's scale selects. Two autoscalers over the same pods would fight: neither scales then.
Result<std::vector<corev1::Pod>> HorizontalPass::targetPods() {
    if (m_scale.status.selector.empty()) {
        warn("SelectorRequired", "selector is required");
        return inactive("InvalidSelector", "the target's scale has no selector");
    }
    auto selector = api::LabelSelector::parse(m_scale.status.selector);
    if (!selector) {
        warn("InvalidSelector", selector.error().message);
        return inactive("InvalidSelector", "the selector of the target's scale: " + selector.error().message);
    }
    m_controller.m_memory[m_key].selector = *selector;
    std::vector<corev1::Pod> pods;
    for (const ObjectPtr &object : m_controller.m_pods.listNamespace(m_object->namespaceName()))
        if (selector->matches(object->labels())) {
            TRY(corev1::Pod pod, api::decode<corev1::Pod>(*object));
            pods.push_back(std::move(pod));
        }
    if (sharesPods(pods)) {
        const std::string message = fmt::format(
            "the pods of selector {} are those of another HorizontalPodAutoscaler too", m_scale.status.selector);
        warn("AmbiguousSelector", message);
        return inactive("AmbiguousSelector", message);
    }
    return pods;
}

bool HorizontalPass::sharesPods(const std::vector<corev1::Pod> &pods) const {
    const std::string space = std::string(m_object->namespaceName()) + "/";
    return std::ranges::any_of(m_controller.m_memory, [&](const auto &other) {
        return other.first != m_key && other.first.starts_with(space) &&
               std::ranges::any_of(
                   pods, [&](const corev1::Pod &pod) { return other.second.selector.matchesMap(pod.metadata.labels); });
    });
}

Failure HorizontalPass::inactive(std::string_view reason, std::string message) {
    m_status.set(kScalingActive, false, reason, message, now());
    return errors::other(std::move(message));
}

Task<Result<>> HorizontalPass::setScale(Wanted wanted) {
    const int32_t from = m_scale.spec.replicas;
    m_scale.spec.replicas = wanted.replicas;
    client::WriteOptions options;
    options.subresource = "scale";
    auto written = co_await m_controller.client().update(*m_target, std::string(m_object->namespaceName()),
                                                         m_spec.target.name, api::encode(m_scale), options);
    if (!written) {
        if (isConflict(written.error()))
            co_return std::unexpected(written.error());
        warn("FailedRescale", fmt::format("New size: {}; reason: {}; error: {}", wanted.replicas, wanted.reason,
                                          written.error().message));
        m_status.set(kAbleToScale, false, "FailedUpdateScale",
                     "the target's scale could not be written: " + written.error().message, now());
        co_return std::unexpected(written.error());
    }
    m_controller.m_memory[m_key].history.scaled(m_spec, from, wanted.replicas, m_controller.clock().steadyNow());
    m_controller.events().event(client::ObjectReference::to(*m_object), client::EventKind::Normal, "SuccessfulRescale",
                                fmt::format("New size: {}; reason: {}", wanted.replicas, wanted.reason));
    m_status.set(kAbleToScale, true, "SucceededRescale",
                 fmt::format("the target was scaled to {} replicas", wanted.replicas), now());
    m_status.lastScaleTime = api::Time(now());
    co_return Result<>{};
}

Task<Result<>> HorizontalPass::writeStatus() {
    if (m_status == m_before)
        co_return Result<>{};
    CO_TRY(std::string json, withStatus(*m_object, m_status));
    client::WriteOptions options;
    options.subresource = "status";
    auto written = co_await m_controller.client().update(m_controller.m_autoscalers.resource(),
                                                         std::string(m_object->namespaceName()),
                                                         std::string(m_object->name()), std::move(json), options);
    co_return ignoreNotFound(written);
}

void HorizontalPass::warn(std::string_view reason, std::string_view message) {
    m_controller.events().event(client::ObjectReference::to(*m_object), client::EventKind::Warning, reason, message);
}

} // namespace coracle::controllers
