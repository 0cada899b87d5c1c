#include "core/base/time_zone.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace coracle {

namespace {

constexpr const char *kZoneFolder = "/usr/share/zoneinfo/";
constexpr size_t kZoneBytesMax = 64 << 10;
constexpr size_t kCachedZonesMax = 64;

/// One end of daylight saving time in a POSIX TZ rule: Mmonth.week.day/time.
struct Switch {
    int month = 0, week = 0, day = 0;
    int64_t seconds = 7200;
};

/// A zone's file (RFC 8536): the switches with times, then a rule for all later ones.
struct Zone {
    std::vector<int64_t> times;
    std::vector<int32_t> offsets; ///< as many: from each time on
    int32_t firstOffset = 0;
    int64_t standard = 0, daylight = 0; ///< offsets of the rule
    std::optional<Switch> begin, end;
    bool hasRule = false;

    int64_t offsetAt(int64_t time) const;
    bool isDaylight(int64_t time) const;
};

int64_t switchTime(const Switch &rule, std::chrono::year year) {
    using namespace std::chrono;
    const month in{unsigned(rule.month)};
    const weekday on{unsigned(rule.day)};
    const sys_days date =
        rule.week == 5 ? sys_days(year / in / on[last]) : sys_days(year / in / on[unsigned(rule.week)]);
    return int64_t(date.time_since_epoch().count()) * 86400 + rule.seconds;
}

bool Zone::isDaylight(int64_t time) const {
    using namespace std::chrono;
    const year_month_day date(floor<days>(sys_seconds(seconds(time + standard))));
    const int64_t from = switchTime(*begin, date.year()) - standard;
    const int64_t to = switchTime(*end, date.year()) - daylight;
    return from < to ? time >= from && time < to : time >= from || time < to;
}

int64_t Zone::offsetAt(int64_t time) const {
    if (times.empty() || time >= times.back()) {
        if (hasRule)
            return begin && end && isDaylight(time) ? daylight : standard;
        return offsets.empty() ? firstOffset : offsets.back();
    }
    const auto next = std::upper_bound(times.begin(), times.end(), time);
    return next == times.begin() ? firstOffset : offsets[size_t(next - times.begin()) - 1];
}

/// Reads the rule behind a file's tables: "CET-1CEST,M3.5.0,M10.5.0/3".
class RuleReader {
public:
    explicit RuleReader(std::string_view text) : m_rest(text) {}

    void read(Zone &zone) {
        if (m_rest.empty())
            return;
        skipName();
        zone.standard = -clock();
        zone.hasRule = m_good;
        if (m_rest.empty() || !m_good)
            return;
        skipName();
        zone.daylight = m_rest.starts_with(',') ? zone.standard + 3600 : -clock();
        zone.begin = change();
        zone.end = change();
        if (!m_good)
            zone.begin = zone.end = std::nullopt;
    }

private:
    void skipName() {
        if (m_rest.starts_with('<')) {
            m_rest.remove_prefix(std::min(m_rest.find('>') + 1, m_rest.size()));
            return;
        }
        while (!m_rest.empty() && ((m_rest[0] | 0x20) >= 'a' && (m_rest[0] | 0x20) <= 'z'))
            m_rest.remove_prefix(1);
    }

    int64_t number() {
        int64_t value = 0;
        const auto [end, error] = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
        m_good = m_good && error == std::errc();
        m_rest.remove_prefix(size_t(end - m_rest.data()));
        return value;
    }

    bool take(char c) {
        const bool there = m_rest.starts_with(c);
        m_rest.remove_prefix(there);
        return there;
    }

    int64_t clock() {
        const bool negative = take('-');
        if (!negative)
            take('+');
        int64_t seconds = number() * 3600;
        if (take(':'))
            seconds += number() * 60;
        if (take(':'))
            seconds += number();
        return negative ? -seconds : seconds;
    }

    Switch change() {
        Switch rule;
        m_good = m_good && take(',') && take('M');
        rule.month = int(number());
        m_good = m_good && take('.');
        rule.week = int(number());
        m_good = m_good && take('.');
        rule.day = int(number());
        if (take('/'))
            rule.seconds = clock();
        m_good = m_good && rule.month >= 1 && rule.month <= 12 && rule.week >= 1 && rule.week <= 5 && rule.day >= 0 &&
                 rule.day <= 6;
        return rule;
    }

