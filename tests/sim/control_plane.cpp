#include "tests/sim/control_plane.h"

#include <fmt/format.h>

namespace coracle::sim {

ControlPlane::ControlPlane(Network &network, std::string name)
    : m_network(network),
      m_world(network.world()),
      m_random(m_world.seed, name),
      m_name(std::move(name)),
      m_certificates{.serverCaPem = "the simulation's CA"} {}

ControlPlane::~ControlPlane() {
    killControllers();
    killScheduler();
}

template<class T>
void ControlPlane::start(Candidate<T> &candidate, const std::string &component,
                         typename cluster::ElectedPart<T>::Make make) {
    m_world.note(fmt::format("{}: {} starts", m_name, component));
    apiserver::UserInfo user{.name = fmt::format("system:{}:{}", component, m_name),
                             .groups = {std::string(apiserver::kSystemMasters)}};
    auto client = std::make_unique<NetworkClient>(m_network, std::move(user));
    candidate.client = client.get();
    candidate.client->cut = m_cut;
    candidate.part = std::make_unique<cluster::ElectedPart<T>>(std::move(client), std::move(make));
    client::LeaderElectionOptions options{.leaseName = component, .identity = m_name};
    candidate.part->elect(m_world.clock, m_random, m_world.executor(), std::move(options));
    candidate.part->begin();
}

template<class T>
void ControlPlane::kill(Candidate<T> &candidate, const std::string &component) {
    if (!candidate.part)
        return;
    m_world.note(fmt::format("{}: {} dies", m_name, component));
    candidate.client->cut = true; // so that it cannot give the lease free
    m_world.finish(candidate.part->end());
    candidate = {};
}

void ControlPlane::startControllers() {
    start<cluster::ControllerSet>(m_controllers, "kube-controller-manager", [this](client::Client &client) {
        return std::make_unique<cluster::ControllerSet>(client, m_certificates, m_world.clock, m_random,
                                                        m_world.executor());
    });
}

void ControlPlane::startScheduler() {
    start<scheduler::Scheduler>(m_scheduler, "kube-scheduler", [this](client::Client &client) {
        return std::make_unique<scheduler::Scheduler>(client, m_world.clock, m_random, m_world.executor());
    });
}

void ControlPlane::killControllers() {
    kill(m_controllers, "kube-controller-manager");
}

void ControlPlane::killScheduler() {
    kill(m_scheduler, "kube-scheduler");
}

void ControlPlane::setCutOff(bool cut) {
    m_cut = cut;
    if (m_controllers.client)
        m_controllers.client->cut = cut;
    if (m_scheduler.client)
        m_scheduler.client->cut = cut;
}

} // namespace coracle::sim
