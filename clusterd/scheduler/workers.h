#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace coracle::scheduler {

/// Threads that help the scheduler's own with work that comes in pieces. They are started when they are first needed
/// and sleep in between; run() is called by one thread at a time.
class Workers {
public:
    /// At most so many threads, the caller's own included, and no more than there are processors; 1: it works alone.
    explicit Workers(size_t parallelism);
    Workers(const Workers &) = delete;
    Workers &operator=(const Workers &) = delete;
    ~Workers();

    bool alone() const { return m_helpersMax == 0; }
    /// Does the pieces 0, 1, ... in this order on several threads at once, until all are done or one returns false.
    /// Returns how many were begun; these are done then, and what they wrote can be read.
    size_t run(size_t count, const std::function<bool(size_t)> &piece);

private:
    void help(std::stop_token stop);
    void work();

    const size_t m_helpersMax;
    std::mutex m_mutex;
    std::condition_variable_any m_begun;
    std::condition_variable m_ended;
    uint64_t m_round = 0;
    size_t m_busy = 0; ///< helpers that have not ended this round
    const std::function<bool(size_t)> *m_piece = nullptr;
    size_t m_count = 0;
    std::atomic<size_t> m_next = 0;
    std::atomic<bool> m_enough = false;
    std::vector<std::jthread> m_helpers; ///< last: they end first
};

} // namespace coracle::scheduler
