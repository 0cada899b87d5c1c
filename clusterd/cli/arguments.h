#pragma once

#include "core/base/result.h"
#include "core/config/settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace coracle::cli {

/// One option of a command line.
struct Argument {
    std::string_view name; ///< without dashes
    char shortName = 0;
    bool takesValue = true; ///< false: a switch; `--name=false` turns it off
    bool list = false;
    bool hidden = false;
    std::string_view help, defaultText, environment, section;
};

struct ParsedArguments {
    config::GivenFlags flags; ///< in the order of the specification; of single options the last value
    std::vector<std::string> positionals;
    bool help = false; ///< --help or -h was given

    /// The value of an option, or the other text.
    std::string value(std::string_view name, std::string absent = {}) const;
    std::vector<std::string> values(std::string_view name) const;
    bool has(std::string_view name) const;
};

/// Reads a command's arguments (CLI11). An unknown flag is an error that names the nearest right one.
Result<ParsedArguments> parseArguments(const std::vector<Argument> &specification,
                                       const std::vector<std::string> &arguments);

/// The table of core/config as arguments of `server` or `agent`.
std::vector<Argument> configArguments(config::Commands command);

/// --help in K3s' form.
struct HelpText {
    std::string command; ///< "clusterd token create"
    std::string purpose; ///< a phrase
    std::string usage;   ///< what comes after the command: "[OPTIONS] [token]"
    std::vector<Argument> arguments;
    std::vector<std::pair<std::string, std::string>> commands; ///< sub-commands and their purposes
};
std::string helpText(const HelpText &help);

} // namespace coracle::cli
