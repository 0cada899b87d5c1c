#pragma once

#include "core/base/result.h"

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace coracle::api {

/// A point in time that may be absent; base of Time and MicroTime, which differ in precision and text only.
class Stamp {
public:
    using Point = std::chrono::sys_time<std::chrono::microseconds>; ///< the same type as coracle::WallTime

    explicit operator bool() const { return m_point != kNone; }
    bool isZero() const { return m_point == kNone; }
    /// The time; must not be absent.
    Point operator*() const { return m_point; }
    Point valueOr(Point fallback) const { return isZero() ? fallback : m_point; }
    void reset() { m_point = kNone; }

    /// An absent time is before all others.
    friend bool operator==(const Stamp &, const Stamp &) = default;
    friend std::strong_ordering operator<=>(const Stamp &a, const Stamp &b) { return a.m_point <=> b.m_point; }

protected:
    static constexpr Point kNone = Point::min();

    Stamp() = default;
    explicit Stamp(Point point) : m_point(point) {}

private:
    Point m_point = kNone;
};

/// metav1.Time: whole seconds; a constructor drops the rest.
class Time : public Stamp {
public:
    Time() = default;
    Time(Point point) : Stamp(std::chrono::floor<std::chrono::seconds>(point)) {}
    /// RFC 3339 with any offset; fractions are dropped. Year 1, Go's zero time, is absent.
    static Result<Time> parse(std::string_view text);
    /// RFC 3339 in UTC; empty when absent.
    std::string text() const;
};

/// metav1.MicroTime: microseconds.
class MicroTime : public Stamp {
public:
    MicroTime() = default;
    MicroTime(Point point) : Stamp(point) {}
    /// RFC 3339 with any offset and any number of decimal places.
    static Result<MicroTime> parse(std::string_view text);
    /// RFC 3339 in UTC, always with six decimal places; empty when absent.
    std::string text() const;
};

/// metav1.Duration: nanoseconds, written as Go does ("1h2m3.5s").
struct DurationText {
    std::chrono::nanoseconds value{};

    DurationText() = default;
    DurationText(std::chrono::nanoseconds duration) : value(duration) {}
    static Result<DurationText> parse(std::string_view text);
    std::string text() const;

    friend bool operator==(const DurationText &, const DurationText &) = default;
    friend auto operator<=>(const DurationText &a, const DurationText &b) { return a.value <=> b.value; }
};

} // namespace coracle::api
