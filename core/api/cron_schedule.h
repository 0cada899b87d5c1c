#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::api {

/// spec.schedule: five fields (minute, hour, day of month, month, day of week) with lists, ranges, steps and English
/// names, or @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, or "@every <duration>". Days follow
/// cron: when both day fields are restricted, either one suffices. Local times that a zone's clock skips do not happen,
/// those that it repeats happen twice.
class CronSchedule {
public:
    /// The zone is an IANA name; empty means the machine's own. Errors are in the words of github.com/robfig/cron.
    static Result<CronSchedule> parse(std::string_view text, std::string zone = {});

    /// The first time after this one; nothing when there is none in five years (30 February).
    std::optional<WallTime> next(WallTime after) const;
    /// The last time in (after, until]; of "@every" counted from `after`.
    std::optional<WallTime> last(WallTime after, WallTime until) const;
    /// RFC 3339 in the schedule's zone, or in UTC without one.
    std::string timeText(WallTime time) const;

private:
    using Values = std::bitset<64>;
    struct Field;

    static Result<Values> parseField(const Field &field, std::string_view text);
    static Result<> addElement(Values &values, const Field &field, std::string_view text);
    bool matchesDay(std::chrono::sys_days day) const;
    int64_t offset(int64_t utcSeconds) const;
    int64_t startOfNextDay(int64_t utcSeconds) const;

    std::string m_zone;
    std::chrono::seconds m_every{}; ///< of "@every"; zero: the fields count
    Values m_minutes, m_hours, m_days, m_months, m_weekdays;
    bool m_anyDay = false, m_anyWeekday = false; ///< the field is "*"
};

} // namespace coracle::api
