#pragma once

#include "core/base/result.h"
#include "core/config/server_config.h"

#include <filesystem>

namespace coracle::cluster {

/// Runs a whole server until a signal ends it; the result is the exit code. An error is one line: what is wrong, where,
/// and the mend.
Result<int> runServer(config::ServerConfig config, const std::filesystem::path &executable);

} // namespace coracle::cluster
