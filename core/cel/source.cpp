#include "core/cel/source.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

constexpr size_t kIssuesMax = 100;
constexpr size_t kSnippetMax = 16384;

} // namespace

size_t sequenceLength(std::string_view text, size_t at) {
    const auto first = uint8_t(text[at]);
    const size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    if (at + length > text.size())
        return 1;
    for (size_t i = 1; i < length; ++i)
        if ((uint8_t(text[at + i]) & 0xC0) != 0x80)
            return 1;
    return length;
}

void Issues::add(uint32_t position, std::string message) {
    m_issues.push_back({int64_t(position), std::move(message)});
}

void Issues::addGlobal(std::string message) {
    m_issues.push_back({-1, std::move(message)});
}

void Issues::append(std::string &out, const Issue &issue) const {
    if (issue.position < 0) {
        out += fmt::format("ERROR: <input>:-1:0: {}", issue.message);
        return;
    }
    const size_t at = std::min(size_t(issue.position), m_source.size());
    const std::string_view before = m_source.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const size_t begin = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
    const size_t end = std::min(m_source.find('\n', at), m_source.size());
    std::string snippet(m_source.substr(begin, end - begin));
    std::replace(snippet.begin(), snippet.end(), '\t', ' ');
    std::string caret;
    size_t column = 1;
    for (size_t i = begin; i < at; ++column) {
        const size_t length = sequenceLength(m_source, i);
        caret += length > 1 ? "\uff0e" : ".";
        i += length;
    }
    caret += at < m_source.size() && sequenceLength(m_source, at) > 1 ? "\uff3e" : "^";
    out += fmt::format("ERROR: <input>:{}:{}: {}", line, column, issue.message);
    if (snippet.size() <= kSnippetMax)
        out += fmt::format("\n | {}\n | {}", snippet, caret);
}

std::string Issues::text() const {
    std::vector<const Issue *> sorted;
    for (const Issue &issue : m_issues)
        sorted.push_back(&issue);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Issue *a, const Issue *b) { return a->position < b->position; });
    std::string out;
    for (size_t i = 0; i < std::min(sorted.size(), kIssuesMax); ++i) {
        if (i > 0)
            out += '\n';
        append(out, *sorted[i]);
    }
    if (sorted.size() > kIssuesMax)
        out += fmt::format("\n{} more errors were truncated", sorted.size() - kIssuesMax);
    return out;
}

} // namespace coracle::cel
