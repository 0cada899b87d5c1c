#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <span>
#include <string_view>

/// The defaults that are more than a constant. A rule runs on each object of its type after the constants of that type
/// and before the members' own defaults, so that it sees what the user wrote inside them.
namespace coracle::api {

struct DefaultRule {
    std::string_view package, type;
    void (*apply)(boost::json::object &object);
};

std::span<const DefaultRule> podDefaultRules();
std::span<const DefaultRule> coreDefaultRules();
std::span<const DefaultRule> workloadDefaultRules();
std::span<const DefaultRule> otherDefaultRules();

/// Small readers of trees that tolerate absence and wrong types.
namespace tree {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Null when absent, null or not an object.
inline object *objectAt(object &parent, std::string_view key) {
    value *member = parent.if_contains(key);
    return member ? member->if_object() : nullptr;
}

inline array *arrayAt(object &parent, std::string_view key) {
    value *member = parent.if_contains(key);
    return member ? member->if_array() : nullptr;
}

/// Empty when absent or not a string.
inline std::string_view textAt(const object &parent, std::string_view key) {
    const value *member = parent.if_contains(key);
    const auto *text = member ? member->if_string() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

inline bool isTrue(const object &parent, std::string_view key) {
    const value *member = parent.if_contains(key);
    return member && member->is_bool() && member->get_bool();
}

/// Neither absent nor null.
inline bool has(const object &parent, std::string_view key) {
    const value *member = parent.if_contains(key);
    return member && !member->is_null();
}

/// Absent, null, "", 0, false, [] or {}.
bool isUnset(const object &parent, std::string_view key);

/// The member as an object, made empty where it is absent; null when it is something else.
inline object *ensureObject(object &parent, std::string_view key) {
    value &member = parent[key];
    if (member.is_null())
        member.emplace_object();
    return member.if_object();
}

inline void setIfUnset(object &parent, std::string_view key, value content) {
    if (isUnset(parent, key))
        parent[key] = std::move(content);
}

inline void setIfAbsent(object &parent, std::string_view key, value content) {
    if (!has(parent, key))
        parent[key] = std::move(content);
}

/// Calls visit for every element that is an object.
template<class Visit>
void eachObject(object &parent, std::string_view key, Visit visit) {
    if (array *items = arrayAt(parent, key)) {
        for (value &item : *items) {
            if (object *element = item.if_object())
                visit(*element);
        }
    }
}

} // namespace tree
} // namespace coracle::api
