#pragma once

#include "core/base/gate.h"
#include "core/client/client.h"
#include "core/client/event_correlator.h"

#include <deque>
#include <string>

namespace coracle {
class Clock;
}

namespace coracle::client {

/// What an event is about (core/v1 ObjectReference).
struct ObjectReference {
    std::string apiVersion, kind, namespaceName, name, uid, resourceVersion, fieldPath;

    static ObjectReference to(const api::Object &object, std::string fieldPath = {});
};

enum class EventKind { Normal, Warning };

/// Writes core/v1 Events in the background, as client-go's recorder does: what repeats is counted, what is similar is
/// combined and what comes too often is left out (EventCorrelator). Events are dropped, never waited for, when the API
/// server doesn't take them (the queue is bounded). One serial executor: the gate's.
class EventRecorder {
public:
    /// The component is events' source.component ("kubelet"); host is source.host, empty for cluster-wide parts.
    EventRecorder(Client &client, Clock &clock, Gate &gate, std::string component, std::string host = {});
    EventRecorder(const EventRecorder &) = delete;
    EventRecorder &operator=(const EventRecorder &) = delete;

    void event(const ObjectReference &about, EventKind kind, std::string_view reason, std::string_view message);

private:
    struct Pending {
        ObjectReference about;
        EventKind kind;
        std::string reason, message;
    };

    Task<> run();
    Task<> write(Pending pending);
    /// Whether there was an event to be counted on.
    Task<bool> countOn(EventCorrelator::Decision decision, std::string now);

    Client &m_client;
    Clock &m_clock;
    Gate &m_gate;
    std::string m_component, m_host;
    std::deque<Pending> m_queue;
    EventCorrelator m_correlator;
    bool m_running = false;
    uint64_t m_dropped = 0;
    uint64_t m_written = 0; ///< makes names differ that are made at one time
};

} // namespace coracle::client
