/// Objects as structs: from the canonical form and back without a loss.
#include "core/api/codec.h"
#include "core/api/typed.h"
#include "core/api/types/apps_v1.h"
#include "core/api/types/core_v1.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

namespace {

template<class T>
void check(std::string_view text) {
    const ResourceInfo &resource = T::resource();
    const BodyType expected{*resource.type, resource.apiVersion, resource.kind};
    (void)decode<T>(text);
    const auto body = decodeBody(text, expected, FieldValidation::Ignore);
    if (!body)
        return;
    const auto object = decode<T>(encodeObject(*resource.type, body->object));
    expect(object.has_value(), "the canonical form becomes a struct");
    const std::string written = encode(*object);
    const auto again = decodeBody(written, expected, FieldValidation::Strict);
    expect(again.has_value(), "what a struct becomes is a valid body");
    const auto second = decode<T>(written);
    expect(second.has_value() && encode(*second) == written, "encode(decode(text)) = text");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    check<corev1::Pod>(text);
    check<corev1::Service>(text);
    check<corev1::Secret>(text);
    check<appsv1::Deployment>(text);
    return 0;
}
