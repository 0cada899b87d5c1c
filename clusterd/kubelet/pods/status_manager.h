#pragma once

#include "clusterd/kubelet/container/pod_spec.h"
#include "clusterd/kubelet/pods/wakeup.h"
#include "core/base/gate.h"
#include "core/client/client.h"

#include <map>
#include <memory>
#include <string>

namespace coracle::kubelet {

/// Brings pods' statuses to the API: only differences, only the newest, one patch at a time per pod, again after
/// errors.
class StatusManager {
public:
    StatusManager(client::Client &client, Clock &clock, Gate &gate) : m_client(client), m_clock(clock), m_gate(gate) {}

    /// The status that the API shall show. The pod is as the API has it now, as far as is known.
    void set(std::shared_ptr<const corev1::Pod> pod, corev1::PodStatus status);
    /// The status that was set last; null when none was.
    const corev1::PodStatus *get(const std::string &podUid) const;
    /// Waits until the last status is in the API, or the pod is gone there.
    Task<Result<>> flush(std::string podUid);
    void forget(const std::string &podUid);

private:
    struct Entry {
        std::shared_ptr<const corev1::Pod> pod;
        corev1::PodStatus wanted, written;
        int64_t version = 0; ///< of the pod, that our last write left
        bool dirty = false, writing = false, gone = false;
        std::vector<std::shared_ptr<Wakeup>> waiting;
    };

    Task<> write(std::shared_ptr<Entry> entry);
    Task<bool> isGone(std::shared_ptr<const corev1::Pod> pod);

    client::Client &m_client;
    Clock &m_clock;
    Gate &m_gate;
    std::map<std::string, std::shared_ptr<Entry>, std::less<>> m_entries;
};

} // namespace coracle::kubelet
