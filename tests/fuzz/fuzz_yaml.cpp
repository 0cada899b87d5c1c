/// YAML to JSON.
#include "core/api/codec.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    const auto json = api::yamlToJson(text);
    if (json)
        expect(api::parseJson(*json).has_value(), "the outcome is JSON");
    const auto documents = api::yamlDocumentsToJson(text);
    if (documents)
        for (const std::string &document : *documents)
            expect(api::parseJson(document).has_value(), "every document is JSON");
    return 0;
}
