#pragma once

#include "core/base/result.h"
#include "core/config/cidr.h"
#include "core/config/settings.h"

#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What a change of the configuration would do, without doing it. Nothing here writes.
namespace coracle::appliance {

/// Where the daemon's configuration comes from, beside its files.
struct ConfigurationSource {
    config::Product product;
    config::GivenFlags flags;
    config::Environment environment;
    config::Settings running; ///< what this process was started with
    /// The networks that this machine is in, for warnings; may be null.
    std::function<std::vector<config::Cidr>()> machineNetworks;

    /// The drop-in that changes are written to. Later ones of the user count before it.
    std::filesystem::path managedFile() const;
    /// What the next start would read.
    Result<config::Settings> onDisk(const config::FileOverlay &overlay = {}) const;
};

/// The new value of an option; nothing: what the drop-in says of it goes.
struct OptionChange {
    std::optional<std::vector<std::string>> values;
    bool appends = false; ///< to what earlier files say (the key gets a '+')
};
using OptionChanges = std::map<std::string, OptionChange, std::less<>>;

struct ChangePlan {
    struct Difference {
        std::string name;
        std::vector<std::string> before, after; ///< effective; empty: the default
    };
    std::vector<StatusCause> errors; ///< of options, "changes.<name>"
    std::vector<std::string> warnings;
    std::vector<Difference> differences;
    std::string file;         ///< the drop-in as it would be
    bool changesFile = false; ///< the drop-in differs from what is there

    bool valid() const { return errors.empty(); }
    /// As the API's ChangePreview, secrets masked.
    boost::json::object json() const;
};

/// Tries the changes against the files as they are now.
ChangePlan planChange(const ConfigurationSource &source, const OptionChanges &changes);

/// The API's Configuration: every option with its value and origin.
Result<boost::json::object> describeConfiguration(const ConfigurationSource &source);

/// Whether the next start would read something else than what runs.
bool pendingRestart(const ConfigurationSource &source);

inline constexpr std::string_view kMask = "********"; ///< stands for a secret

} // namespace coracle::appliance
