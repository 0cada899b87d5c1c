#include "core/config/nearest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace coracle::config {

namespace {

constexpr size_t kWordLengthMax = 64; // longer than any name; bounds the work on hostile input

/// Optimal string alignment distance.
size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<size_t> beforeLast(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                current[j] = std::min(current[j], beforeLast[j - 2] + 1);
        }
        beforeLast.swap(last);
        last.swap(current);
    }
    return last[b.size()];
}

} // namespace

std::string_view nearestName(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > kWordLengthMax)
        return {};
    std::string_view nearest;
    size_t distanceMax = std::max<size_t>(1, word.size() / 3);
    for (std::string_view candidate : candidates) {
        const size_t distance = editDistance(word, candidate);
        if (distance < distanceMax || (distance == distanceMax && nearest.empty())) {
            nearest = candidate;
            distanceMax = distance;
        }
    }
    return nearest;
}

} // namespace coracle::config
