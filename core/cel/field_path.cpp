#include "core/cel/rule_tree.h"
#include "core/cel/schema_type.h"

#include <boost/json/object.hpp>

namespace coracle::cel {

namespace {

/// The next part of a path: ".name" or "['key']"; nothing when it is neither.
std::optional<std::string> nextPart(std::string_view &rest) {
    static constexpr std::string_view kFrom = "abfnrtv'\\", kTo = "\a\b\f\n\r\t\v'\\";
    std::string part;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        const size_t length = std::min(rest.find_first_of(".[]"), rest.size());
        part = rest.substr(0, length);
        rest.remove_prefix(length);
        return part.empty() ? std::nullopt : std::optional(std::move(part));
    }
    if (!rest.starts_with("['"))
        return std::nullopt;
    rest.remove_prefix(2);
    while (!rest.empty() && rest[0] != '\'') {
        if (rest[0] == '\\') {
            const size_t escape = rest.size() > 1 ? kFrom.find(rest[1]) : kFrom.npos;
            if (escape == kFrom.npos)
                return std::nullopt;
            part += kTo[escape];
            rest.remove_prefix(2);
        } else {
            part += rest[0];
            rest.remove_prefix(1);
        }
    }
    if (!rest.starts_with("']"))
        return std::nullopt;
    rest.remove_prefix(2);
    return part;
}

} // namespace

std::optional<std::string> normalizeFieldPath(std::string_view path, const boost::json::object &schema) {
    const boost::json::object *at = &schema;
    std::string out;
    while (!path.empty()) {
        const auto part = nextPart(path);
        if (!part)
            return std::nullopt;
        if (const auto *properties = schemaPart(*at, "properties")) {
            at = schemaPart(*properties, *part);
            out += (out.empty() ? "" : ".") + *part;
        } else {
            at = schemaPart(*at, "additionalProperties");
            out += '[' + *part + ']';
        }
        if (!at)
            return std::nullopt;
    }
    return out;
}

} // namespace coracle::cel
