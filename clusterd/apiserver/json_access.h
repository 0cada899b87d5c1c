#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

/// Reads of JSON objects that may lack anything: absent, null and members of another type read as empty. The schema has
/// checked the types before; these functions only keep the callers short.
namespace coracle::apiserver {

using JsonObject = boost::json::object;
using JsonArray = boost::json::array;
using JsonValue = boost::json::value;

inline const JsonObject kNoObject;
inline const JsonArray kNoArray;

/// The member at a path of names, or null when it is absent or JSON null.
inline const JsonValue *memberAt(const JsonObject &object, std::string_view name) {
    const JsonValue *value = object.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
}
template<class... Rest>
    requires(sizeof...(Rest) > 0)
const JsonValue *memberAt(const JsonObject &object, std::string_view name, Rest... rest) {
    const JsonValue *value = object.if_contains(name);
    return value && value->is_object() ? memberAt(value->get_object(), std::string_view(rest)...) : nullptr;
}

inline const JsonObject &asObject(const JsonValue &value) {
    return value.is_object() ? value.get_object() : kNoObject;
}
inline std::string_view asText(const JsonValue &value) {
    return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}
inline int64_t asInt(const JsonValue &value) {
    return value.is_int64() ? value.get_int64() : value.is_uint64() ? static_cast<int64_t>(value.get_uint64()) : 0;
}

template<class... Path>
const JsonObject &objectAt(const JsonObject &object, Path... path) {
    const JsonValue *value = memberAt(object, std::string_view(path)...);
    return value ? asObject(*value) : kNoObject;
}
template<class... Path>
const JsonArray &arrayAt(const JsonObject &object, Path... path) {
    const JsonValue *value = memberAt(object, std::string_view(path)...);
    return value && value->is_array() ? value->get_array() : kNoArray;
}
template<class... Path>
std::string_view textAt(const JsonObject &object, Path... path) {
    const JsonValue *value = memberAt(object, std::string_view(path)...);
    return value ? asText(*value) : std::string_view();
}
template<class... Path>
int64_t intAt(const JsonObject &object, Path... path) {
    const JsonValue *value = memberAt(object, std::string_view(path)...);
    return value ? asInt(*value) : 0;
}
template<class... Path>
bool flagAt(const JsonObject &object, Path... path) {
    const JsonValue *value = memberAt(object, std::string_view(path)...);
    return value && value->is_bool() && value->get_bool();
}
/// An object is there, if only an empty one.
template<class... Path>
bool hasAt(const JsonObject &object, Path... path) {
    return memberAt(object, std::string_view(path)...) != nullptr;
}

/// The member as an object, made empty first where it is not one.
inline JsonObject &ensureObject(JsonObject &object, std::string_view name) {
    JsonValue &value = object[name];
    return value.is_object() ? value.get_object() : value.emplace_object();
}
inline JsonArray &ensureArray(JsonObject &object, std::string_view name) {
    JsonValue &value = object[name];
    return value.is_array() ? value.get_array() : value.emplace_array();
}
/// Gives `to` the member that `from` has, or takes it away when `from` has none.
inline void copyMember(JsonObject &to, const JsonObject &from, std::string_view name) {
    if (const JsonValue *value = from.if_contains(name))
        to[name] = *value;
    else
        to.erase(name);
}
/// Whether both have the same member, where absent, null and empty count as the same.
inline bool isEmptyJson(const JsonValue *value) {
    return !value || value->is_null() || (value->is_string() && value->get_string().empty()) ||
           (value->is_array() && value->get_array().empty()) || (value->is_object() && value->get_object().empty());
}
inline bool sameMember(const JsonObject &a, const JsonObject &b, std::string_view name) {
    const JsonValue *x = a.if_contains(name), *y = b.if_contains(name);
    if (isEmptyJson(x) || isEmptyJson(y))
        return isEmptyJson(x) && isEmptyJson(y);
    return *x == *y;
}

} // namespace coracle::apiserver
