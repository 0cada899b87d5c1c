#pragma once

#include "core/base/random.h"
#include "core/base/task.h"
#include "tests/support/manual_clock.h"

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace coracle::sim {

/// Numbers from a seed; each part of a simulation has a stream of its own, so that one part's use of it does not change
/// what the others get.
class SeededRandom final : public Random {
public:
    SeededRandom(uint64_t seed, std::string_view stream);
    uint64_t next() override;
    /// True in so many of 10,000 cases.
    bool chance(uint64_t inTenThousand) { return below(10000) < inTenThousand; }

private:
    uint64_t m_state;
};

/// What happened, as one number: two runs are the same when their hashes are.
class Trace {
public:
    /// Lines go to this file too; null: only the hash.
    void print(std::FILE *file) { m_file = file; }
    void line(std::string_view text);
    uint64_t hash() const { return m_hash; }
    uint64_t lines() const { return m_lines; }

private:
    uint64_t m_hash = 0xcbf29ce484222325, m_lines = 0;
    std::FILE *m_file = nullptr;
};

/// What all parts of a simulated cluster stand on: one thread, one event loop, virtual time.
class World {
public:
    explicit World(uint64_t seed) : seed(seed) {}

    Executor executor() { return context.get_executor(); }
    /// Adds a line to the trace, with the virtual time.
    void note(std::string_view text);
    /// Runs everything that can run now.
    void settle();
    /// Time goes by, in steps that wake sleepers one after the other.
    void pass(Duration duration);
    /// Runs the coroutine to its end. Time stands still, unless it is waited for.
    void finish(Task<> task);
    void finish(std::function<Task<>()> task);

    const uint64_t seed;
    boost::asio::io_context context{1};
    test::ManualClock clock;
    Trace trace;
};

} // namespace coracle::sim
