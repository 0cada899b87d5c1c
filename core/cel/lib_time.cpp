#include "core/base/time_zone.h"
#include "core/cel/from_json.h"
#include "core/cel/functions.h"

#include <chrono>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Arguments = std::span<const Value>;

Value toTimestamp(Arguments a) {
    if (a[0].kind() == Value::Kind::Timestamp)
        return a[0];
    if (a[0].kind() == Value::Kind::Int) {
        if (a[0].asInt() < kTimestampSecondsMin || a[0].asInt() > kTimestampSecondsMax)
            return Value::error("timestamp overflow");
        return Value::timestamp({a[0].asInt(), 0});
    }
    const auto time = parseTimestamp(a[0].asString());
    if (!time)
        return Value::error("type conversion error from 'string' to 'google.protobuf.Timestamp'");
    if (time->seconds < kTimestampSecondsMin || time->seconds > kTimestampSecondsMax)
        return Value::error("timestamp overflow");
    return Value::timestamp(*time);
}

Value toDuration(Arguments a) {
    if (a[0].kind() == Value::Kind::Duration)
        return a[0];
    const auto nanos = parseDuration(a[0].asString());
    return nanos ? Value::duration(*nanos)
                 : Value::error("type conversion error from 'string' to 'google.protobuf.Duration'");
}

/// A time as a calendar and a clock show it.
struct Civil {
    std::chrono::year_month_day date;
    std::chrono::sys_days day;
    std::chrono::hh_mm_ss<std::chrono::seconds> clock;
    int32_t nanos;
};

enum class Part { Year, Month, DayOfYear, DayOfMonth, Date, DayOfWeek, Hours, Minutes, Seconds, Milliseconds };

int64_t partOf(const Civil &time, Part part) {
    using namespace std::chrono;
    switch (part) {
    case Part::Year:
        return int(time.date.year());
    case Part::Month:
        return int64_t(unsigned(time.date.month())) - 1;
    case Part::DayOfYear:
        return (time.day - sys_days(time.date.year() / January / 1)).count();
    case Part::DayOfMonth:
        return int64_t(unsigned(time.date.day())) - 1;
    case Part::Date:
        return unsigned(time.date.day());
    case Part::DayOfWeek:
        return weekday(time.day).c_encoding();
    case Part::Hours:
        return time.clock.hours().count();
    case Part::Minutes:
        return time.clock.minutes().count();
    case Part::Seconds:
        return time.clock.seconds().count();
    case Part::Milliseconds:
        return time.nanos / 1'000'000;
    }
    return 0;
}

template<Part part>
Value timePart(Arguments a) {
    using namespace std::chrono;
    const Timestamp time = a[0].asTimestamp();
    int64_t offset = 0;
    if (a.size() > 1) {
        const auto found = zoneOffset(a[1].asString(), time.seconds);
        if (!found)
            return Value::error(fmt::format("unknown time zone {}", a[1].asString()));
        offset = *found;
    }
    const sys_seconds point{seconds(time.seconds + offset)};
    const auto day = floor<days>(point);
    return Value::integer(partOf({year_month_day(day), day, hh_mm_ss(point - day), time.nanos}, part));
}

template<int64_t nanos>
Value durationPart(Arguments a) {
    return Value::integer(a[0].asInt() / nanos);
}

template<Part part>
void addPart(FunctionTable &table, std::string_view name, std::string_view id) {
    table.add(name, fmt::format("timestamp_to_{}", id), "timestamp.() -> int", timePart<part>);
    table.add(name, fmt::format("timestamp_to_{}_with_tz", id), "timestamp.(string) -> int", timePart<part>);
}

} // namespace

void addTimeLibrary(FunctionTable &table) {
    for (const char *from : {"timestamp", "int", "string"})
        table.add("timestamp", fmt::format("{}_to_timestamp", from), fmt::format("{} -> timestamp", from), toTimestamp);
    for (const char *from : {"duration", "string"})
        table.add("duration", fmt::format("{}_to_duration", from), fmt::format("{} -> duration", from), toDuration);
    addPart<Part::Year>(table, "getFullYear", "year");
    addPart<Part::Month>(table, "getMonth", "month");
    addPart<Part::DayOfYear>(table, "getDayOfYear", "day_of_year");
    addPart<Part::DayOfMonth>(table, "getDayOfMonth", "day_of_month");
    addPart<Part::Date>(table, "getDate", "day_of_month_1_based");
    addPart<Part::DayOfWeek>(table, "getDayOfWeek", "day_of_week");
    addPart<Part::Hours>(table, "getHours", "hours");
    addPart<Part::Minutes>(table, "getMinutes", "minutes");
    addPart<Part::Seconds>(table, "getSeconds", "seconds");
    addPart<Part::Milliseconds>(table, "getMilliseconds", "milliseconds");
    table.add("getHours", "duration_to_hours", "duration.() -> int", durationPart<3'600'000'000'000>);
    table.add("getMinutes", "duration_to_minutes", "duration.() -> int", durationPart<60'000'000'000>);
    table.add("getSeconds", "duration_to_seconds", "duration.() -> int", durationPart<1'000'000'000>);
    table.add("getMilliseconds", "duration_to_milliseconds", "duration.() -> int", durationPart<1'000'000>);
}

} // namespace coracle::cel
