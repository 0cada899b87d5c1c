#pragma once

#include "core/cel/cel.h"

#include <algorithm>
#include <cmath>

/// Arithmetic of costs and sizes that saturates at 2^64-1.
namespace coracle::cel {

inline constexpr uint64_t kUnlimited = UINT64_MAX;

inline uint64_t saturatingAdd(uint64_t a, uint64_t b) {
    return a > kUnlimited - b ? kUnlimited : a + b;
}

inline uint64_t saturatingMultiply(uint64_t a, uint64_t b) {
    return b != 0 && a > kUnlimited / b ? kUnlimited : a * b;
}

inline uint64_t scaled(uint64_t amount, double factor) {
    const double product = std::ceil(double(amount) * factor);
    return product >= 0x1p64 ? kUnlimited : uint64_t(product);
}

inline CostRange fixedCost(uint64_t amount) {
    return {amount, amount};
}

inline CostRange operator+(const CostRange &a, const CostRange &b) {
    return {saturatingAdd(a.min, b.min), saturatingAdd(a.max, b.max)};
}

inline CostRange operator*(const CostRange &a, const CostRange &b) {
    return {saturatingMultiply(a.min, b.min), saturatingMultiply(a.max, b.max)};
}

inline CostRange operator*(const CostRange &a, double factor) {
    return {scaled(a.min, factor), scaled(a.max, factor)};
}

/// The range that holds both.
inline CostRange either(const CostRange &a, const CostRange &b) {
    return {std::min(a.min, b.min), std::max(a.max, b.max)};
}

} // namespace coracle::cel
