#pragma once

#include "clusterd/kubelet/kubelet.h"
#include "clusterd/kubelet/volumes/local_path_agent.h"
#include "tests/clusterd/kubelet/node_fixture.h"
#include "tests/sim/faults.h"
#include "tests/sim/node_probes.h"
#include "tests/support/fake_cri.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace coracle::sim {

/// A file system without project quotas.
class NoQuota final : public kubelet::DirectoryQuota {
public:
    Result<bool> limit(const std::filesystem::path &, uint64_t) override { return false; }
    Result<> lift(const std::filesystem::path &) override { return {}; }
};

/// A machine: the real kubelet and the real agent of local volumes on a container runtime in memory. What a container
/// does follows from its name: "serve" runs until it is stopped, "work" ends well after a while, "flaky" sometimes ends
/// badly.
class FakeNode {
public:
    using Container = test::FakeCri::FakeContainer;

    /// The folder is the node's own.
    FakeNode(Network &network, int number, std::filesystem::path folder);
    ~FakeNode();

    const std::string &name() const { return m_options.nodeName; }
    const test::FakeCri &runtime() const { return m_runtime; }
    /// Where its local volumes lie.
    static std::filesystem::path volumesFolder(const std::filesystem::path &folder) { return folder / "volumes"; }
    std::filesystem::path volumesFolder() const { return volumesFolder(m_folder); }

    void startKubelet();
    /// Containers go on.
    void stopKubelet();
    bool kubeletRuns() const { return m_kubelet != nullptr; }
    /// Everything on it ends at once.
    void powerOff();
    /// One of those that run ends badly.
    void crashContainer();
    void setCutOff(bool cut) { m_client.cut = m_supervisor.cut = cut; }
    bool cutOff() const { return m_client.cut; }

    /// So many of 10,000 probes fail.
    void setSickness(uint64_t sickness) { m_probes.sickness = sickness; }

    /// Told when a container begins to run.
    std::function<void(FakeNode &, const Container &)> onStart;

private:
    void started(const Container &container);
    Task<> endLater(std::string id, Duration after, int code);

    World &m_world;
    SeededRandom m_random;
    const std::filesystem::path m_folder;
    NetworkClient m_client, m_supervisor;
    test::FakeCri m_runtime;
    test::FakeMounter m_mounter;
    NodeProbes m_probes;
    NoQuota m_quota;
    kubelet::KubeletOptions m_options;
    std::unique_ptr<Gate> m_processes; ///< the machine's, while it has power
    std::unique_ptr<kubelet::Kubelet> m_kubelet;
    std::unique_ptr<Gate> m_agentGate; ///< the agent's, as long as the kubelet's process lives
    std::unique_ptr<kubelet::LocalPathAgent> m_agent;
};

} // namespace coracle::sim
