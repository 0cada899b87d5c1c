#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace coracle::api {

/// Reads JSON text piece by piece, in the order of the text, without building a tree. The text must stay alive while
/// the reader and the views that it gave out are used.
///
/// The first error sticks: every later call returns false (or Token::Bad), so that callers may check once at the end.
/// Syntax errors carry the words of Go's encoding/json, which users of Kubernetes know. Every text is safe to read;
/// nesting is limited.
class JsonReader {
public:
    enum class Token : uint8_t { Object, Array, String, Number, Bool, Null, Bad };
    /// Deeper texts are refused; this keeps recursion over values within any thread's stack.
    static constexpr int kDepthMax = 1000;

    explicit JsonReader(std::string_view text) : m_text(text) {}

    /// What the next value is; it is not consumed.
    Token peek();

    /// Object: beginObject(), then nextMember() until it returns false; each member's value must be consumed. The key
    /// lives until the next call that reads a key with escapes.
    bool beginObject();
    bool nextMember(std::string_view &key);
    /// Array: beginArray(), then nextElement() until it returns false; each element must be consumed.
    bool beginArray();
    bool nextElement();

    bool readString(std::string &value);
    /// A view into the text where the string has no escapes, otherwise into the buffer.
    bool readString(std::string_view &value, std::string &buffer);
    /// The text of a number, checked against JSON's grammar.
    bool readNumber(std::string_view &text);
    bool readBool(bool &value);
    bool readNull();
    /// Passes over a value, checking its syntax.
    bool skip();
    /// Passes over a value and returns its text.
    bool readRaw(std::string_view &text);
    /// True when nothing but white space is left (and nothing failed).
    bool finish();

    bool ok() const { return m_error.empty(); }
    const std::string &error() const { return m_error; }
    /// Records an error of the caller's own, unless there is one.
    bool fail(std::string message);
    /// The text is no JSON (then there is no path), in contrast to JSON that the caller did not want.
    bool syntaxError() const { return m_syntaxError; }
    /// While an error unwinds, each level puts its part before the path: "containers", "[0]".
    void prependPath(std::string_view part);
    const std::string &path() const { return m_path; }
    /// Where reading stands, as an offset into the text.
    size_t position() const { return m_position; }

private:
    void skipSpace();
    bool failSyntax(std::string message);
    bool failCharacter(std::string_view where);
    bool literal(std::string_view word);
    bool enter(char open);
    bool readEscapes(size_t begin, std::string &out);
    bool readUnicodeEscape(std::string &out);
    bool readHex4(uint32_t &code);
    bool digits();

    std::string_view m_text;
    size_t m_position = 0;
    int m_depth = 0;
    bool m_first = false; ///< no member or element of the current container was read yet
    bool m_syntaxError = false;
    std::string m_error, m_path, m_key;
};

} // namespace coracle::api
