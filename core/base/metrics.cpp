#include "core/base/metrics.h"

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace coracle::metrics {

namespace {

std::string number(double value) {
    return fmt::format("{}", value);
}

/// Values of labels in the exposition format: backslash, quote and line end are escaped.
std::string escaped(std::string_view text) {
    std::string result;
    for (char c : text) {
        if (c == '\\' || c == '"')
            result += '\\';
        if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result;
}

void sample(std::string &text, std::string_view name, std::string_view labels, double value) {
    fmt::format_to(std::back_inserter(text), "{}{} {}\n", name, labels, number(value));
}

void single(std::string &text, std::string_view name, std::string_view type, std::string_view help, double value) {
    fmt::format_to(std::back_inserter(text), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
    sample(text, name, {}, value);
}

} // namespace

void Histogram::observe(double value) {
    const auto bucket = std::ranges::lower_bound(m_bounds, value) - m_bounds.begin();
    m_counts[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    m_sum.fetch_add(value, std::memory_order_relaxed);
}

void AnyFamily::writeHead(std::string &text, std::string_view type) const {
    fmt::format_to(std::back_inserter(text), "# HELP {0} {2}\n# TYPE {0} {1}\n", m_name, type, m_help);
}

std::string AnyFamily::labelText(const std::vector<std::string> &values, std::string_view more) const {
    if (values.empty() && more.empty())
        return {};
    std::string text = "{";
    for (size_t i = 0; i < values.size(); ++i)
        fmt::format_to(std::back_inserter(text), "{}{}=\"{}\"", i ? "," : "", m_labels[i], escaped(values[i]));
    if (!more.empty())
        fmt::format_to(std::back_inserter(text), "{}{}", values.empty() ? "" : ",", more);
    return text += '}';
}

template<class Metric>
Metric &Family<Metric>::with(LabelValues values) {
    assert(values.size() == labelCount());
    std::string key;
    for (std::string_view value : values)
        (key += value) += '\xff';
    {
        std::shared_lock lock(m_mutex);
        if (auto found = m_entries.find(key); found != m_entries.end())
            return *found->second.metric;
    }
    std::unique_lock lock(m_mutex);
    Entry &entry = m_entries[std::move(key)];
    if (!entry.metric) {
        entry.values.assign(values.begin(), values.end());
        if constexpr (std::is_same_v<Metric, Histogram>)
            entry.metric = std::make_unique<Histogram>(m_bounds);
        else
            entry.metric = std::make_unique<Metric>();
    }
    return *entry.metric;
}

template<class Metric>
void Family<Metric>::write(std::string &text) const {
    std::shared_lock lock(m_mutex);
    if (m_entries.empty())
        return;
    writeHead(text, std::is_same_v<Metric, Counter>     ? "counter"
                    : std::is_same_v<Metric, Histogram> ? "histogram"
                                                        : "gauge");
    std::vector<const Entry *> sorted;
    for (const auto &[key, entry] : m_entries)
        sorted.push_back(&entry);
    std::ranges::sort(sorted, {}, &Entry::values);
    for (const Entry *entry : sorted) {
        if constexpr (std::is_same_v<Metric, Histogram>) {
            const Histogram &histogram = *entry->metric;
            uint64_t total = 0;
            for (size_t i = 0; i <= histogram.bounds().size(); ++i) {
                total += histogram.count(i);
                const std::string bound = i < histogram.bounds().size() ? number(histogram.bounds()[i]) : "+Inf";
                sample(text, name() + "_bucket", labelText(entry->values, fmt::format("le=\"{}\"", bound)),
                       static_cast<double>(total));
            }
            sample(text, name() + "_sum", labelText(entry->values), histogram.sum());
            sample(text, name() + "_count", labelText(entry->values), static_cast<double>(total));
        } else {
            sample(text, name(), labelText(entry->values), entry->metric->value());
        }
    }
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

template<class Metric>
Family<Metric> &Registry::family(std::string name, std::string help, std::vector<std::string> labels,
                                 std::vector<double> bounds) {
    std::lock_guard lock(m_mutex);
    auto at = std::ranges::lower_bound(m_families, name, {}, [](const auto &known) { return known->name(); });
    if (at == m_families.end() || (*at)->name() != name)
        at = m_families.insert(at, std::make_unique<Family<Metric>>(std::move(name), std::move(help), std::move(labels),
                                                                    std::move(bounds)));
    auto *found = dynamic_cast<Family<Metric> *>(at->get());
    assert(found); // one name has one type
    return *found;
}

Family<Counter> &Registry::counter(std::string name, std::string help, std::vector<std::string> labels) {
    return family<Counter>(std::move(name), std::move(help), std::move(labels));
}

Family<Gauge> &Registry::gauge(std::string name, std::string help, std::vector<std::string> labels) {
    return family<Gauge>(std::move(name), std::move(help), std::move(labels));
}

Family<Histogram> &Registry::histogram(std::string name, std::string help, std::vector<std::string> labels,
                                       std::vector<double> bounds) {
    return family<Histogram>(std::move(name), std::move(help), std::move(labels), std::move(bounds));
}

std::string Registry::text() const {
    std::lock_guard lock(m_mutex);
    std::string text;
    for (const auto &family : m_families)
        family->write(text);
    return text;
}

Registry &registry() {
    static auto *instance = new Registry; // never ends: others count until the last moment
    return *instance;
}

std::string processText() {
    std::string text;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    single(text, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
           seconds(usage.ru_utime) + seconds(usage.ru_stime));
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    single(text, "process_max_fds", "gauge", "Maximum number of open file descriptors.",
           static_cast<double>(files.rlim_cur));
    std::error_code error;
    const auto open = std::distance(std::filesystem::directory_iterator("/proc/self/fd", error),
                                    std::filesystem::directory_iterator());
    single(text, "process_open_fds", "gauge", "Number of open file descriptors.", static_cast<double>(open));
    long pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    const auto pageBytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
    single(text, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
           static_cast<double>(resident) * pageBytes);
    single(text, "process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.",
           static_cast<double>(pages) * pageBytes);
    // proc(5): the 22nd field of stat is the start in ticks after boot; btime of /proc/stat is the boot.
    std::ifstream stat("/proc/self/stat");
    const std::string line{std::istreambuf_iterator<char>(stat), {}};
    double ticks = 0, boot = 0;
    if (const size_t end = line.rfind(')'); end != std::string::npos) {
        std::istringstream fields(line.substr(end + 2));
        std::string field;
        for (int i = 3; i < 22; ++i)
            fields >> field;
        fields >> ticks;
    }
    std::ifstream machine("/proc/stat");
    for (std::string word; machine >> word;)
        if (word == "btime") {
            machine >> boot;
            break;
        }
    single(text, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.",
           boot + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)));
    return text;
}

} // namespace coracle::metrics
