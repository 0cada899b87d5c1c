#pragma once

#include "core/base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// From the text of a setting to its value. The messages quote the text and say what is expected.
namespace coracle::config {

struct PortRange {
    uint16_t first = 0;
    uint16_t last = 0;
    friend bool operator==(const PortRange &, const PortRange &) = default;
};

struct Taint {
    std::string key, value, effect;
    friend bool operator==(const Taint &, const Taint &) = default;
};

/// An argument for a component, from --kubelet-arg and its like: "flag=value" replaces, "flag+=value" appends to and
/// "flag-=value" is put before Coracle's own value; a bare "flag" means true. Leading dashes are dropped.
struct ComponentArgument {
    enum class Mode { Replace, Append, Prepend };
    std::string name, value;
    Mode mode = Mode::Replace;
    friend bool operator==(const ComponentArgument &, const ComponentArgument &) = default;
};

Result<bool> parseBool(std::string_view text);
Result<int64_t> parseInteger(std::string_view text, int64_t least, int64_t most);
Result<uint16_t> parsePort(std::string_view text);
Result<PortRange> parsePortRange(std::string_view text);
/// As Go writes durations: "90s", "1h30m", "1.5h"; "0".
Result<std::chrono::nanoseconds> parseDuration(std::string_view text);
/// Octal: "0600", "644".
Result<mode_t> parseFileMode(std::string_view text);
/// "key=value" or "key", by the rules for label keys and values.
Result<std::pair<std::string, std::string>> parseLabel(std::string_view text);
/// "key=value:Effect" or "key:Effect".
Result<Taint> parseTaint(std::string_view text);
Result<ComponentArgument> parseComponentArgument(std::string_view text);
/// A lower-case DNS name of labels with letters, digits and dashes (RFC 1123 sub-domain).
Result<std::string> parseDnsName(std::string_view text);
/// "https://host[:port]" of a server to join.
Result<std::string> parseServerUrl(std::string_view text);

std::vector<std::string> splitCommas(std::string_view text); ///< trimmed; empty parts are dropped

} // namespace coracle::config
