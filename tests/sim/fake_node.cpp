#include "tests/sim/fake_node.h"

#include "clusterd/kubelet/node/machine_info.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::sim {

namespace {

constexpr const char *kImages[] = {"app:1", "app:2", "app:3"};
constexpr int kCpus = 2;
constexpr int64_t kMemoryBytes = int64_t(4) << 30;
constexpr uint64_t kBadEnds = 2500; // of 10,000 of the flaky ones

Task<> startIt(kubelet::Kubelet *kubelet) {
    (void)co_await kubelet->start();
}

} // namespace

FakeNode::FakeNode(Network &network, int number, std::filesystem::path folder)
    : m_world(network.world()),
      m_random(m_world.seed, fmt::format("node-{}", number)),
      m_folder(std::move(folder)),
      m_client(network, {.name = fmt::format("system:node:node-{}", number),
                         .groups = {"system:nodes", std::string(apiserver::kSystemAuthenticated)}}),
      m_supervisor(network, {.name = "system:clusterd-supervisor", .groups = {std::string(apiserver::kSystemMasters)}}),
      m_runtime(m_world.clock),
      m_probes(m_runtime, SeededRandom(m_world.seed, fmt::format("probes-{}", number))) {
    m_options.nodeName = fmt::format("node-{}", number);
    m_options.nodeIps = {fmt::format("192.0.{}.{}", 2 + number / 200, 10 + number % 200)};
    m_options.paths = {m_folder / "kubelet", m_folder / "logs"};
    m_options.clusterDns = {"10.43.0.10"};
    m_options.resolvConf = m_folder / "resolv.conf";
    m_options.serve = false;
    m_options.labels = {{"topology.kubernetes.io/zone", fmt::format("zone-{}", number % 3)}};
    // The same on every machine that the simulation runs on.
    const kubelet::MachineInfo machine = kubelet::readMachineInfo();
    m_options.reserved["cpu"] = api::Quantity(std::max(machine.cpus - kCpus, 0));
    m_options.reserved["memory"] = api::Quantity(std::max(machine.memoryBytes - kMemoryBytes, int64_t(0)));
    m_runtime.podNetwork = fmt::format("10.{}", 60 + number);
    for (const char *image : kImages)
        m_runtime.addImage(image);
    m_runtime.onStart = [this](const Container &container) { started(container); };
    m_processes = std::make_unique<Gate>(m_world.executor());
}

FakeNode::~FakeNode() {
    powerOff();
}

void FakeNode::startKubelet() {
    m_world.note(fmt::format("{}: the kubelet starts", name()));
    if (!m_processes)
        m_processes = std::make_unique<Gate>(m_world.executor());
    kubelet::KubeletDependencies dependencies{m_client,  m_world.clock, m_random, m_runtime,
                                              m_runtime, m_mounter,     m_probes, nullptr};
    m_kubelet = std::make_unique<kubelet::Kubelet>(m_options, dependencies, m_world.executor());
    m_world.finish(startIt(m_kubelet.get()));
    m_agentGate = std::make_unique<Gate>(m_world.executor());
    m_agent = std::make_unique<kubelet::LocalPathAgent>(kubelet::LocalPathAgent::Context{
        .client = m_supervisor, .clock = m_world.clock, .gate = *m_agentGate, .quota = m_quota, .nodeName = name()});
    m_agent->start();
}

void FakeNode::stopKubelet() {
    if (!m_kubelet)
        return;
    m_world.note(fmt::format("{}: the kubelet dies", name()));
    m_world.finish(m_agentGate->close());
    m_agent.reset();
    m_agentGate.reset();
    m_world.finish(m_kubelet->stop());
    m_kubelet.reset();
}

void FakeNode::powerOff() {
    stopKubelet();
    if (!m_processes)
        return;
    m_world.note(fmt::format("{}: no power", name()));
    m_world.finish(m_processes->close());
    m_processes.reset();
    for (const auto &[id, sandbox] : m_runtime.sandboxes())
        m_runtime.breakSandbox(id);
    for (const auto &[id, container] : m_runtime.containers())
        m_runtime.exitContainer(id, 255, "Unknown");
}

void FakeNode::crashContainer() {
    std::vector<std::string> running;
    for (const auto &[id, container] : m_runtime.containers())
        if (container.status.state == kubelet::cri::ContainerState::Running)
            running.push_back(id);
    if (!running.empty())
        m_runtime.exitContainer(running[m_random.below(running.size())], 1);
}

void FakeNode::started(const Container &container) {
    m_world.note(fmt::format("{}: starts {} of {}", name(), container.status.id,
                             container.status.labels.at("io.kubernetes.pod.name")));
    if (onStart)
        onStart(*this, container);
    const std::string &kind = container.config.name;
    if (kind == "serve")
        return;
    const int code = kind == "flaky" && m_random.chance(kBadEnds) ? 1 : 0;
    const Duration after = std::chrono::milliseconds(500 + m_random.below(20000));
    m_processes->spawn([this, id = container.status.id, after, code] { return endLater(id, after, code); });
}

Task<> FakeNode::endLater(std::string id, Duration after, int code) {
    auto slept = co_await m_world.clock.sleep(after);
    if (slept && m_runtime.containers().contains(id))
        m_runtime.exitContainer(id, code);
}

} // namespace coracle::sim
