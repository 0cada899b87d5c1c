#include "core/cel/functions.h"
#include "core/cel/literals.h"
#include "core/cel/source.h"
#include "core/cel/text.h"
#include "core/cel/text_format.h"
#include "core/cel/value_data.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Arguments = std::span<const Value>;

constexpr int64_t kNoLimit = -1;

Value outOfRange(int64_t index) {
    return Value::error(fmt::format("index out of range: {}", index));
}

Value charAt(Arguments a) {
    const std::string_view text = a[0].asString();
    const auto at = offsetOf(text, a[1].asInt());
    if (!at)
        return outOfRange(a[1].asInt());
    return Value::string(std::string(*at == text.size() ? "" : text.substr(*at, sequenceLength(text, *at))));
}

Value indexOf(Arguments a) {
    const std::string_view text = a[0].asString(), part = a[1].asString();
    const int64_t from = a.size() > 2 ? a[2].asInt() : 0;
    if (from < 0)
        return outOfRange(from);
    const auto start = offsetOf(text, from);
    if (part.empty())
        return Value::integer(start ? from : int64_t(characterCount(text)));
    const size_t found = start ? findText(text, part, *start) : text.npos;
    return Value::integer(found == text.npos ? -1 : int64_t(characterCount(text.substr(0, found))));
}

Value lastIndexOf(Arguments a) {
    const std::string_view text = a[0].asString(), part = a[1].asString();
    const auto length = int64_t(characterCount(text));
    const int64_t from = a.size() > 2 ? a[2].asInt() : length - 1;
    if (a.size() > 2 && from < 0)
        return outOfRange(from);
    if (part.empty())
        return Value::integer(a.size() > 2 ? std::min(from, length) : length);
    if (from >= length || part.size() > text.size())
        return Value::integer(-1);
    // The last occurrence is the first one of the reversed texts, which is found in linear time.
    const size_t start = *offsetOf(text, from);
    const std::string_view searched = text.substr(0, std::min(start + part.size(), text.size()));
    const std::string backward(searched.rbegin(), searched.rend()), wanted(part.rbegin(), part.rend());
    const size_t found = findText(backward, wanted);
    if (found == text.npos)
        return Value::integer(-1);
    return Value::integer(int64_t(characterCount(searched.substr(0, searched.size() - found - part.size()))));
}

template<char first, char last, int shift>
Value changeCase(Arguments a) {
    std::string text(a[0].asString());
    for (char &c : text)
        if (c >= first && c <= last)
            c = char(c + shift);
    return Value::string(std::move(text));
}

Value replace(Arguments a) {
    const std::string_view text = a[0].asString(), from = a[1].asString(), to = a[2].asString();
    int64_t left = a.size() > 3 ? a[3].asInt() : kNoLimit;
    std::string out;
    size_t at = 0;
    while (left != 0 && at <= text.size()) {
        // An empty text is found before each character and at the end.
        const size_t found = findText(text, from, at);
        if (found == text.npos)
            break;
        out += text.substr(at, found - at);
        out += to;
        left -= left > 0;
        at = found + from.size();
        if (from.empty()) {
            if (at == text.size())
                return Value::string(std::move(out));
            const size_t length = sequenceLength(text, at);
            out += text.substr(at, length);
            at += length;
        }
        if (out.size() > kTextBytesMax)
            return textTooLong();
    }
    out += text.substr(at);
    return Value::string(std::move(out));
}

Value split(Arguments a) {
    const std::string_view text = a[0].asString(), separator = a[1].asString();
    const int64_t limit = a.size() > 2 ? a[2].asInt() : kNoLimit;
    std::vector<Value> parts;
    if (limit == 0)
        return Value::list({});
    size_t at = 0;
    while (limit < 0 || int64_t(parts.size()) < limit - 1) {
        size_t end;
        if (separator.empty()) {
            if (at >= text.size())
                return Value::list(std::move(parts));
            end = at + sequenceLength(text, at);
            if (end == text.size())
                break;
        } else {
            end = findText(text, separator, at);
        }
        if (end == text.npos)
            break;
        parts.push_back(Value::string(std::string(text.substr(at, end - at))));
        at = end + separator.size();
    }
    if (!separator.empty() || at < text.size())
        parts.push_back(Value::string(std::string(text.substr(at))));
    return Value::list(std::move(parts));
}

Value substring(Arguments a) {
    const std::string_view text = a[0].asString();
    const int64_t from = a[1].asInt();
    if (a.size() > 2 && from > a[2].asInt())
        return Value::error(fmt::format("invalid substring range. start: {}, end: {}", from, a[2].asInt()));
    const auto begin = offsetOf(text, from);
    if (!begin)
        return outOfRange(from);
    const auto end = a.size() > 2 ? offsetOf(text, a[2].asInt()) : std::optional(text.size());
    if (!end)
        return outOfRange(a[2].asInt());
    return Value::string(std::string(text.substr(*begin, *end - *begin)));
}

