#include "clusterd/controllers/podautoscaler/api_metrics.h"

#include "clusterd/controllers/podautoscaler/autoscaler_json.h"
#include "clusterd/controllers/served_resources.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace coracle::controllers::podautoscaler {

namespace json = boost::json;

namespace {

constexpr std::string_view kExternalGroup = "external.metrics.k8s.io";

std::string_view textOf(const json::object &holder, std::string_view name) {
    const json::value *value = holder.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

Failure notServed(std::string_view api, std::string_view resource) {
    return errors::other(fmt::format("unable to fetch metrics from {} metrics API: the server could not find the "
                                     "requested resource (get {})",
                                     api, resource));
}

Failure noCustomApi() {
    return errors::other("unable to fetch metrics from custom metrics API: no custom metrics API "
                         "(custom.metrics.k8s.io) registered");
}

} // namespace

Result<std::optional<PodMetric>> readPodMetric(const api::Object &metrics, std::string_view resource,
                                               std::string_view container) {
    TRY(const json::object object, parseObject(metrics));
    TRY(const api::Time time, api::Time::parse(textOf(object, "timestamp")));
    TRY(const api::DurationText window, api::DurationText::parse(textOf(object, "window")));
    PodMetric metric{.timestamp = time.valueOr(WallTime()), .window = window.value};
    const json::value *list = object.if_contains("containers");
    bool found = false;
    for (const json::value &entry : list && list->is_array() ? list->get_array() : json::array()) {
        if (!entry.is_object() || (!container.empty() && textOf(entry.get_object(), "name") != container))
            continue;
        const json::value *usage = entry.get_object().if_contains("usage");
        if (!usage || !usage->is_object())
            return std::nullopt;
        TRY(const std::optional<api::Quantity> used, readQuantity(usage->get_object(), resource));
        if (!used)
            return std::nullopt;
        metric.milliValue += used->milliValue();
        found = true;
    }
    return found ? std::optional(metric) : std::nullopt;
}

Task<Result<PodMetrics>> ApiMetrics::resource(std::string namespaceName, std::string resource, api::LabelSelector pods,
                                              std::string container) {
    const api::ResourcePtr served = findServedKind(m_client, "metrics.k8s.io/v1beta1", "PodMetrics");
    if (!served)
        co_return notServed("resource", "pods.metrics.k8s.io");
    client::ListOptions options;
    options.labelSelector = pods.text();
    client::ObjectList list;
    if (!pods.isNothing()) {
        CO_TRY(list, co_await m_client.list(*served, namespaceName, std::move(options)));
    }
    if (list.items.empty())
        co_return errors::other("no metrics returned from resource metrics API");
    PodMetrics metrics;
    for (const api::ObjectPtr &item : list.items) {
        CO_TRY(const std::optional<PodMetric> metric, readPodMetric(*item, resource, container));
        if (metric)
            metrics.emplace(item->name(), *metric);
        else if (!container.empty())
            co_return errors::other(
                fmt::format("container {} not present in metrics for pod {}", container, item->key()));
    }
    co_return metrics;
}

Task<Result<PodMetrics>> ApiMetrics::pods(std::string, std::string, api::LabelSelector, api::LabelSelector) {
    co_return noCustomApi();
}

Task<Result<int64_t>> ApiMetrics::object(std::string, std::string, ObjectRef, api::LabelSelector) {
    co_return noCustomApi();
}

Task<Result<std::vector<int64_t>>> ApiMetrics::external(std::string namespaceName, std::string metric,
                                                        api::LabelSelector metricSelector) {
    const client::Client::Resources served = m_client.resources();
    const auto resource = std::ranges::find_if(*served, [&](const api::ResourcePtr &candidate) {
        return candidate->group == kExternalGroup && candidate->resource == metric;
    });
    if (resource == served->end())
        co_return notServed("external", fmt::format("{}.{}", metric, kExternalGroup));
    client::ListOptions options;
    options.labelSelector = metricSelector.text();
    client::ObjectList list;
    if (!metricSelector.isNothing()) {
        CO_TRY(list, co_await m_client.list(**resource, namespaceName, std::move(options)));
    }
    std::vector<int64_t> series;
    for (const api::ObjectPtr &item : list.items) {
        CO_TRY(const json::object object, parseObject(*item));
        CO_TRY(const std::optional<api::Quantity> value, readQuantity(object, "value"));
        if (value)
            series.push_back(value->milliValue());
    }
    if (series.empty())
        co_return errors::other("no metrics returned from external metrics API");
    co_return series;
}

} // namespace coracle::controllers::podautoscaler
