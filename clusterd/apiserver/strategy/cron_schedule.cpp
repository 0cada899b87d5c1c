#include "clusterd/apiserver/strategy/cron_schedule.h"

#include "core/api/time.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <vector>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kDays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
    std::string_view name;
    int least, most;
    std::span<const std::string_view> words; ///< names of the values from wordsFrom on
    int wordsFrom = 0;
};

const Field kFields[] = {{"minute", 0, 59, {}},
                         {"hour", 0, 23, {}},
                         {"day of month", 1, 31, {}},
                         {"month", 1, 12, kMonths, 1},
                         {"day of week", 0, 6, kDays, 0}};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == text.npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<int> valueOf(const Field &field, std::string_view text) {
    for (size_t i = 0; i < field.words.size(); ++i)
        if (std::ranges::equal(text, field.words[i],
                               [](unsigned char a, unsigned char b) { return std::tolower(a) == b; }))
            return field.wordsFrom + static_cast<int>(i);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return value;
}

/// One element of a list: *, n, n-m, each with /step.
bool isElement(const Field &field, std::string_view text) {
    const size_t slash = text.find('/');
    if (slash != text.npos) {
        const auto step = valueOf({field.name, 1, field.most, {}}, text.substr(slash + 1));
        if (!step || *step < 1)
            return false;
        text = text.substr(0, slash);
    }
    if (text == "*" || text == "?")
        return true;
    const size_t dash = text.find('-');
    const auto from = valueOf(field, text.substr(0, dash));
    const auto to = dash == text.npos ? from : valueOf(field, text.substr(dash + 1));
    return from && to && *from >= field.least && *to <= field.most && *from <= *to;
}

} // namespace

std::string cronScheduleProblem(std::string_view schedule) {
    if (schedule.starts_with('@')) {
        constexpr std::string_view kEvery = "@every ";
        static constexpr std::string_view kNames[] = {"@yearly", "@annually", "@monthly", "@weekly",
                                                      "@daily",  "@midnight", "@hourly"};
        if (schedule.starts_with(kEvery))
            return api::DurationText::parse(schedule.substr(kEvery.size()))
                       ? std::string()
                       : fmt::format("failed to parse duration {}", schedule);
        return std::ranges::find(kNames, schedule) != std::end(kNames)
                   ? std::string()
                   : fmt::format("unrecognized descriptor: {}", schedule);
    }
    std::vector<std::string_view> fields;
    for (const std::string_view part : split(schedule, ' '))
        if (!part.empty())
            fields.push_back(part);
    if (fields.size() != std::size(kFields))
        return fmt::format("expected exactly 5 fields, found {}: {}", fields.size(), schedule);
    for (size_t i = 0; i < fields.size(); ++i)
        for (const std::string_view element : split(fields[i], ','))
            if (!isElement(kFields[i], element))
                return fmt::format("the {} \"{}\" is not a value, range or step between {} and {}", kFields[i].name,
                                   element, kFields[i].least, kFields[i].most);
    return {};
}

} // namespace coracle::apiserver
