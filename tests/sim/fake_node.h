#pragma once

#include "clusterd/kubelet/kubelet.h"
#include "tests/clusterd/kubelet/node_fixture.h"
#include "tests/sim/faults.h"
#include "tests/support/fake_cri.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace coracle::sim {

/// A machine: the real kubelet on a container runtime in memory. What a container does follows from its name: "serve"
/// runs until it is stopped, "work" ends well after a while, "flaky" sometimes ends badly.
class FakeNode {
public:
    using Container = test::FakeCri::FakeContainer;

    /// The folder is the node's own.
    FakeNode(Network &network, int number, std::filesystem::path folder);
    ~FakeNode();

    const std::string &name() const { return m_options.nodeName; }
    const test::FakeCri &runtime() const { return m_runtime; }

    void startKubelet();
    /// Containers go on.
    void stopKubelet();
    bool kubeletRuns() const { return m_kubelet != nullptr; }
    /// Everything on it ends at once.
    void powerOff();
    /// One of those that run ends badly.
    void crashContainer();
    void setCutOff(bool cut) { m_client.cut = cut; }
    bool cutOff() const { return m_client.cut; }

    /// Told when a container begins to run.
    std::function<void(FakeNode &, const Container &)> onStart;

private:
    void started(const Container &container);
    Task<> endLater(std::string id, Duration after, int code);

    World &m_world;
    SeededRandom m_random;
    NetworkClient m_client;
    test::FakeCri m_runtime;
    test::FakeMounter m_mounter;
    test::FakeProbes m_probes;
    kubelet::KubeletOptions m_options;
    std::unique_ptr<Gate> m_processes; ///< the machine's, while it has power
    std::unique_ptr<kubelet::Kubelet> m_kubelet;
};

} // namespace coracle::sim
