#include "core/api/json_reader.h"

#include "core/api/json_text.h"

#include <fmt/format.h>

namespace coracle::api {
namespace {

void appendUtf8(std::string &out, uint32_t code) {
    if (code < 0x80) {
        out += char(code);
    } else if (code < 0x800) {
        out += char(0xC0 | code >> 6);
        out += char(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += char(0xE0 | code >> 12);
        out += char(0x80 | (code >> 6 & 0x3F));
        out += char(0x80 | (code & 0x3F));
    } else {
        out += char(0xF0 | code >> 18);
        out += char(0x80 | (code >> 12 & 0x3F));
        out += char(0x80 | (code >> 6 & 0x3F));
        out += char(0x80 | (code & 0x3F));
    }
}

/// A character as Go prints it in its syntax errors.
std::string shown(char character) {
    const auto c = static_cast<unsigned char>(character);
    if (c == '\'')
        return "'\\''";
    if (c == '"')
        return "'\"'";
    if (c == '\\')
        return "'\\\\'";
    if (c == '\n')
        return "'\\n'";
    if (c == '\t')
        return "'\\t'";
    if (c == '\r')
        return "'\\r'";
    if (c < 0x20 || c >= 0x7F)
        return fmt::format("'\\x{:02x}'", c);
    return fmt::format("'{}'", character);
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

} // namespace

bool JsonReader::fail(std::string message) {
    if (m_error.empty())
        m_error = std::move(message);
    m_position = m_text.size();
    return false;
}

bool JsonReader::failSyntax(std::string message) {
    m_syntaxError |= ok();
    return fail(std::move(message));
}

void JsonReader::prependPath(std::string_view part) {
    if (m_syntaxError)
        return;
    std::string path(part);
    if (!m_path.empty() && m_path[0] != '[')
        path += '.';
    m_path.insert(0, path);
}

bool JsonReader::failCharacter(std::string_view where) {
    if (!ok())
        return false;
    if (m_position >= m_text.size())
        return failSyntax("unexpected end of JSON input");
    return failSyntax(fmt::format("invalid character {} {}", shown(m_text[m_position]), where));
}

void JsonReader::skipSpace() {
    while (m_position < m_text.size()) {
        const char c = m_text[m_position];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            break;
        ++m_position;
    }
}

JsonReader::Token JsonReader::peek() {
    skipSpace();
    if (!ok() || m_position >= m_text.size()) {
        failCharacter("");
        return Token::Bad;
    }
    switch (m_text[m_position]) {
    case '{':
        return Token::Object;
    case '[':
        return Token::Array;
    case '"':
        return Token::String;
    case 't':
    case 'f':
        return Token::Bool;
    case 'n':
        return Token::Null;
    case '-':
        return Token::Number;
    default:
        if (isDigit(m_text[m_position]))
            return Token::Number;
        failCharacter("looking for beginning of value");
        return Token::Bad;
    }
}

bool JsonReader::enter(char open) {
    skipSpace();
    if (!ok() || m_position >= m_text.size() || m_text[m_position] != open)
        return failCharacter("looking for beginning of value");
    if (++m_depth > kDepthMax)
        return failSyntax("exceeded max depth");
    ++m_position;
    m_first = true;
    return true;
}

bool JsonReader::beginObject() {
    return enter('{');
}

bool JsonReader::beginArray() {
    return enter('[');
}

bool JsonReader::nextMember(std::string_view &key) {
    skipSpace();
    if (!ok())
        return false;
    const bool first = m_first;
    m_first = false;
    if (m_position < m_text.size() && m_text[m_position] == '}') {
        ++m_position;
        --m_depth;
        return false;
    }
    if (!first) {
        if (m_position >= m_text.size() || m_text[m_position] != ',')
            return failCharacter("after object key:value pair");
        ++m_position;
        skipSpace();
    }
    if (m_position >= m_text.size() || m_text[m_position] != '"')
        return failCharacter("looking for beginning of object key string");
    if (!readString(key, m_key))
        return false;
    skipSpace();
    if (m_position >= m_text.size() || m_text[m_position] != ':')
        return failCharacter("after object key");
    ++m_position;
    return true;
}

bool JsonReader::nextElement() {
    skipSpace();
    if (!ok())
        return false;
    const bool first = m_first;
    m_first = false;
    if (m_position < m_text.size() && m_text[m_position] == ']') {
        ++m_position;
        --m_depth;
        return false;
    }
    if (!first) {
        if (m_position >= m_text.size() || m_text[m_position] != ',')
            return failCharacter("after array element");
        ++m_position;
    }
    return peek() != Token::Bad;
}

bool JsonReader::readString(std::string_view &value, std::string &buffer) {
    skipSpace();
    if (!ok() || m_position >= m_text.size() || m_text[m_position] != '"')
        return failCharacter("looking for beginning of value");
    const size_t begin = ++m_position;
    m_position += json::plainLength(m_text.substr(begin));
    if (m_position < m_text.size() && m_text[m_position] == '"') {
        value = m_text.substr(begin, m_position++ - begin);
        return true;
    }
    if (!readEscapes(begin, buffer))
        return false;
    value = buffer;
    return true;
}

bool JsonReader::readString(std::string &value) {
    std::string_view view;
    std::string buffer;
    if (!readString(view, buffer))
        return false;
    if (buffer.empty())
        value.assign(view);
    else
        value = std::move(buffer);
    return true;
}

/// The slow way: the string from begin on, with m_position at its first special character.
bool JsonReader::readEscapes(size_t begin, std::string &out) {
    out.assign(m_text.substr(begin, m_position - begin));
    while (m_position < m_text.size()) {
        const char c = m_text[m_position];
        if (c == '"') {
            ++m_position;
            return true;
        }
        if (static_cast<unsigned char>(c) < 0x20)
            return failCharacter("in string literal");
        ++m_position;
        if (c != '\\') {
            out += c;
            continue;
        }
        if (m_position >= m_text.size())
            break;
        static constexpr std::string_view kEscapes = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
        const char escape = m_text[m_position];
        if (const size_t index = kEscapes.find(escape); index != std::string_view::npos) {
            out += kMeanings[index];
            ++m_position;
        } else if (escape == 'u') {
            ++m_position;
            if (!readUnicodeEscape(out))
                return false;
        } else {
            return failCharacter("in string escape code");
        }
    }
    return failCharacter("");
}

/// After "\u". Lone surrogates become U+FFFD, as in Go.
bool JsonReader::readUnicodeEscape(std::string &out) {
    constexpr uint32_t kReplacement = 0xFFFD;
    uint32_t code = 0;
    if (!readHex4(code))
        return false;
    if (code >= 0xD800 && code < 0xDC00) {
        const size_t before = m_position;
        uint32_t low = 0;
        if (m_text.substr(m_position, 2) == "\\u") {
            m_position += 2;
            if (!readHex4(low))
                return false;
        }
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        } else {
            m_position = before;
            code = kReplacement;
        }
    } else if (code >= 0xDC00 && code < 0xE000) {
        code = kReplacement;
    }
    appendUtf8(out, code);
    return true;
}

bool JsonReader::readHex4(uint32_t &code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++m_position) {
        const char c = m_position < m_text.size() ? m_text[m_position] : '\0';
        const char lower = char(c | 0x20);
        if (isDigit(c))
            code = code << 4 | uint32_t(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            code = code << 4 | uint32_t(lower - 'a' + 10);
        else
            return failCharacter("in \\u hexadecimal character escape");
    }
    return true;
}

bool JsonReader::digits() {
    const size_t begin = m_position;
    while (m_position < m_text.size() && isDigit(m_text[m_position]))
        ++m_position;
    return m_position > begin;
}

bool JsonReader::readNumber(std::string_view &text) {
    skipSpace();
    if (!ok())
        return false;
    const size_t begin = m_position;
    auto next = [this] { return m_position < m_text.size() ? m_text[m_position] : '\0'; };
    if (next() == '-')
        ++m_position;
    if (next() == '0')
        ++m_position;
    else if (!digits())
        return failCharacter("in numeric literal");
    if (next() == '.') {
        ++m_position;
        if (!digits())
            return failCharacter("after decimal point in numeric literal");
    }
    if (next() == 'e' || next() == 'E') {
        ++m_position;
        if (next() == '+' || next() == '-')
            ++m_position;
        if (!digits())
            return failCharacter("in exponent of numeric literal");
    }
    text = m_text.substr(begin, m_position - begin);
    return true;
}

bool JsonReader::literal(std::string_view word) {
    if (!ok())
        return false;
    for (const char expected : word) {
        if (m_position >= m_text.size() || m_text[m_position] != expected)
            return failCharacter(fmt::format("in literal {} (expecting '{}')", word, expected));
        ++m_position;
    }
    return true;
}

bool JsonReader::readBool(bool &value) {
    skipSpace();
    value = m_position < m_text.size() && m_text[m_position] == 't';
    return literal(value ? "true" : "false");
}

bool JsonReader::readNull() {
    skipSpace();
    return literal("null");
}

bool JsonReader::skip() {
    std::string_view text;
    bool flag = false;
    switch (peek()) {
    case Token::Object:
        beginObject();
        while (nextMember(text))
            skip();
        return ok();
    case Token::Array:
        beginArray();
        while (nextElement())
            skip();
        return ok();
    case Token::String: {
        std::string buffer;
        return readString(text, buffer);
    }
    case Token::Number:
        return readNumber(text);
    case Token::Bool:
        return readBool(flag);
    case Token::Null:
        return readNull();
    case Token::Bad:
        break;
    }
    return false;
}

bool JsonReader::readRaw(std::string_view &text) {
    skipSpace();
    const size_t begin = m_position;
    if (!skip())
        return false;
    text = m_text.substr(begin, m_position - begin);
    return true;
}

bool JsonReader::finish() {
    skipSpace();
    if (ok() && m_position < m_text.size())
        return failCharacter("after top-level value");
    return ok();
}

} // namespace coracle::api
