#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace coracle::test {

/// Holds a value against a schema of an OpenAPI 3.0 document: types, required members, enums, references. Members that
/// the schema does not name are wrong, too. What is wrong is told with its place.
std::vector<std::string> checkSchema(const boost::json::object &document, const boost::json::value &schema,
                                     const boost::json::value &value, const std::string &place = "$");

/// The schema of an answer: of a path, method and code, as JSON.
const boost::json::value *answerSchema(const boost::json::object &document, std::string_view path,
                                       std::string_view method, std::string_view code);

} // namespace coracle::test
