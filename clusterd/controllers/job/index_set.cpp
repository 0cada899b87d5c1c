#include "clusterd/controllers/job/index_set.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <optional>

namespace coracle::controllers::job {

namespace {

std::optional<int32_t> numberOf(std::string_view text) {
    int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

} // namespace

IndexSet IndexSet::parse(std::string_view text, int32_t limit) {
    IndexSet set;
    while (!text.empty()) {
        const size_t comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
        const size_t dash = part.find('-');
        const auto first = numberOf(part.substr(0, dash));
        const auto last = dash == part.npos ? first : numberOf(part.substr(dash + 1));
        if (!first || !last)
            break;
        set.insertRange(*first, std::min(*last, limit - 1));
    }
    return set;
}

std::string IndexSet::text() const {
    std::string text;
    auto out = std::back_inserter(text);
    for (const auto &[first, last] : m_ranges) {
        fmt::format_to(out, "{}{}", text.empty() ? "" : ",", first);
        if (last > first)
            fmt::format_to(out, "{}{}", last == first + 1 ? ',' : '-', last);
    }
    return text;
}

bool IndexSet::contains(int32_t index) const {
    const auto after = m_ranges.upper_bound(index);
    return after != m_ranges.begin() && std::prev(after)->second >= index;
}

void IndexSet::insertRange(int32_t first, int32_t last) {
    if (last < first)
        return;
    auto at = m_ranges.upper_bound(first);
    if (at != m_ranges.begin() && std::prev(at)->second >= first - 1)
        --at;
    // Every range that touches the new one becomes a part of it.
    while (at != m_ranges.end() && at->first <= last + 1) {
        first = std::min(first, at->first);
        last = std::max(last, at->second);
        m_size -= at->second - at->first + 1;
        at = m_ranges.erase(at);
    }
    m_ranges.emplace(first, last);
    m_size += last - first + 1;
}

int32_t IndexSet::common(const IndexSet &other) const {
    int32_t count = 0;
    auto mine = m_ranges.begin();
    auto theirs = other.m_ranges.begin();
    while (mine != m_ranges.end() && theirs != other.m_ranges.end()) {
        const int32_t first = std::max(mine->first, theirs->first), last = std::min(mine->second, theirs->second);
        count += std::max(0, last - first + 1);
        if (mine->second < theirs->second)
            ++mine;
        else
            ++theirs;
    }
    return count;
}

} // namespace coracle::controllers::job
