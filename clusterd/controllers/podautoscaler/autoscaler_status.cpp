#include "clusterd/controllers/podautoscaler/autoscaler_json.h"
#include "core/api/json_access.h"
#include "core/api/typed.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

/// Reading and writing status: what is observed.
namespace coracle::controllers::podautoscaler {

namespace json = boost::json;
using api::json::items;
using api::json::member;
using api::json::members;
using api::json::text;

namespace {

Result<MetricStatus> readMetricStatus(const json::object &metric) {
    MetricStatus status;
    TRY(status.id, readMetricId(metric));
    const json::object &current = members(member(member(metric, nameOf(status.id.type).member), "current"));
    TRY(status.current.value, readQuantity(current, "value"));
    TRY(status.current.averageValue, readQuantity(current, "averageValue"));
    status.current.averageUtilization = readInt(current, "averageUtilization");
    return status;
}

api::Time readTime(const json::object &holder, std::string_view name) {
    return api::Time::parse(text(member(holder, name))).value_or(api::Time());
}

json::object writeMetricStatus(const MetricStatus &status) {
    const MetricId &id = status.id;
    json::object current, source;
    if (status.current.value)
        current["value"] = status.current.value->text();
    if (status.current.averageValue)
        current["averageValue"] = status.current.averageValue->text();
    if (status.current.averageUtilization)
        current["averageUtilization"] = *status.current.averageUtilization;
    source["current"] = std::move(current);
    if (id.type == MetricType::Resource || id.type == MetricType::ContainerResource) {
        source["name"] = id.name;
    } else {
        json::object &metric = source["metric"].emplace_object();
        metric["name"] = id.name;
        if (id.selector)
            metric["selector"] = api::encodeToValue(*id.selector);
    }
    if (id.type == MetricType::ContainerResource)
        source["container"] = id.container;
    if (id.type == MetricType::Object) {
        json::object &described = source["describedObject"].emplace_object();
        described["kind"] = id.described.kind;
        described["name"] = id.described.name;
        if (!id.described.apiVersion.empty())
            described["apiVersion"] = id.described.apiVersion;
    }
    const MetricTypeName &names = nameOf(id.type);
    return {{"type", names.name}, {names.member, std::move(source)}};
}

} // namespace

void AutoscalerStatus::set(std::string_view type, bool status, std::string_view reason, std::string message,
                           WallTime now) {
    const std::string_view word = status ? "True" : "False";
    auto condition = std::ranges::find(conditions, type, &Condition::type);
    if (condition == conditions.end())
        condition = conditions.insert(conditions.end(), Condition{.type = std::string(type)});
    if (condition->status != word)
        condition->lastTransitionTime = api::Time(now);
    condition->status = word;
    condition->reason = reason;
    condition->message = std::move(message);
}

Result<AutoscalerStatus> readStatus(const api::Object &autoscaler) {
    TRY(const json::object object, parseObject(autoscaler));
    const json::object &observed = members(member(object, "status"));
    AutoscalerStatus status;
    status.observedGeneration = api::json::integer(member(observed, "observedGeneration"));
    status.lastScaleTime = readTime(observed, "lastScaleTime");
    status.currentReplicas = readInt(observed, "currentReplicas").value_or(0);
    status.desiredReplicas = readInt(observed, "desiredReplicas").value_or(0);
    for (const json::value &item : items(member(observed, "currentMetrics"))) {
        TRY(MetricStatus metric, readMetricStatus(members(&item)));
        status.currentMetrics.push_back(std::move(metric));
    }
    for (const json::value &item : items(member(observed, "conditions"))) {
        const json::object &condition = members(&item);
        status.conditions.push_back({.type = std::string(text(member(condition, "type"))),
                                     .status = std::string(text(member(condition, "status"))),
                                     .reason = std::string(text(member(condition, "reason"))),
                                     .message = std::string(text(member(condition, "message"))),
                                     .lastTransitionTime = readTime(condition, "lastTransitionTime")});
    }
    return status;
}

Result<std::string> withStatus(const api::Object &autoscaler, const AutoscalerStatus &status) {
    TRY(json::object object, parseObject(autoscaler));
    json::object fresh{{"currentReplicas", status.currentReplicas}, {"desiredReplicas", status.desiredReplicas}};
    if (status.observedGeneration > 0)
        fresh["observedGeneration"] = status.observedGeneration;
    if (status.lastScaleTime)
        fresh["lastScaleTime"] = status.lastScaleTime.text();
    json::array &metrics = fresh["currentMetrics"].emplace_array();
    for (const MetricStatus &metric : status.currentMetrics)
        metrics.push_back(writeMetricStatus(metric));
    json::array &conditions = fresh["conditions"].emplace_array();
    for (const Condition &condition : status.conditions)
        conditions.push_back(json::object{{"type", condition.type},
                                          {"status", condition.status},
                                          {"reason", condition.reason},
                                          {"message", condition.message},
                                          {"lastTransitionTime", condition.lastTransitionTime.text()}});
    object["status"] = std::move(fresh);
    return json::serialize(object);
}

} // namespace coracle::controllers::podautoscaler
