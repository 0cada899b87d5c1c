#pragma once

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/config/server_config.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

    /// Returns the number of the first signal, also when it came earlier; 0: restart() was first.
    int wait();
    /// Asks for an orderly end after which the process starts again. From any thread.
    void restart();

private:
    struct State;
    std::shared_ptr<State> m_state;
};

/// Replaces this process by a new one of the program; returns only when that fails. The files that are open here are
/// closed, signals that wait are kept.
Status executeAgain(const std::filesystem::path &executable, const std::vector<std::string> &arguments);

} // namespace coracle::cluster
