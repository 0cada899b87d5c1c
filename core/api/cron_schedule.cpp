#include "core/api/cron_schedule.h"

#include "core/api/time.h"
#include "core/base/time_zone.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fmt/format.h>
#include <span>
#include <vector>

namespace coracle::api {

namespace {

using namespace std::chrono;

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kDays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::pair<std::string_view, std::string_view> kNamed[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"}};
constexpr std::string_view kEvery = "@every ";
constexpr int64_t kMinute = 60, kHour = 3600, kDay = 86400;
constexpr int kYearsSearched = 5;

/// The parts that are not empty.
std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    for (size_t begin = 0, end = 0; (begin = text.find_first_not_of(separators, end)) != text.npos;) {
        end = std::min(text.find_first_of(separators, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
    }
    return parts;
}

int64_t secondsOf(WallTime time) {
    return floor<seconds>(time).time_since_epoch().count();
}

int64_t floorTo(int64_t value, int64_t unit) {
    return value - ((value % unit) + unit) % unit;
}

sys_days dayOf(int64_t localSeconds) {
    return floor<days>(sys_seconds(seconds(localSeconds)));
}

} // namespace

struct CronSchedule::Field {
    int least, most;
    std::span<const std::string_view> words = {}; ///< names of the values from `least` on

    static Result<int> number(std::string_view text) {
        int value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size())
            return errors::other(
                fmt::format("failed to parse int from {0}: strconv.Atoi: parsing \"{0}\": {1}", text,
                            error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax"));
        if (value < 0)
            return errors::other(fmt::format("negative number ({}) not allowed: {}", value, text));
        return value;
    }
    Result<int> value(std::string_view text) const {
        for (size_t i = 0; i < words.size(); ++i)
            if (std::ranges::equal(text, words[i], [](unsigned char a, char b) { return std::tolower(a) == b; }))
                return least + static_cast<int>(i);
        return number(text);
    }
};

Result<CronSchedule::Values> CronSchedule::parseField(const Field &field, std::string_view text) {
    Values values;
    for (const std::string_view element : split(text, ","))
        CHECK(addElement(values, field, element));
    return values;
}

/// *, n, n-m, each with /step.
Result<> CronSchedule::addElement(Values &values, const Field &field, std::string_view text) {
    const size_t slash = std::min(text.find('/'), text.size());
    const std::string_view range = text.substr(0, slash);
    const size_t dash = std::min(range.find('-'), range.size());
    const bool any = range.substr(0, dash) == "*" || range.substr(0, dash) == "?";
    int from = field.least, to = field.most, step = 1;
    if (!any) {
        TRY(from, field.value(range.substr(0, dash)));
        to = from;
        if (std::ranges::count(range, '-') > 1)
            return errors::other(fmt::format("too many hyphens: {}", text));
        if (dash < range.size()) {
            TRY(to, field.value(range.substr(dash + 1)));
        }
    }
    if (std::ranges::count(text, '/') > 1)
        return errors::other(fmt::format("too many slashes: {}", text));
    if (slash < text.size()) {
        TRY(step, Field::number(text.substr(slash + 1)));
        if (dash == range.size())
            to = field.most; // "5/10" goes on to the end of the field
    }
    if (from < field.least)
        return errors::other(fmt::format("beginning of range ({}) below minimum ({}): {}", from, field.least, text));
    if (to > field.most)
        return errors::other(fmt::format("end of range ({}) above maximum ({}): {}", to, field.most, text));
    if (from > to)
        return errors::other(fmt::format("beginning of range ({}) beyond end of range ({}): {}", from, to, text));
    if (step == 0)
        return errors::other(fmt::format("step of range should be a positive number: {}", text));
    for (int value = from; value <= to; value += std::min(step, field.most + 1))
        values.set(static_cast<size_t>(value));
    return {};
}

Result<CronSchedule> CronSchedule::parse(std::string_view text, std::string zone) {
    CronSchedule schedule;
    if (!zone.empty() && !zoneOffset(zone, 0))
        return errors::other(fmt::format("unknown time zone {}", zone));
    schedule.m_zone = std::move(zone);
    if (text.empty())
        return errors::other("empty spec string");
    if (text.starts_with(kEvery)) {
        const auto every = DurationText::parse(text.substr(kEvery.size()));
        if (!every)
            return errors::other(fmt::format("failed to parse duration {}: {}", text, every.error().message));
        schedule.m_every = std::max(duration_cast<seconds>(every->value), seconds(1));
        return schedule;
    }
    for (const auto &[name, fields] : kNamed)
        if (text == name)
            return parse(fields, std::move(schedule.m_zone));
    if (text.starts_with('@'))
        return errors::other(fmt::format("unrecognized descriptor: {}", text));
    const std::vector<std::string_view> parts = split(text, " \t\n\v\f\r");
    if (parts.size() != 5)
        return errors::other(
            fmt::format("expected exactly 5 fields, found {}: [{}]", parts.size(), fmt::join(parts, " ")));
    TRY(schedule.m_minutes, parseField({0, 59}, parts[0]));
    TRY(schedule.m_hours, parseField({0, 23}, parts[1]));
    TRY(schedule.m_days, parseField({1, 31}, parts[2]));
    TRY(schedule.m_months, parseField({1, 12, kMonths}, parts[3]));
    TRY(schedule.m_weekdays, parseField({0, 6, kDays}, parts[4]));
    const auto isStar = [](std::string_view part) {
        const std::string_view range = part.ends_with("/1") ? part.substr(0, part.size() - 2) : part;
        return range == "*" || range == "?";
    };
    schedule.m_anyDay = isStar(parts[2]);
    schedule.m_anyWeekday = isStar(parts[4]);
    return schedule;
}

bool CronSchedule::matchesDay(sys_days day) const {
    const year_month_day date(day);
    if (!m_months.test(unsigned(date.month())))
        return false;
    const bool byDay = m_days.test(unsigned(date.day())), byWeekday = m_weekdays.test(weekday(day).c_encoding());
    return m_anyDay || m_anyWeekday ? byDay && byWeekday : byDay || byWeekday;
}

/// Seconds east of UTC.
int64_t CronSchedule::offset(int64_t utcSeconds) const {
    if (!m_zone.empty())
        return zoneOffset(m_zone, utcSeconds).value_or(0);
    const std::time_t time = utcSeconds;
    std::tm local{};
    localtime_r(&time, &local);
    return local.tm_gmtoff;
}

/// Midnight, or the first moment after it where the zone's clock skips midnight.
int64_t CronSchedule::startOfNextDay(int64_t utc) const {
    const int64_t before = offset(utc);
    const int64_t ahead = utc + kDay - (utc + before - floorTo(utc + before, kDay));
    const int64_t corrected = ahead - (offset(ahead) - before);
    return corrected > utc ? corrected : ahead;
}

std::optional<WallTime> CronSchedule::next(WallTime after) const {
    if (m_every > seconds(0))
        return WallTime(floor<seconds>(after) + m_every);
    int64_t utc = floorTo(secondsOf(after), kMinute) + kMinute;
    const int64_t end = utc + kYearsSearched * 366 * kDay;
    while (utc < end) {
        const int64_t local = utc + offset(utc);
        if (!matchesDay(dayOf(local))) {
            utc = startOfNextDay(utc);
            continue;
        }
        const int64_t inDay = local - floorTo(local, kDay);
        if (!m_hours.test(static_cast<size_t>(inDay / kHour)))
            utc += kHour - inDay % kHour;
        else if (!m_minutes.test(static_cast<size_t>(inDay % kHour / kMinute)))
            utc += kMinute - inDay % kMinute;
        else
            return WallTime(seconds(utc));
    }
    return std::nullopt;
}

std::optional<WallTime> CronSchedule::last(WallTime after, WallTime until) const {
    if (until <= after)
        return std::nullopt;
    if (m_every > seconds(0)) {
        const WallTime from = floor<seconds>(after);
        const auto times = (until - from) / m_every;
        return times > 0 ? std::optional<WallTime>(from + m_every * times) : std::nullopt;
    }
    // Widens the window until there is one in it, then goes on to the last one: most of what is long past is never
    // looked at.
    for (microseconds window = minutes(1);; window *= 2) {
        const WallTime from = std::max(after, until - window);
        std::optional<WallTime> found;
        for (auto time = next(from); time && *time <= until; time = next(*time))
            found = time;
        if (found || from == after)
            return found;
    }
}

std::string CronSchedule::timeText(WallTime time) const {
    const int64_t east = m_zone.empty() ? 0 : offset(secondsOf(time));
    std::string text = Time(time + seconds(east)).text();
    if (east == 0)
        return text;
    text.pop_back(); // the Z
    const int64_t size = std::abs(east) / kMinute;
    return fmt::format("{}{}{:02}:{:02}", text, east < 0 ? '-' : '+', size / 60, size % 60);
}

} // namespace coracle::api
