/// Strategic merge patch: "document", a line "---", "patch".
#include "core/api/codec.h"
#include "core/api/strategic_merge_patch.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kinds.h"

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const auto [left, right] = fuzz::twoDocuments(fuzz::asText(data, size));
    const ResourceInfo &resource = fuzz::resourceNamedIn(left);
    const auto document = parseJson(left), patch = parseJson(right);
    if (!document || !document->is_object() || !patch || !patch->is_object())
        return 0;
    const boost::json::value before = *document;
    const auto patched = applyStrategicMergePatch(*resource.type, document->get_object(), patch->get_object());
    expect(*document == before, "the document stays as it is");
    if (!patched)
        return 0;
    const auto same = applyStrategicMergePatch(*resource.type, *patched, {});
    expect(same.has_value() && *same == *patched, "an empty patch changes nothing");
    const BodyType expected{*resource.type, resource.apiVersion, resource.kind};
    const auto decoded = decodeBody(*patched, expected, FieldValidation::Ignore);
    expect(!decoded || decoded->object.contains("kind"), "the outcome can be decoded or is refused");
    return 0;
}
