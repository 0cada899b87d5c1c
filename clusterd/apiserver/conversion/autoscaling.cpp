#include "clusterd/apiserver/conversion/shapes.h"
#include "clusterd/apiserver/json_access.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <span>
#include <string>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kMetrics = "autoscaling.alpha.kubernetes.io/metrics";
constexpr std::string_view kCurrentMetrics = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr std::string_view kConditions = "autoscaling.alpha.kubernetes.io/conditions";
constexpr std::string_view kBehavior = "autoscaling.alpha.kubernetes.io/behavior";

/// Where a member of the v1 form stands in v2: in the source itself, or in one of its parts.
struct Place {
    std::string_view v1, part, v2;
};

/// A kind of metric; `wanted` are the members of the spec, `seen` those of the status.
struct MetricForm {
    std::string_view member;
    Place wanted[5], seen[5]; ///< as many as it has
};

constexpr MetricForm kForms[] = {
    {"object",
     {{"target", "", "describedObject"},
      {"metricName", "metric", "name"},
      {"targetValue", "target", "value"},
      {"selector", "metric", "selector"},
      {"averageValue", "target", "averageValue"}},
     {{"target", "", "describedObject"},
      {"metricName", "metric", "name"},
      {"currentValue", "current", "value"},
      {"selector", "metric", "selector"},
      {"averageValue", "current", "averageValue"}}},
    {"pods",
     {{"metricName", "metric", "name"},
      {"targetAverageValue", "target", "averageValue"},
      {"selector", "metric", "selector"}},
     {{"metricName", "metric", "name"},
      {"currentAverageValue", "current", "averageValue"},
      {"selector", "metric", "selector"}}},
    {"resource",
     {{"name", "", "name"},
      {"targetAverageUtilization", "target", "averageUtilization"},
      {"targetAverageValue", "target", "averageValue"}},
     {{"name", "", "name"},
      {"currentAverageUtilization", "current", "averageUtilization"},
      {"currentAverageValue", "current", "averageValue"}}},
    {"containerResource",
     {{"name", "", "name"},
      {"targetAverageUtilization", "target", "averageUtilization"},
      {"targetAverageValue", "target", "averageValue"},
      {"container", "", "container"}},
     {{"name", "", "name"},
      {"currentAverageUtilization", "current", "averageUtilization"},
      {"currentAverageValue", "current", "averageValue"},
      {"container", "", "container"}}},
    {"external",
     {{"metricName", "metric", "name"},
      {"metricSelector", "metric", "selector"},
      {"targetValue", "target", "value"},
      {"targetAverageValue", "target", "averageValue"}},
     {{"metricName", "metric", "name"},
      {"metricSelector", "metric", "selector"},
      {"currentValue", "current", "value"},
      {"currentAverageValue", "current", "averageValue"}}},
};

std::span<const Place> placesOf(const MetricForm &form, bool status) {
    const std::span<const Place> places(status ? form.seen : form.wanted);
    size_t count = 0;
    while (count < places.size() && !places[count].v1.empty())
        ++count;
    return places.first(count);
}

JsonObject metricToV1(const JsonObject &metric, bool status) {
    JsonObject result{{"type", textAt(metric, "type")}};
    for (const MetricForm &form : kForms) {
        if (!hasAt(metric, form.member))
            continue;
        const JsonObject &source = objectAt(metric, form.member);
        JsonObject &flat = result[form.member].emplace_object();
        for (const Place &place : placesOf(form, status))
            if (const JsonValue *value =
                    place.part.empty() ? memberAt(source, place.v2) : memberAt(source, place.part, place.v2))
                flat[place.v1] = *value;
    }
    return result;
}

/// What the target is measured by, which v1 does not write.
std::string_view targetType(const JsonObject &target) {
    return hasAt(target, "averageUtilization") ? "Utilization"
           : hasAt(target, "averageValue")     ? "AverageValue"
                                               : "Value";
}

/// v1 writes an object's value even where only the average counts.
bool isPlaceholder(const Place &place, const JsonObject &flat) {
    return place.v1 == "targetValue" && hasAt(flat, "averageValue") && textAt(flat, "targetValue") == "0";
}

JsonObject metricToV2(const JsonObject &metric, bool status) {
    JsonObject result{{"type", textAt(metric, "type")}};
    for (const MetricForm &form : kForms) {
        if (!hasAt(metric, form.member))
            continue;
        const JsonObject &flat = objectAt(metric, form.member);
        JsonObject &source = result[form.member].emplace_object();
        if (!status)
            source["target"].emplace_object();
        for (const Place &place : placesOf(form, status)) {
            const JsonValue *value = memberAt(flat, place.v1);
            if (!value || (!status && isPlaceholder(place, flat)))
                continue;
            (place.part.empty() ? source : ensureObject(source, place.part))[place.v2] = *value;
        }
        if (!status)
            ensureObject(source, "target")["type"] = targetType(objectAt(source, "target"));
        else
            ensureObject(source, "current");
    }
    return result;
}

bool isCpuUtilization(const JsonObject &metric, std::string_view part) {
    return textAt(metric, "type") == "Resource" && textAt(metric, "resource", "name") == "cpu" &&
           hasAt(metric, "resource", part, "averageUtilization");
}

