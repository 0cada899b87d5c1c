#include "core/config/settings.h"

#include "core/config/nearest.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace coracle::config {

namespace {

struct FromEnvironment {
    std::string name, value;
};

std::optional<FromEnvironment> lookUp(const OptionInfo &option, const Environment &environment) {
    if (option.environment.empty())
        return std::nullopt;
    std::vector<std::string> names;
    if (option.environment.starts_with("AWS_"))
        names.emplace_back(option.environment);
    else
        for (std::string_view prefix : kEnvironmentPrefixes)
            names.push_back(fmt::format("{}{}", prefix, option.environment));
    for (std::string &name : names)
        if (auto value = environment(name); value && !value->empty())
            return FromEnvironment{std::move(name), std::move(*value)};
    return std::nullopt;
}

Failure unknownKey(Commands command, const std::string &key, const std::string &origin) {
    const std::string_view near = nearestName(key, optionNames(command));
    return errors::other(near.empty() ? fmt::format("{}: unknown key \"{}\"", origin, key)
                                      : fmt::format("{}: unknown key \"{}\"; did you mean \"{}\"?", origin, key, near));
}

/// A single value from a list is its last one, as if the flag had been given again and again.
void put(std::map<std::string, Setting, std::less<>> &settings, const OptionInfo &option, Setting setting) {
    if (setting.values.empty())
        return;
    if (!option.list && setting.values.size() > 1)
        setting.values.erase(setting.values.begin(), setting.values.end() - 1);
    settings.insert_or_assign(std::string(option.name), std::move(setting));
}

} // namespace

Environment processEnvironment() {
    return [](const std::string &name) -> std::optional<std::string> {
        const char *value = std::getenv(name.c_str());
        return value ? std::optional<std::string>(value) : std::nullopt;
    };
}

Failure unknownFlag(Commands command, std::string_view flag) {
    const size_t begin = std::min(flag.find_first_not_of('-'), flag.size());
    const std::string_view word = flag.substr(begin, flag.find('=') - begin);
    const std::string_view near = nearestName(word, optionNames(command));
    const std::string_view dashes = flag.substr(0, begin);
    return errors::other(near.empty()
                             ? fmt::format("unknown flag \"{}{}\"", dashes, word)
                             : fmt::format("unknown flag \"{}{}\"; did you mean \"--{}\"?", dashes, word, near));
}

Result<Settings> Settings::resolve(Commands command, const Product &product, const GivenFlags &flags,
                                   const Environment &environment, const FileOverlay &overlay) {
    Settings settings;
    for (const OptionInfo &option : allOptions())
        if (option.commands & command)
            if (auto found = lookUp(option, environment))
                put(settings.m_settings, option,
                    {{std::move(found->value)}, found->name, Setting::From::Environment, found->name});

    std::map<std::string, std::vector<std::string>, std::less<>> given;
    for (const auto &[name, value] : flags) {
        const OptionInfo *option = findOption(name);
        if (!option || !(option->commands & command))
            return unknownFlag(command, "--" + name);
        given[std::string(option->name)].push_back(value);
    }

    // The variable counts before the flag here, as in K3s.
    const Setting *explicitFile = settings.find("config");
    const bool isExplicit = explicitFile || given.contains("config");
    settings.m_configFile = explicitFile               ? std::filesystem::path(explicitFile->values[0])
                            : given.contains("config") ? std::filesystem::path(given["config"].back())
                                                       : product.configFile();
    TRY(ConfigFiles read, readConfigFiles(settings.m_configFile, isExplicit ? MustExist::Yes : MustExist::No, overlay));
    settings.m_files = std::move(read.files);
    for (auto &[key, entry] : read.entries) {
        const OptionInfo *option = findOption(key);
        if (!option)
            return unknownKey(command, key, entry.origin);
        if (option->commands & command)
            put(settings.m_settings, *option,
                {std::move(entry.values), fmt::format("{} in {}", key, entry.origin),
                 entry.file == settings.m_configFile ? Setting::From::File : Setting::From::DropIn,
                 entry.file.string()});
    }
    for (auto &[name, values] : given)
        put(settings.m_settings, *findOption(name), {std::move(values), "--" + name, Setting::From::Flag, "--" + name});
    return settings;
}

const Setting *Settings::find(std::string_view option) const {
    auto found = m_settings.find(option);
    return found == m_settings.end() ? nullptr : &found->second;
}

std::vector<std::string> Settings::warnings() const {
    std::vector<std::string> sentences;
    for (const auto &[name, setting] : m_settings)
        if (findOption(name)->support == Support::NoEffect)
            sentences.push_back(fmt::format("{} has no effect in this version", setting.origin));
    return sentences;
}

} // namespace coracle::config
