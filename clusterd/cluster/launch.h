#pragma once

#include "clusterd/appliance/log_buffer.h"
#include "clusterd/appliance/trial.h"
#include "core/config/settings.h"

#include <filesystem>
#include <string>
#include <vector>

namespace coracle::cluster {

/// How this process was started, so that it can start again with other files.
struct Launch {
    std::filesystem::path executable;
    std::vector<std::string> arguments; ///< from the program's name on
    config::GivenFlags flags;
    config::Settings settings;
    std::string version; ///< of the program
    appliance::Trial &trial;
    appliance::LogBuffer &log;
};

} // namespace coracle::cluster