JsonObject cpuMetric(const JsonValue &percentage, std::string_view part) {
    JsonObject amount{{"averageUtilization", percentage}};
    if (part == "target")
        amount["type"] = "Utilization";
    return {{"type", "Resource"}, {"resource", JsonObject{{"name", "cpu"}, {part, std::move(amount)}}}};
}

/// The behavior annotation has Go's names of the members, the API's begin with a small letter.
JsonValue withInitial(const JsonValue &value, char (*change)(char)) {
    if (const JsonArray *list = value.if_array()) {
        JsonArray result;
        for (const JsonValue &item : *list)
            result.push_back(withInitial(item, change));
        return result;
    }
    const JsonObject *object = value.if_object();
    if (!object)
        return value;
    JsonObject result;
    for (const auto &[key, member] : *object) {
        std::string name(key);
        if (!name.empty())
            name[0] = change(name[0]);
        if (!member.is_null())
            result[name] = withInitial(member, change);
    }
    return result;
}

char upper(char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
}
char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}

void annotate(JsonObject &object, std::string_view key, const JsonValue &value) {
    ensureObject(ensureObject(object, "metadata"), "annotations")[key] = boost::json::serialize(value);
}

/// The parsed annotation; it is taken away, also when it is none of ours.
std::optional<JsonValue> takeAnnotation(JsonObject &object, std::string_view key) {
    const std::string text(textAt(object, "metadata", "annotations", key));
    if (!hasAt(object, "metadata", "annotations", key))
        return std::nullopt;
    JsonObject &metadata = ensureObject(object, "metadata"), &annotations = ensureObject(metadata, "annotations");
    annotations.erase(key);
    if (annotations.empty())
        metadata.erase("annotations");
    boost::system::error_code error;
    JsonValue value = boost::json::parse(text, error);
    return error ? std::nullopt : std::optional(std::move(value));
}

JsonArray metricsOf(const JsonValue &list, bool status) {
    JsonArray result;
    if (list.is_array())
        for (const JsonValue &metric : list.get_array())
            result.push_back(metricToV2(asObject(metric), status));
    return result;
}

} // namespace

void autoscalerV2ToV1(JsonObject &autoscaler) {
    JsonObject &spec = ensureObject(autoscaler, "spec"), &status = ensureObject(autoscaler, "status");
    JsonArray others, current;
    for (const JsonValue &metric : arrayAt(spec, "metrics")) {
        if (isCpuUtilization(asObject(metric), "target"))
            spec["targetCPUUtilizationPercentage"] =
                *memberAt(asObject(metric), "resource", "target", "averageUtilization");
        else
            others.push_back(metricToV1(asObject(metric), false));
    }
    for (const JsonValue &metric : arrayAt(status, "currentMetrics")) {
        if (isCpuUtilization(asObject(metric), "current"))
            status["currentCPUUtilizationPercentage"] =
                *memberAt(asObject(metric), "resource", "current", "averageUtilization");
        current.push_back(metricToV1(asObject(metric), true)); // all of them: the raw value has no other place
    }
    if (!others.empty())
        annotate(autoscaler, kMetrics, others);
    if (!current.empty())
        annotate(autoscaler, kCurrentMetrics, current);
    JsonObject &laterSpec = ensureObject(autoscaler, "spec"); // annotating may have moved the members
    if (hasAt(laterSpec, "behavior"))
        annotate(autoscaler, kBehavior, withInitial(*memberAt(autoscaler, "spec", "behavior"), upper));
    if (!arrayAt(autoscaler, "status", "conditions").empty())
        annotate(autoscaler, kConditions, arrayAt(autoscaler, "status", "conditions"));
    for (const std::string_view name : {"metrics", "behavior"})
        ensureObject(autoscaler, "spec").erase(name);
    for (const std::string_view name : {"currentMetrics", "conditions"})
        ensureObject(autoscaler, "status").erase(name);
}

void autoscalerV1ToV2(JsonObject &autoscaler) {
    const auto metrics = takeAnnotation(autoscaler, kMetrics), current = takeAnnotation(autoscaler, kCurrentMetrics),
               behavior = takeAnnotation(autoscaler, kBehavior), conditions = takeAnnotation(autoscaler, kConditions);
    JsonObject &spec = ensureObject(autoscaler, "spec");
    JsonArray list;
    if (const JsonValue *percentage = memberAt(spec, "targetCPUUtilizationPercentage"))
        list.push_back(cpuMetric(*percentage, "target"));
    if (metrics)
        for (const JsonValue &metric : metricsOf(*metrics, false))
            list.push_back(metric);
    spec.erase("targetCPUUtilizationPercentage");
    if (!list.empty())
        spec["metrics"] = std::move(list);
    if (behavior && behavior->is_object())
        spec["behavior"] = withInitial(*behavior, lower);
    if (!hasAt(autoscaler, "status"))
        return;
    JsonObject &status = ensureObject(autoscaler, "status");
    if (current)
        status["currentMetrics"] = metricsOf(*current, true);
    else if (const JsonValue *percentage = memberAt(status, "currentCPUUtilizationPercentage"))
        status["currentMetrics"] = JsonArray{cpuMetric(*percentage, "current")};
    status.erase("currentCPUUtilizationPercentage");
    if (conditions && conditions->is_array())
        status["conditions"] = *conditions;
}

} // namespace coracle::apiserver
