#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "clusterd/apiserver/request_limits.h"
#include "core/base/clock.h"
#include "core/base/metrics.h"

namespace coracle::apiserver {

class ResourceTable;

/// Passes an answer on and remembers what it was. After takeOver() the handler's own answer, which comes too late, is
/// refused.
class ObservedWriter final : public http::ResponseWriter {
public:
    explicit ObservedWriter(http::ResponseWriter &inner) : m_inner(inner) {}

    Task<Result<>> send(int status, http::Headers headers, std::vector<http::Chunk> body) override;
    Task<Result<>> start(int status, http::Headers headers) override;
    Task<Result<>> write(std::vector<http::Chunk> chunks) override;
    Task<Result<std::shared_ptr<http::Stream>>> upgrade(http::Headers headers) override;
    bool begun() const override { return m_takenOver || m_inner.begun(); }

    /// From now on only the returned writer answers, with this status.
    http::ResponseWriter &takeOver(int status) {
        m_takenOver = true;
        m_status = status;
        return m_inner;
    }
    int status() const { return m_status; }  ///< 0: no answer was begun
    size_t bytes() const { return m_bytes; } ///< of the body

private:
    http::ResponseWriter &m_inner;
    int m_status = 0;
    size_t m_bytes = 0;
    bool m_takenOver = false;
};

/// Counts and times requests, with the names and labels of kube-apiserver. Thread-safe. Only what is served makes new
/// label values: paths that somebody invents do not.
class RequestMetrics {
public:
    RequestMetrics(const ResourceTable &resources, const InFlightLimiter &limiter);

    /// After a request has ended.
    void observe(const Exchange &exchange, const ObservedWriter &answer, Duration elapsed);
    /// A request that was not served, to save the others: 429, or 504 in the handler's stead.
    void terminated(const Exchange &exchange, int code);
    /// Sets the gauges that are read off: call it before the text is made.
    void refresh();

    /// Counts a long-running request while it lives.
    class LongRunning {
    public:
        explicit LongRunning(metrics::Gauge *gauge) : m_gauge(gauge) {
            if (m_gauge)
                m_gauge->add(1);
        }
        LongRunning(const LongRunning &) = delete;
        LongRunning &operator=(const LongRunning &) = delete;
        ~LongRunning() {
            if (m_gauge)
                m_gauge->add(-1);
        }

    private:
        metrics::Gauge *m_gauge;
    };
    /// Null when the request is none, or not one of a served resource.
    metrics::Gauge *longRunning(const Exchange &exchange);

private:
    struct Labels;
    bool labelsOf(const Exchange &exchange, Labels &labels) const;

    const ResourceTable &m_resources;
    const InFlightLimiter &m_limiter;
    metrics::Family<metrics::Counter> &m_total, &m_terminations;
    metrics::Family<metrics::Histogram> &m_durations, &m_sizes;
    metrics::Family<metrics::Gauge> &m_inFlight, &m_longRunning;
};

} // namespace coracle::apiserver
