#pragma once

#include <boost/json/fwd.hpp>
#include <string>

/// JSON values as Go prints them: error messages of kube-apiserver show values that way. Long ones are cut.
namespace coracle::api {

/// %v: map[a:1 b:[x y]]
std::string goText(const boost::json::value &value);
/// %#v: map[string]interface {}{"a":1, "b":[]interface {}{"x", "y"}}
std::string goSyntax(const boost::json::value &value);

} // namespace coracle::api
