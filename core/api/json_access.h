#pragma once

#include <algorithm>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string_view>

/// Reading from JSON that may lack anything or have wrong types. Included by sources only.
namespace coracle::api::json {

/// The member, or null where there is no such object, no such member or only a null.
inline const boost::json::value *member(const boost::json::value *parent, std::string_view name) {
    const auto *object = parent ? parent->if_object() : nullptr;
    const auto *value = object ? object->if_contains(name) : nullptr;
    return value && !value->is_null() ? value : nullptr;
}

inline const boost::json::value *member(const boost::json::object &parent, std::string_view name) {
    const auto *value = parent.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
}

inline const boost::json::value *at(const boost::json::object &object, std::initializer_list<std::string_view> path) {
    const boost::json::value *value = nullptr;
    for (auto name = path.begin(); name != path.end(); ++name)
        value = name == path.begin() ? member(object, *name) : member(value, *name);
    return value;
}

/// Empty when it is no string.
inline std::string_view text(const boost::json::value *value) {
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

inline int64_t integer(const boost::json::value *value, int64_t otherwise = 0) {
    return !value                                                             ? otherwise
           : value->is_int64()                                                ? value->get_int64()
           : value->is_uint64() && value->get_uint64() <= uint64_t(INT64_MAX) ? int64_t(value->get_uint64())
                                                                              : otherwise;
}

inline bool isTrue(const boost::json::value *value) {
    return value && value->is_bool() && value->get_bool();
}

/// The items of a list; empty when it is none.
inline const boost::json::array &items(const boost::json::value *value) {
    static const boost::json::array kNone;
    return value && value->is_array() ? value->get_array() : kNone;
}

/// The members of an object; empty when it is none.
inline const boost::json::object &members(const boost::json::value *value) {
    static const boost::json::object kNone;
    return value && value->is_object() ? value->get_object() : kNone;
}

/// False where a number was too large for a double: Boost.JSON makes an infinity or NaN of it, which is no JSON.
inline bool isFinite(const boost::json::value &value) {
    if (const auto *object = value.if_object())
        return std::ranges::all_of(*object, [](const auto &member) { return isFinite(member.value()); });
    if (const auto *list = value.if_array())
        return std::ranges::all_of(*list, [](const auto &item) { return isFinite(item); });
    return !value.is_double() || std::isfinite(value.get_double());
}

} // namespace coracle::api::json
