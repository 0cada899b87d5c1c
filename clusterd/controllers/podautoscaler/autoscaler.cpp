#include "clusterd/controllers/podautoscaler/autoscaler.h"

#include "clusterd/controllers/podautoscaler/autoscaler_json.h"
#include "core/api/json_access.h"
#include "core/api/typed.h"

#include <algorithm>
#include <boost/json/parse.hpp>

/// Reading spec: what is declared.
namespace coracle::controllers::podautoscaler {

namespace json = boost::json;
using api::json::items;
using api::json::member;
using api::json::members;
using api::json::text;

namespace {

constexpr MetricTypeName kTypes[] = {
    {MetricType::Resource, "Resource", "resource"},
    {MetricType::ContainerResource, "ContainerResource", "containerResource"},
    {MetricType::Pods, "Pods", "pods"},
    {MetricType::Object, "Object", "object"},
    {MetricType::External, "External", "external"},
    {MetricType::Unknown, "", ""},
};

ObjectRef readRef(const json::object &ref) {
    return {.apiVersion = std::string(text(member(ref, "apiVersion"))),
            .kind = std::string(text(member(ref, "kind"))),
            .name = std::string(text(member(ref, "name")))};
}

Result<MetricSpec> readMetric(const json::object &metric) {
    MetricSpec spec;
    TRY(spec.id, readMetricId(metric));
    const json::object &target = members(member(member(metric, nameOf(spec.id.type).member), "target"));
    const std::string_view type = text(member(target, "type"));
    spec.target = type == "Value"          ? TargetType::Value
                  : type == "AverageValue" ? TargetType::AverageValue
                                           : TargetType::Utilization;
    TRY(spec.value, readQuantity(target, "value"));
    TRY(spec.averageValue, readQuantity(target, "averageValue"));
    spec.averageUtilization = readInt(target, "averageUtilization");
    return spec;
}

Result<ScalingRules> readRules(const json::value *value) {
    ScalingRules rules;
    const json::object &object = members(value);
    const std::string_view select = text(member(object, "selectPolicy"));
    rules.select = select == "Min"        ? ScalingRules::Select::Min
                   : select == "Disabled" ? ScalingRules::Select::Disabled
                                          : ScalingRules::Select::Max;
    rules.stabilizationWindowSeconds = readInt(object, "stabilizationWindowSeconds");
    TRY(const std::optional<api::Quantity> tolerance, readQuantity(object, "tolerance"));
    if (tolerance)
        rules.tolerance = tolerance->approximate();
    for (const json::value &item : items(member(object, "policies"))) {
        const json::object &policy = members(&item);
        const bool percent = text(member(policy, "type")) == "Percent";
        rules.policies.push_back({percent ? ScalingPolicy::Type::Percent : ScalingPolicy::Type::Pods,
                                  readInt(policy, "value").value_or(0), readInt(policy, "periodSeconds").value_or(0)});
    }
    return rules;
}

} // namespace

const MetricTypeName &nameOf(MetricType type) {
    return *std::ranges::find(kTypes, type, &MetricTypeName::type);
}

MetricType metricTypeOf(std::string_view name) {
    const auto found = std::ranges::find(kTypes, name, &MetricTypeName::name);
    return found == std::end(kTypes) ? MetricType::Unknown : found->type;
}

Result<json::object> parseObject(const api::Object &object) {
    boost::system::error_code error;
    json::value value = json::parse(object.json(), error);
    if (error || !value.is_object())
        return errors::other(object.key() + " is no JSON object: " + error.message());
    return std::move(value.get_object());
}

Result<std::optional<api::Quantity>> readQuantity(const json::object &holder, std::string_view name) {
    const json::value *value = member(holder, name);
    if (!value)
        return std::nullopt;
    TRY(api::Quantity quantity, api::Quantity::parse(text(value)));
    return quantity;
}

std::optional<int32_t> readInt(const json::object &holder, std::string_view name) {
    const json::value *value = member(holder, name);
    return value ? std::optional(static_cast<int32_t>(api::json::integer(value))) : std::nullopt;
}

Result<MetricId> readMetricId(const json::object &metric) {
    MetricId id;
    id.type = metricTypeOf(text(member(metric, "type")));
    const json::object &source = members(member(metric, nameOf(id.type).member));
    const json::object &named = members(member(source, "metric"));
    id.name = text(member(named.empty() ? source : named, "name"));
    id.container = text(member(source, "container"));
    id.described = readRef(members(member(source, "describedObject")));
    if (const json::value *selector = member(named, "selector")) {
        TRY(metav1::LabelSelector decoded, api::decode<metav1::LabelSelector>(*selector));
        id.selector = std::move(decoded);
    }
    return id;
}

Result<AutoscalerSpec> readSpec(const api::Object &autoscaler) {
    TRY(const json::object object, parseObject(autoscaler));
    const json::object &declared = members(member(object, "spec"));
    AutoscalerSpec spec;
    spec.target = readRef(members(member(declared, "scaleTargetRef")));
    spec.minReplicas = readInt(declared, "minReplicas").value_or(1);
    spec.maxReplicas = readInt(declared, "maxReplicas").value_or(1);
    for (const json::value &item : items(member(declared, "metrics"))) {
        TRY(MetricSpec metric, readMetric(members(&item)));
        spec.metrics.push_back(std::move(metric));
    }
    if (const json::value *behavior = member(declared, "behavior")) {
        TRY(ScalingRules up, readRules(member(behavior, "scaleUp")));
        TRY(ScalingRules down, readRules(member(behavior, "scaleDown")));
        spec.behavior = Behavior{.up = std::move(up), .down = std::move(down)};
    }
    return spec;
}

} // namespace coracle::controllers::podautoscaler
