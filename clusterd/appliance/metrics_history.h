#pragma once

#include "core/base/clock.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace coracle::appliance {

/// One measurement of a node or the cluster; NaN: not known. Small, as many are kept.
struct MetricsSample {
    uint32_t seconds = 0; ///< Unix time
    float cpuMillicores = NAN, memoryBytes = NAN, diskBytes = NAN;
};

/// The last values of a fixed number; it grows as they come.
class SampleRing {
public:
    explicit SampleRing(size_t most) : m_most(most) {}
    void push(const MetricsSample &sample);
    std::vector<MetricsSample> all() const; ///< oldest first
    bool empty() const { return m_samples.empty(); }

private:
    size_t m_most, m_next = 0; ///< where the next one goes when it is full
    std::vector<MetricsSample> m_samples;
};

enum class HistoryRange { Hour, Day };

/// Measurements over time, in memory only: an hour of single ones and a day of means over a minute. At most kSeriesMax
/// nodes are kept, those that came first, so that all of it stays below a mebibyte. Thread-safe.
class MetricsHistory {
public:
    /// Of a node, or with an empty name of the cluster. One that is not later than the last one is left out.
    void add(const std::string &name, const MetricsSample &sample);
    /// Forgets all nodes but these.
    void retain(const std::vector<std::string> &names);
    /// Oldest first.
    std::vector<MetricsSample> get(const std::string &name, HistoryRange range) const;

    static constexpr size_t kSeriesMax = 36;
    static constexpr size_t kHourSamples = 240; ///< one in 15 seconds
    static constexpr size_t kDaySamples = 1440; ///< one in a minute

private:
    struct Series {
        SampleRing hour{kHourSamples}, day{kDaySamples};
        uint32_t last = 0;
        std::vector<MetricsSample> minute; ///< those of the minute that is not over yet
    };

    mutable std::mutex m_mutex; ///< guards the rest
    std::map<std::string, Series> m_series;
};

/// The mean of each value over those that know it; the time is that of the last one.
MetricsSample meanOf(const std::vector<MetricsSample> &samples);

} // namespace coracle::appliance
