#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace coracle::api {

/// The value of a plain YAML scalar: null, bool, number or text, by the rules of YAML 1.1 as Go's yaml.v2 has them.
boost::json::value resolveYamlScalar(std::string_view text);

} // namespace coracle::api
