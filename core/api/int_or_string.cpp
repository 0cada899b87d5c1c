#include "core/api/int_or_string.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace coracle::api {

namespace {

std::optional<int32_t> number(std::string_view text) {
    if (text.starts_with('+'))
        text.remove_prefix(1);
    if (text.starts_with('+'))
        return std::nullopt;
    int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace

IntOrString IntOrString::parse(std::string_view text) {
    if (const auto value = number(text))
        return *value;
    return std::string(text);
}

int32_t IntOrString::intValue() const {
    if (const auto *value = std::get_if<int32_t>(&m_value))
        return *value;
    return number(std::get<std::string>(m_value)).value_or(0);
}

std::string_view IntOrString::stringValue() const {
    const auto *value = std::get_if<std::string>(&m_value);
    return value ? std::string_view(*value) : std::string_view();
}

std::string IntOrString::text() const {
    return isInt() ? std::to_string(std::get<int32_t>(m_value)) : std::get<std::string>(m_value);
}

Result<int32_t> IntOrString::scaled(int32_t total, Rounding rounding) const {
    if (isInt())
        return std::get<int32_t>(m_value);
    std::string_view text = stringValue();
    if (!text.ends_with('%'))
        return errors::badRequest("invalid value for IntOrString: invalid type: string is not a percentage");
    text.remove_suffix(1);
    const auto percent = number(text);
    if (!percent)
        return errors::badRequest(
            fmt::format("invalid value for IntOrString: invalid value \"{}\": not a number", stringValue()));
    const int64_t product = int64_t(*percent) * total;
    int64_t result = product / 100;
    if (product % 100 != 0) {
        if (rounding == Rounding::Up && product > 0)
            ++result;
        else if (rounding == Rounding::Down && product < 0)
            --result;
    }
    return int32_t(
        std::clamp<int64_t>(result, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()));
}

} // namespace coracle::api
