#pragma once

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/config/server_config.h"

#include <future>
#include <string_view>

/// How the daemon behaves as a process.
namespace coracle::cluster {

/// Tells systemd (NOTIFY_SOCKET, sd_notify(3)): "READY=1", "STOPPING=1". Without systemd nothing happens.
void notifyServiceManager(std::string_view state);

/// Once, before threads start: SIGPIPE is ignored, the log goes where the configuration says.
Result<> prepareProcess(const config::LogConfig &log);

/// SIGTERM and SIGINT ask for an orderly end; a second one ends the process at once. Made before other threads start.
class EndSignals {
public:
    EndSignals();
    EndSignals(const EndSignals &) = delete;
    EndSignals &operator=(const EndSignals &) = delete;

    /// Returns the number of the first signal, also when it came earlier.
    int wait();

private:
    std::future<int> m_first;
};

} // namespace coracle::cluster
