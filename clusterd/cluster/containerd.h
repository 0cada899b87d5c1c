#pragma once

#include "clusterd/cluster/child_process.h"
#include "clusterd/cluster/containerd_config.h"
#include "clusterd/cluster/paths.h"
#include "core/base/gate.h"

#include <atomic>
#include <optional>

namespace coracle::cluster {

/// Keeps our own containerd running. It is a process of its own that outlives this one: containers go on whatever
/// happens to clusterd, and the next start adopts it where it answers on its socket. Lives on the gate's executor.
class Containerd {
public:
    struct Programs {
        std::filesystem::path containerd, runc, cniPlugins;
    };
    /// An error says what is missing and how to install it.
    static Result<Programs> findPrograms();

    /// Log lines name this component.
    Containerd(Paths paths, Programs programs, ContainerdOptions options, Gate &gate, Clock &clock);
    ~Containerd();

    /// Writes the configuration, adopts or starts containerd, and returns when its socket answers; from then on it is
    /// started again whenever it ends, after a back-off. Call once.
    Task<Result<>> start();
    /// Ends containerd. Containers go on: their shims do not depend on it.
    Task<> stop();

    pid_t pid() const { return m_process ? m_process->pid() : 0; } ///< 0: not running at the moment
    int restarts() const { return m_restarts; }

private:
    Result<bool> writeConfig();
    Task<Result<>> launch();
    Task<Result<>> awaitSocket();
    Task<> supervise();
    Task<> rotateLog();

    Paths m_paths;
    Programs m_programs;
    ContainerdOptions m_options;
    Gate &m_gate;
    Clock &m_clock;
    std::optional<Process> m_process;
    int m_restarts = 0;
    bool m_stopping = false;
};

/// The process that listens on a unix socket; nothing when none does.
std::optional<pid_t> socketOwner(const std::filesystem::path &socket);

/// Moves a log that has grown over bytesMax aside as <file>.1 (older ones to .2 ... .<keep>) and empties it. The writer
/// keeps its descriptor, so it must have opened the file for appending.
Result<> rotateByCopy(const std::filesystem::path &file, uintmax_t bytesMax, int keep);

} // namespace coracle::cluster
