#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/appliance/drain_plan.h"
#include "clusterd/appliance/operations.h"
#include "core/client/client.h"

namespace coracle::appliance {

/// Moves the pods of a node away by the eviction API, as kubectl drain does.
class Drainer {
public:
    /// Client as an administrator; all outlive the drainer.
    Drainer(client::Client &client, const apiserver::Reader &reader, Clock &clock)
        : m_client(client), m_reader(reader), m_clock(clock) {}

    /// Whether new pods may come; NotFound for an unknown node.
    Task<Result<>> setUnschedulable(std::string node, bool unschedulable);
    /// What a drain would do with each pod.
    Result<std::vector<DrainPod>> plan(const std::string &node, const DrainOptions &options) const;
    /// Cordons, evicts and waits until the pods are gone; the operation tells how far it is.
    Task<Result<boost::json::object>> drain(std::string node, DrainOptions options,
                                            std::shared_ptr<Operation> operation);

    /// The API's DrainPreview.
    static boost::json::object describe(const std::string &node, const std::vector<DrainPod> &pods);

private:
    Task<Result<>> evict(DrainPod &pod, const DrainOptions &options);
    void look(DrainPod &pod) const;

    client::Client &m_client;
    const apiserver::Reader &m_reader;
    Clock &m_clock;
};

} // namespace coracle::appliance
