#pragma once

#include <string>
#include <string_view>

namespace coracle::apiserver {

/// What is wrong with a schedule: five fields (minute, hour, day, month, weekday) or @hourly and the like or
/// @every <duration>. Empty: nothing.
std::string cronScheduleProblem(std::string_view schedule);

} // namespace coracle::apiserver
