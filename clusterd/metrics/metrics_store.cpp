#include "clusterd/metrics/metrics_store.h"

#include <fmt/format.h>

namespace coracle::metrics {

namespace {

constexpr Duration kFreshLeast = std::chrono::seconds(10);

/// A start time is told in fractions of a second that differ by rounding.
bool sameLife(const Point &a, const Point &b) {
    if (!a.started || !b.started)
        return true;
    const auto apart = *a.started - *b.started;
    return std::chrono::abs(apart) < std::chrono::seconds(1);
}

} // namespace

std::optional<Usage> usageBetween(const Point &before, const Point &after) {
    if (after.time <= before.time || after.cpuNanoseconds < before.cpuNanoseconds || !sameLife(before, after))
        return std::nullopt;
    const Duration window = after.time - before.time;
    const double seconds = std::chrono::duration<double>(window).count();
    const auto used = static_cast<double>(after.cpuNanoseconds - before.cpuNanoseconds);
    return Usage{static_cast<uint64_t>(used / seconds), after.memoryBytes, after.time, window};
}

std::optional<Point> freshStart(const Point &first, Duration resolution) {
    if (!first.started)
        return std::nullopt;
    const Duration age = first.time - *first.started;
    if (age < kFreshLeast || age >= resolution)
        return std::nullopt;
    return Point{.time = *first.started, .started = first.started};
}

MetricsStore::Pair MetricsStore::advanced(const Pair *known, const Point &fresh) {
    if (!known)
        return {std::nullopt, fresh};
    if (fresh.time <= known->last.time && sameLife(known->last, fresh))
        return *known; // the kubelet has not measured anew
    if (!usageBetween(known->last, fresh))
        return {std::nullopt, fresh}; // it began anew
    return {known->last, fresh};
}

void MetricsStore::put(const std::string &node, Scrape scrape) {
    std::lock_guard lock(m_mutex);
    Node &entry = m_nodes[node];
    if (scrape.node)
        entry.points = advanced(entry.points ? &*entry.points : nullptr, *scrape.node);
    std::vector<std::string> gone;
    for (const std::string &key : entry.pods)
        if (!scrape.pods.contains(key))
            gone.push_back(key);
    forgetPods(node, gone);
    entry.pods.clear();
    for (auto &[key, containers] : scrape.pods) {
        Pod &pod = m_pods[key];
        std::map<std::string, Pair, std::less<>> known;
        if (pod.node == node)
            known = std::move(pod.containers);
        pod.node = node;
        pod.containers.clear();
        for (const auto &[name, point] : containers) {
            const auto at = known.find(name);
            Pair pair = advanced(at == known.end() ? nullptr : &at->second, point);
            if (!pair.before)
                pair.before = freshStart(pair.last, m_resolution);
            pod.containers.emplace(name, std::move(pair));
        }
        entry.pods.push_back(key);
    }
}

void MetricsStore::retain(const std::set<std::string> &nodes) {
    std::lock_guard lock(m_mutex);
    for (auto at = m_nodes.begin(); at != m_nodes.end();) {
        if (nodes.contains(at->first)) {
            ++at;
            continue;
        }
        forgetPods(at->first, at->second.pods);
        at = m_nodes.erase(at);
    }
}

void MetricsStore::forgetPods(const std::string &node, const std::vector<std::string> &keys) {
    for (const std::string &key : keys)
        if (const auto at = m_pods.find(key); at != m_pods.end() && at->second.node == node)
            m_pods.erase(at);
}

std::optional<Usage> MetricsStore::node(std::string_view name) const {
    std::lock_guard lock(m_mutex);
    const auto at = m_nodes.find(name);
    if (at == m_nodes.end() || !at->second.points || !at->second.points->before)
        return std::nullopt;
    return usageBetween(*at->second.points->before, at->second.points->last);
}

std::optional<std::vector<ContainerUsage>> MetricsStore::pod(std::string_view namespaceName,
                                                             std::string_view name) const {
    std::lock_guard lock(m_mutex);
    const auto at = m_pods.find(fmt::format("{}/{}", namespaceName, name));
    if (at == m_pods.end())
        return std::nullopt;
    std::vector<ContainerUsage> result;
    for (const auto &[container, pair] : at->second.containers) {
        const auto usage = pair.before ? usageBetween(*pair.before, pair.last) : std::nullopt;
        if (!usage)
            return std::nullopt;
        result.push_back({container, *usage});
    }
    return result;
}

} // namespace coracle::metrics
