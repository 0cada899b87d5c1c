/// Request targets.
#include "core/http/message.h"
#include "tests/fuzz/fuzz.h"

#include <string>

using namespace coracle;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const auto target = http::Target::parse(fuzz::asText(data, size));
    if (!target)
        return 0;
    expect(target->path.starts_with('/'), "a path starts with a slash");
    std::string text;
    for (const std::string &segment : target->segments)
        text += "/" + http::percentEncode(segment);
    text += text.empty() ? "/?" : "?";
    for (const auto &[name, value] : target->query)
        text += http::percentEncode(name) + "=" + http::percentEncode(value) + "&";
    const auto again = http::Target::parse(text);
    expect(again.has_value(), "what was encoded can be read");
    expect(again->segments == target->segments, "the same segments");
    expect(again->query == target->query, "the same query");
    return 0;
}
