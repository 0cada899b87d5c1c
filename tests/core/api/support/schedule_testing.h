#pragma once

#include "core/api/cron_schedule.h"
#include "core/api/time.h"

#include <QtGlobal>
#include <optional>
#include <string>
#include <string_view>

/// Times and schedules as texts.
namespace coracle::test {

inline WallTime at(std::string_view text) {
    return *api::Time::parse(text).value();
}

inline std::string textOf(std::optional<WallTime> time) {
    return time ? api::Time(*time).text() : "never";
}

inline api::CronSchedule scheduleOf(std::string_view text, std::string zone = "UTC") {
    auto schedule = api::CronSchedule::parse(text, std::move(zone));
    if (!schedule)
        qFatal("%s", schedule.error().message.c_str());
    return *schedule;
}

} // namespace coracle::test
