#include "core/api/field_set.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <fmt/format.h>
#include <optional>

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

/// Nothing for a kind of element that is not known: a later version may write some.
Result<std::optional<PathElement>> parseElement(std::string_view text) {
    const auto fail = [&] { return errors::badRequest(fmt::format("unknown field path element \"{}\"", text)); };
    if (text.size() < 2)
        return errors::badRequest("key must be 2 characters long:");
    if (text[1] != ':')
        return errors::badRequest(fmt::format("missing colon: {}", text));
    const std::string_view rest = text.substr(2);
    if (text[0] == 'f')
        return PathElement{Kind::Field, std::string(rest)};
    if (std::string_view("ivk").find(text[0]) == std::string_view::npos)
        return std::nullopt;
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
        TRY(std::optional<PathElement> element, parseElement(key));
        if (!element)
            continue;
        bool member = false;
        TRY(FieldSet children, readLevel(value, member, depth + 1));
        // An element without anything below is in the set, with or without the mark.
        member = member || children.empty();
        set.append(std::move(*element), member, std::move(children));
    }
    set.sort();
    return set;
}

boost::json::object writeLevel(const FieldSet &set, bool self) {
    boost::json::object json;
    if (self)
        json[kSelf] = boost::json::object();
    for (const Entry &entry : set.entries())
        json[std::string(prefixOf(entry.element.kind)) + entry.element.text] =
            writeLevel(entry.children, entry.member && !entry.children.empty());
    return json;
}

void collectPaths(const FieldSet &set, const std::string &prefix, std::vector<std::string> &paths) {
    for (const Entry &entry : set.entries())
        if (entry.member)
            paths.push_back(prefix + entry.element.print());
    for (const Entry &entry : set.entries())
        if (!entry.children.empty())
            collectPaths(entry.children, prefix + entry.element.print(), paths);
}

bool isNumeric(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// Two compact JSON texts: the first difference decides, by size where both have a number there.
std::strong_ordering compareJson(std::string_view a, std::string_view b) {
    const auto bytes = a.compare(b) <=> 0;
    const size_t at = size_t(std::ranges::mismatch(a, b).in1 - a.begin());
    size_t begin = at;
    while (begin > 0 && isNumeric(a[begin - 1]))
        --begin;
    bool quoted = false;
    for (size_t i = 0; i < begin; ++i) {
        if (quoted && a[i] == '\\')
            ++i;
        else if (a[i] == '"')
            quoted = !quoted;
    }
    double left = 0, right = 0;
    const auto number = [&](std::string_view text, double &value) {
        return begin < text.size() &&
               std::from_chars(text.data() + begin, text.data() + text.size(), value).ec == std::errc{};
    };
    if (quoted || !number(a, left) || !number(b, right) || left == right)
        return bytes;
    return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
}

/// Walks two sorted lists side by side.
template<class A, class B, class Left, class Right, class Both>
void zip(A &a, B &b, Left left, Right right, Both both) {
    auto i = a.begin();
    auto j = b.begin();
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

std::strong_ordering operator<=>(const PathElement &a, const PathElement &b) {
    if (a.kind != b.kind)
        return a.kind <=> b.kind;
    if (a.kind == Kind::Field || a.text == b.text)
        return a.text.compare(b.text) <=> 0;
    return compareJson(a.text, b.text);
}

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
    const auto inOrder = [this] {
        const auto wrong = [](const Entry &a, const Entry &b) { return a.element >= b.element; };
        return std::ranges::adjacent_find(m_entries, wrong) == m_entries.end();
    };
    if (inOrder())
        return;
    std::ranges::sort(m_entries, {}, &Entry::element);
    if (inOrder())
        return;
    // The same element may come twice from outside, in different spellings.
    std::vector<Entry> merged;
    for (Entry &entry : m_entries) {
        if (merged.empty() || merged.back().element != entry.element) {
            merged.push_back(std::move(entry));
        } else {
            merged.back().member |= entry.member;
            merged.back().children = unite(std::move(merged.back().children), std::move(entry.children));
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

FieldSet FieldSet::unite(FieldSet a, FieldSet b) {
    if (a.empty() || b.empty())
        return a.empty() ? std::move(b) : std::move(a);
    FieldSet result;
    const auto take = [&](Entry &entry) { result.m_entries.push_back(std::move(entry)); };
    zip(a.m_entries, b.m_entries, take, take, [&](Entry &x, Entry &y) {
        result.append(std::move(x.element), x.member || y.member, unite(std::move(x.children), std::move(y.children)));
    });
    return result;
}

FieldSet FieldSet::intersect(const FieldSet &a, const FieldSet &b) {
    if (a.empty() || b.empty())
        return {};
    FieldSet result;
    const auto drop = [](const Entry &) {};
    zip(a.m_entries, b.m_entries, drop, drop, [&](const Entry &x, const Entry &y) {
        result.append(x.element, x.member && y.member, intersect(x.children, y.children));
    });
    return result;
}

FieldSet FieldSet::subtract(FieldSet a, const FieldSet &b) {
    if (a.empty() || b.empty())
        return a;
    FieldSet result;
    zip(
        a.m_entries, b.m_entries, [&](Entry &entry) { result.m_entries.push_back(std::move(entry)); },
        [](const Entry &) {},
        [&](Entry &x, const Entry &y) {
            result.append(std::move(x.element), x.member && !y.member, subtract(std::move(x.children), y.children));
        });
    return result;
}

FieldSet FieldSet::subtractBranches(FieldSet a, const FieldSet &b) {
    FieldSet result;
    zip(
        a.m_entries, b.m_entries, [&](Entry &entry) { result.m_entries.push_back(std::move(entry)); },
        [](const Entry &) {},
        [&](Entry &x, const Entry &y) {
            if (!y.member)
                result.append(std::move(x.element), x.member, subtractBranches(std::move(x.children), y.children));
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
