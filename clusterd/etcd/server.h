#pragma once

#include "clusterd/datastore/backend.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/task.h"

#include <filesystem>
#include <memory>

#include <sys/types.h>

namespace coracle::etcd {

struct ServerOptions {
    std::filesystem::path socket;
    mode_t mode = 0600;
    Clock &clock = systemClock();
    Random &random = systemRandom();
    /// How often a watch that asks for it is told how far it has come.
    Duration progressInterval = std::chrono::seconds(5);
};

/// The datastore as etcd's clients know it, over gRPC on a unix socket: what kine serves for kube-apiserver, and what
/// etcdctl needs beside it. Who may open the socket may do everything.
///
/// Where it differs from etcd: a write has a revision of its own, so that a transaction writes one key at most and a
/// range is deleted key by key; keys live as long as their lease after their own last write (or the lease's renewal);
/// leases are forgotten at a restart while their keys' time goes on. Members, authentication, snapshots: Unimplemented.
class Server {
public:
    /// Calls run on strands of the executor. The backend must outlive the server.
    static Result<std::unique_ptr<Server>> start(datastore::Backend &backend, Executor executor, ServerOptions options);
    /// stop() must have ended.
    ~Server();

    /// Ends all calls and removes the socket. Awaited on an executor that goes on running.
    Task<> stop();

private:
    struct State;
    explicit Server(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace coracle::etcd
