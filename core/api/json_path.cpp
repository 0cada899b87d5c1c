#include "core/api/json_path.h"

#include "core/api/json_access.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <fmt/format.h>

namespace coracle::api {

namespace bj = boost::json;

namespace {

constexpr size_t kFoundMax = 10000;
constexpr size_t kStepsMax = 200;
constexpr int kRecursionMax = 200;

} // namespace

/// One side is a path below the item ("@.x"), the other a path or a literal; without an operator the path must lead
/// somewhere.
struct JsonPath::Filter {
    struct Side {
        std::optional<JsonPath> path;
        bj::value literal;
    };
    Side left, right;
    std::string op; ///< "==", "!=", "<", "<=", ">", ">=", or empty

    static std::optional<bj::value> valueOf(const Side &side, const bj::value &item) {
        if (!side.path)
            return side.literal;
        const auto found = side.path->find(item);
        return found.empty() ? std::nullopt : std::optional(*found.front());
    }

    bool matches(const bj::value &item) const {
        const auto a = valueOf(left, item);
        if (op.empty() || !a)
            return op.empty() && a.has_value();
        const auto b = valueOf(right, item);
        if (!b)
            return false;
        const int order = compare(*a, *b);
        if (order == kDifferent)
            return op == "!=";
        return op == "=="   ? order == 0
               : op == "!=" ? order != 0
               : op == "<"  ? order < 0
               : op == "<=" ? order <= 0
               : op == ">"  ? order > 0
                            : order >= 0;
    }

private:
    static constexpr int kDifferent = 2;

    static int compare(const bj::value &a, const bj::value &b) {
        if (a.is_number() && b.is_number()) {
            const double x = a.to_number<double>(), y = b.to_number<double>();
            return x < y ? -1 : x > y ? 1 : 0;
        }
        if (a.is_string() && b.is_string()) {
            const int order = json::text(&a).compare(json::text(&b));
            return order < 0 ? -1 : order > 0 ? 1 : 0;
        }
        return a == b ? 0 : kDifferent;
    }
};

class JsonPathParser {
public:
    explicit JsonPathParser(std::string_view text) : m_text(text) {}

    Result<JsonPath> parse() {
        JsonPath path;
        while (!atEnd()) {
            if (path.m_steps.size() >= kStepsMax)
                return errors::other("the path has too many parts");
            CHECK(step(path));
        }
        return path;
    }

private:
    using Step = JsonPath::Step;

    bool atEnd() const { return m_at >= m_text.size(); }
    char peek() const { return atEnd() ? '\0' : m_text[m_at]; }
    bool take(char c) {
        if (peek() != c)
            return false;
        ++m_at;
        return true;
    }
    void skipSpace() {
        while (peek() == ' ')
            ++m_at;
    }
    Failure fail(std::string_view why) const {
        return errors::other(fmt::format("invalid path \"{}\": {}", m_text, why));
    }

    Result<> step(JsonPath &path) {
        if (peek() == '[')
            return bracket(path);
        if (peek() == '@' || peek() == '$') {
            ++m_at;
            return {};
        }
        if (take('.') && take('.'))
            path.m_steps.push_back({.kind = Step::Kind::Recursive});
        if (atEnd() || peek() == '[')
            return {};
        if (take('*')) {
            path.m_steps.push_back({.kind = Step::Kind::Wildcard});
            return {};
        }
        std::string name;
        while (!atEnd() && peek() != '.' && peek() != '[') {
            if (take('\\') && atEnd())
                return fail("it ends in a backslash");
            name += m_text[m_at++];
        }
        if (name.empty())
            return fail("a name is missing");
        path.m_steps.push_back({.kind = Step::Kind::Name, .name = std::move(name)});
        return {};
    }

