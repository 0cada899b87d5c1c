#include "core/api/canonical_json.h"

#include "core/api/json_writer.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/json/value.hpp>

namespace coracle::api::json {

namespace {

namespace bj = boost::json;

void append(std::string &out, const bj::value &value);

void appendObject(std::string &out, const bj::object &object) {
    boost::container::small_vector<const bj::key_value_pair *, 32> members;
    members.reserve(object.size());
    for (const bj::key_value_pair &member : object)
        members.push_back(&member);
    const auto byName = [](const auto *member) { return std::string_view(member->key()); };
    if (!std::ranges::is_sorted(members, {}, byName))
        std::ranges::sort(members, {}, byName);
    out += '{';
    for (size_t i = 0; i < members.size(); ++i) {
        if (i > 0)
            out += ',';
        appendString(out, members[i]->key());
        out += ':';
        append(out, members[i]->value());
    }
    out += '}';
}

void append(std::string &out, const bj::value &value) {
    switch (value.kind()) {
    case bj::kind::object:
        return appendObject(out, value.get_object());
    case bj::kind::array:
        out += '[';
        for (const bj::value &item : value.get_array()) {
            if (&item != value.get_array().data())
                out += ',';
            append(out, item);
        }
        out += ']';
        return;
    case bj::kind::string:
        return appendString(out, value.get_string());
    case bj::kind::int64:
        return appendInt(out, value.get_int64());
    case bj::kind::uint64:
        out += std::to_string(value.get_uint64());
        return;
    case bj::kind::double_:
        return appendDouble(out, value.get_double());
    case bj::kind::bool_:
        out += value.get_bool() ? "true" : "false";
        return;
    case bj::kind::null:
        out += "null";
        return;
    }
}

} // namespace

std::string canonicalText(const bj::value &value) {
    std::string out;
    append(out, value);
    return out;
}

std::string canonicalText(const bj::object &object) {
    std::string out;
    appendObject(out, object);
    return out;
}

} // namespace coracle::api::json
