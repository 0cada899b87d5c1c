#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/task.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace coracle::cluster {

/// A program that runs beside this process: started here, or found running and adopted.
class Process {
public:
    struct Options {
        std::filesystem::path program;
        std::vector<std::string> arguments;
        std::filesystem::path output; ///< standard output and error are appended to this file
        std::vector<std::string> environment;
    };

    /// Starts it as leader of a process group of its own and with none of our descriptors, so that it goes on when this
    /// process dies and holds no socket of ours.
    static Result<Process> start(const Options &options);
    /// Takes over a process that is not a child of this one.
    static Result<Process> adopt(pid_t pid);

    Process(Process &&) noexcept;
    Process &operator=(Process &&) noexcept;
    ~Process(); ///< the process goes on

    pid_t pid() const { return m_pid; }
    bool running() const;
    void signal(int number) const;
    /// Returns when it has ended; of a child it says how: "exited with code 1", "was killed by signal 9 (Killed)".
    Task<std::string> ended();
    /// SIGTERM, and SIGKILL when it is still there after the time.
    Task<> terminate(Clock &clock, Duration patience);

private:
    Process(pid_t pid, int fd) : m_pid(pid), m_fd(fd) {}
    pid_t m_pid;
    int m_fd; ///< pidfd: cannot come to mean another process
};

/// Runs a program to its end and gives what it printed; an exit code other than 0 is an error with its last lines.
Task<Result<std::string>> runProgram(std::filesystem::path program, std::vector<std::string> arguments, Clock &clock,
                                     Duration timeout);

/// Looks in PATH and in the folders for system programs, which are not always on it. Nothing when it is not there.
std::optional<std::filesystem::path> findProgram(const std::string &name);

/// This process's environment with a PATH that holds the system folders, without what is meant for this process alone.
std::vector<std::string> childEnvironment();

} // namespace coracle::cluster
