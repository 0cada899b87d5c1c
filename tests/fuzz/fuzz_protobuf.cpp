/// Protobuf bodies. The first line names the kind ("v1 Pod"), the rest is the body.
#include "core/api/codec.h"
#include "core/api/protobuf.h"
#include "core/api/schema.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    const size_t end = text.find('\n');
    const std::string_view first = text.substr(0, end), body = end == text.npos ? text : text.substr(end + 1);
    const size_t space = first.find(' ');
    const TypeInfo *type =
        space == first.npos ? nullptr : findKindType(first.substr(0, space), first.substr(space + 1));
    const BodyType expected = type ? BodyType{*type, first.substr(0, space), first.substr(space + 1)}
                                   : BodyType{*findKindType("v1", "Pod"), "v1", "Pod"};
    const auto json = protobufToJson(body, expected);
    if (!json)
        return 0;
    const auto decoded = decodeBody(*json, expected, FieldValidation::Ignore);
    if (!decoded)
        return 0;
    const auto again = protobufToJson(encodeProtobuf(expected.type, decoded->object), expected);
    expect(again.has_value(), "what was encoded can be read");
    const auto second = decodeBody(*again, expected, FieldValidation::Strict);
    expect(second.has_value(), "what was encoded is a valid body");
    expect(second->object == decoded->object, "decode(encode(object)) = object");
    return 0;
}
