#pragma once

#include <cstdint>
#include <string>

namespace coracle {

/// Randomness comes in through this interface, so that a simulation replays from its seed. Thread-safe.
class Random {
public:
    virtual ~Random() = default;
    virtual uint64_t next() = 0;

    /// Evenly spread in [0, bound); bound > 0.
    uint64_t below(uint64_t bound);
    /// A version 4 UUID (RFC 9562), as objects have for metadata.uid.
    std::string uuid();
    /// Lower-case letters and digits without vowels and look-alikes, as generateName appends them
    /// (k8s.io/apimachinery util/rand).
    std::string suffix(int length);
};

/// From the kernel; fit for secrets.
Random &systemRandom();

} // namespace coracle
