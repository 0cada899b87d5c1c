#pragma once

#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::appliance {

/// Takes a request's JSON body apart. What is wrong is collected; finish() tells all of it, members that nobody asked
/// for included.
class BodyReader {
public:
    /// An empty body is an empty object. 400 when it is no JSON object.
    static Result<BodyReader> parse(std::string_view body);
    /// A nested object; path begins the names of fields in messages ("settings").
    BodyReader(boost::json::object body, std::string path) : m_body(std::move(body)), m_path(std::move(path)) {}

    bool has(std::string_view name);
    /// Absent and null are nothing.
    std::optional<std::string> text(std::string_view name, size_t bytesMax = 4096);
    std::string oneOf(std::string_view name, const std::vector<std::string_view> &choices);
    bool flag(std::string_view name, bool absent);
    int64_t integer(std::string_view name, int64_t least, int64_t most, int64_t absent);
    std::vector<std::string> texts(std::string_view name);
    /// Null when it is absent or no object; its own fields are not looked at here.
    const boost::json::object *object(std::string_view name);
    const boost::json::array *array(std::string_view name);

    void fail(std::string_view name, std::string_view reason, std::string message);
    void add(std::vector<StatusCause> causes);
    std::string pathOf(std::string_view name) const;
    /// What was found wrong, unknown members included. Call once, after everything was asked for.
    std::vector<StatusCause> causes();
    /// The same as a 422; the kind is named in its message.
    Result<> finish(std::string_view kind);

private:
    const boost::json::value *member(std::string_view name);

    boost::json::object m_body;
    std::string m_path;
    std::set<std::string, std::less<>> m_asked;
    std::vector<StatusCause> m_causes;
};

/// 422 of a request of this API.
Failure invalidRequest(std::string_view kind, std::vector<StatusCause> causes);

} // namespace coracle::appliance
