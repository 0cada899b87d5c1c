#pragma once

#include "tests/sim/checks.h"

#include <QTemporaryDir>
#include <memory>
#include <string>
#include <vector>

namespace coracle::sim {

struct SimulationOptions {
    uint64_t seed = 1;
    int nodes = 5;
    int controlPlanes = 2;
    int operations = 60;                         ///< of people, while things go wrong
    Duration restMax = std::chrono::minutes(40); ///< virtual time in which the cluster must come to rest
    std::FILE *trace = nullptr;
};

struct SimulationResult {
    std::vector<std::string> failures; ///< empty: all is well
    uint64_t traceHash = 0, traceLines = 0, calls = 0, faults = 0;
    Duration virtualTime{}, rest{}; ///< altogether; from the end of the faults until the cluster was at rest
};

/// A whole cluster in one thread on virtual time: the API server and its datastore, control planes of which one leads,
/// machines with real kubelets, people who change things, and everything that can go wrong. The same seed gives the
/// same run.
class Simulation {
public:
    explicit Simulation(SimulationOptions options);
    ~Simulation();

    SimulationResult run();

    /// For tests of one thing: an empty cluster in which nothing goes wrong, and access to it.
    void begin();
    World &world() { return m_world; }
    Network &network() { return m_network; }
    Checks &checks() { return m_checks; }

private:
    using Mishap = void (Simulation::*)();
    void live();
    void mend();
    void rest(SimulationResult &result);
    std::filesystem::path nodeFolder(int number) const;
    void addNode();
    void mishap();
    void killServer();
    void killControllers();
    void killScheduler();
    void killKubelet();
    void restartMachine();
    void crashContainer();
    void cutOffControlPlane();
    void fillDisk();
    void sicken();
    void jumpClock();
    void expireHistory();
    void changeWeather();
    void reviveSome();
    FakeNode &anyNode();

    const SimulationOptions m_options;
    QTemporaryDir m_folder;
    World m_world;
    SeededRandom m_random;
    Server m_server;
    Network m_network;
    Nodes m_nodes;
    std::vector<std::unique_ptr<ControlPlane>> m_planes;
    Workload m_workload;
    Checks m_checks;
    bool m_diskFull = false;
    int m_nodesMade = 0;
};

} // namespace coracle::sim
