/// YAML to JSON, and back.
#include "core/api/codec.h"
#include "core/api/json_reader.h"
#include "core/api/utf8.h"
#include "core/api/yaml_writer.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

using namespace coracle;
using fuzz::expect;

namespace {

/// By its grammar: a number that no double can hold is refused later.
bool isJson(std::string_view text) {
    api::JsonReader reader(text);
    return reader.skip() && reader.finish();
}

/// A number without a fraction is read as an integer.
bool same(const boost::json::value &a, const boost::json::value &b) {
    if (a.is_number() && b.is_number())
        return a == b || a.to_number<double>() == b.to_number<double>();
    if (a.is_array() && b.is_array())
        return std::ranges::equal(a.get_array(), b.get_array(), same);
    if (!a.is_object() || !b.is_object())
        return a == b;
    return a.get_object().size() == b.get_object().size() &&
           std::ranges::all_of(a.get_object(), [&](const auto &member) {
               const auto *other = b.get_object().if_contains(member.key());
               return other && same(member.value(), *other);
           });
}

/// What is written reads the same, but for what is refused because it is too large.
void checkWriter(const std::string &json) {
    const auto before = api::parseJson(json);
    if (!before || !api::isUtf8(json))
        return; // a number that no double can hold, or what decoding of bodies mends
    const auto again = api::yamlToJson(api::jsonToYaml(json));
    const auto after = again ? api::parseJson(*again) : Result<boost::json::value>();
    if (again)
        expect(after && same(*after, *before), "what is written reads the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    const auto json = api::yamlToJson(text);
    if (json) {
        expect(isJson(*json), "the outcome is JSON");
        checkWriter(*json);
    }
    const auto documents = api::yamlDocumentsToJson(text);
    if (documents)
        for (const std::string &document : *documents)
            expect(isJson(document), "every document is JSON");
    return 0;
}
