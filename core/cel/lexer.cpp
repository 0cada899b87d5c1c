#include "core/cel/lexer.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Kind = Token::Kind;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isHex(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool isOctal(char c) {
    return c >= '0' && c <= '7';
}

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Lexer {
public:
    Lexer(std::string_view source, Issues &issues) : m_source(source), m_issues(issues) {}

    std::vector<Token> run() {
        while (skipBlanks(), m_at < m_source.size()) {
            const size_t begin = m_at;
            if (!next())
                continue;
            m_tokens.push_back({m_kind, uint32_t(begin), m_source.substr(begin, m_at - begin)});
        }
        m_tokens.push_back({Kind::End, uint32_t(m_source.size()), "<EOF>"});
        return std::move(m_tokens);
    }

private:
    char peek(size_t ahead = 0) const { return m_at + ahead < m_source.size() ? m_source[m_at + ahead] : '\0'; }

    void skipBlanks() {
        while (m_at < m_source.size()) {
            const char c = m_source[m_at];
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f')
                ++m_at;
            else if (m_source.substr(m_at, 2) == "//")
                m_at = std::min(m_source.find('\n', m_at), m_source.size());
            else
                return;
        }
    }

    /// Reads one token; false when there is none, which is an issue then.
    bool next() {
        const char c = peek();
        if (isDigit(c) || (c == '.' && isDigit(peek(1))))
            return number();
        const size_t quote = quoteAfterPrefix();
        if (quote != m_source.npos)
            return text(quote);
        if (isLetter(c))
            return identifier();
        if (c == '`')
            return escapedIdentifier();
        return symbol();
    }

    bool fail(size_t begin, size_t end) {
        end = std::min(end, m_source.size());
        std::string shown;
        for (const char c : m_source.substr(begin, end - begin))
            shown += c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : std::string(1, c);
        m_issues.add(uint32_t(begin), fmt::format("Syntax error: token recognition error at: '{}'", shown));
        m_at = end;
        return false;
    }

    bool number() {
        if (peek() == '0' && peek(1) == 'x' && isHex(peek(2))) {
            m_at += 2;
            while (isHex(peek()))
                ++m_at;
            return suffixed(Kind::Int);
        }
        const size_t begin = m_at;
        while (isDigit(peek()))
            ++m_at;
        bool real = false;
        if (peek() == '.' && isDigit(peek(1))) {
            real = true;
            ++m_at;
            while (isDigit(peek()))
                ++m_at;
        }
        if (peek() == 'e' || peek() == 'E') {
            const size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
            if (isDigit(peek(1 + sign))) {
                real = true;
                m_at += 1 + sign;
                while (isDigit(peek()))
                    ++m_at;
            }
        }
        if (m_at == begin)
            return fail(begin, begin + 1);
        m_kind = Kind::Float;
        return real || suffixed(Kind::Int);
    }

    bool suffixed(Kind kind) {
        m_kind = kind;
        if (peek() == 'u' || peek() == 'U') {
            ++m_at;
            m_kind = Kind::Uint;
        }
        return true;
    }

    /// Where the quotation mark of a string or bytes literal is that starts here, or npos.
    size_t quoteAfterPrefix() const {
        size_t at = m_at;
        if (at < m_source.size() && (m_source[at] == 'b' || m_source[at] == 'B'))
            ++at;
        if (at < m_source.size() && (m_source[at] == 'r' || m_source[at] == 'R'))
            ++at;
        return at < m_source.size() && (m_source[at] == '"' || m_source[at] == '\'') ? at : m_source.npos;
    }

    bool text(size_t quote) {
        const size_t begin = m_at;
        const char mark = m_source[quote];
        const bool raw = quote > begin && (m_source[quote - 1] == 'r' || m_source[quote - 1] == 'R');
        m_kind = m_source[begin] == 'b' || m_source[begin] == 'B' ? Kind::Bytes : Kind::String;
        const std::string triple(3, mark);
        const bool multiline = m_source.substr(quote, 3) == triple;
        m_at = quote + (multiline ? 3 : 1);
        while (m_at < m_source.size()) {
            if (multiline ? m_source.substr(m_at, 3) == triple : m_source[m_at] == mark) {
                m_at += multiline ? 3 : 1;
                return true;
            }
            if (!multiline && (m_source[m_at] == '\n' || m_source[m_at] == '\r'))
                return fail(begin, m_at + 1);
            if (!raw && m_source[m_at] == '\\') {
                const size_t wrong = skipEscape();
                if (wrong > 0)
                    return fail(begin, wrong + 1);
            } else {
                ++m_at;
            }
        }
        return fail(begin, m_source.size());
    }

    /// Skips an escape sequence; where it stops being one, or 0.
    size_t skipEscape() {
        const char c = peek(1);
        size_t digits = 0;
        bool (*isPart)(char) = isHex;
        if (c == 'x' || c == 'X')
            digits = 2;
        else if (c == 'u')
            digits = 4;
        else if (c == 'U')
            digits = 8;
        else if (c >= '0' && c <= '3')
            digits = 2, isPart = isOctal;
        else if (c == '\0' || std::string_view("abfnrtv\"'`\\?").find(c) == std::string_view::npos)
            return m_at + 1;
        m_at += 2;
        for (size_t i = 0; i < digits; ++i, ++m_at)
            if (!isPart(peek()))
                return m_at;
        return 0;
    }

    bool identifier() {
        const size_t begin = m_at;
        while (isLetter(peek()) || isDigit(peek()))
            ++m_at;
        const std::string_view word = m_source.substr(begin, m_at - begin);
        const bool keyword = word == "in" || word == "true" || word == "false" || word == "null";
        m_kind = keyword ? Kind::Symbol : Kind::Identifier;
        return true;
    }

    bool escapedIdentifier() {
        const size_t begin = m_at++;
        while (isLetter(peek()) || isDigit(peek()) || peek() == '.' || peek() == '-' || peek() == '/' || peek() == ' ')
            ++m_at;
        if (peek() != '`' || m_at == begin + 1)
            return fail(begin, m_at + 1);
        ++m_at;
        m_kind = Kind::EscapedIdentifier;
        return true;
    }

    bool symbol() {
        static constexpr std::array<std::string_view, 6> kLong{"==", "!=", "<=", ">=", "&&", "||"};
        m_kind = Kind::Symbol;
        const std::string_view two = m_source.substr(m_at, 2);
        if (std::find(kLong.begin(), kLong.end(), two) != kLong.end()) {
            m_at += 2;
            return true;
        }
        if (std::string_view("<>[]{}().,-!?:+*/%").find(peek()) != std::string_view::npos) {
            ++m_at;
            return true;
        }
        // A lone & or | takes the next character with it: only then it is clear that it is not && or ||.
        const size_t length = sequenceLength(m_source, m_at);
        return fail(m_at, m_at + length + (peek() == '&' || peek() == '|' || peek() == '=' ? 1 : 0));
    }

    std::string_view m_source;
    Issues &m_issues;
    size_t m_at = 0;
    Kind m_kind = Kind::End;
    std::vector<Token> m_tokens;
};

} // namespace

std::vector<Token> tokenize(std::string_view source, Issues &issues) {
    return Lexer(source, issues).run();
}

} // namespace coracle::cel
