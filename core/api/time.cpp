#include "core/api/time.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace coracle::api {

namespace {

using namespace std::chrono;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads RFC 3339 from left to right; every failure names the part of the layout that did not fit, as Go does.
class Reader {
public:
    explicit Reader(std::string_view text) : m_text(text), m_rest(text) {}

    Result<Stamp::Point> read() {
        const int year = digits(4, "2006");
        literal("-");
        const int month = digits(2, "01");
        literal("-");
        const int day = digits(2, "02");
        literal("T");
        const int hour = digits(2, "15");
        literal(":");
        const int minute = digits(2, "04");
        literal(":");
        const int second = digits(2, "05");
        const int micros = fraction();
        const int offset = zone();
        if (m_error.empty() && !m_rest.empty())
            m_error = fmt::format(": extra text: \"{}\"", m_rest);
        const year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                  std::chrono::day(unsigned(day))};
        if (m_error.empty())
            checkRanges(date, hour, minute, second);
        if (!m_error.empty())
            return errors::badRequest(fmt::format("parsing time \"{}\"{}", m_text, m_error));
        return Stamp::Point(sys_days(date).time_since_epoch() + hours(hour) + minutes(minute - offset) +
                            seconds(second) + microseconds(micros));
    }

private:
    void fail(std::string_view part) {
        if (m_error.empty())
            m_error = fmt::format(" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{}\" as \"{}\"", m_rest, part);
    }

    int digits(size_t count, std::string_view part) {
        int value = 0;
        for (size_t i = 0; i < count; ++i) {
            if (i >= m_rest.size() || !isDigit(m_rest[i])) {
                fail(part);
                return 0;
            }
            value = value * 10 + (m_rest[i] - '0');
        }
        m_rest.remove_prefix(count);
        return value;
    }

    void literal(std::string_view text) {
        if (m_rest.starts_with(text))
            m_rest.remove_prefix(text.size());
        else
            fail(text);
    }

    int fraction() {
        if (m_rest.size() < 2 || (m_rest[0] != '.' && m_rest[0] != ',') || !isDigit(m_rest[1]))
            return 0;
        m_rest.remove_prefix(1);
        int micros = 0;
        for (int unit = 100'000; !m_rest.empty() && isDigit(m_rest[0]); unit /= 10, m_rest.remove_prefix(1))
            micros += (m_rest[0] - '0') * unit;
        return micros;
    }

    /// Minutes east of UTC.
    int zone() {
        if (m_rest.starts_with('Z')) {
            m_rest.remove_prefix(1);
            return 0;
        }
        if (!m_rest.starts_with('+') && !m_rest.starts_with('-')) {
            fail("Z07:00");
            return 0;
        }
        const int sign = m_rest[0] == '-' ? -1 : 1;
        m_rest.remove_prefix(1);
        const int hour = digits(2, "Z07:00");
        literal(":");
        const int minute = digits(2, "Z07:00");
        if (hour > 24)
            m_error = ": time zone offset hour out of range";
        else if (minute > 60)
            m_error = ": time zone offset minute out of range";
        return sign * (hour * 60 + minute);
    }

    void checkRanges(const year_month_day &date, int hour, int minute, int second) {
        if (!date.month().ok())
            m_error = ": month out of range";
        else if (!date.ok())
            m_error = ": day out of range";
        else if (hour > 23)
            m_error = ": hour out of range";
        else if (minute > 59)
            m_error = ": minute out of range";
        else if (second > 59)
            m_error = ": second out of range";
    }

    std::string_view m_text, m_rest;
    std::string m_error;
};

/// Nothing for Go's zero time, which the API treats as absent.
Result<std::optional<Stamp::Point>> readStamp(std::string_view text) {
    constexpr Stamp::Point kGoZero = sys_days(year(1) / January / 1);
    TRY(const Stamp::Point point, Reader(text).read());
    return point == kGoZero ? std::nullopt : std::optional(point);
}

std::string secondsText(Stamp::Point point) {
    const auto day = floor<days>(point);
    const year_month_day date(day);
    const hh_mm_ss time(floor<seconds>(point - day));
    std::string text = "0000-00-00T00:00:00";
    const auto put = [&text](size_t end, int64_t value) {
        for (; value > 0; value /= 10)
            text[--end] = char('0' + value % 10);
    };
    put(4, std::clamp(int(date.year()), 0, 9999));
    put(7, unsigned(date.month()));
    put(10, unsigned(date.day()));
    put(13, time.hours().count());
    put(16, time.minutes().count());
    put(19, time.seconds().count());
    return text;
}

struct Unit {
    std::string_view name;
    uint64_t nanos;
};

constexpr std::array kUnits{
    Unit{"ns", 1},         Unit{"us", 1'000},        Unit{"\u00b5s", 1'000},    Unit{"\u03bcs", 1'000},
    Unit{"ms", 1'000'000}, Unit{"s", 1'000'000'000}, Unit{"m", 60'000'000'000}, Unit{"h", 3'600'000'000'000},
};

constexpr uint64_t kMaxNanos = uint64_t(1) << 63; ///< the magnitude of the smallest int64

/// One number with its unit, taken from the front of the text; nothing when it is none or too large.
struct Term {
    uint64_t nanos = 0;
    std::string error;
};

Term takeTerm(std::string_view &rest, std::string_view whole) {
    const auto invalid = [&] { return Term{0, fmt::format("time: invalid duration \"{}\"", whole)}; };
    uint64_t value = 0, numerator = 0;
    double scale = 1;
    bool any = false;
    for (; !rest.empty() && isDigit(rest[0]); rest.remove_prefix(1), any = true) {
        if (value > kMaxNanos / 10)
            return invalid();
        value = value * 10 + uint64_t(rest[0] - '0');
    }
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        for (; !rest.empty() && isDigit(rest[0]); rest.remove_prefix(1), any = true) {
            if (numerator > kMaxNanos / 10 - 10)
                continue; // finer than can be told apart
            numerator = numerator * 10 + uint64_t(rest[0] - '0');
            scale *= 10;
        }
    }
    if (!any || value > kMaxNanos)
        return invalid();
    const size_t length = std::min(rest.find_first_of(".0123456789"), rest.size());
    const std::string_view name = rest.substr(0, length);
    rest.remove_prefix(length);
    if (name.empty())
        return Term{0, fmt::format("time: missing unit in duration \"{}\"", whole)};
    for (const Unit &unit : kUnits)
        if (unit.name == name) {
            if (value > kMaxNanos / unit.nanos)
                return invalid();
            const auto part = uint64_t(double(numerator) * (double(unit.nanos) / scale));
            return value * unit.nanos + part > kMaxNanos ? invalid() : Term{value * unit.nanos + part, {}};
        }
    return Term{0, fmt::format("time: unknown unit \"{}\" in duration \"{}\"", name, whole)};
}

/// The number with up to the given decimal places, without trailing zeros.
std::string withFraction(uint64_t value, uint64_t unit) {
    std::string text = std::to_string(value / unit);
    if (value % unit == 0)
        return text;
    std::string places = std::to_string(unit + value % unit); // the leading one keeps the zeros
    places.erase(places.find_last_not_of('0') + 1);
    return text + "." + places.substr(1);
}

} // namespace

