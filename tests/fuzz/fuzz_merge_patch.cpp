/// Merge patch: "document", a line "---", "patch".
#include "core/api/codec.h"
#include "core/api/merge_patch.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const auto [left, right] = fuzz::twoDocuments(fuzz::asText(data, size));
    auto document = parseJson(left);
    const auto patch = parseJson(right);
    if (!document || !patch)
        return 0;
    applyMergePatch(*document, *patch);
    const boost::json::value once = *document;
    applyMergePatch(*document, *patch);
    expect(*document == once, "a merge patch is idempotent");
    return 0;
}
