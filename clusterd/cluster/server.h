#pragma once

#include "clusterd/cluster/launch.h"
#include "core/base/result.h"
#include "core/config/server_config.h"

namespace coracle::cluster {

enum class ServerEnd {
    Stopped, ///< by a signal
    Restart, ///< start the program again
};

/// Runs a whole server until a signal or a request to restart ends it. An error is one line: what is wrong, where, and
/// the mend.
Result<ServerEnd> runServer(config::ServerConfig config, const Launch &launch);

} // namespace coracle::cluster
