#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// The one table of what can be configured. Flags, the keys of config.yaml, environment variables, --help and the
/// reference in docs/ all come from it.
namespace coracle::config {

/// The commands that an option belongs to, as bits.
enum Commands : uint8_t { kServer = 1, kAgent = 2, kBoth = kServer | kAgent };

enum class OptionType : uint8_t {
    Text,
    Bool,
    Integer,
    Port,
    PortRange,
    Cidr,
    Address,
    Duration,
    FileMode,
    Path,
    ServerUrl,
    Label,
    Taint,
    DnsName,
    Choice,            ///< one of OptionInfo::choices
    ComponentArgument, ///< "flag=value" for a component
};

/// How far this version goes with an option.
enum class Support : uint8_t {
    Works,
    NoEffect, ///< accepted, because nothing is lost without it; start-up says so in the log
    Later,    ///< an error: going on without what was asked for would deceive the user
};

struct OptionInfo {
    std::string_view name; ///< the flag without dashes, and the key
    char shortName = 0;    ///< 'd' for -d; 0: none
    OptionType type = OptionType::Text;
    uint8_t commands = kBoth;
    bool list = false;        ///< may be given several times
    bool splitCommas = false; ///< of lists: one text may hold several values
    bool hidden = false;      ///< works, but --help leaves it out
    bool secret = false;      ///< never printed
    Support support = Support::Works;
    std::string_view
        environment; ///< without prefix: "TOKEN" is CLUSTERD_TOKEN and K3S_TOKEN; "AWS_..." stands as it is
    std::string_view defaultText; ///< the default, or words for one that is worked out
    std::string_view choices;     ///< "a|b|c"
    std::string_view section;     ///< heading in --help; set by allOptions()
    std::string_view help;        ///< a phrase, lower-case, no period
};

/// All options, in the order of --help.
const std::vector<OptionInfo> &allOptions();
/// Null when no command has it.
const OptionInfo *findOption(std::string_view name);
/// The names that a command takes, for looking up the nearest one.
std::vector<std::string_view> optionNames(Commands command);

namespace detail {
struct OptionSection {
    std::string_view title;
    std::span<const OptionInfo> options;
};
std::vector<OptionSection> clusterOptions(); ///< options_cluster.cpp
std::vector<OptionSection> nodeOptions();    ///< options_node.cpp
} // namespace detail

} // namespace coracle::config
