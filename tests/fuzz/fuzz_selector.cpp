/// Label and field selectors.
#include "core/api/object.h"
#include "core/api/schema.h"
#include "core/api/selector.h"
#include "tests/fuzz/fuzz.h"

#include <map>

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

namespace {

void checkLabels(std::string_view text) {
    const auto selector = LabelSelector::parse(text);
    if (!selector)
        return;
    const auto again = LabelSelector::parse(selector->text());
    expect(again.has_value(), "the text of a label selector can be read");
    expect(again->text() == selector->text(), "the text of a label selector stays the same");
    expect(again->requirements().size() == selector->requirements().size(), "as many requirements");
    const std::map<std::string, std::string> labels{{"app", "web"}, {"level", "7"}, {"tier", ""}};
    expect(again->matchesMap(labels) == selector->matchesMap(labels), "the same labels match");
}

void checkFields(std::string_view text) {
    const auto selector = FieldSelector::parse(text);
    if (!selector)
        return;
    const auto again = FieldSelector::parse(selector->text());
    expect(again.has_value(), "the text of a field selector can be read");
    expect(again->text() == selector->text(), "the text of a field selector stays the same");
    static const ResourceInfo &pods = *findKind("v1", "Pod");
    static const ObjectPtr pod = *Object::parse(
        R"({"metadata":{"name":"a","namespace":"b"},"spec":{"nodeName":"n"},"status":{"phase":"Running"}})");
    expect(again->check(pods).has_value() == selector->check(pods).has_value(), "the same fields are known");
    if (selector->check(pods))
        expect(again->matches(pods, *pod) == selector->matches(pods, *pod), "the same objects match");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    checkLabels(fuzz::asText(data, size));
    checkFields(fuzz::asText(data, size));
    return 0;
}
