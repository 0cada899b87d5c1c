#pragma once

#include <string>
#include <utility>

namespace coracle::api {

/// A value of any shape inside a typed struct (RawExtension, JSON, FieldsV1), kept as compact JSON text, so that the
/// headers of the structs need no JSON library. Empty text: absent.
struct RawJson {
    std::string text;

    RawJson() = default;
    explicit RawJson(std::string json) : text(std::move(json)) {}

    bool empty() const { return text.empty(); }
    bool operator==(const RawJson &) const = default;
};

} // namespace coracle::api
