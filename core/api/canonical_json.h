#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace coracle::api::json {

/// Compact JSON as Go writes a map[string]interface{}: members sorted by name, numbers in Go's form.
std::string canonicalText(const boost::json::value &value);
std::string canonicalText(const boost::json::object &object);

} // namespace coracle::api::json
