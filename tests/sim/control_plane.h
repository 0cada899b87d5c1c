#pragma once

#include "clusterd/cluster/certificates.h"
#include "clusterd/cluster/controller_set.h"
#include "clusterd/cluster/elected_part.h"
#include "clusterd/scheduler/scheduler.h"
#include "tests/sim/faults.h"

#include <memory>
#include <string>

namespace coracle::sim {

/// The controllers and the scheduler of one server, each a candidate for its Lease.
class ControlPlane {
public:
    ControlPlane(Network &network, std::string name);
    ~ControlPlane();

    void startControllers();
    void startScheduler();
    /// As when the process ends: the lease stays.
    void killControllers();
    void killScheduler();
    bool controllersRun() const { return m_controllers.part != nullptr; }
    bool schedulerRuns() const { return m_scheduler.part != nullptr; }
    void setCutOff(bool cut);

    const std::string &name() const { return m_name; }
    /// How many of the two parts act now.
    bool controllersLead() const { return m_controllers.part && m_controllers.part->leads(); }
    bool schedulerLeads() const { return m_scheduler.part && m_scheduler.part->leads(); }

private:
    template<class T>
    struct Candidate {
        std::unique_ptr<cluster::ElectedPart<T>> part;
        NetworkClient *client = nullptr; ///< the part's
    };
    template<class T>
    void start(Candidate<T> &candidate, const std::string &component, typename cluster::ElectedPart<T>::Make make);
    template<class T>
    void kill(Candidate<T> &candidate, const std::string &component);

    Network &m_network;
    World &m_world;
    SeededRandom m_random;
    const std::string m_name;
    cluster::Certificates m_certificates;
    bool m_cut = false;
    Candidate<cluster::ControllerSet> m_controllers;
    Candidate<scheduler::Scheduler> m_scheduler;
};

} // namespace coracle::sim
