#pragma once

#include "core/client/informer.h"
#include "tests/sim/control_plane.h"
#include "tests/sim/storage_checks.h"
#include "tests/sim/workload.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace coracle::sim {

/// What must hold. Some of it always: that is noted when it breaks; the rest once the cluster has come to rest.
class Checks {
public:
    Checks(Network &network, Nodes &nodes, std::vector<std::unique_ptr<ControlPlane>> &planes,
           const Workload &workload);
    ~Checks();
    /// Begins to follow what happens; the API server is up.
    void begin() {
        m_pods.start(m_gate);
        m_storage.start(m_gate);
    }

    /// What must never have happened, and did.
    const std::vector<std::string> &broken() const { return m_broken; }

    /// A container began to run: an identity of a StatefulSet must not run elsewhere at the same time.
    void started(const FakeNode &node, const FakeNode::Container &container);
    /// At any time: no two of the control planes lead.
    void checkLeaders();
    /// What keeps the cluster from being as it is declared, and what was left over; empty when it is at rest.
    std::vector<std::string> unrest();

private:
    struct State;
    Task<> read(State *state);
    void checkWorkloads(const State &state, std::vector<std::string> &found) const;
    void checkJobs(const State &state, std::vector<std::string> &found) const;
    void checkPods(const State &state, std::vector<std::string> &found) const;
    void checkServices(const State &state, std::vector<std::string> &found) const;
    void checkLeftovers(const State &state, std::vector<std::string> &found) const;
    void checkRuntimes(const State &state, std::vector<std::string> &found) const;
    void podChanged(const client::ObjectPtr &pod);
    void breakOnce(std::string what);

    World &m_world;
    NetworkClient m_client;
    client::Client &m_api = m_client;
    Nodes &m_nodes;
    std::vector<std::unique_ptr<ControlPlane>> &m_planes;
    Gate m_gate;
    client::Informer m_pods;
    StorageChecks m_storage;
    std::map<std::string, std::set<std::string>> m_succeeded; ///< by the UID of the Job, pods that ended well
    std::vector<std::string> m_broken;
};

} // namespace coracle::sim
