#include "core/api/struct_codec.h"

#include "core/api/json_writer.h"

#include <charconv>
#include <fmt/format.h>
#include <limits>

namespace coracle::api {
namespace {

using Token = JsonReader::Token;

std::string_view tokenName(Token token) {
    switch (token) {
    case Token::Object:
        return "an object";
    case Token::Array:
        return "a list";
    case Token::String:
        return "a string";
    case Token::Number:
        return "a number";
    case Token::Bool:
        return "a bool";
    default:
        return "null";
    }
}

bool expect(JsonReader &reader, Token wanted) {
    const Token found = reader.peek();
    if (found == wanted)
        return true;
    return reader.fail(fmt::format("expected {}, found {}", tokenName(wanted), tokenName(found)));
}

template<class Integer>
bool readInteger(JsonReader &reader, Integer &value) {
    std::string_view text;
    if (!expect(reader, Token::Number) || !reader.readNumber(text))
        return false;
    const auto end = std::from_chars(text.begin(), text.end(), value);
    if (end.ec != std::errc() || end.ptr != text.end())
        return reader.fail(fmt::format("number {} is not an int{}", text, 8 * sizeof(Integer)));
    return true;
}

/// Reads a string and hands it to T::parse.
template<class T>
bool readParsed(JsonReader &reader, T &value) {
    std::string_view text;
    std::string buffer;
    if (!expect(reader, Token::String) || !reader.readString(text, buffer))
        return false;
    auto parsed = T::parse(text);
    if (!parsed)
        return reader.fail(parsed.error().message);
    value = *parsed;
    return true;
}

} // namespace

bool readStruct(JsonReader &reader, void *object, const StructInfo &info) {
    if (!expect(reader, Token::Object))
        return false;
    reader.beginObject();
    std::string_view key;
    size_t guess = 0; // encoders write members in the order of the table
    while (reader.nextMember(key)) {
        const size_t count = info.members.size();
        size_t tried = 0;
        while (tried < count && info.members[guess].name != key) {
            guess = guess + 1 < count ? guess + 1 : 0;
            ++tried;
        }
        if (tried == count) {
            reader.skip();
            continue;
        }
        const Member &member = info.members[guess];
        if (!takeNull(reader) && !member.ops->read(reader, static_cast<char *>(object) + member.offset))
            return failedIn(reader, member.name);
    }
    return reader.ok();
}

void writeStruct(std::string &out, const void *object, const StructInfo &info) {
    out += '{';
    if (!info.kind.empty()) {
        // The order in which Go's encoder writes a kind: kind, apiVersion, then the members.
        writeKey(out, "kind");
        json::appendString(out, info.kind);
        out += ',';
        writeKey(out, "apiVersion");
        json::appendString(out, info.apiVersion);
        out += ',';
    }
    for (const Member &member : info.members) {
        const void *value = static_cast<const char *>(object) + member.offset;
        if (member.omitEmpty && member.ops->empty(value))
            continue;
        writeKey(out, member.name);
        member.ops->write(out, value);
        out += ',';
    }
    if (out.back() == ',')
        out.back() = '}';
    else
        out += '}';
}

bool expectArray(JsonReader &reader) {
    return expect(reader, Token::Array) && reader.beginArray();
}

bool expectObject(JsonReader &reader) {
    return expect(reader, Token::Object) && reader.beginObject();
}

bool takeNull(JsonReader &reader) {
    return reader.peek() == Token::Null && reader.readNull();
}

bool failedIn(JsonReader &reader, size_t index) {
    reader.prependPath(fmt::format("[{}]", index));
    return false;
}

bool failedIn(JsonReader &reader, std::string_view key) {
    reader.prependPath(key);
    return false;
}

void writeKey(std::string &out, std::string_view key) {
    json::appendString(out, key);
    out += ':';
}

bool readValue(JsonReader &reader, std::string &value) {
    return expect(reader, Token::String) && reader.readString(value);
}

bool readValue(JsonReader &reader, bool &value) {
    return expect(reader, Token::Bool) && reader.readBool(value);
}

bool readValue(JsonReader &reader, int32_t &value) {
    return readInteger(reader, value);
}

bool readValue(JsonReader &reader, int64_t &value) {
    return readInteger(reader, value);
}

bool readValue(JsonReader &reader, double &value) {
    std::string_view text;
    if (!expect(reader, Token::Number) || !reader.readNumber(text))
        return false;
    const auto end = std::from_chars(text.begin(), text.end(), value);
    if (end.ec != std::errc() || end.ptr != text.end())
        return reader.fail(fmt::format("number {} is not a double", text));
    return true;
}

bool readValue(JsonReader &reader, Bytes &value) {
    std::string_view text;
    std::string buffer;
    if (!expect(reader, Token::String) || !reader.readString(text, buffer))
        return false;
    return json::decodeBase64(text, value) || reader.fail("not base64");
}

bool readValue(JsonReader &reader, Quantity &value) {
    if (reader.peek() != Token::Number)
        return readParsed(reader, value);
    std::string_view text;
    if (!reader.readNumber(text))
        return false;
    auto parsed = Quantity::parse(text);
    if (!parsed)
        return reader.fail(parsed.error().message);
    value = *parsed;
    return true;
}

bool readValue(JsonReader &reader, IntOrString &value) {
    if (reader.peek() == Token::Number) {
        int32_t number = 0;
        if (!readInteger(reader, number))
            return false;
        value = number;
        return true;
    }
    std::string text;
    if (!readValue(reader, text))
        return false;
    value = IntOrString(std::move(text));
    return true;
}

bool readValue(JsonReader &reader, Time &value) {
    return readParsed(reader, value);
}

bool readValue(JsonReader &reader, MicroTime &value) {
    return readParsed(reader, value);
}

bool readValue(JsonReader &reader, DurationText &value) {
    return readParsed(reader, value);
}

bool readValue(JsonReader &reader, RawJson &value) {
    std::string_view text;
    if (!reader.readRaw(text))
        return false;
    value.text.assign(text);
    return true;
}

void writeValue(std::string &out, const std::string &value) {
    json::appendString(out, value);
}

void writeValue(std::string &out, bool value) {
    out += value ? "true" : "false";
}

void writeValue(std::string &out, int32_t value) {
    json::appendInt(out, value);
}

void writeValue(std::string &out, int64_t value) {
    json::appendInt(out, value);
}

void writeValue(std::string &out, double value) {
    json::appendDouble(out, value);
}

void writeValue(std::string &out, const Bytes &value) {
    out += '"';
    json::appendBase64(out, value);
    out += '"';
}

void writeValue(std::string &out, const Quantity &value) {
    json::appendString(out, value.text());
}

void writeValue(std::string &out, const IntOrString &value) {
    value.isInt() ? json::appendInt(out, value.intValue()) : json::appendString(out, value.stringValue());
}

void writeValue(std::string &out, const Time &value) {
    value ? json::appendString(out, value.text()) : void(out += "null");
}

void writeValue(std::string &out, const MicroTime &value) {
    value ? json::appendString(out, value.text()) : void(out += "null");
}

void writeValue(std::string &out, const DurationText &value) {
    json::appendString(out, value.text());
}

void writeValue(std::string &out, const RawJson &value) {
    out += value.empty() ? "null" : value.text;
}

} // namespace coracle::api
