#pragma once

#include "core/base/result.h"
#include "core/config/config_file.h"
#include "core/config/options.h"
#include "core/config/product.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::config {

/// Flags as they were given, in order: long name without dashes and value.
using GivenFlags = std::vector<std::pair<std::string, std::string>>;

/// The value of a variable of the environment, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string &name)>;
Environment processEnvironment();

struct Setting {
    enum class From { Environment, File, DropIn, Flag }; ///< each counts before those before it

    std::vector<std::string> values; ///< never empty; one, unless the option is a list
    std::string origin; ///< for messages: "--token", "token in /etc/clusterd/config.yaml", "CLUSTERD_TOKEN"
    From from = From::Flag;
    std::string source; ///< the flag, the variable, or the file that counted last
};

/// What was configured, before it is checked: flags count before files, files before the environment; defaults are not
/// in it. A list given as flags replaces the one from the files.
class Settings {
public:
    /// Reads the configuration file and its drop-ins. Keys of other commands are left out; a flag or key that no
    /// command has is an error that names the nearest right one.
    /// With an overlay it says what would come of other texts of the files.
    static Result<Settings> resolve(Commands command, const Product &product, const GivenFlags &flags,
                                    const Environment &environment, const FileOverlay &overlay = {});

    /// Null when it was not configured.
    const Setting *find(std::string_view option) const;
    /// The file that was read, or would have been.
    const std::filesystem::path &configFile() const { return m_configFile; }
    /// That file and its drop-ins, as far as they were there, in the order in which they count.
    const std::vector<std::filesystem::path> &files() const { return m_files; }
    const std::map<std::string, Setting, std::less<>> &all() const { return m_settings; }
    /// Sentences for the log: what was configured without effect.
    std::vector<std::string> warnings() const;

private:
    std::map<std::string, Setting, std::less<>> m_settings;
    std::filesystem::path m_configFile;
    std::vector<std::filesystem::path> m_files;
};

/// `unknown flag "--cluster-cird"; did you mean "--cluster-cidr"?`
Failure unknownFlag(Commands command, std::string_view flag);

} // namespace coracle::config
