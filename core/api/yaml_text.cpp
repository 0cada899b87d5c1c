#include "core/api/yaml_text.h"

#include "core/api/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <optional>

namespace coracle::api::yaml {

namespace {

constexpr size_t kWidth = 80; ///< lines go on at the next space behind it

bool isDigit(char32_t c) {
    return c >= '0' && c <= '9';
}

bool isLetter(char32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

/// The code point at the place, which moves on behind it. The text is valid UTF-8.
char32_t next(std::string_view text, size_t &at) {
    const auto byte = [&](size_t i) -> char32_t { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
    const char32_t first = byte(at);
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t value = length == 1 ? first : first & (0x7Fu >> length);
    for (size_t i = 1; i < length; ++i)
        value = (value << 6) | (byte(at + i) & 0x3F);
    at = std::min(at + length, text.size());
    return value;
}

/// What stands for itself; the rest is written in double quotes. Line breaks that only YAML 1.1 knows are among it.
bool isPrintable(char32_t c) {
    return c == '\n' || (c >= 0x20 && c <= 0x7E) ||
           (c >= 0xA0 && c <= 0xFFFD && c != 0x2028 && c != 0x2029 && c != 0xFEFF && !(c >= 0xD800 && c <= 0xDFFF));
}

bool isBlank(std::string_view text, size_t at) {
    return at >= text.size() || text[at] == ' ' || text[at] == '\t' || text[at] == '\n';
}

/// What the characters of a text allow.
struct Styles {
    bool plain = true, singleQuoted = true, literal = true;
};

Styles stylesOf(std::string_view text) {
    if (text.empty())
        return {.literal = false};
    Styles allowed;
    const auto forbid = [&](bool plain, bool singleQuoted, bool literal) {
        allowed.plain = allowed.plain && !plain;
        allowed.singleQuoted = allowed.singleQuoted && !singleQuoted;
        allowed.literal = allowed.literal && !literal;
    };
    forbid(text.starts_with("---") || text.starts_with("..."), false, false);
    constexpr std::string_view kIndicators = "#,[]{}&*!|>'\"%@`";
    const char first = text.front(), last = text.back();
    forbid(kIndicators.find(first) != text.npos || ((first == '?' || first == '-' || first == ':') && isBlank(text, 1)),
           false, false);
    forbid(first == ' ' || first == '\n' || last == ' ' || last == '\n', false, last == ' ');
    for (size_t at = 0; at < text.size();) {
        const size_t begin = at;
        const char32_t c = next(text, at);
        const char before = begin > 0 ? text[begin - 1] : '\0';
        if (!isPrintable(c) || (c == '\n' && before == ' ')) // also a space at the end of a line
            forbid(true, true, true);
        else if (c == '\n')
            forbid(true, false, false);
        else if (c == ' ' && before == '\n')
            forbid(true, true, false);
        else if (begin > 0 && ((c == ':' && isBlank(text, at)) || (c == '#' && isBlank(text, begin - 1))))
            forbid(true, false, false);
    }
    return allowed;
}

/// Takes digits, at least one and at most so many; moves behind them.
bool takeDigits(std::string_view &text, size_t most) {
    size_t count = 0;
    while (count < most && count < text.size() && isDigit(static_cast<unsigned char>(text[count])))
        ++count;
    text.remove_prefix(count);
    return count > 0;
}

bool take(std::string_view &text, char c) {
    if (!text.starts_with(c))
        return false;
    text.remove_prefix(1);
    return true;
}

/// 2006-1-2, 2006-1-2T15:4:5.9Z, 2006-1-2t15:4:5-07:00, 2006-1-2 15:4:5.9
bool isTimestamp(std::string_view text) {
    std::string_view year = text.substr(0, 4);
    if (!takeDigits(year, 4) || !year.empty() || text.size() < 5)
        return false;
    text.remove_prefix(4);
    if (!take(text, '-') || !takeDigits(text, 2) || !take(text, '-') || !takeDigits(text, 2))
        return false;
    if (text.empty())
        return true;
    const bool zoned = take(text, 'T') || take(text, 't');
    if ((!zoned && !take(text, ' ')) || !takeDigits(text, 2) || !take(text, ':') || !takeDigits(text, 2) ||
        !take(text, ':') || !takeDigits(text, 2))
        return false;
    if (take(text, '.') && !takeDigits(text, text.size()))
        return false;
    if (!zoned || take(text, 'Z'))
        return text.empty();
    return (take(text, '+') || take(text, '-')) && takeDigits(text, 2) && take(text, ':') && takeDigits(text, 2) &&
           text.empty();
}

/// [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?
bool isBase60(std::string_view text) {
    if (!take(text, '-'))
        take(text, '+');
    const auto digits = [&text] {
        while (!text.empty() && (isDigit(static_cast<unsigned char>(text[0])) || text[0] == '_'))
            text.remove_prefix(1);
    };
    if (!takeDigits(text, 1))
        return false;
    digits();
    if (!text.starts_with(':'))
        return false;
    while (take(text, ':')) {
        const bool low = !text.empty() && text[0] <= '5';
        if (!takeDigits(text, low ? 2 : 1))
            return false;
    }
    if (take(text, '.'))
        digits();
    return text.empty();
}

/// Whether the text, when it stands there plain, is read as a text by YAML 1.1 and 1.2.
bool readsAsText(std::string_view text) {
    if (text == "<<" || isTimestamp(text) || isBase60(text) || !resolveYamlScalar(text).is_string())
        return false;
    std::string_view special = text;
    if (!take(special, '-'))
        take(special, '+');
    constexpr std::string_view kSpecial[] = {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"};
    return std::ranges::find(kSpecial, special) == std::end(kSpecial);
}

/// One line of scalars, which goes on below when it gets long.
class Lines {
public:
    Lines(std::string &out, std::optional<size_t> indent) : m_out(out), m_indent(indent) {
        const size_t begin = out.rfind('\n') == out.npos ? 0 : out.rfind('\n') + 1;
        m_column = size_t(std::count_if(out.begin() + ptrdiff_t(begin), out.end(),
                                        [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    }
    void put(std::string_view character) {
        m_out += character;
        ++m_column;
    }
    void putAll(std::string_view characters) {
        for (const char c : characters)
            put({&c, 1});
    }
    /// A space may become a line break here.
    bool isLong() const { return m_indent && m_column > kWidth; }
    void breakLine() {
        m_out += '\n';
        m_out.append(*m_indent, ' ');
        m_column = *m_indent;
    }

private:
    std::string &m_out;
    std::optional<size_t> m_indent; ///< nothing: the line must not be broken
    size_t m_column = 0;
};

void appendPlain(Lines &lines, std::string_view text, bool quoted) {
    if (quoted)
        lines.put("'");
    for (size_t at = 0; at < text.size();) {
        const size_t begin = at;
        const char32_t c = next(text, at);
        const bool single = c == ' ' && begin > 0 && text[begin - 1] != ' ' && at < text.size() && text[at] != ' ';
        if (single && lines.isLong()) {
            lines.breakLine();
            continue;
        }
        lines.put(text.substr(begin, at - begin));
        if (quoted && c == '\'')
            lines.put("'");
    }
    if (quoted)
        lines.put("'");
}

std::string escaped(char32_t c) {
    // Not \N and \_, which some readers get wrong.
    constexpr std::pair<char32_t, char> kShort[] = {{0, '0'},     {7, 'a'},      {8, 'b'},     {9, 't'},  {10, 'n'},
                                                    {11, 'v'},    {12, 'f'},     {13, 'r'},    {27, 'e'}, {'"', '"'},
                                                    {'\\', '\\'}, {0x2028, 'L'}, {0x2029, 'P'}};
    for (const auto &[character, letter] : kShort)
        if (c == character)
            return {'\\', letter};
    const auto value = static_cast<uint32_t>(c);
    return c <= 0xFF     ? fmt::format("\\x{:02X}", value)
           : c <= 0xFFFF ? fmt::format("\\u{:04X}", value)
                         : fmt::format("\\U{:08X}", value);
}

void appendDoubleQuoted(Lines &lines, std::string_view text) {
    lines.put("\"");
    bool space = false;
    for (size_t at = 0; at < text.size();) {
        const size_t begin = at;
        const char32_t c = next(text, at);
        const bool mayBreak = c == ' ' && !space && begin > 0 && at < text.size();
        space = c == ' ';
        if (mayBreak && lines.isLong()) {
            lines.breakLine();
            if (text[at] == ' ')
                lines.put("\\");
        } else if (!isPrintable(c) || c == '\n' || c == '"' || c == '\\') {
            lines.putAll(escaped(c));
        } else {
            lines.put(text.substr(begin, at - begin));
        }
    }
    lines.put("\"");
}

void appendLiteral(std::string &out, std::string_view text, size_t indent) {
    out += '|';
    if (text.front() == ' ' || text.front() == '\n')
        out += '2';
    if (!text.ends_with('\n'))
        out += '-';
    else if (text == "\n" || text.ends_with("\n\n"))
        out += '+';
    out += '\n';
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        if (text.front() != '\n')
            out.append(indent, ' ');
        out += text.substr(0, end);
        text.remove_prefix(end);
    }
}

void appendOneLine(std::string &out, std::string_view text, std::optional<size_t> indent) {
    const Styles allowed = stylesOf(text);
    Lines lines(out, indent);
    // What would be read as something else gets double quotes; single ones are for what the grammar takes otherwise.
    if (readsAsText(text) && text.find('\n') == text.npos && (allowed.plain || allowed.singleQuoted))
        appendPlain(lines, text, !allowed.plain);
    else
        appendDoubleQuoted(lines, text);
}

} // namespace

bool keyLess(std::string_view a, std::string_view b) {
    size_t i = 0, j = 0;
    bool digits = false;
    while (i < a.size() && j < b.size()) {
        const size_t startA = i, startB = j;
        const char32_t x = next(a, i), y = next(b, j);
        if (x == y) {
            digits = isDigit(x);
            continue;
        }
        if (isLetter(x) && isLetter(y))
            return x < y;
        if (isLetter(x) || isLetter(y))
            return digits ? isLetter(x) : isLetter(y);
        // Numbers that begin before this place differ by how long they are; zeros count when a digit stands before.
        const auto number = [](std::string_view text, size_t at, bool within) {
            size_t end = at;
            uint64_t value = within ? 1 : 0;
            for (; end < text.size() && isDigit(static_cast<unsigned char>(text[end])); ++end)
                value = value * 10 + uint64_t(text[end] - '0');
            return std::pair(int64_t(value), end - at);
        };
        bool within = false;
        if (x == '0' || y == '0')
            for (size_t k = startA; k > 0 && isDigit(static_cast<unsigned char>(a[k - 1])); --k)
                within = within || a[k - 1] != '0';
        const auto [valueA, lengthA] = number(a, startA, within);
        const auto [valueB, lengthB] = number(b, startB, within);
        return valueA != valueB ? valueA < valueB : lengthA != lengthB ? lengthA < lengthB : x < y;
    }
    return i >= a.size() && j < b.size();
}

void appendKey(std::string &out, std::string_view text) {
    appendOneLine(out, text, std::nullopt);
}

void appendText(std::string &out, std::string_view text, size_t indent) {
    if (text.find('\n') != text.npos && stylesOf(text).literal)
        appendLiteral(out, text, indent);
    else
        appendOneLine(out, text, indent);
}

} // namespace coracle::api::yaml
