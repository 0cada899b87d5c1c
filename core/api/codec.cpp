#include "core/api/codec.h"

#include "core/api/body_reader.h"
#include "core/api/json_access.h"
#include "core/api/json_reader.h"
#include "core/api/utf8.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::api {
namespace {

namespace bj = boost::json;
using Token = JsonReader::Token;

/// The beginning of a body that could not be read, as kube-apiserver shows it.
std::string summary(std::string_view body) {
    constexpr size_t kLengthMax = 30;
    if (body.empty())
        return "<empty>";
    const std::string_view shown = body.substr(0, kLengthMax);
    std::string text;
    if (body.front() == '{') {
        text = shown;
    } else {
        for (const char c : shown)
            text += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return body.size() > kLengthMax ? text + " ..." : text;
}

struct TypeMeta {
    std::string apiVersion, kind;
};

/// First pass: checks the syntax of the whole text and finds what it claims to be.
bool readTypeMeta(JsonReader &reader, TypeMeta &meta) {
    if (reader.peek() == Token::Null)
        return reader.readNull() && reader.finish();
    if (reader.peek() != Token::Object)
        return reader.skip() && reader.finish() &&
               reader.fail("json: cannot unmarshal a value that is no object into Go value of type struct "
                           "{ APIVersion string; Kind string }");
    reader.beginObject();
    std::string_view key;
    while (reader.nextMember(key)) {
        std::string *target = key == "apiVersion" ? &meta.apiVersion : key == "kind" ? &meta.kind : nullptr;
        const std::string_view name = target == &meta.kind ? "kind" : "apiVersion";
        const Token token = reader.peek();
        if (!target || token == Token::Null)
            reader.skip();
        else if (token == Token::String)
            reader.readString(*target);
        else if (reader.ok())
            reader.fail(fmt::format("json: cannot unmarshal into Go struct field .{} of type string", name));
    }
    return reader.finish();
}

/// "apps/v1" -> "v1".
std::string_view versionOf(std::string_view apiVersion) {
    const size_t slash = apiVersion.find('/');
    return slash == std::string_view::npos ? apiVersion : apiVersion.substr(slash + 1);
}

Failure cannotBeHandled(const TypeMeta &meta, const BodyType &expected, std::string_view why) {
    return errors::badRequest(fmt::format("{} in version \"{}\" cannot be handled as a {}: {}", meta.kind,
                                          versionOf(meta.apiVersion), expected.kind, why));
}

Result<> checkTypeMeta(TypeMeta &meta, const BodyType &expected) {
    if (meta.apiVersion.empty())
        meta.apiVersion = expected.apiVersion;
    if (meta.kind.empty())
        meta.kind = expected.kind;
    if (meta.kind == expected.kind && (expected.apiVersion.empty() || meta.apiVersion == expected.apiVersion))
        return {};
    if (!findKindType(meta.apiVersion, meta.kind))
        return cannotBeHandled(
            meta, expected, fmt::format("no kind \"{}\" is registered for version \"{}\"", meta.kind, meta.apiVersion));
    if (meta.kind != expected.kind)
        return cannotBeHandled(meta, expected,
                               fmt::format("converting ({}.{}) to ({}.{}): unknown conversion",
                                           versionOf(meta.apiVersion), meta.kind, versionOf(expected.apiVersion),
                                           expected.kind));
    return errors::badRequest(
        fmt::format("the API version in the data ({}) does not match the expected API version ({})", meta.apiVersion,
                    expected.apiVersion));
}

std::string joined(const std::vector<std::string> &texts) {
    return fmt::format("{}", fmt::join(texts, ", "));
}

} // namespace

Result<DecodedBody> decodeBody(std::string_view json, const BodyType &expected, FieldValidation validation,
                               bj::storage_ptr storage) {
    std::string repaired;
    if (!isUtf8(json))
        json = repaired = replaceInvalidUtf8(json);
    TypeMeta meta;
    if (JsonReader first(json); !readTypeMeta(first, meta))
        return errors::badRequest(
            fmt::format("the object provided is unrecognized (must be of type {}): couldn't get version/kind; "
                        "json parse error: {} ({})",
                        expected.kind, first.error(), summary(json)));
    CHECK(checkTypeMeta(meta, expected));

    DecodedBody body{bj::object(storage), {}};
    const bool null = JsonReader(json).peek() == Token::Null; // as in Go, an empty object
    JsonReader reader(null ? "{}" : json);
    BodyReader decoder(reader, storage, validation != FieldValidation::Ignore);
    if (!decoder.readObject(expected.type, body.object))
        return cannotBeHandled(meta, expected, reader.error());
    if (validation == FieldValidation::Strict && !decoder.strictErrors().empty())
        return cannotBeHandled(meta, expected, "strict decoding error: " + joined(decoder.strictErrors()));
    body.warnings = decoder.strictErrors();
    if (expected.type.field("kind") && expected.type.field("apiVersion")) {
        body.object["kind"] = meta.kind;
        body.object["apiVersion"] = meta.apiVersion;
    }
    return body;
}

Result<DecodedBody> decodeBody(const bj::object &object, const BodyType &expected, FieldValidation validation,
                               bj::storage_ptr storage) {
    return decodeBody(std::string_view(bj::serialize(object)), expected, validation, std::move(storage));
}

Result<bj::object> decodeObject(std::string_view json, const TypeInfo &type, bj::storage_ptr storage) {
    bj::object object(storage);
    JsonReader reader(json);
    BodyReader decoder(reader, storage, false);
    if (!decoder.readObject(type, object) || !reader.finish())
        return errors::internal(fmt::format("a stored {} cannot be read: {}", type.name, reader.error()));
    return object;
}

Result<bj::value> parseJson(std::string_view json, bj::storage_ptr storage) {
    std::string repaired;
    if (!isUtf8(json))
        json = repaired = replaceInvalidUtf8(json);
    JsonReader reader(json);
    if (!reader.skip() || !reader.finish())
        return errors::badRequest(reader.error());
    bj::parse_options options;
    options.max_depth = JsonReader::kDepthMax;
    boost::system::error_code error;
    bj::value value = bj::parse(json, error, std::move(storage), options);
    if (error)
        return errors::badRequest(error.message());
    if (!json::isFinite(value))
        return errors::badRequest("json: cannot unmarshal number into Go value of type float64: value out of range");
    return value;
}

} // namespace coracle::api
