#pragma once

#include "clusterd/cluster/certificates.h"
#include "clusterd/cluster/paths.h"
#include "core/base/random.h"
#include "core/client/client.h"

#include <filesystem>
#include <memory>

namespace coracle::cluster {

/// What the node of a server stands on. Everything referred to outlives it.
struct NodeParts {
    const config::ServerConfig &config;
    const Paths &paths;
    const Certificates &certificates;
    std::string nodeName;
    std::filesystem::path executable; ///< to find the images that come with the program
    client::Client &client;           ///< as the node: system:node:<name>
    client::Client &admin;            ///< for what a kubelet may not do itself
    Clock &clock;
    Random &random;
};

/// containerd, the kubelet and the network of one node, started and stopped in this order. One serial executor, on
/// which start() and stop() run.
class Node {
public:
    Node(NodeParts parts, Executor executor);
    ~Node(); ///< stop() must have ended

    /// What is missing on the machine for a node: an error with the mend. Callable before anything is started.
    static Result<> check();

    Task<Result<>> start();
    /// Containers go on running.
    Task<> stop();

private:
    Task<Result<>> startContainerd();
    Task<Result<>> startPodNetwork();
    Task<Result<>> startKubelet();
    void startLocalPath();
    Task<> completeNode();
    Task<Result<>> writePodNetwork();
    Task<Result<>> startNetwork();

    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace coracle::cluster
