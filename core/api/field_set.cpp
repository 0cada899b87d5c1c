#include "core/api/field_set.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <fmt/format.h>

namespace coracle::api {

namespace {

using Entry = FieldSet::Entry;
using Kind = PathElement::Kind;

/// Deeper sets are refused: no built-in kind is nearly as deep, and walks recurse.
constexpr int kDepthMax = 200;

constexpr std::string_view kSelf = ".";

std::string_view prefixOf(Kind kind) {
    switch (kind) {
    case Kind::Field:
        return "f:";
    case Kind::Key:
        return "k:";
    case Kind::Value:
        return "v:";
    case Kind::Index:
        break;
    }
    return "i:";
}

/// Compact JSON with the members sorted by name.
std::string canonicalKey(const boost::json::object &key) {
    std::vector<const boost::json::key_value_pair *> members;
    for (const auto &member : key)
        members.push_back(&member);
    std::ranges::sort(members, {}, [](const auto *member) { return std::string_view(member->key()); });
    boost::json::object sorted;
    for (const auto *member : members)
        sorted[member->key()] = member->value();
    return boost::json::serialize(sorted);
}

Result<PathElement> parseElement(std::string_view text) {
    const auto fail = [&] { return errors::badRequest(fmt::format("unknown field path element \"{}\"", text)); };
    if (text.size() < 2 || text[1] != ':')
        return fail();
    const std::string_view rest = text.substr(2);
    if (text[0] == 'f')
        return PathElement{Kind::Field, std::string(rest)};
    if (text[0] == 'i') {
        int index = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
        if (error != std::errc{} || end != rest.data() + rest.size())
            return fail();
        return PathElement{Kind::Index, std::to_string(index)};
    }
    boost::system::error_code error;
    const auto value = boost::json::parse(rest, error);
    if (error)
        return fail();
    if (text[0] == 'v')
        return PathElement{Kind::Value, boost::json::serialize(value)};
    if (text[0] == 'k' && value.is_object())
        return PathElement{Kind::Key, canonicalKey(value.get_object())};
    return fail();
}

/// Reads one level; `self` tells whether the level itself is in the set.
Result<FieldSet> readLevel(const boost::json::value &json, bool &self, int depth) {
    const auto *object = json.if_object();
    if (!object)
        return errors::badRequest("a field set must be an object");
    if (depth > kDepthMax)
        return errors::badRequest("the field set is nested too deep");
    FieldSet set;
    for (const auto &[key, value] : *object) {
        if (std::string_view(key) == kSelf) {
            self = true;
            continue;
        }
        TRY(PathElement element, parseElement(key));
        bool member = false;
        TRY(FieldSet children, readLevel(value, member, depth + 1));
        // An element without anything below is in the set, with or without the mark.
        member = member || children.empty();
        set.append(std::move(element), member, std::move(children));
    }
    set.sort();
    return set;
}

boost::json::object writeLevel(const FieldSet &set, bool self) {
    boost::json::object json;
    if (self)
        json[kSelf] = boost::json::object();
    for (const Entry &entry : set.entries())
        json[fmt::format("{}{}", prefixOf(entry.element.kind), entry.element.text)] =
            writeLevel(entry.children, entry.member && !entry.children.empty());
    return json;
}

void collectPaths(const FieldSet &set, const std::string &prefix, std::vector<std::string> &paths) {
    for (const Entry &entry : set.entries()) {
        const std::string path = prefix + entry.element.print();
        if (entry.member)
            paths.push_back(path);
        collectPaths(entry.children, path, paths);
    }
}

/// Walks two sorted lists side by side.
template<class Left, class Right, class Both>
void zip(const std::vector<Entry> &a, const std::vector<Entry> &b, Left left, Right right, Both both) {
    auto i = a.begin(), j = b.begin();
    while (i != a.end() || j != b.end()) {
        if (j == b.end() || (i != a.end() && i->element < j->element))
            left(*i++);
        else if (i == a.end() || j->element < i->element)
            right(*j++);
        else
            both(*i++, *j++);
    }
}

} // namespace

std::string PathElement::print() const {
    switch (kind) {
    case Kind::Field:
        return "." + text;
    case Kind::Value:
        return fmt::format("[={}]", text);
    case Kind::Index:
        return fmt::format("[{}]", text);
    case Kind::Key:
        break;
    }
    boost::system::error_code error;
    const auto key = boost::json::parse(text, error);
    std::string members;
    if (!error && key.is_object())
        for (const auto &[name, value] : key.get_object())
            members += fmt::format("{}{}={}", members.empty() ? "" : ",", std::string_view(name),
                                   boost::json::serialize(value));
    return fmt::format("[{}]", members);
}

Result<FieldSet> FieldSet::fromJson(const boost::json::value &fields) {
    bool self = false;
    return readLevel(fields, self, 0);
}

boost::json::object FieldSet::toJson() const {
    return writeLevel(*this, false);
}

const Entry *FieldSet::find(const PathElement &element) const {
    const auto found = std::ranges::lower_bound(m_entries, element, {}, &Entry::element);
    return found != m_entries.end() && found->element == element ? &*found : nullptr;
}

void FieldSet::append(PathElement element, bool member, FieldSet children) {
    if (member || !children.empty())
        m_entries.push_back({std::move(element), member, std::move(children)});
}

void FieldSet::sort() {
    std::ranges::sort(m_entries, {}, &Entry::element);
    // The same element may come twice from outside, in different spellings.
    std::vector<Entry> merged;
    for (Entry &entry : m_entries) {
        if (merged.empty() || merged.back().element != entry.element) {
            merged.push_back(std::move(entry));
        } else {
            merged.back().member |= entry.member;
            merged.back().children = unite(merged.back().children, entry.children);
        }
    }
    m_entries = std::move(merged);
}

void FieldSet::insert(const std::vector<PathElement> &path) {
    FieldSet *set = this;
    for (size_t i = 0; i < path.size(); ++i) {
        auto found = std::ranges::lower_bound(set->m_entries, path[i], {}, &Entry::element);
        if (found == set->m_entries.end() || found->element != path[i])
            found = set->m_entries.insert(found, Entry{path[i], false, {}});
        found->member |= i + 1 == path.size();
        set = &found->children;
    }
}

FieldSet FieldSet::unite(const FieldSet &a, const FieldSet &b) {
    FieldSet result;
    const auto copy = [&](const Entry &entry) { result.m_entries.push_back(entry); };
    zip(a.m_entries, b.m_entries, copy, copy, [&](const Entry &x, const Entry &y) {
        result.append(x.element, x.member || y.member, unite(x.children, y.children));
    });
    return result;
}

FieldSet FieldSet::intersect(const FieldSet &a, const FieldSet &b) {
    FieldSet result;
    const auto drop = [](const Entry &) {};
    zip(a.m_entries, b.m_entries, drop, drop, [&](const Entry &x, const Entry &y) {
        result.append(x.element, x.member && y.member, intersect(x.children, y.children));
    });
    return result;
}

FieldSet FieldSet::subtract(const FieldSet &a, const FieldSet &b) {
    FieldSet result;
    zip(
        a.m_entries, b.m_entries, [&](const Entry &entry) { result.m_entries.push_back(entry); }, [](const Entry &) {},
        [&](const Entry &x, const Entry &y) {
            result.append(x.element, x.member && !y.member, subtract(x.children, y.children));
        });
    return result;
}

std::vector<std::string> FieldSet::paths() const {
    std::vector<std::string> result;
    collectPaths(*this, "", result);
    return result;
}

bool operator==(const FieldSet &a, const FieldSet &b) {
    return a.m_entries == b.m_entries;
}

} // namespace coracle::api
