#include "tests/sim/world.h"

#include "tests/support/virtual_time.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <stdexcept>

namespace coracle::sim {

namespace asio = boost::asio;

namespace {

constexpr uint64_t kPrime = 0x100000001b3; // FNV-1a
constexpr Duration kLongestWait = std::chrono::minutes(10);

} // namespace

SeededRandom::SeededRandom(uint64_t seed, std::string_view stream) : m_state(seed * 0x9e3779b97f4a7c15 + 1) {
    for (const char c : stream)
        m_state = (m_state ^ static_cast<unsigned char>(c)) * kPrime;
}

/// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
uint64_t SeededRandom::next() {
    uint64_t z = m_state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void Trace::line(std::string_view text) {
    for (const char c : text)
        m_hash = (m_hash ^ static_cast<unsigned char>(c)) * kPrime;
    m_hash = (m_hash ^ '\n') * kPrime;
    ++m_lines;
    if (m_file)
        fmt::print(m_file, "{}\n", text);
}

void World::note(std::string_view text) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(clock.steadyNow().time_since_epoch());
    trace.line(fmt::format("{:>12.6f} {}", static_cast<double>(elapsed.count()) / 1e6, text));
}

void World::settle() {
    test::runReady(context);
}

void World::pass(Duration duration) {
    test::passTime(clock, duration, [this] { settle(); });
}

void World::finish(std::function<Task<>()> task) {
    finish(task());
}

void World::finish(Task<> task) {
    bool done = false;
    asio::co_spawn(context, std::move(task), [&](const std::exception_ptr &failure) {
        if (failure)
            std::rethrow_exception(failure);
        done = true;
    });
    settle();
    for (Duration waited{}; !done;) {
        const Duration step = clock.untilNext();
        waited += step;
        if (step <= Duration::zero() || waited > kLongestWait)
            throw std::runtime_error("a part of the simulation neither ends nor waits for anything");
        pass(step);
    }
}

} // namespace coracle::sim
