#pragma once

#include "clusterd/scheduler/diagnosis.h"
#include "core/base/async_event.h"
#include "core/base/clock.h"
#include "core/base/gate.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace coracle::scheduler {

/// Pods that have a node but may not be bound yet, because Permit plug-ins delay them. On the gate's executor.
class WaitingPods {
public:
    WaitingPods(Gate &gate, Clock &clock) : m_gate(gate), m_clock(clock) {}

    /// A plug-in delays the pod, for so long at most: then it is rejected.
    void add(const PodInfoPtr &pod, std::string_view plugin, Duration timeout);
    /// The plug-in that delayed the pod lets it go. Nothing when it does not wait.
    void allow(std::string_view uid, std::string_view plugin);
    void reject(std::string_view uid, std::string_view plugin, std::string message);
    bool contains(std::string_view uid) const { return m_entries.contains(uid); }
    /// The uids of the pods that wait.
    std::vector<std::string> uids() const;

    /// Waits until all plug-ins allow the pod, one rejects it, or a time is over.
    Task<Filtered> wait(PodInfoPtr pod);

private:
    struct Entry {
        explicit Entry(const Executor &executor) : decided(executor) {}
        std::set<std::string_view> plugins; ///< that haven't allowed it
        Filtered rejected;
        AsyncEvent decided;
    };
    Task<> expire(std::string uid, std::weak_ptr<Entry> entry, std::string_view plugin, Duration timeout);

    Gate &m_gate;
    Clock &m_clock;
    std::map<std::string, std::shared_ptr<Entry>, std::less<>> m_entries;
};

} // namespace coracle::scheduler
