#include "clusterd/metrics/metrics_sources.h"

#include "core/api/quantity.h"
#include "core/api/schema.h"
#include "core/api/time.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::metrics {

namespace json = boost::json;

namespace {

constexpr std::string_view kGroup = "metrics.k8s.io";

const api::ResourceInfo &nodes() {
    static const api::ResourceInfo &resource = *api::findResource("", "v1", "nodes");
    return resource;
}
const api::ResourceInfo &pods() {
    static const api::ResourceInfo &resource = *api::findResource("", "v1", "pods");
    return resource;
}

json::object metadataOf(const api::Object &object, const Clock &clock) {
    json::object metadata{{"name", object.name()}};
    if (!object.namespaceName().empty())
        metadata["namespace"] = object.namespaceName();
    metadata["creationTimestamp"] = api::Time(clock.now()).text();
    json::object labels;
    for (const auto &[key, value] : object.labels())
        labels[key] = value;
    if (!labels.empty())
        metadata["labels"] = std::move(labels);
    return metadata;
}

json::object usageOf(const Usage &usage) {
    return {{"cpu", cpuText(usage.cpuNanocores)}, {"memory", memoryText(usage.memoryBytes)}};
}

json::object envelope(std::string_view kind, json::object metadata, WallTime time, Duration window) {
    return {{"kind", kind},
            {"apiVersion", "metrics.k8s.io/v1beta1"},
            {"metadata", std::move(metadata)},
            {"timestamp", api::Time(time).text()},
            {"window", api::DurationText(window).text()}};
}

template<class Measure>
Result<std::vector<api::ObjectPtr>> allMeasured(const std::vector<api::ObjectPtr> &objects, Measure measure) {
    std::vector<api::ObjectPtr> result;
    for (const api::ObjectPtr &object : objects) {
        TRY(api::ObjectPtr metrics, measure(*object));
        if (metrics)
            result.push_back(std::move(metrics));
    }
    return result;
}

} // namespace

std::string cpuText(uint64_t nanocores) {
    const auto quantity = api::Quantity::parse(fmt::format("{}n", nanocores));
    return quantity ? quantity->text() : "0";
}

std::string memoryText(uint64_t bytes) {
    return api::Quantity(static_cast<int64_t>(bytes), api::Quantity::Format::BinarySi).text();
}

Result<api::ObjectPtr> NodeMetricsSource::measured(const api::Object &node) const {
    const auto usage = m_store.node(node.name());
    if (!usage)
        return api::ObjectPtr();
    json::object metrics = envelope("NodeMetrics", metadataOf(node, m_clock), usage->time, usage->window);
    metrics["usage"] = usageOf(*usage);
    return api::Object::parse(json::serialize(metrics));
}

Task<Result<std::vector<api::ObjectPtr>>> NodeMetricsSource::list(std::string) {
    co_return allMeasured(m_reader.list(nodes(), ""), [this](const api::Object &node) { return measured(node); });
}

Task<Result<api::ObjectPtr>> NodeMetricsSource::get(std::string, std::string name) {
    const api::ObjectPtr node = m_reader.get(nodes(), "", name);
    if (!node)
        co_return errors::notFound("nodes", "", name);
    CO_TRY(api::ObjectPtr metrics, measured(*node));
    if (!metrics)
        co_return errors::notFound("nodemetrics", kGroup, name);
    co_return metrics;
}

Result<api::ObjectPtr> PodMetricsSource::measured(const api::Object &pod) const {
    const auto containers = m_store.pod(pod.namespaceName(), pod.name());
    if (!containers || containers->empty())
        return api::ObjectPtr();
    const Usage *earliest = &containers->front().usage;
    json::array list;
    for (const ContainerUsage &container : *containers) {
        if (container.usage.time < earliest->time)
            earliest = &container.usage;
        list.push_back(json::object{{"name", container.name}, {"usage", usageOf(container.usage)}});
    }
    json::object metrics = envelope("PodMetrics", metadataOf(pod, m_clock), earliest->time, earliest->window);
    metrics["containers"] = std::move(list);
    return api::Object::parse(json::serialize(metrics));
}

Task<Result<std::vector<api::ObjectPtr>>> PodMetricsSource::list(std::string namespaceName) {
    co_return allMeasured(m_reader.list(pods(), namespaceName),
                          [this](const api::Object &pod) { return measured(pod); });
}

Task<Result<api::ObjectPtr>> PodMetricsSource::get(std::string namespaceName, std::string name) {
    const api::ObjectPtr pod = m_reader.get(pods(), namespaceName, name);
    const std::string key = fmt::format("{}/{}", namespaceName, name);
    if (!pod)
        co_return errors::notFound("pods", "", key);
    CO_TRY(api::ObjectPtr metrics, measured(*pod));
    if (!metrics)
        co_return errors::notFound("podmetrics", kGroup, key);
    co_return metrics;
}

} // namespace coracle::metrics
