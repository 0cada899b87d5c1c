#include "core/cel/from_json.h"

#include "core/api/json_writer.h"
#include "core/api/time.h"

#include <boost/json/value.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Kind = TypeNode::Kind;

std::string_view jsonKind(const boost::json::value &json) {
    if (json.is_object())
        return "map";
    if (json.is_array())
        return "list";
    if (json.is_string())
        return "string";
    if (json.is_bool())
        return "bool";
    if (json.is_null())
        return "null";
    return json.is_double() ? "double" : "int";
}

Value number(const boost::json::value &json, Kind kind) {
    if (kind == Kind::Double)
        return Value::real(json.is_double() ? json.get_double() : json.to_number<double>());
    if (json.is_int64())
        return Value::integer(json.get_int64());
    if (json.is_uint64() && json.get_uint64() <= uint64_t(INT64_MAX))
        return Value::integer(int64_t(json.get_uint64()));
    const double real = json.is_double() ? json.get_double() : double(json.get_uint64());
    // 2^63 itself is out of range.
    if (kind == Kind::Int && std::trunc(real) == real && real >= -0x1p63 && real < 0x1p63)
        return Value::integer(int64_t(real));
    return Value::real(real);
}

Value formatted(std::string_view text, const TypeNode &type) {
    if (type.kind == Kind::Bytes) {
        auto bytes = decodeBase64(text);
        return bytes ? Value::bytes(std::move(*bytes)) : Value::error("invalid byte string: expected base64");
    }
    if (type.kind == Kind::Duration) {
        const auto nanos = parseDuration(text);
        return nanos ? Value::duration(*nanos) : Value::error(fmt::format("invalid duration {}", text));
    }
    const auto time = parseTimestamp(type.dateOnly ? fmt::format("{}T00:00:00Z", text) : std::string(text));
    if (time)
        return Value::timestamp(*time);
    return Value::error(fmt::format("invalid {} {}", type.dateOnly ? "date" : "date-time", text));
}

/// Reads from left to right; nothing fits any more after the first thing that does not.
class TimeReader {
public:
    explicit TimeReader(std::string_view text) : m_rest(text) {}

    int digits(size_t count) {
        int value = 0;
        for (size_t i = 0; i < count; ++i) {
            if (i >= m_rest.size() || m_rest[i] < '0' || m_rest[i] > '9')
                return fail();
            value = value * 10 + (m_rest[i] - '0');
        }
        m_rest.remove_prefix(count);
        return value;
    }

    void literal(char c) {
        if (m_rest.empty() || m_rest[0] != c)
            fail();
        else
            m_rest.remove_prefix(1);
    }

    int nanos() {
        if (m_rest.empty() || (m_rest[0] != '.' && m_rest[0] != ','))
            return 0;
        size_t count = 1;
        int value = 0;
        for (; count < m_rest.size() && m_rest[count] >= '0' && m_rest[count] <= '9'; ++count)
            if (count <= 9)
                value = value * 10 + (m_rest[count] - '0');
        if (count == 1)
            return fail();
        for (size_t i = count; i < 10; ++i)
            value *= 10;
        m_rest.remove_prefix(count);
        return value;
    }

    int offsetMinutes() {
        if (m_rest == "Z") {
            m_rest = {};
            return 0;
        }
        const int sign = m_rest.starts_with('-') ? -1 : 1;
        if (!m_rest.starts_with('-') && !m_rest.starts_with('+'))
            return fail();
        m_rest.remove_prefix(1);
        const int hours = digits(2);
        literal(':');
        const int minutes = digits(2);
        if (hours > 24 || minutes > 60)
            return fail();
        return sign * (hours * 60 + minutes);
    }

    bool complete() const { return !m_failed && m_rest.empty(); }

private:
    int fail() {
        m_failed = true;
        return 0;
    }

    std::string_view m_rest;
    bool m_failed = false;
};

} // namespace

Value mismatch(const boost::json::value &json, const TypeNode &type) {
    auto alias = std::make_shared<TypeNode>();
    alias->kind = type.kind;
    alias->name = type.name;
    return Value::error(fmt::format("invalid data, expected {} but got {}", typeText(alias), jsonKind(json)));
}

Value scalarFromJson(const boost::json::value &json, const TypeNode &type) {
    const Kind kind = type.kind;
    if (json.is_null())
        return kind == Kind::Dyn || kind == Kind::Null || type.nullable || !type.fromSchema
                   ? Value()
                   : Value::error("invalid data, got null for schema with nullable=false");
    if (json.is_bool() && (kind == Kind::Bool || kind == Kind::Dyn))
        return Value::boolean(json.get_bool());
    if (json.is_number() && (kind == Kind::Int || kind == Kind::Double || kind == Kind::Dyn)) {
        const Value value = number(json, kind);
        return kind == Kind::Int && value.kind() != Value::Kind::Int ? mismatch(json, type) : value;
    }
    if (json.is_string() && (kind == Kind::Bytes || kind == Kind::Duration || kind == Kind::Timestamp)) {
        const auto &text = json.get_string();
        return formatted({text.data(), text.size()}, type);
    }
    return mismatch(json, type);
}

std::optional<Timestamp> parseTimestamp(std::string_view text) {
    using namespace std::chrono;
    TimeReader reader(text);
    const int year = reader.digits(4);
    reader.literal('-');
    const int month = reader.digits(2);
    reader.literal('-');
    const int day = reader.digits(2);
    reader.literal('T');
    const int hour = reader.digits(2);
    reader.literal(':');
    const int minute = reader.digits(2);
    reader.literal(':');
    const int second = reader.digits(2);
    const int nanos = reader.nanos();
    const int offset = reader.offsetMinutes();
    const year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                              std::chrono::day(unsigned(day))};
    if (!reader.complete() || !date.ok() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    const int64_t days = sys_days(date).time_since_epoch().count();
    return Timestamp{days * 86400 + hour * 3600 + (minute - offset) * 60 + second, nanos};
}

std::string timestampText(Timestamp time) {
    using namespace std::chrono;
    const sys_seconds point{seconds(time.seconds)};
    const auto day = floor<days>(point);
    const year_month_day date(day);
    const hh_mm_ss clock(point - day);
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()),
                    unsigned(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    if (time.nanos > 0) {
        std::string fraction = fmt::format("{:09}", time.nanos);
        fraction.erase(fraction.find_last_not_of('0') + 1);
        text += '.' + fraction;
    }
    return text + 'Z';
}

std::optional<int64_t> parseDuration(std::string_view text) {
    const auto parsed = api::DurationText::parse(text);
    return parsed ? std::optional(int64_t(parsed->value.count())) : std::nullopt;
}

std::string durationText(int64_t nanos) {
    const bool negative = nanos < 0;
    const uint64_t amount = negative ? 0 - uint64_t(nanos) : uint64_t(nanos);
    std::string text = fmt::format("{}{}", negative ? "-" : "", amount / 1'000'000'000);
    if (const uint64_t rest = amount % 1'000'000'000) {
        std::string fraction = fmt::format("{:09}", rest);
        fraction.erase(fraction.find_last_not_of('0') + 1);
        text += '.' + fraction;
    }
    return text + 's';
}

std::optional<std::string> decodeBase64(std::string_view text) {
    std::string bytes;
    return api::json::decodeBase64(text, bytes) ? std::optional(std::move(bytes)) : std::nullopt;
}

} // namespace coracle::cel
