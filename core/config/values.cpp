#include "core/config/values.h"

#include "core/config/cidr.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace coracle::config {

namespace {

Failure expected(std::string_view text, std::string_view what) {
    return errors::other(fmt::format("\"{}\" is not {}", text, what));
}

bool isAlphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A label's value or the name part of its key: at most 63 characters, ends alphanumeric.
bool isLabelWord(std::string_view text) {
    return !text.empty() && text.size() <= 63 && isAlphanumeric(text.front()) && isAlphanumeric(text.back()) &&
           std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool isLabelKey(std::string_view key) {
    const size_t slash = key.find('/');
    return slash == key.npos ? isLabelWord(key)
                             : parseDnsName(key.substr(0, slash)) && isLabelWord(key.substr(slash + 1));
}

std::string_view trim(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t\r\n");
    return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The next unit of a Go duration in nanoseconds, taken off the text; 0: none.
double takeUnit(std::string_view &text) {
    static constexpr std::pair<std::string_view, double> kUnits[] = {{"ns", 1},  {"us", 1e3}, {"µs", 1e3},  {"ms", 1e6},
                                                                     {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    for (auto [name, nanoseconds] : kUnits)
        if (text.starts_with(name) && !(name == "m" && text.starts_with("ms"))) {
            text.remove_prefix(name.size());
            return nanoseconds;
        }
    return 0;
}

} // namespace

Result<bool> parseBool(std::string_view text) {
    for (std::string_view yes : {"true", "True", "TRUE", "t", "T", "1"})
        if (text == yes)
            return true;
    for (std::string_view no : {"false", "False", "FALSE", "f", "F", "0"})
        if (text == no)
            return false;
    return expected(text, "true or false");
}

Result<int64_t> parseInteger(std::string_view text, int64_t least, int64_t most) {
    int64_t value = 0;
    auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size() || value < least || value > most)
        return expected(text, fmt::format("a number from {} to {}", least, most));
    return value;
}

Result<uint16_t> parsePort(std::string_view text) {
    auto value = parseInteger(text, 0, 65535);
    if (!value)
        return expected(text, "a port number (0 to 65535)");
    return static_cast<uint16_t>(*value);
}

Result<PortRange> parsePortRange(std::string_view text) {
    const size_t dash = text.find('-');
    if (dash != text.npos) {
        auto first = parseInteger(text.substr(0, dash), 1, 65535);
        auto last = parseInteger(text.substr(dash + 1), 1, 65535);
        if (first && last && *first <= *last)
            return PortRange{static_cast<uint16_t>(*first), static_cast<uint16_t>(*last)};
    }
    return expected(text, "a port range such as 30000-32767");
}

Result<std::chrono::nanoseconds> parseDuration(std::string_view text) {
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+'))
        rest.remove_prefix(1);
    if (rest == "0")
        return std::chrono::nanoseconds(0);
    double total = 0;
    bool valid = !rest.empty();
    while (valid && !rest.empty()) {
        double number = 0;
        auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
        valid = error == std::errc() && number >= 0 && (isAlphanumeric(rest[0]) || rest[0] == '.');
        rest.remove_prefix(valid ? static_cast<size_t>(stop - rest.data()) : 0);
        const double unit = valid ? takeUnit(rest) : 0;
        total += number * unit;
        valid = unit > 0 && total < 9.2e18;
    }
    if (!valid)
        return expected(text, "a duration such as 90s, 5m or 1h30m");
    const auto nanoseconds = static_cast<int64_t>(std::llround(total));
    return std::chrono::nanoseconds(negative ? -nanoseconds : nanoseconds);
}

Result<mode_t> parseFileMode(std::string_view text) {
    unsigned mode = 0;
    auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error != std::errc() || stop != text.data() + text.size() || mode > 0777)
        return expected(text, "an octal file mode such as 0600 or 644");
    return static_cast<mode_t>(mode);
}

Result<std::pair<std::string, std::string>> parseLabel(std::string_view text) {
    const size_t equals = text.find('=');
    const std::string_view key = text.substr(0, equals);
    const std::string_view value = equals == text.npos ? std::string_view() : text.substr(equals + 1);
    if (!isLabelKey(key) || (!value.empty() && !isLabelWord(value)))
        return expected(text, "a label such as example.com/zone=a");
    return std::pair(std::string(key), std::string(value));
}

Result<Taint> parseTaint(std::string_view text) {
    const size_t colon = text.rfind(':');
    if (colon != text.npos) {
        const std::string_view effect = text.substr(colon + 1);
        auto label = parseLabel(text.substr(0, colon));
        if (label && (effect == "NoSchedule" || effect == "PreferNoSchedule" || effect == "NoExecute"))
            return Taint{std::move(label->first), std::move(label->second), std::string(effect)};
    }
    return expected(text, "a taint such as key=value:NoSchedule (or :PreferNoSchedule, :NoExecute)");
}

Result<ComponentArgument> parseComponentArgument(std::string_view text) {
    const size_t begin = std::min(text.find_first_not_of('-'), text.size());
    std::string_view name = text.substr(begin);
    ComponentArgument argument;
    argument.value = "true";
    if (const size_t equals = name.find('='); equals != name.npos) {
        argument.value = name.substr(equals + 1);
        name = name.substr(0, equals);
        if (name.ends_with('+'))
            argument.mode = ComponentArgument::Mode::Append;
        else if (name.ends_with('-'))
            argument.mode = ComponentArgument::Mode::Prepend;
        if (argument.mode != ComponentArgument::Mode::Replace)
            name.remove_suffix(1);
    }
    if (name.empty() || !std::ranges::all_of(name, [](char c) { return isAlphanumeric(c) || c == '-' || c == '_'; }))
        return expected(text, "an argument such as max-pods=50");
    argument.name = name;
    return argument;
}

Result<std::string> parseDnsName(std::string_view text) {
    bool valid = !text.empty() && text.size() <= 253;
    for (size_t begin = 0; valid && begin <= text.size();) {
        const size_t end = std::min(text.find('.', begin), text.size());
        const std::string_view label = text.substr(begin, end - begin);
        valid = !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
                std::ranges::all_of(
                    label, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
        begin = end + 1;
    }
    if (!valid)
        return expected(text, "a name of lower-case letters, digits, '-' and '.'");
    return std::string(text);
}

Result<std::string> parseServerUrl(std::string_view text) {
    auto bad = [&] { return expected(text, "a server's address such as https://192.0.2.7:6443"); };
    static constexpr std::string_view kScheme = "https://";
    if (!text.starts_with(kScheme))
        return bad();
    std::string_view host = text.substr(kScheme.size());
    if (host.ends_with('/'))
        host.remove_suffix(1);
    const size_t colon = host.rfind(':');
    if (colon != host.npos && host.find(']', colon) == host.npos) {
        auto port = parsePort(host.substr(colon + 1));
        if (!port || *port == 0)
            return bad();
        host = host.substr(0, colon);
    }
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed ? !Address::parse(host.substr(1, host.size() - 2)) : !parseDnsName(host))
        return bad();
    return std::string(text.ends_with('/') ? text.substr(0, text.size() - 1) : text);
}

std::vector<std::string> splitCommas(std::string_view text) {
    std::vector<std::string> parts;
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        if (const std::string_view part = trim(text.substr(begin, end - begin)); !part.empty())
            parts.emplace_back(part);
        begin = end + 1;
    }
    return parts;
}

} // namespace coracle::config
