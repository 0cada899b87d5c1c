/// Server-side apply: "configuration of one manager", a line "---", "configuration of another".
#include "core/api/codec.h"
#include "core/api/json_access.h"
#include "core/api/managed_fields.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kinds.h"

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

namespace {

FieldWriter writerNamed(std::string manager, const ResourceInfo &resource) {
    return {resource.type, std::move(manager), std::string(resource.apiVersion), "",
            Stamp::Point(std::chrono::seconds(1'700'000'000))};
}

/// Applies, and once more, which must change nothing.
Result<boost::json::object> applyTwice(const FieldWriter &writer, const boost::json::object &live,
                                       const boost::json::object &configuration, Conflicts conflicts) {
    auto once = applyConfiguration(writer, live, configuration, conflicts);
    if (!once)
        return once;
    const auto twice = applyConfiguration(writer, *once, configuration, Conflicts::Refuse);
    expect(twice.has_value(), "the same can be applied again");
    expect(*twice == *once, "apply is idempotent");
    return once;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const auto [left, right] = fuzz::twoDocuments(fuzz::asText(data, size));
    const ResourceInfo &resource = fuzz::resourceNamedIn(left);
    const auto first = parseJson(left), second = parseJson(right);
    if (!first || !first->is_object())
        return 0;
    const auto live = applyTwice(writerNamed("first", resource), {}, first->get_object(), Conflicts::Refuse);
    if (!live || !second || !second->is_object())
        return 0;
    const auto forced = applyTwice(writerNamed("second", resource), *live, second->get_object(), Conflicts::Force);
    if (!forced) {
        expect(forced.error().code != 409, "force knows no conflicts");
        return 0;
    }
    boost::json::object updated = *forced;
    trackUpdate(writerNamed("third", resource), &*live, updated);
    const auto again =
        applyConfiguration(writerNamed("first", resource), updated, first->get_object(), Conflicts::Force);
    expect(again.has_value(), "the first one can be applied again");
    return 0;
}