/// The length of Unicode white space at a place, or 0.
size_t spaceAt(std::string_view text, size_t at) {
    static constexpr std::string_view kSpaces[] = {" ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u0085",
                                                   "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                                   "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                                   "\u2029", "\u202f", "\u205f", "\u3000"};
    for (const std::string_view space : kSpaces)
        if (text.substr(at).starts_with(space))
            return space.size();
    return 0;
}

Value trim(Arguments a) {
    std::string_view text = a[0].asString();
    while (!text.empty()) {
        const size_t length = spaceAt(text, 0);
        if (length == 0)
            break;
        text.remove_prefix(length);
    }
    while (!text.empty()) {
        size_t last = text.size() - 1;
        while (last > 0 && (uint8_t(text[last]) & 0xC0) == 0x80)
            --last;
        if (spaceAt(text, last) != text.size() - last)
            break;
        text.remove_suffix(text.size() - last);
    }
    return Value::string(std::string(text));
}

Value join(Arguments a) {
    const std::string_view separator = a.size() > 1 ? a[1].asString() : std::string_view();
    std::string out;
    for (size_t i = 0; i < a[0].size(); ++i) {
        const Value item = a[0].item(i);
        if (item.kind() != Value::Kind::String)
            return item.isError() ? item : Value::error(fmt::format("join: invalid input: {}", item.text()));
        if (i > 0)
            out += separator;
        out += item.asString();
        if (out.size() > kTextBytesMax)
            return textTooLong();
    }
    return Value::string(std::move(out));
}

Value format(Arguments a) {
    return formatText(a[0].asString(), a[1]);
}

Value quote(Arguments a) {
    static constexpr std::string_view kFrom = "\a\b\f\n\r\t\v\\\"", kTo = "abfnrtv\\\"";
    const std::string_view text = a[0].asString();
    std::string out = "\"";
    for (size_t at = 0; at < text.size();) {
        const size_t length = sequenceLength(text, at);
        const size_t special = kFrom.find(text[at]);
        if (special != kFrom.npos)
            out += '\\', out += kTo[special];
        else if (length == 1 && uint8_t(text[at]) >= 0x80)
            appendUtf8(out, 0xFFFD);
        else
            out += text.substr(at, length);
        at += length;
    }
    return Value::string(out + '"');
}

} // namespace

void addStringsLibrary(FunctionTable &table) {
    table.add("charAt", "string_char_at_int", "string.(int) -> string", charAt);
    table.add("indexOf", "string_index_of_string", "string.(string) -> int", indexOf, CostKind::SearchText);
    table.add("indexOf", "string_index_of_string_int", "string.(string, int) -> int", indexOf, CostKind::SearchText);
    table.add("lastIndexOf", "string_last_index_of_string", "string.(string) -> int", lastIndexOf,
              CostKind::SearchText);
    table.add("lastIndexOf", "string_last_index_of_string_int", "string.(string, int) -> int", lastIndexOf,
              CostKind::SearchText);
    table.add("lowerAscii", "string_lower_ascii", "string.() -> string", changeCase<'A', 'Z', 'a' - 'A'>,
              CostKind::TransformText);
    table.add("upperAscii", "string_upper_ascii", "string.() -> string", changeCase<'a', 'z', 'A' - 'a'>,
              CostKind::TransformText);
    table.add("replace", "string_replace_string_string", "string.(string, string) -> string", replace,
              CostKind::Replace);
    table.add("replace", "string_replace_string_string_int", "string.(string, string, int) -> string", replace,
              CostKind::Replace);
    table.add("split", "string_split_string", "string.(string) -> list(string)", split, CostKind::Split);
    table.add("split", "string_split_string_int", "string.(string, int) -> list(string)", split, CostKind::Split);
    table.add("substring", "string_substring_int", "string.(int) -> string", substring, CostKind::TransformText);
    table.add("substring", "string_substring_int_int", "string.(int, int) -> string", substring,
              CostKind::TransformText);
    table.add("trim", "string_trim", "string.() -> string", trim, CostKind::TransformText);
    table.add("join", "list_join", "list(string).() -> string", join, CostKind::Join);
    table.add("join", "list_join_string", "list(string).(string) -> string", join, CostKind::Join);
    table.add("format", "string_format", "string.(list(dyn)) -> string", format, CostKind::Format);
    table.add("strings.quote", "strings_quote", "string -> string", quote, CostKind::Quote);
}

} // namespace coracle::cel
