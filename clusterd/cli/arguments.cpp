#include "clusterd/cli/arguments.h"

#include "core/config/nearest.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <ranges>

namespace coracle::cli {

namespace {

std::string flagNames(const Argument &argument) {
    return argument.shortName ? fmt::format("-{},--{}", argument.shortName, argument.name)
                              : fmt::format("--{}", argument.name);
}

Failure unknownFlag(const std::vector<Argument> &specification, const std::string &given) {
    const size_t begin = std::min(given.find_first_not_of('-'), given.size());
    const std::string word = given.substr(begin, given.find('=') - begin);
    std::vector<std::string_view> names;
    for (const Argument &argument : specification)
        names.push_back(argument.name);
    const std::string_view near = config::nearestName(word, names);
    return errors::other(near.empty() ? fmt::format("unknown flag \"{}{}\"", given.substr(0, begin), word)
                                      : fmt::format("unknown flag \"{}{}\"; did you mean \"--{}\"?",
                                                    given.substr(0, begin), word, near));
}

std::string describe(const Argument &argument) {
    std::string text = fmt::format("   --{}", argument.name);
    if (argument.shortName)
        text += fmt::format(", -{}", argument.shortName);
    if (argument.takesValue)
        text += " value";
    std::string more(argument.help);
    if (!argument.defaultText.empty() && argument.defaultText != "false")
        more += fmt::format(" (default: {})", argument.defaultText);
    if (!argument.environment.empty())
        more += argument.environment.starts_with("AWS_") ? fmt::format(" [${}]", argument.environment)
                                                         : fmt::format(" [$CLUSTERD_{}]", argument.environment);
    return fmt::format("{:<42} {}\n", text, more);
}

} // namespace

std::string ParsedArguments::value(std::string_view name, std::string absent) const {
    for (const auto &[key, value] : flags)
        if (key == name)
            absent = value;
    return absent;
}

std::vector<std::string> ParsedArguments::values(std::string_view name) const {
    std::vector<std::string> all;
    for (const auto &[key, value] : flags)
        if (key == name)
            all.push_back(value);
    return all;
}

bool ParsedArguments::has(std::string_view name) const {
    return std::ranges::any_of(flags, [&](const auto &flag) { return flag.first == name; });
}

Result<ParsedArguments> parseArguments(const std::vector<Argument> &specification,
                                       const std::vector<std::string> &arguments) {
    CLI::App app;
    ParsedArguments parsed;
    std::map<std::string_view, std::vector<std::string>> lists;
    std::map<std::string_view, std::string> switches;
    app.set_help_flag();
    app.add_flag("-h,--help", parsed.help);
    app.allow_extras();
    for (const Argument &argument : specification) {
        if (!argument.takesValue) {
            app.add_flag(flagNames(argument) + "{true}", switches[argument.name])
                ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
            continue;
        }
        CLI::Option *option = app.add_option(flagNames(argument), lists[argument.name]);
        option->expected(1)->allow_extra_args(false);
        option->multi_option_policy(argument.list ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
    }
    std::vector<std::string> reversed; // CLI11 takes them from the back
    for (const std::string &argument : arguments | std::views::reverse) {
        // To CLI11 `--name=` lacks its value; to everybody else the value is empty.
        if (argument.size() > 3 && argument.starts_with("--") && argument.ends_with('=')) {
            reversed.emplace_back();
            reversed.push_back(argument.substr(0, argument.size() - 1));
        } else {
            reversed.push_back(argument);
        }
    }
    try {
        app.parse(std::move(reversed));
    } catch (const CLI::ParseError &e) {
        return errors::other(e.what());
    }
    for (std::string &rest : app.remaining()) {
        if (rest.size() > 1 && rest.starts_with('-') && rest != "--")
            return unknownFlag(specification, rest);
        if (rest != "--")
            parsed.positionals.push_back(std::move(rest));
    }
    for (const Argument &argument : specification) {
        if (const std::string &value = switches[argument.name]; !value.empty())
            parsed.flags.emplace_back(argument.name, value);
        for (std::string &value : lists[argument.name])
            parsed.flags.emplace_back(argument.name, std::move(value));
    }
    return parsed;
}

std::vector<Argument> configArguments(config::Commands command) {
    std::vector<Argument> arguments;
    for (const config::OptionInfo &option : config::allOptions())
        if (option.commands & command)
            arguments.push_back({.name = option.name,
                                 .shortName = option.shortName,
                                 .takesValue = option.type != config::OptionType::Bool,
                                 .list = option.list,
                                 .hidden = option.hidden || option.support != config::Support::Works,
                                 .help = option.help,
                                 .defaultText = option.defaultText,
                                 .environment = option.environment,
                                 .section = option.section});
    return arguments;
}

std::string helpText(const HelpText &help) {
    std::string text =
        fmt::format("NAME:\n   {} - {}\n\nUSAGE:\n   {} {}\n", help.command, help.purpose, help.command, help.usage);
    if (!help.commands.empty())
        text += "\nCOMMANDS:\n";
    for (const auto &[name, purpose] : help.commands)
        text += fmt::format("   {:<16} {}\n", name, purpose);
    text += "\nOPTIONS:\n";
    std::string_view section;
    for (const Argument &argument : help.arguments) {
        if (argument.hidden)
            continue;
        if (argument.section != section)
            text += fmt::format("\n   {}:\n", section = argument.section);
        text += describe(argument);
    }
    return text + describe({.name = "help", .shortName = 'h', .takesValue = false, .help = "show this text"});
}

} // namespace coracle::cli
