#pragma once

#include "core/api/object.h"
#include "core/api/struct_types.h"
#include "core/base/result.h"

#include <boost/json/fwd.hpp>
#include <concepts>
#include <string>
#include <string_view>

/// Conversion between the generated structs (core/api/types/) and JSON. Reading is lenient as Go's decoder is: unknown
/// members are passed over, null leaves a member empty, map and list elements replace what was there; a value of a
/// wrong JSON type is an error that names its path.
namespace coracle::api {

Result<> decodeStruct(std::string_view json, void *object, const StructInfo &info);
Result<> decodeStruct(const boost::json::value &json, void *object, const StructInfo &info);
Result<> decodeStruct(const boost::json::object &json, void *object, const StructInfo &info);
std::string encodeStruct(const void *object, const StructInfo &info);
boost::json::value encodeStructToValue(const void *object, const StructInfo &info);

template<class T>
Result<T> decode(std::string_view json) {
    T object{};
    CHECK(decodeStruct(json, &object, T::kStruct));
    return object;
}

template<class T>
Result<T> decode(const Object &object) {
    return decode<T>(std::string_view(object.json()));
}

template<class T, class Json>
    requires std::same_as<Json, boost::json::value> || std::same_as<Json, boost::json::object>
Result<T> decode(const Json &json) {
    T object{};
    CHECK(decodeStruct(json, &object, T::kStruct));
    return object;
}

/// Compact JSON; kinds have apiVersion and kind.
template<class T>
std::string encode(const T &object) {
    return encodeStruct(&object, T::kStruct);
}

/// As encode(), as a tree. Needs <boost/json/value.hpp> where it is called.
template<class T>
auto encodeToValue(const T &object) {
    return encodeStructToValue(&object, T::kStruct);
}

} // namespace coracle::api
