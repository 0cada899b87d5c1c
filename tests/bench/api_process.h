#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace coracle::bench {

/// An API server on a durable SQLite datastore in a temporary folder, over TLS on loopback, in a process of its own, so
/// that its processor time and memory can be told from the load generator's. Everybody may do everything. It ends with
/// this object.
class ApiProcess {
public:
    /// Starts this program again with "--serve <folder> <fd> <fd>", for which main() calls serve(). Fails by ending the
    /// program.
    ApiProcess();
    ApiProcess(const ApiProcess &) = delete;
    ApiProcess &operator=(const ApiProcess &) = delete;
    ~ApiProcess();

    /// The server's whole life: reports its port to one pipe and ends when the other is closed.
    [[noreturn]] static void serve(const std::string &folder, int portPipe, int lifeline);

    uint16_t port() const { return m_port; }
    /// User and system time so far.
    double cpuSeconds() const;
    /// Proportional set size.
    double memoryMib() const;
    pid_t pid() const { return m_pid; }

private:
    pid_t m_pid = 0;
    int m_lifeline = -1; ///< the server ends when this is closed
    uint16_t m_port = 0;
    std::string m_folder;
};

} // namespace coracle::bench