    std::string_view m_rest;
    bool m_good = true;
};

int64_t bigEndian(std::string_view bytes, size_t at, size_t count) {
    uint64_t value = uint8_t(bytes[at]) & 0x80 ? ~uint64_t(0) : 0;
    for (size_t i = 0; i < count; ++i)
        value = (value << 8) | uint8_t(bytes[at + i]);
    return int64_t(value);
}

struct Header {
    size_t isUtc, isStandard, leaps, times, types, names;
    size_t size(size_t timeBytes) const {
        return times * (timeBytes + 1) + types * 6 + names + leaps * (timeBytes + 4) + isStandard + isUtc;
    }
};

constexpr size_t kHeaderBytes = 44;

std::optional<Header> readHeader(std::string_view file, size_t at) {
    if (file.size() < at + kHeaderBytes || file.substr(at, 4) != "TZif" || file[at + 4] < '2')
        return std::nullopt;
    std::array<size_t, 6> counts;
    for (size_t i = 0; i < counts.size(); ++i) {
        counts[i] = size_t(bigEndian(file, at + 20 + i * 4, 4));
        if (counts[i] > kZoneBytesMax)
            return std::nullopt;
    }
    return Header{counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
}

std::shared_ptr<const Zone> parseZone(std::string_view file) {
    const auto first = readHeader(file, 0);
    if (!first)
        return nullptr;
    const size_t second = kHeaderBytes + first->size(4);
    const auto header = readHeader(file, second);
    const size_t data = second + kHeaderBytes;
    if (!header || header->types == 0 || file.size() < data + header->size(8))
        return nullptr;
    auto zone = std::make_shared<Zone>();
    const size_t indexes = data + header->times * 8;
    const size_t types = indexes + header->times;
    const auto offsetOfType = [&](size_t type) { return int32_t(bigEndian(file, types + type * 6, 4)); };
    zone->firstOffset = offsetOfType(0);
    for (size_t i = 0; i < header->times; ++i) {
        const size_t type = uint8_t(file[indexes + i]);
        if (type >= header->types)
            return nullptr;
        zone->times.push_back(bigEndian(file, data + i * 8, 8));
        zone->offsets.push_back(offsetOfType(type));
    }
    std::string_view footer = file.substr(data + header->size(8));
    if (footer.starts_with('\n') && footer.ends_with('\n') && footer.size() > 1)
        RuleReader(footer.substr(1, footer.size() - 2)).read(*zone);
    return zone;
}

bool isZoneName(std::string_view name) {
    if (name.empty() || name.size() > 64 || name.starts_with('/') || name.find("..") != name.npos)
        return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '/' ||
               c == '+' || c == '-';
    });
}

std::shared_ptr<const Zone> findZone(std::string_view name) {
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<const Zone>, std::less<>> zones;
    if (!isZoneName(name))
        return nullptr;
    const std::lock_guard lock(mutex);
    if (const auto at = zones.find(name); at != zones.end())
        return at->second;
    std::ifstream stream(kZoneFolder + std::string(name), std::ios::binary);
    std::string file(kZoneBytesMax, '\0');
    stream.read(file.data(), std::streamsize(file.size()));
    file.resize(size_t(std::max<std::streamsize>(stream.gcount(), 0)));
    auto zone = parseZone(file);
    if (zone && zones.size() < kCachedZonesMax)
        zones.emplace(name, zone);
    return zone;
}

std::optional<int64_t> fixedOffset(std::string_view text, size_t colon) {
    int64_t hours = 0, minutes = 0;
    const bool negative = text.starts_with('-');
    const std::string_view left =
        text.substr(text.starts_with('+') || negative ? 1 : 0, colon - (text.starts_with('+') || negative ? 1 : 0));
    const std::string_view right = text.substr(colon + 1);
    const auto read = [](std::string_view digits, int64_t &value) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return error == std::errc() && end == digits.data() + digits.size() && value >= 0;
    };
    if (!read(left, hours) || !read(right, minutes) || hours > 23 || minutes > 59)
        return std::nullopt;
    const int64_t seconds = hours * 3600 + minutes * 60;
    return negative ? -seconds : seconds;
}

} // namespace

std::optional<int64_t> zoneOffset(std::string_view zone, int64_t utcSeconds) {
    if (zone.empty() || zone == "UTC")
        return 0;
    if (const size_t colon = zone.find(':'); colon != zone.npos)
        return fixedOffset(zone, colon);
    const auto found = findZone(zone);
    return found ? std::optional(found->offsetAt(utcSeconds)) : std::nullopt;
}

} // namespace coracle
