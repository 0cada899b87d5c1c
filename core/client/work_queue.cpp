#include "core/client/work_queue.h"

#include <algorithm>

namespace coracle::client {

WorkQueue::WorkQueue(Gate &gate, Clock &clock, Backoff backoff)
    : m_gate(gate), m_clock(clock), m_backoff(backoff), m_changed(gate.executor()) {}

void WorkQueue::add(std::string key) {
    if (!m_queued.insert(key).second)
        return;
    if (m_working.contains(key))
        return; // done() queues it again
    m_ready.push_back(std::move(key));
    m_changed.notifyAll();
}

void WorkQueue::addAfter(std::string key, Duration duration) {
    if (duration <= Duration::zero())
        return add(std::move(key));
    const SteadyTime at = m_clock.steadyNow() + duration;
    auto [pending, fresh] = m_delayed.try_emplace(key, at);
    if (!fresh && pending->second <= at)
        return;
    pending->second = at;
    m_gate.spawn([this, key = std::move(key), duration, at] { return wakeLater(key, duration, at); });
}

Task<> WorkQueue::wakeLater(std::string key, Duration duration, SteadyTime at) {
    auto slept = co_await m_clock.sleep(duration);
    auto pending = m_delayed.find(key);
    if (!slept || pending == m_delayed.end() || pending->second != at)
        co_return; // cancelled, or an earlier time took its place
    m_delayed.erase(pending);
    add(std::move(key));
}

void WorkQueue::addRateLimited(std::string key) {
    const int failures = m_failures[key]++;
    Duration duration = m_backoff.first;
    for (int i = 0; i < failures && duration < m_backoff.longest; ++i)
        duration *= 2;
    addAfter(std::move(key), std::min(duration, m_backoff.longest));
}

void WorkQueue::forget(const std::string &key) {
    m_failures.erase(key);
}

int WorkQueue::failures(const std::string &key) const {
    auto found = m_failures.find(key);
    return found == m_failures.end() ? 0 : found->second;
}

Task<std::optional<std::string>> WorkQueue::take() {
    while (m_ready.empty()) {
        if (m_gate.closed())
            co_return std::nullopt;
        co_await m_changed.wait();
    }
    std::string key = std::move(m_ready.front());
    m_ready.pop_front();
    m_queued.erase(key);
    m_working.insert(key);
    co_return key;
}

void WorkQueue::done(const std::string &key) {
    m_working.erase(key);
    if (m_queued.contains(key))
        m_ready.push_back(key);
    m_changed.notifyAll();
}

} // namespace coracle::client
