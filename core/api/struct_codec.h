#pragma once

#include "core/api/json_reader.h"
#include "core/api/struct_types.h"

#include <cstddef>
#include <span>
#include <type_traits>

/// How the generated structs are read and written: each has a table of its members (StructInfo), and one interpreter
/// goes through the tables. Only the generated sources and core/api itself include this.
namespace coracle::api {

/// Reading, writing and the test for emptiness of one C++ type, without its type.
struct MemberOps {
    bool (*read)(JsonReader &reader, void *member); ///< never sees null
    void (*write)(std::string &out, const void *member);
    bool (*empty)(const void *member); ///< as Go's omitempty has it
};

struct Member {
    std::string_view name;
    const MemberOps *ops;
    uint16_t offset;
    bool omitEmpty;
};

struct StructInfo {
    std::string_view apiVersion, kind; ///< of kinds only
    std::span<const Member> members;
};

bool readStruct(JsonReader &reader, void *object, const StructInfo &info);
void writeStruct(std::string &out, const void *object, const StructInfo &info);

bool readValue(JsonReader &reader, std::string &value);
bool readValue(JsonReader &reader, bool &value);
bool readValue(JsonReader &reader, int32_t &value);
bool readValue(JsonReader &reader, int64_t &value);
bool readValue(JsonReader &reader, double &value);
bool readValue(JsonReader &reader, Bytes &value);
bool readValue(JsonReader &reader, Quantity &value);
bool readValue(JsonReader &reader, IntOrString &value);
bool readValue(JsonReader &reader, Time &value);
bool readValue(JsonReader &reader, MicroTime &value);
bool readValue(JsonReader &reader, DurationText &value);
bool readValue(JsonReader &reader, RawJson &value);

void writeValue(std::string &out, const std::string &value);
void writeValue(std::string &out, bool value);
void writeValue(std::string &out, int32_t value);
void writeValue(std::string &out, int64_t value);
void writeValue(std::string &out, double value);
void writeValue(std::string &out, const Bytes &value);
void writeValue(std::string &out, const Quantity &value);
void writeValue(std::string &out, const IntOrString &value);
void writeValue(std::string &out, const Time &value);
void writeValue(std::string &out, const MicroTime &value);
void writeValue(std::string &out, const DurationText &value);
void writeValue(std::string &out, const RawJson &value);

/// One level of a list or map; null elements read as empty ones, as in Go.
bool expectArray(JsonReader &reader);
bool expectObject(JsonReader &reader);
bool takeNull(JsonReader &reader);
bool failedIn(JsonReader &reader, size_t index);
bool failedIn(JsonReader &reader, std::string_view key);
void writeKey(std::string &out, std::string_view key);

template<class T>
    requires std::is_same_v<const StructInfo, decltype(T::kStruct)>
bool readValue(JsonReader &reader, T &value) {
    return readStruct(reader, &value, T::kStruct);
}

template<class T>
    requires std::is_same_v<const StructInfo, decltype(T::kStruct)>
void writeValue(std::string &out, const T &value) {
    writeStruct(out, &value, T::kStruct);
}

template<class T>
bool readValue(JsonReader &reader, std::optional<T> &value) {
    return readValue(reader, value.emplace());
}

template<class T>
bool readValue(JsonReader &reader, Ptr<T> &value) {
    return readValue(reader, value.ensure());
}

template<class T>
bool readValue(JsonReader &reader, std::vector<T> &value) {
    if (!expectArray(reader))
        return false;
    value.clear();
    while (reader.nextElement()) {
        // std::vector<bool> has no references; the API has no long lists of bool.
        T element{};
        if (!takeNull(reader) && !readValue(reader, element))
            return failedIn(reader, value.size());
        value.push_back(std::move(element));
    }
    return reader.ok();
}

template<class T>
bool readValue(JsonReader &reader, std::map<std::string, T, std::less<>> &value) {
    if (!expectObject(reader))
        return false;
    value.clear();
    std::string_view key;
    while (reader.nextMember(key)) {
        auto entry = value.try_emplace(std::string(key)).first;
        if (!takeNull(reader) && !readValue(reader, entry->second))
            return failedIn(reader, entry->first);
    }
    return reader.ok();
}

template<class T>
void writeValue(std::string &out, const std::optional<T> &value) {
    value ? writeValue(out, *value) : void(out += "null");
}

template<class T>
void writeValue(std::string &out, const Ptr<T> &value) {
    value ? writeValue(out, *value) : void(out += "null");
}

template<class T>
void writeValue(std::string &out, const std::vector<T> &value) {
    out += '[';
    for (const auto &element : value) {
        writeValue(out, element);
        out += ',';
    }
    value.empty() ? void(out += ']') : void(out.back() = ']');
}

template<class T>
void writeValue(std::string &out, const std::map<std::string, T, std::less<>> &value) {
    out += '{';
    for (const auto &[key, element] : value) {
        writeKey(out, key);
        writeValue(out, element);
        out += ',';
    }
    value.empty() ? void(out += '}') : void(out.back() = '}');
}

template<class T>
bool isEmpty(const T &value) {
    if constexpr (requires { value.isZero(); } && !std::is_same_v<T, Quantity>)
        return value.isZero();
    else if constexpr (std::is_arithmetic_v<T>)
        return value == T();
    else if constexpr (requires { value.has_value(); })
        return !value.has_value();
    else if constexpr (requires { value.get(); }) // Ptr
        return !value;
    else if constexpr (requires { value.empty(); })
        return value.empty();
    else
        return false; // a struct by value is always written
}

template<class T>
inline constexpr MemberOps kMemberOps = {
    [](JsonReader &reader, void *member) { return readValue(reader, *static_cast<T *>(member)); },
    [](std::string &out, const void *member) { writeValue(out, *static_cast<const T *>(member)); },
    [](const void *member) { return isEmpty(*static_cast<const T *>(member)); },
};

} // namespace coracle::api
