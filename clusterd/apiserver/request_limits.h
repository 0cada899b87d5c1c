#pragma once

#include "clusterd/apiserver/request_info.h"
#include "clusterd/apiserver/user.h"
#include "core/base/clock.h"
#include "core/base/metrics.h"
#include "core/base/result.h"

#include <atomic>

namespace coracle::apiserver {

/// How much is served at once and for how long; kube-apiserver's arguments of these names and its defaults. 0: no
/// limit.
struct RequestLimits {
    int maxRequestsInFlight = 400;         ///< that only read
    int maxMutatingRequestsInFlight = 200; ///< that change something
    Duration requestTimeout = std::chrono::seconds(60);
    std::chrono::seconds watchTimeoutMin{1800}; ///< of watches that name none
};

/// Requests that last as long as the client likes: watches, and what is passed through to pods and nodes. They are
/// neither counted nor timed.
bool isLongRunning(const RequestInfo &info);
/// Whether it may change something.
bool isMutating(const RequestInfo &info);

/// Bounds the requests that are served at once (k8s.io/apiserver filters.WithMaxInFlightLimit). Thread-safe.
class InFlightLimiter {
public:
    explicit InFlightLimiter(RequestLimits limits);

    /// Holds the place of one request.
    class Place {
    public:
        Place() = default;
        Place(Place &&other) noexcept : m_running(std::exchange(other.m_running, nullptr)) {}
        Place &operator=(Place &&) = delete;
        ~Place() {
            if (m_running)
                m_running->fetch_sub(1, std::memory_order_relaxed);
        }

    private:
        friend class InFlightLimiter;
        explicit Place(std::atomic<int> *running) : m_running(running) {}
        std::atomic<int> *m_running = nullptr;
    };

    /// 429 with the time to wait when there is no place. system:masters always get one, so that an administrator can
    /// mend an overloaded server.
    Result<Place> enter(const RequestInfo &info, const UserInfo &user);

    int reading() const { return m_reading.load(std::memory_order_relaxed); }
    int mutating() const { return m_mutating.load(std::memory_order_relaxed); }

private:
    RequestLimits m_limits;
    std::atomic<int> m_reading = 0, m_mutating = 0;
    metrics::Counter &m_droppedReading, &m_droppedMutating;
};

} // namespace coracle::apiserver
