#include "clusterd/metrics/resource_metrics.h"

#include <charconv>
#include <cmath>

namespace coracle::metrics {

namespace {

constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kLargest = 9e18;                 // fits into an int64_t
constexpr int64_t kLatestSeconds = 8'000'000'000; ///< times before it and their distances fit into a Duration

/// One sample: name{label="value",...} value [milliseconds].
struct Sample {
    std::string_view name;
    std::string namespaceName, pod, container;
    double value = 0;
    std::optional<int64_t> timeMs;
};

/// Takes a quoted label value with its escapes off the front.
std::optional<std::string> takeQuoted(std::string_view &text) {
    if (!text.starts_with('"'))
        return std::nullopt;
    std::string value;
    for (size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return value;
        }
        if (text[i] == '\\' && ++i < text.size())
            value += text[i] == 'n' ? '\n' : text[i];
        else if (i < text.size())
            value += text[i];
    }
    return std::nullopt;
}

/// Takes "{...}" off the front; false when it is not well formed.
bool takeLabels(std::string_view &text, Sample &sample) {
    text.remove_prefix(1);
    while (!text.starts_with('}')) {
        const size_t equals = text.find('=');
        if (equals == text.npos)
            return false;
        const std::string_view name = text.substr(0, equals);
        text.remove_prefix(equals + 1);
        auto value = takeQuoted(text);
        if (!value)
            return false;
        if (name == "namespace")
            sample.namespaceName = std::move(*value);
        else if (name == "pod")
            sample.pod = std::move(*value);
        else if (name == "container")
            sample.container = std::move(*value);
        if (text.starts_with(','))
            text.remove_prefix(1);
    }
    text.remove_prefix(1);
    return true;
}

template<class T>
bool takeNumber(std::string_view &text, T &value) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc())
        return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
}

std::optional<Sample> parseLine(std::string_view line) {
    Sample sample;
    const size_t end = line.find_first_of("{ ");
    if (line.starts_with('#') || end == line.npos || end == 0)
        return std::nullopt;
    sample.name = line.substr(0, end);
    line.remove_prefix(end);
    if (line.starts_with('{') && !takeLabels(line, sample))
        return std::nullopt;
    if (!takeNumber(line, sample.value) || !std::isfinite(sample.value) || sample.value < 0)
        return std::nullopt;
    if (int64_t time = 0; takeNumber(line, time) && time >= 0 && time < kLatestSeconds * 1000)
        sample.timeMs = time;
    return sample;
}

uint64_t scaled(double value, double factor) {
    return static_cast<uint64_t>(std::llround(std::min(value * factor, kLargest)));
}

/// A point in the making: both values must come.
struct Partial {
    Point point;
    bool cpu = false, memory = false;

    void take(const Sample &sample, std::string_view kind, WallTime now) {
        if (kind == "start_time_seconds") {
            if (sample.value < static_cast<double>(kLatestSeconds))
                point.started = WallTime(std::chrono::microseconds(std::llround(sample.value * 1e6)));
            return;
        }
        const bool isCpu = kind == "cpu_usage_seconds_total";
        if (isCpu)
            point.cpuNanoseconds = scaled(sample.value, kNanosecondsPerSecond);
        else
            point.memoryBytes = scaled(sample.value, 1);
        (isCpu ? cpu : memory) = true;
        if (isCpu) // the rate is that of the CPU
            point.time = sample.timeMs ? WallTime(std::chrono::milliseconds(*sample.timeMs)) : now;
    }
    bool complete() const { return cpu && memory; }
};

/// "cpu_usage_seconds_total" of "node_cpu_usage_seconds_total"; empty for other metrics.
std::string_view kindOf(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix))
        return {};
    name.remove_prefix(prefix.size());
    const bool known =
        name == "cpu_usage_seconds_total" || name == "memory_working_set_bytes" || name == "start_time_seconds";
    return known ? name : std::string_view();
}

} // namespace

Scrape parseResourceMetrics(std::string_view text, WallTime now) {
    Partial node;
    std::map<std::string, std::map<std::string, Partial, std::less<>>, std::less<>> pods;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        const auto sample = parseLine(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!sample)
            continue;
        if (const auto kind = kindOf(sample->name, "node_"); !kind.empty())
            node.take(*sample, kind, now);
        if (const auto kind = kindOf(sample->name, "container_"); !kind.empty() && !sample->container.empty())
            pods[sample->namespaceName + "/" + sample->pod][sample->container].take(*sample, kind, now);
    }
    Scrape scrape;
    if (node.complete())
        scrape.node = node.point;
    for (auto &[pod, containers] : pods)
        for (auto &[name, partial] : containers)
            if (partial.complete())
                scrape.pods[pod].emplace(name, partial.point);
    return scrape;
}

} // namespace coracle::metrics
