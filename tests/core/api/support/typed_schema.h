#pragma once

#include "core/api/schema.h"

/// A small type with every kind of list, map and struct that ownership knows.
namespace coracle::test {

inline constexpr std::string_view kPortKeys[] = {"port", "protocol"};

inline constexpr api::FieldInfo kPortFields[] = {
    {.name = "port", .kind = api::ValueKind::Int32},
    {.name = "protocol", .kind = api::ValueKind::String, .omitEmpty = true, .defaultJson = "\"TCP\""},
    {.name = "note", .kind = api::ValueKind::String, .omitEmpty = true},
    {.name = "tags",
     .kind = api::ValueKind::String,
     .container = api::Container::List,
     .omitEmpty = true,
     .listType = api::ListType::Set},
};
inline constexpr api::TypeInfo kPort{.name = "Port", .package = "t/v1", .fields = kPortFields};

inline constexpr api::FieldInfo kPairFields[] = {
    {.name = "x", .kind = api::ValueKind::Int32, .omitEmpty = true},
    {.name = "y", .kind = api::ValueKind::Int32, .omitEmpty = true},
};
inline constexpr api::TypeInfo kPair{.name = "Pair", .package = "t/v1", .fields = kPairFields};
inline constexpr api::TypeInfo kOpenPair{.name = "OpenPair", .package = "t/v1", .fields = kPairFields, .open = true};

inline constexpr api::FieldInfo kThingFields[] = {
    {.name = "apiVersion", .kind = api::ValueKind::String, .omitEmpty = true},
    {.name = "kind", .kind = api::ValueKind::String, .omitEmpty = true},
    {.name = "count", .kind = api::ValueKind::Int32, .omitEmpty = true},
    {.name = "size", .kind = api::ValueKind::Quantity, .omitEmpty = true},
    {.name = "labels", .kind = api::ValueKind::String, .container = api::Container::Map, .omitEmpty = true},
    {.name = "notes",
     .kind = api::ValueKind::String,
     .container = api::Container::Map,
     .omitEmpty = true,
     .atomicMap = true},
    {.name = "names",
     .kind = api::ValueKind::String,
     .container = api::Container::List,
     .omitEmpty = true,
     .listType = api::ListType::Set},
    {.name = "args", .kind = api::ValueKind::String, .container = api::Container::List, .omitEmpty = true},
    {.name = "ports",
     .kind = api::ValueKind::Struct,
     .container = api::Container::List,
     .omitEmpty = true,
     .listType = api::ListType::Map,
     .listMapKeys = kPortKeys,
     .type = &kPort},
    {.name = "pair", .kind = api::ValueKind::Struct, .pointer = true, .omitEmpty = true, .type = &kPair},
    {.name = "whole",
     .kind = api::ValueKind::Struct,
     .pointer = true,
     .omitEmpty = true,
     .atomicMap = true,
     .type = &kPair},
    {.name = "open", .kind = api::ValueKind::Struct, .pointer = true, .omitEmpty = true, .type = &kOpenPair},
    {.name = "raw", .kind = api::ValueKind::Raw, .omitEmpty = true},
};
inline constexpr api::TypeInfo kThing{.name = "Thing", .package = "t/v1", .fields = kThingFields};

} // namespace coracle::test
