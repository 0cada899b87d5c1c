#pragma once

#include "core/base/result.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace coracle::api {

/// A fixed-point number with a unit suffix (apimachinery resource.Quantity): exact down to nano, where anything finer
/// is rounded away from zero. A binary amount is capped at 2^63-1, any other at 10^29; sums saturate there too.
class Quantity {
public:
    /// How the amount was written, and is written again.
    enum class Format : uint8_t {
        DecimalSi,       ///< 1500m, 12M
        BinarySi,        ///< 12Mi
        DecimalExponent, ///< 12e6
    };

    Quantity() = default;
    explicit Quantity(int64_t value, Format format = Format::DecimalSi);
    static Quantity fromMilli(int64_t value, Format format = Format::DecimalSi);

    static Result<Quantity> parse(std::string_view text);

    /// The canonical form: no fraction and the largest suffix that loses nothing.
    std::string text() const;

    int64_t value() const;      ///< whole units, rounded away from zero
    int64_t milliValue() const; ///< thousandths, rounded away from zero
    double approximate() const;
    Format format() const { return m_format; }
    bool isZero() const { return m_nano == 0; }
    int sign() const { return m_nano == 0 ? 0 : m_nano < 0 ? -1 : 1; }

    /// A zero takes the format of what is added to it or subtracted from it.
    Quantity &operator+=(const Quantity &other);
    Quantity &operator-=(const Quantity &other);
    Quantity &operator*=(int64_t factor);
    friend Quantity operator+(Quantity a, const Quantity &b) { return a += b; }
    friend Quantity operator-(Quantity a, const Quantity &b) { return a -= b; }
    friend Quantity operator*(Quantity a, int64_t factor) { return a *= factor; }

    /// By amount; the format makes no difference.
    friend bool operator==(const Quantity &a, const Quantity &b) { return a.m_nano == b.m_nano; }
    friend std::strong_ordering operator<=>(const Quantity &a, const Quantity &b) {
        return a.m_nano < b.m_nano   ? std::strong_ordering::less
               : b.m_nano < a.m_nano ? std::strong_ordering::greater
                                     : std::strong_ordering::equal;
    }

private:
    int64_t scaledUp(int64_t nanosPerUnit) const;

    __int128 m_nano = 0;
    Format m_format = Format::DecimalSi;
};

} // namespace coracle::api
