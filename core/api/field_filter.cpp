#include "core/api/field_filter.h"

#include <span>

namespace coracle::api {

namespace {

constexpr std::string_view kAny = "*";

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    for (size_t begin = 0; begin <= path.size();) {
        const size_t end = std::min(path.find('.', begin), path.size());
        parts.emplace_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

using Tail = std::span<const std::string>;

FieldSet include(const FieldSet &fields, const std::vector<Tail> &patterns) {
    FieldSet result;
    for (const FieldSet::Entry &entry : fields.entries()) {
        std::vector<Tail> inner;
        bool whole = false;
        for (Tail pattern : patterns) {
            const bool named = entry.element.kind == PathElement::Kind::Field && entry.element.text == pattern.front();
            if (pattern.front() != kAny && !named)
                continue;
            whole = whole || pattern.size() == 1;
            inner.push_back(pattern.subspan(1));
        }
        if (!inner.empty())
            result.append(entry.element, entry.member, whole ? entry.children : include(entry.children, inner));
    }
    return result;
}

} // namespace

FieldFilter FieldFilter::excluding(const std::vector<std::string_view> &paths) {
    FieldFilter filter;
    for (std::string_view path : paths) {
        std::vector<PathElement> elements;
        for (std::string &name : split(path))
            elements.push_back({PathElement::Kind::Field, std::move(name)});
        filter.m_excluded.insert(elements);
    }
    return filter;
}

FieldFilter FieldFilter::including(const std::vector<std::string_view> &paths) {
    FieldFilter filter;
    filter.m_included.emplace();
    for (std::string_view path : paths)
        filter.m_included->push_back(split(path));
    return filter;
}

FieldSet FieldFilter::apply(FieldSet fields) const {
    if (m_included)
        return include(fields, {m_included->begin(), m_included->end()});
    return m_excluded.empty() ? std::move(fields) : FieldSet::subtractBranches(std::move(fields), m_excluded);
}

} // namespace coracle::api