    Result<> bracket(JsonPath &path) {
        ++m_at;
        skipSpace();
        if (take('?'))
            return filter(path);
        std::vector<Step> parts;
        do {
            TRY(Step part, bracketPart());
            parts.push_back(std::move(part));
            skipSpace();
        } while (take(','));
        if (!take(']'))
            return fail("unterminated array");
        if (parts.size() == 1)
            path.m_steps.push_back(std::move(parts.front()));
        else
            path.m_steps.push_back({.kind = Step::Kind::Union, .alternatives = std::move(parts)});
        return {};
    }

    Result<Step> bracketPart() {
        skipSpace();
        if (take('*'))
            return Step{.kind = Step::Kind::Wildcard};
        if (peek() == '\'' || peek() == '"') {
            TRY(std::string name, quoted());
            return Step{.kind = Step::Kind::Name, .name = std::move(name)};
        }
        Step part{.kind = Step::Kind::Index};
        TRY(part.first, number());
        if (take(':')) {
            part.kind = Step::Kind::Slice;
            TRY(part.last, number());
            if (take(':')) {
                TRY(std::optional<int64_t> stride, number());
                part.stride = stride.value_or(1);
                if (part.stride < 1)
                    return fail("the step of a slice must be positive");
            }
        } else if (!part.first) {
            return fail("invalid array index");
        }
        return part;
    }

    Result<std::optional<int64_t>> number() {
        skipSpace();
        const std::string_view rest = m_text.substr(m_at);
        int64_t value = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (error == std::errc::result_out_of_range)
            return fail("a number is too large");
        if (end == rest.data())
            return std::optional<int64_t>();
        m_at += end - rest.data();
        return std::optional(value);
    }

    Result<std::string> quoted() {
        const char quote = m_text[m_at++];
        std::string text;
        while (!atEnd() && peek() != quote) {
            if (take('\\') && atEnd())
                break;
            text += m_text[m_at++];
        }
        if (!take(quote))
            return fail("unterminated quoted string");
        return text;
    }

    Result<> filter(JsonPath &path) {
        if (!take('('))
            return fail("a filter must be ?(...)");
        auto filter = std::make_shared<JsonPath::Filter>();
        TRY(filter->left, side());
        skipSpace();
        for (std::string_view op : {"==", "!=", "<=", ">=", "<", ">"}) {
            if (m_text.substr(m_at).starts_with(op)) {
                filter->op = op;
                m_at += op.size();
                TRY(filter->right, side());
                break;
            }
        }
        skipSpace();
        if (!take(')') || !take(']'))
            return fail("unterminated filter");
        path.m_steps.push_back({.kind = Step::Kind::Filter, .filter = std::move(filter)});
        return {};
    }

    Result<JsonPath::Filter::Side> side() {
        skipSpace();
        JsonPath::Filter::Side side;
        if (peek() == '\'' || peek() == '"') {
            TRY(std::string text, quoted());
            side.literal = text;
            return side;
        }
        size_t end = m_at;
        int depth = 0;
        for (; end < m_text.size(); ++end) {
            const char c = m_text[end];
            if (depth == 0 && (c == ' ' || c == ')' || c == '=' || c == '!' || c == '<' || c == '>'))
                break;
            depth += c == '[' || c == '(' ? 1 : c == ']' || c == ')' ? -1 : 0;
        }
        const std::string_view text = m_text.substr(m_at, end - m_at);
        m_at = end;
        if (text.starts_with('@')) {
            TRY(side.path, JsonPath::parse(text.substr(1)));
            return side;
        }
        boost::system::error_code error;
        side.literal = bj::parse(text, error);
        if (error)
            return fail("a filter compares paths, texts, numbers and bools");
        return side;
    }

