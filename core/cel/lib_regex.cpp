#include "core/cel/functions.h"
#include "core/cel/regex.h"
#include "core/cel/source.h"

#include <fmt/format.h>
#include <list>
#include <memory>
#include <re2/re2.h>

namespace coracle::cel {

namespace {

constexpr int64_t kPatternMemoryMax = 2 << 20;
constexpr size_t kCachedPatternsMax = 32;

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

/// A compiled pattern. Rules use the same few patterns for every object, so that each thread keeps the last ones.
std::shared_ptr<const re2::RE2> compiled(std::string_view pattern) {
    thread_local std::list<std::shared_ptr<const re2::RE2>> recent;
    for (auto at = recent.begin(); at != recent.end(); ++at)
        if ((*at)->pattern() == pattern) {
            recent.splice(recent.begin(), recent, at);
            return recent.front();
        }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemoryMax);
    recent.push_front(std::make_shared<const re2::RE2>(piece(pattern), options));
    if (recent.size() > kCachedPatternsMax)
        recent.pop_back();
    return recent.front();
}

Value invalid(const re2::RE2 &regex) {
    return Value::error("error parsing regexp: " + regex.error());
}

Value find(std::span<const Value> arguments) {
    const auto regex = compiled(arguments[1].asString());
    if (!regex->ok())
        return invalid(*regex);
    re2::StringPiece found;
    const std::string_view text = arguments[0].asString();
    if (!regex->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, &found, 1))
        return Value::string({});
    return Value::string({found.data(), found.size()});
}

Value findAll(std::span<const Value> arguments) {
    const int64_t max = arguments.size() > 2 ? arguments[2].asInt() : -1;
    return regexFindAll(arguments[0].asString(), arguments[1].asString(), max);
}

Value matches(std::span<const Value> arguments) {
    return regexMatches(arguments[0].asString(), arguments[1].asString());
}

} // namespace

std::string regexError(std::string_view pattern) {
    const auto regex = compiled(pattern);
    return regex->ok() ? std::string() : regex->error();
}

Value regexMatches(std::string_view text, std::string_view pattern) {
    const auto regex = compiled(pattern);
    if (!regex->ok())
        return invalid(*regex);
    return Value::boolean(regex->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0));
}

Value regexFindAll(std::string_view text, std::string_view pattern, int64_t max) {
    const auto regex = compiled(pattern);
    if (!regex->ok())
        return invalid(*regex);
    std::vector<Value> parts;
    size_t at = 0;
    const char *lastEnd = nullptr;
    while (at <= text.size() && (max < 0 || parts.size() < size_t(max))) {
        re2::StringPiece found;
        if (!regex->Match(piece(text), at, text.size(), re2::RE2::UNANCHORED, &found, 1))
            break;
        const size_t end = size_t(found.data() - text.data()) + found.size();
        // As in Go, an empty match right behind the one before does not count.
        const bool counts = !found.empty() || found.data() != lastEnd;
        if (counts)
            parts.push_back(Value::string({found.data(), found.size()}));
        lastEnd = found.data() + found.size();
        at = !found.empty() ? end : end + (end < text.size() ? sequenceLength(text, end) : 1);
    }
    return Value::list(std::move(parts));
}

void addRegexLibrary(FunctionTable &table) {
    table.add("matches", "matches", "string, string -> bool", matches, CostKind::Matches);
    table.add("matches", "matches_string", "string.(string) -> bool", matches, CostKind::Matches);
    table.add("find", "string_find_string", "string.(string) -> string", find, CostKind::Find);
    table.add("findAll", "string_find_all_string", "string.(string) -> list(string)", findAll, CostKind::Find);
    table.add("findAll", "string_find_all_string_int", "string.(string, int) -> list(string)", findAll, CostKind::Find);
}

} // namespace coracle::cel
