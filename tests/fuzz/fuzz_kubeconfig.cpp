/// Kubeconfig files.
#include "core/api/utf8.h"
#include "core/config/kubeconfig.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view yaml = fuzz::asText(data, size);
    const auto parsed = config::Kubeconfig::parse(yaml);
    if (!parsed)
        return 0;
    const std::string text = parsed->text();
    const auto again = config::Kubeconfig::parse(text);
    expect(again.has_value(), "what was written can be read");
    expect(again->text() == text, "text(parse(text)) = text");
    if (!api::isUtf8(yaml))
        return 0; // YAML has no other text
    expect(again->clusters.size() == parsed->clusters.size() && again->users.size() == parsed->users.size() &&
               again->contexts.size() == parsed->contexts.size() && again->currentContext == parsed->currentContext,
           "nothing is lost");
    return 0;
}
