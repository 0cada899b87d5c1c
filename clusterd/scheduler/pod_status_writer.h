#pragma once

#include "clusterd/scheduler/pod_info.h"
#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/client/client.h"

#include <optional>
#include <string>

namespace coracle::scheduler {

/// Writes what the scheduler has to say about a pod into its status. Errors are logged: the next attempt writes again.
class PodStatusWriter {
public:
    PodStatusWriter(client::Client &client, Clock &clock) : m_client(client), m_clock(clock) {}

    struct Verdict {
        std::string reason, message;              ///< of the condition PodScheduled=False; no reason: leave it
        std::optional<std::string> nominatedNode; ///< "" clears it, nothing leaves it
    };
    /// Whether the pod's status says something else.
    static bool changes(const PodInfo &pod, const Verdict &verdict);
    Task<> write(PodInfoPtr pod, Verdict verdict);

    /// The condition that tells why a preempted pod goes.
    Task<Result<>> markDisrupted(PodInfoPtr pod, std::string message);

private:
    client::Client &m_client;
    Clock &m_clock;
};

} // namespace coracle::scheduler
