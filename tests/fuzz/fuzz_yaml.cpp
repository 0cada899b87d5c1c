/// YAML to JSON.
#include "core/api/codec.h"
#include "core/api/json_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using fuzz::expect;

namespace {

/// By its grammar: a number that no double can hold is refused later.
bool isJson(std::string_view text) {
    api::JsonReader reader(text);
    return reader.skip() && reader.finish();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    const auto json = api::yamlToJson(text);
    if (json)
        expect(isJson(*json), "the outcome is JSON");
    const auto documents = api::yamlDocumentsToJson(text);
    if (documents)
        for (const std::string &document : *documents)
            expect(isJson(document), "every document is JSON");
    return 0;
}
