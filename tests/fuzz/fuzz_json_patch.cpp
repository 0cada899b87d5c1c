/// JSON patch: "document", a line "---", "patch".
#include "core/api/codec.h"
#include "core/api/json_patch.h"
#include "tests/fuzz/fuzz.h"

#include <boost/json/array.hpp>

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const auto [left, right] = fuzz::twoDocuments(fuzz::asText(data, size));
    const auto document = parseJson(left), patch = parseJson(right);
    if (!document || !patch)
        return 0;
    const auto patched = applyJsonPatch(*document, *patch);
    if (!patched)
        return 0;
    const boost::json::value isIt = boost::json::array{{{"op", "test"}, {"path", ""}, {"value", *patched}}};
    const auto same = applyJsonPatch(*patched, isIt);
    expect(same.has_value() && *same == *patched, "a test of the outcome holds");
    const boost::json::value replacement = boost::json::array{{{"op", "replace"}, {"path", ""}, {"value", *patched}}};
    const auto replaced = applyJsonPatch(*document, replacement);
    expect(replaced.has_value() && *replaced == *patched, "the outcome can replace the document");
    return 0;
}
