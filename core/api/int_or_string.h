#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace coracle::api {

/// A number or a text: a port by number or name, an amount or a percentage (apimachinery intstr.IntOrString).
class IntOrString {
public:
    enum class Rounding : uint8_t { Down, Up };

    IntOrString() = default;
    IntOrString(int32_t value) : m_value(value) {}
    IntOrString(std::string value) : m_value(std::move(value)) {}
    IntOrString(const char *value) : m_value(std::string(value)) {}

    /// A number where the text is one, otherwise the text itself.
    static IntOrString parse(std::string_view text);

    bool isInt() const { return std::holds_alternative<int32_t>(m_value); }
    bool isString() const { return !isInt(); }
    /// The number, or what the text says as a number; 0 when it is none.
    int32_t intValue() const;
    /// The text; empty for a number.
    std::string_view stringValue() const;
    /// The number or the text, as text.
    std::string text() const;

    /// The number itself, or the percentage of total; fails for any other text.
    Result<int32_t> scaled(int32_t total, Rounding rounding) const;

    friend bool operator==(const IntOrString &, const IntOrString &) = default;
    friend auto operator<=>(const IntOrString &, const IntOrString &) = default;

private:
    std::variant<int32_t, std::string> m_value = int32_t(0);
};

} // namespace coracle::api
