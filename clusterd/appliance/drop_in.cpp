#include "clusterd/appliance/drop_in.h"

#include "clusterd/appliance/configuration.h"
#include "core/base/files.h"
#include "core/config/options.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cctype>
#include <fmt/format.h>

namespace coracle::appliance {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kHeading =
    "# Options that were set through the appliance API. It replaces this file; what you "
    "write here\n# by hand stays, as far as it is an option.\n";
constexpr size_t kBytesMax = 1u << 20;

/// Plain where YAML could not take it for something else, else quoted as JSON does.
std::string scalar(const std::string &text) {
    const bool plain = !text.empty() && (std::isalnum(static_cast<unsigned char>(text[0])) || text[0] == '/') &&
                       std::ranges::all_of(text, [](unsigned char c) {
                           return std::isalnum(c) || c == '.' || c == '/' || c == '_' || c == '-' || c == '=';
                       });
    return plain ? text : boost::json::serialize(boost::json::value(text));
}

} // namespace

Result<config::FileEntries> readDropIn(const fs::path &file) {
    std::error_code error;
    if (!fs::exists(file, error))
        return config::FileEntries();
    TRY(const std::string text, readFile(file, kBytesMax));
    return config::parseConfigText(text, file.string());
}

std::string dropInText(const config::FileEntries &entries, DropInSecrets secrets) {
    std::string text(kHeading);
    for (const auto &[key, entry] : entries) {
        const config::OptionInfo *option = config::findOption(key);
        const bool masked = secrets == DropInSecrets::Masked && option && option->secret;
        text += fmt::format("{}{}:", key, entry.appends ? "+" : "");
        if (entry.isList && entry.values.empty())
            text += " []";
        for (const std::string &value : entry.values)
            text +=
                fmt::format("{}{}", entry.isList ? "\n  - " : " ", masked ? scalar(std::string(kMask)) : scalar(value));
        text += '\n';
    }
    return text;
}

} // namespace coracle::appliance
