#include "tests/sim/simulation.h"

#include <fmt/format.h>
#include <stdexcept>

namespace coracle::sim {

using namespace std::chrono_literals;

namespace {

constexpr Duration kLook = 5s;       // between looks whether the cluster is at rest
constexpr int kLooksAtRest = 3;      // in a row
constexpr Duration kStartMax = 5min; // until an empty cluster is complete
constexpr uint64_t kJumpSecondsMax = 600;

} // namespace

Simulation::Simulation(SimulationOptions options)
    : m_options(options),
      m_world(options.seed),
      m_random(options.seed, "simulation"),
      m_server(m_world),
      m_network(m_world, m_server),
      m_workload(m_network, m_nodes, [this] { addNode(); }),
      m_checks(m_network, m_nodes, m_planes, m_workload) {
    m_world.trace.print(options.trace);
}

Simulation::~Simulation() {
    m_network.rates = {};
    m_nodes.clear();
    m_planes.clear();
}

FakeNode &Simulation::anyNode() {
    auto node = m_nodes.begin();
    std::advance(node, static_cast<int>(m_random.below(m_nodes.size())));
    return *node->second;
}

std::filesystem::path Simulation::nodeFolder(int number) const {
    return m_folder.filePath(QString::number(number)).toStdString();
}

void Simulation::addNode() {
    const int number = m_nodesMade++;
    auto node = std::make_unique<FakeNode>(m_network, number, nodeFolder(number));
    node->onStart = [this](FakeNode &at, const FakeNode::Container &container) { m_checks.started(at, container); };
    node->startKubelet();
    m_nodes.emplace(node->name(), std::move(node));
}

SimulationResult Simulation::run() {
    SimulationResult result;
    begin();
    live();
    mend();
    rest(result);
    for (const std::string &broken : m_checks.broken())
        result.failures.push_back(broken);
    result.traceHash = m_world.trace.hash();
    result.traceLines = m_world.trace.lines();
    result.calls = m_network.calls;
    result.faults = m_network.faults;
    result.virtualTime = m_world.clock.steadyNow().time_since_epoch();
    return result;
}

void Simulation::begin() {
    (void)m_server.start();
    m_checks.begin();
    for (int i = 0; i < m_options.controlPlanes; ++i) {
        m_planes.push_back(std::make_unique<ControlPlane>(m_network, fmt::format("plane-{}", i)));
        m_planes.back()->startControllers();
        m_planes.back()->startScheduler();
    }
    for (int i = 0; i < m_options.nodes; ++i)
        addNode();
    m_world.pass(kStartMax);
    const std::vector<std::string> unrest = m_checks.unrest();
    if (!unrest.empty())
        throw std::runtime_error("the cluster does not start: " + unrest.front());
    m_workload.prepareStorage(m_options.nodes + m_options.operations,
                              [this](int number) { return FakeNode::volumesFolder(nodeFolder(number)); });
}

void Simulation::live() {
    changeWeather();
    for (int i = 0; i < m_options.operations; ++i) {
        m_workload.step();
        if (m_random.below(3) == 0) {
            // Into the midst of what was begun: a call takes a millisecond.
            m_world.pass(std::chrono::microseconds(m_random.below(30000)));
            mishap();
        }
        reviveSome();
        m_checks.checkLeaders();
        m_world.pass(std::chrono::milliseconds(m_random.below(m_random.below(4) == 0 ? 60000 : 8000)));
        m_checks.checkLeaders();
    }
}

void Simulation::mishap() {
    static constexpr Mishap kMishaps[] = {
        &Simulation::killServer,      &Simulation::killControllers,
        &Simulation::killControllers, &Simulation::killScheduler,
        &Simulation::killKubelet,     &Simulation::killKubelet,
        &Simulation::restartMachine,  &Simulation::cutOffControlPlane,
        &Simulation::fillDisk,        &Simulation::jumpClock,
        &Simulation::expireHistory,   &Simulation::changeWeather,
        &Simulation::changeWeather,   &Simulation::sicken,
    };
    (this->*kMishaps[m_random.below(std::size(kMishaps))])();
}

void Simulation::killServer() {
    if (m_server.up())
        m_server.die(m_random.below(2) == 0 ? Server::Death::Killed : Server::Death::PowerCut);
}

void Simulation::killControllers() {
    m_planes[m_random.below(m_planes.size())]->killControllers();
}

void Simulation::killScheduler() {
    m_planes[m_random.below(m_planes.size())]->killScheduler();
}

void Simulation::killKubelet() {
    anyNode().stopKubelet();
}

void Simulation::restartMachine() {
    anyNode().powerOff();
}

void Simulation::crashContainer() {
    anyNode().crashContainer();
}

void Simulation::cutOffControlPlane() {
    m_planes[m_random.below(m_planes.size())]->setCutOff(m_random.below(2) == 0);
}

void Simulation::fillDisk() {
    m_diskFull = !m_diskFull;
    m_world.note(m_diskFull ? "the disk is full" : "the disk has room");
    m_server.setDiskFull(m_diskFull);
}

void Simulation::sicken() {
    constexpr uint64_t kSicknesses[] = {0, 500, 3000, 10000};
    anyNode().setSickness(kSicknesses[m_random.below(std::size(kSicknesses))]);
}

void Simulation::jumpClock() {
    const auto seconds = static_cast<int64_t>(m_random.below(2 * kJumpSecondsMax)) - int64_t(kJumpSecondsMax);
    m_world.note(fmt::format("the date jumps by {} s", seconds));
    m_world.clock.jumpWall(std::chrono::seconds(seconds));
}

void Simulation::expireHistory() {
    if (m_server.up() && !m_diskFull)
        m_server.compact();
}

/// Good and bad times of the network.
void Simulation::changeWeather() {
    const uint64_t bad = m_random.below(8); // 0: all is well
    FaultRates rates;
    rates.requestLost = 20 * bad * bad;
    rates.answerLost = 20 * bad * bad;
    rates.conflict = 30 * bad * bad;
    rates.slow = 100 * bad;
    rates.watchBroken = 10 * bad;
    rates.watchExpired = 5 * bad;
    rates.eventSlow = 100 * bad;
    m_network.rates = rates;
}

void Simulation::reviveSome() {
    if (!m_server.up() && m_random.below(2) == 0)
        (void)m_server.start();
    if (m_diskFull && m_random.below(4) == 0)
        fillDisk();
    for (auto &plane : m_planes) {
        if (!plane->controllersRun() && m_random.below(3) == 0)
            plane->startControllers();
        if (!plane->schedulerRuns() && m_random.below(3) == 0)
            plane->startScheduler();
    }
    for (auto &[name, node] : m_nodes)
        if (!node->kubeletRuns() && m_random.below(4) == 0)
            node->startKubelet();
}

void Simulation::mend() {
    m_world.note("all is mended");
    m_network.rates = {};
    if (m_diskFull)
        fillDisk();
    if (!m_server.up())
        (void)m_server.start();
    for (auto &plane : m_planes) {
        plane->setCutOff(false);
        if (!plane->controllersRun())
            plane->startControllers();
        if (!plane->schedulerRuns())
            plane->startScheduler();
    }
    for (auto &[name, node] : m_nodes) {
        node->setSickness(0);
        if (!node->kubeletRuns())
            node->startKubelet();
    }
    m_workload.calm();
}

void Simulation::rest(SimulationResult &result) {
    std::vector<std::string> unrest;
    int looks = 0;
    while (looks < kLooksAtRest && result.rest < m_options.restMax) {
        m_world.pass(kLook);
        result.rest += kLook;
        m_workload.tend();
        m_checks.checkLeaders();
        unrest = m_checks.unrest();
        looks = unrest.empty() ? looks + 1 : 0;
    }
    result.failures = std::move(unrest);
}

} // namespace coracle::sim