    std::string_view m_text;
    size_t m_at = 0;
};

Result<JsonPath> JsonPath::parse(std::string_view text) {
    return JsonPathParser(text).parse();
}

namespace {

void everythingBelow(const bj::value &value, std::vector<const bj::value *> &out, int depth) {
    if (out.size() >= kFoundMax || depth > kRecursionMax)
        return;
    out.push_back(&value);
    if (const auto *list = value.if_array())
        for (const bj::value &item : *list)
            everythingBelow(item, out, depth + 1);
    if (const auto *object = value.if_object())
        for (const auto &member : *object)
            everythingBelow(member.value(), out, depth + 1);
}

} // namespace

void JsonPath::apply(const Step &step, const bj::value &value, Found &out) const {
    const bj::array *list = value.if_array();
    const int64_t size = list ? int64_t(list->size()) : 0;
    switch (step.kind) {
    case Step::Kind::Name:
        if (const bj::object *object = value.if_object())
            if (const bj::value *member = object->if_contains(step.name))
                out.push_back(member);
        return;
    case Step::Kind::Index: {
        const int64_t index = *step.first < 0 ? size + *step.first : *step.first;
        if (index >= 0 && index < size)
            out.push_back(&(*list)[index]);
        return;
    }
    case Step::Kind::Slice: {
        const auto place = [&](std::optional<int64_t> at, int64_t otherwise) {
            return std::clamp<int64_t>(!at ? otherwise : *at < 0 ? size + *at : *at, 0, size);
        };
        for (int64_t i = place(step.first, 0), end = place(step.last, size); i < end; i += step.stride)
            out.push_back(&(*list)[i]);
        return;
    }
    case Step::Kind::Wildcard:
        for (int64_t i = 0; i < size; ++i)
            out.push_back(&(*list)[i]);
        if (const bj::object *object = value.if_object())
            for (const auto &member : *object)
                out.push_back(&member.value());
        return;
    case Step::Kind::Recursive:
        return everythingBelow(value, out, 0);
    case Step::Kind::Union:
        for (const Step &one : step.alternatives)
            apply(one, value, out);
        return;
    case Step::Kind::Filter:
        for (int64_t i = 0; i < size; ++i)
            if (step.filter->matches((*list)[i]))
                out.push_back(&(*list)[i]);
        return;
    }
}

JsonPath::Found JsonPath::walk(Found found, size_t from) const {
    for (size_t i = from; i < m_steps.size(); ++i) {
        Found next;
        for (const bj::value *value : found) {
            apply(m_steps[i], *value, next);
            if (next.size() > kFoundMax)
                return {};
        }
        found = std::move(next);
    }
    return found;
}

JsonPath::Found JsonPath::find(const bj::value &root) const {
    return walk({&root}, 0);
}

JsonPath::Found JsonPath::find(const bj::object &root) const {
    if (m_steps.empty())
        return {};
    Found found;
    const Step &first = m_steps.front();
    if (first.kind == Step::Kind::Name) {
        if (const bj::value *member = root.if_contains(first.name))
            found.push_back(member);
    } else if (first.kind == Step::Kind::Wildcard || first.kind == Step::Kind::Recursive) {
        for (const auto &member : root)
            first.kind == Step::Kind::Wildcard ? found.push_back(&member.value())
                                               : everythingBelow(member.value(), found, 0);
    }
    found = walk(std::move(found), 1);
    // The root is one of the places that ".." means.
    if (first.kind == Step::Kind::Recursive && m_steps.size() > 1 && m_steps[1].kind == Step::Kind::Name)
        if (const bj::value *member = root.if_contains(m_steps[1].name)) {
            Found own = walk({member}, 2);
            found.insert(found.begin(), own.begin(), own.end());
        }
    return found;
}

bool JsonPath::isSimple() const {
    return !m_steps.empty() && std::ranges::all_of(m_steps, [](const Step &step) {
        return step.kind == Step::Kind::Name || (step.kind == Step::Kind::Index && *step.first >= 0);
    });
}

std::vector<std::string> JsonPath::names() const {
    std::vector<std::string> names;
    for (const Step &step : m_steps) {
        if (step.kind != Step::Kind::Name)
            return {};
        names.push_back(step.name);
    }
    return names;
}

} // namespace coracle::api
