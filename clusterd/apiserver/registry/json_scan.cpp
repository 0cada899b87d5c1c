#include "clusterd/apiserver/registry/json_scan.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::apiserver {

namespace {

/// Walks over JSON text; every function returns false at the text's end or at a character that does not fit.
class Cursor {
public:
    explicit Cursor(std::string_view text) : m_text(text) {}

    size_t position() const { return m_at; }

    bool take(char c) {
        skipSpace();
        if (m_at >= m_text.size() || m_text[m_at] != c)
            return false;
        ++m_at;
        return true;
    }

    bool peek(char c) {
        skipSpace();
        return m_at < m_text.size() && m_text[m_at] == c;
    }

    /// A string; the result excludes the quotes and keeps escapes.
    bool string(std::string_view &raw) {
        if (!take('"'))
            return false;
        const size_t begin = m_at;
        while (m_at < m_text.size()) {
            const size_t quote = m_text.find('"', m_at);
            if (quote == std::string_view::npos)
                return false;
            const size_t escape = m_text.substr(m_at, quote - m_at).find('\\');
            if (escape == std::string_view::npos) {
                raw = m_text.substr(begin, quote - begin);
                m_at = quote + 1;
                return true;
            }
            m_at += escape + 2;
        }
        return false;
    }

    /// Any value; the result is its text.
    bool value(std::string_view &raw) {
        skipSpace();
        size_t begin = m_at;
        if (!skipValue())
            return false;
        raw = m_text.substr(begin, m_at - begin);
        return true;
    }

private:
    void skipSpace() {
        while (m_at < m_text.size() &&
               (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\t' || m_text[m_at] == '\r'))
            ++m_at;
    }

    /// Counts brackets instead of recursing, so that depth costs nothing.
    bool skipValue() {
        int depth = 0;
        std::string_view ignored;
        do {
            skipSpace();
            if (m_at >= m_text.size())
                return false;
            char c = m_text[m_at];
            if (c == '"') {
                if (!string(ignored))
                    return false;
            } else if (c == '{' || c == '[') {
                ++depth;
                ++m_at;
            } else if (c == '}' || c == ']') {
                if (--depth < 0)
                    return false;
                ++m_at;
            } else if (c == ',' || c == ':') {
                if (depth == 0)
                    return false;
                ++m_at;
            } else {
                skipLiteral();
            }
        } while (depth > 0);
        return true;
    }

    void skipLiteral() {
        while (m_at < m_text.size() && std::string_view(",:}] \n\t\r").find(m_text[m_at]) == std::string_view::npos)
            ++m_at;
    }

    std::string_view m_text;
    size_t m_at = 0;
};

/// Enters an object and stops before the value of the member; false when there is none.
bool findMember(Cursor &cursor, std::string_view key) {
    if (!cursor.take('{') || cursor.peek('}'))
        return false;
    std::string_view name, value;
    do {
        if (!cursor.string(name) || !cursor.take(':'))
            return false;
        if (name == key)
            return true;
    } while (cursor.value(value) && cursor.take(','));
    return false;
}

} // namespace

std::optional<std::string_view> jsonMember(std::string_view object, std::string_view key) {
    Cursor cursor(object);
    std::string_view value;
    return findMember(cursor, key) && cursor.value(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::string_view> jsonPath(std::string_view object, std::string_view path) {
    while (true) {
        size_t dot = path.find('.');
        auto member = jsonMember(object, path.substr(0, dot));
        if (!member || dot == std::string_view::npos)
            return member;
        object = *member;
        path.remove_prefix(dot + 1);
    }
}

std::string jsonScalar(std::optional<std::string_view> raw) {
    if (!raw || *raw == "null")
        return {};
    if (!raw->starts_with('"'))
        return std::string(*raw);
    if (raw->find('\\') == std::string_view::npos)
        return std::string(raw->substr(1, raw->size() - 2));
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(*raw, error);
    return error || !value.is_string() ? std::string() : std::string(value.get_string());
}

std::optional<std::string> withResourceVersion(std::string_view object, int64_t revision) {
    Cursor cursor(object);
    if (!findMember(cursor, "metadata") || !cursor.take('{'))
        return std::nullopt;
    // Where the version goes: over the present one, else after the uid, else first.
    size_t begin = cursor.position(), end = begin;
    std::string_view before = "\"resourceVersion\":", after = cursor.peek('}') ? "" : ",";
    std::string_view name, value;
    while (!cursor.peek('}')) {
        if (!cursor.string(name) || !cursor.take(':') || !cursor.value(value))
            return std::nullopt;
        if (name == "resourceVersion") {
            begin = value.data() - object.data();
            end = begin + value.size();
            before = after = {};
            break;
        }
        if (name == "uid") {
            begin = end = cursor.position();
            before = ",\"resourceVersion\":";
            after = {};
        }
        if (!cursor.take(','))
            break;
    }
    const std::string number = std::to_string(revision);
    std::string result;
    result.reserve(object.size() + before.size() + number.size() + after.size() + 2);
    result.append(object.substr(0, begin)).append(before);
    result.append(1, '"').append(number).append(1, '"');
    result.append(after).append(object.substr(end));
    return result;
}

std::string jsonQuote(std::string_view text) {
    return boost::json::serialize(text);
}

} // namespace coracle::apiserver
