#pragma once

#include "clusterd/controllers/podautoscaler/autoscaler.h"

#include <boost/json/object.hpp>

/// The parts of the JSON form that spec and status share. Included by sources only.
namespace coracle::controllers::podautoscaler {

Result<boost::json::object> parseObject(const api::Object &object);
Result<MetricId> readMetricId(const boost::json::object &metric);
Result<std::optional<api::Quantity>> readQuantity(const boost::json::object &holder, std::string_view name);
std::optional<int32_t> readInt(const boost::json::object &holder, std::string_view name);

} // namespace coracle::controllers::podautoscaler
