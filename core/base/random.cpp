#include "core/base/random.h"

#include <array>
#include <mutex>
#include <string_view>
#include <sys/random.h>
#include <utility>

namespace coracle {

uint64_t Random::below(uint64_t bound) {
    const uint64_t unevenFrom = bound * (UINT64_MAX / bound);
    for (;;) {
        if (uint64_t value = next(); value < unevenFrom)
            return value % bound;
    }
}

std::string Random::uuid() {
    const uint64_t high = (next() & ~0xf000ull) | 0x4000ull;
    const uint64_t low = (next() & ~(3ull << 62)) | (2ull << 62);
    std::string text;
    text.reserve(36);
    for (int digit = 0; digit < 32; ++digit) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20)
            text += '-';
        const uint64_t half = digit < 16 ? high : low;
        text += "0123456789abcdef"[(half >> (60 - 4 * (digit % 16))) & 15];
    }
    return text;
}

std::string Random::suffix(int length) {
    static constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
    std::string text(static_cast<size_t>(length), ' ');
    for (char &letter : text)
        letter = kLetters[below(kLetters.size())];
    return text;
}

namespace {

class KernelRandom final : public Random {
public:
    uint64_t next() override {
        const std::lock_guard lock(m_mutex);
        if (m_used == m_pool.size()) {
            // Requests of up to 256 bytes are never interrupted once the kernel's pool is ready (getrandom(2)).
            while (::getrandom(m_pool.data(), sizeof m_pool, 0) != static_cast<ssize_t>(sizeof m_pool)) {
            }
            m_used = 0;
        }
        return std::exchange(m_pool[m_used++], 0);
    }

private:
    std::mutex m_mutex;
    std::array<uint64_t, 32> m_pool{};
    size_t m_used = m_pool.size();
};

} // namespace

Random &systemRandom() {
    static KernelRandom random;
    return random;
}

} // namespace coracle
