#include "clusterd/scheduler/workers.h"

#include <algorithm>

namespace coracle::scheduler {

Workers::Workers(size_t parallelism)
    : m_helpersMax(std::min<size_t>(parallelism, std::max(1u, std::thread::hardware_concurrency())) - 1) {}

Workers::~Workers() = default;

size_t Workers::run(size_t count, const std::function<bool(size_t)> &piece) {
    {
        const std::scoped_lock lock(m_mutex);
        m_piece = &piece;
        m_count = count;
        m_next = 0;
        m_enough = false;
        while (m_helpers.size() < m_helpersMax)
            m_helpers.emplace_back([this](std::stop_token stop) { help(std::move(stop)); });
        m_busy = m_helpers.size();
        ++m_round;
    }
    m_begun.notify_all();
    work();
    std::unique_lock lock(m_mutex);
    m_ended.wait(lock, [this] { return m_busy == 0; });
    return std::min(m_next.load(), count);
}

void Workers::work() {
    while (!m_enough) {
        const size_t index = m_next++;
        if (index >= m_count)
            return;
        if (!(*m_piece)(index))
            m_enough = true;
    }
}

void Workers::help(std::stop_token stop) {
    uint64_t done = 0;
    while (true) {
        {
            std::unique_lock lock(m_mutex);
            if (!m_begun.wait(lock, stop, [&] { return m_round != done; }))
                return;
            done = m_round;
        }
        work();
        const std::scoped_lock lock(m_mutex);
        if (--m_busy == 0)
            m_ended.notify_one();
    }
}

} // namespace coracle::scheduler