Result<Time> Time::parse(std::string_view text) {
    TRY(const auto point, readStamp(text));
    return point ? Time(*point) : Time();
}

std::string Time::text() const {
    return isZero() ? std::string() : secondsText(**this) + "Z";
}

Result<MicroTime> MicroTime::parse(std::string_view text) {
    TRY(const auto point, readStamp(text));
    return point ? MicroTime(*point) : MicroTime();
}

std::string MicroTime::text() const {
    if (isZero())
        return {};
    const auto micros = (**this - floor<seconds>(**this)).count();
    return fmt::format("{}.{:06}Z", secondsText(**this), micros);
}

Result<DurationText> DurationText::parse(std::string_view text) {
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+'))
        rest.remove_prefix(1);
    if (rest == "0")
        return DurationText();
    if (rest.empty())
        return errors::badRequest(fmt::format("time: invalid duration \"{}\"", text));
    uint64_t total = 0;
    while (!rest.empty()) {
        Term term = takeTerm(rest, text);
        if (!term.error.empty())
            return errors::badRequest(std::move(term.error));
        if (term.nanos > kMaxNanos - total)
            return errors::badRequest(fmt::format("time: invalid duration \"{}\"", text));
        total += term.nanos;
    }
    if (total == kMaxNanos && !negative)
        return errors::badRequest(fmt::format("time: invalid duration \"{}\"", text));
    return DurationText(nanoseconds(int64_t(negative ? 0 - total : total)));
}

std::string DurationText::text() const {
    const int64_t count = value.count();
    const uint64_t nanos = count < 0 ? 0 - uint64_t(count) : uint64_t(count);
    const std::string sign = count < 0 ? "-" : "";
    if (nanos == 0)
        return "0s";
    if (nanos < 1'000)
        return fmt::format("{}{}ns", sign, nanos);
    if (nanos < 1'000'000)
        return sign + withFraction(nanos, 1'000) + "\u00b5s";
    if (nanos < 1'000'000'000)
        return sign + withFraction(nanos, 1'000'000) + "ms";
    constexpr uint64_t kMinute = 60'000'000'000;
    std::string text = sign;
    if (nanos >= 60 * kMinute)
        text += std::to_string(nanos / (60 * kMinute)) + "h";
    if (nanos >= kMinute)
        text += std::to_string(nanos / kMinute % 60) + "m";
    return text + withFraction(nanos % kMinute, 1'000'000'000) + "s";
}

} // namespace coracle::api
