#include "clusterd/scheduler/waiting_pods.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace coracle::scheduler {

void WaitingPods::add(const PodInfoPtr &pod, std::string_view plugin, Duration timeout) {
    const std::string uid(pod->uid());
    auto &entry = m_entries[uid];
    if (!entry)
        entry = std::make_shared<Entry>(m_gate.executor());
    entry->plugins.insert(plugin);
    m_gate.spawn(
        [this, uid, weak = std::weak_ptr(entry), plugin, timeout] { return expire(uid, weak, plugin, timeout); });
}

void WaitingPods::allow(std::string_view uid, std::string_view plugin) {
    const auto found = m_entries.find(uid);
    if (found == m_entries.end())
        return;
    found->second->plugins.erase(plugin);
    found->second->decided.notifyAll();
}

void WaitingPods::reject(std::string_view uid, std::string_view plugin, std::string message) {
    const auto found = m_entries.find(uid);
    if (found == m_entries.end() || found->second->rejected)
        return;
    found->second->rejected = Rejection{.reasons = {std::move(message)}, .plugin = plugin};
    found->second->decided.notifyAll();
}

std::vector<std::string> WaitingPods::uids() const {
    std::vector<std::string> all;
    for (const auto &[uid, entry] : m_entries)
        all.push_back(uid);
    return all;
}

Task<Filtered> WaitingPods::wait(PodInfoPtr pod) {
    const auto found = m_entries.find(pod->uid());
    if (found == m_entries.end())
        co_return std::nullopt;
    const std::shared_ptr<Entry> entry = found->second;
    while (!entry->rejected && !entry->plugins.empty() && !m_gate.closed())
        co_await entry->decided.wait();
    m_entries.erase(std::string(pod->uid()));
    if (!entry->rejected && !entry->plugins.empty())
        entry->rejected = Rejection{.reasons = {"the scheduler is ending"}, .error = true};
    co_return entry->rejected;
}

Task<> WaitingPods::expire(std::string uid, std::weak_ptr<Entry> weak, std::string_view plugin, Duration timeout) {
    const auto slept = co_await m_clock.sleep(timeout);
    const auto entry = weak.lock();
    if (!slept || !entry || !entry->plugins.contains(plugin))
        co_return;
    reject(uid, plugin,
           fmt::format("rejected due to timeout after waiting {} at plugin {}",
                       std::chrono::duration_cast<std::chrono::milliseconds>(timeout), plugin));
}

} // namespace coracle::scheduler
