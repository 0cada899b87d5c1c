#pragma once

#include <atomic>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Counters, gauges and histograms, and the text form in which Prometheus reads them (exposition format 0.0.4). Names
/// and labels are those of the Kubernetes components. Thread-safe; metrics live as long as the process.
namespace coracle::metrics {

class Counter {
public:
    void add(double amount = 1) { m_value.fetch_add(amount, std::memory_order_relaxed); }
    double value() const { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<double> m_value = 0;
};

class Gauge {
public:
    void set(double value) { m_value.store(value, std::memory_order_relaxed); }
    void add(double amount) { m_value.fetch_add(amount, std::memory_order_relaxed); }
    double value() const { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<double> m_value = 0;
};

class Histogram {
public:
    /// The upper bounds rise; +Inf follows by itself.
    explicit Histogram(const std::vector<double> &bounds) : m_bounds(bounds), m_counts(bounds.size() + 1) {}
    void observe(double value);

    const std::vector<double> &bounds() const { return m_bounds; }
    /// Of the bucket alone, not of those below.
    uint64_t count(size_t bucket) const { return m_counts[bucket].load(std::memory_order_relaxed); }
    double sum() const { return m_sum.load(std::memory_order_relaxed); }

private:
    std::vector<double> m_bounds;
    std::vector<std::atomic<uint64_t>> m_counts;
    std::atomic<double> m_sum = 0;
};

using LabelValues = std::initializer_list<std::string_view>;

/// All metrics of one name, told apart by the values of their labels.
class AnyFamily {
public:
    AnyFamily(std::string name, std::string help, std::vector<std::string> labels)
        : m_name(std::move(name)), m_help(std::move(help)), m_labels(std::move(labels)) {}
    AnyFamily(const AnyFamily &) = delete;
    AnyFamily &operator=(const AnyFamily &) = delete;
    virtual ~AnyFamily() = default;

    const std::string &name() const { return m_name; }
    virtual void write(std::string &text) const = 0;

protected:
    void writeHead(std::string &text, std::string_view type) const;
    /// {a="x",b="y"}, with `more` as the last label; empty when there is none.
    std::string labelText(const std::vector<std::string> &values, std::string_view more = {}) const;
    size_t labelCount() const { return m_labels.size(); }

private:
    std::string m_name, m_help;
    std::vector<std::string> m_labels;
};

template<class Metric>
class Family final : public AnyFamily {
public:
    Family(std::string name, std::string help, std::vector<std::string> labels, std::vector<double> bounds = {})
        : AnyFamily(std::move(name), std::move(help), std::move(labels)), m_bounds(std::move(bounds)) {}

    /// The metric with these values, one for each label in their order; stays where it is.
    Metric &with(LabelValues values);
    void write(std::string &text) const override;

private:
    struct Entry {
        std::vector<std::string> values;
        std::unique_ptr<Metric> metric;
    };
    std::vector<double> m_bounds;
    mutable std::shared_mutex m_mutex; ///< guards the map, not the metrics
    std::unordered_map<std::string, Entry> m_entries;
};

/// All metrics of a process.
class Registry {
public:
    /// The family of this name; made at the first call, whose help, labels and bounds count.
    Family<Counter> &counter(std::string name, std::string help, std::vector<std::string> labels = {});
    Family<Gauge> &gauge(std::string name, std::string help, std::vector<std::string> labels = {});
    Family<Histogram> &histogram(std::string name, std::string help, std::vector<std::string> labels,
                                 std::vector<double> bounds);
    /// Sorted by name.
    std::string text() const;

private:
    template<class Metric>
    Family<Metric> &family(std::string name, std::string help, std::vector<std::string> labels,
                           std::vector<double> bounds = {});

    mutable std::mutex m_mutex;
    std::vector<std::unique_ptr<AnyFamily>> m_families;
};

/// The one that /metrics shows. As with other clients of Prometheus there is one for the process, so that a part can
/// count without being handed a place for it.
Registry &registry();

/// process_cpu_seconds_total, process_resident_memory_bytes and the like, as Prometheus' clients name them.
std::string processText();

} // namespace coracle::metrics
