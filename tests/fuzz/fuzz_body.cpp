/// Request bodies: JSON to the canonical form and back, by way of protobuf too.
#include "core/api/codec.h"
#include "core/api/defaults.h"
#include "core/api/protobuf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kinds.h"

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    const ResourceInfo &resource = fuzz::resourceNamedIn(text);
    const BodyType expected{*resource.type, resource.apiVersion, resource.kind};
    const auto lenient = decodeBody(text, expected, FieldValidation::Ignore);
    const auto strict = decodeBody(text, expected, FieldValidation::Strict);
    expect(lenient.has_value() || !strict.has_value(), "Ignore takes what Strict takes");
    if (!lenient)
        return 0;

    const std::string wire = encodeObject(*resource.type, lenient->object);
    const auto again = decodeBody(wire, expected, FieldValidation::Strict);
    expect(again.has_value(), "the canonical form is valid");
    expect(again->object == lenient->object, "decode(encode(object)) = object");
    expect(encodeObject(*resource.type, again->object) == wire, "encode(decode(text)) = text");

    const auto json = protobufToJson(encodeProtobuf(*resource.type, lenient->object), expected);
    expect(json.has_value(), "the protobuf form is valid");
    const auto viaProtobuf = decodeBody(*json, expected, FieldValidation::Strict);
    expect(viaProtobuf.has_value(), "the protobuf form is a valid body");
    expect(encodeObject(*resource.type, viaProtobuf->object) == wire, "protobuf loses nothing");

    boost::json::object defaulted = lenient->object;
    applyDefaults(resource, defaulted);
    boost::json::object twice = defaulted;
    applyDefaults(resource, twice);
    expect(defaulted == twice, "defaulting is idempotent");
    return 0;
}
