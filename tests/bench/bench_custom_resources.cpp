#include "clusterd/apiserver/apiextensions/custom_kind.h"
#include "core/api/canonical_json.h"

#include <benchmark/benchmark.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

/// What a custom resource of 50 fields costs on its way in, without the server around it: decoding, pruning and
/// defaulting, and validation; and what compiling its definition costs.
namespace {

using namespace coracle;
using namespace coracle::apiserver;
namespace json = boost::json;

constexpr int kFields = 50;

/// Nobody has services here.
class NoObjects final : public Reader {
public:
    api::ObjectPtr get(const api::ResourceInfo &, std::string_view, std::string_view) const override { return nullptr; }
    std::vector<api::ObjectPtr> list(const api::ResourceInfo &, std::string_view) const override { return {}; }
    int64_t revision(const api::ResourceInfo &) const override { return 0; }
};

json::object definition() {
    json::object properties;
    for (int i = 0; i < kFields; ++i) {
        json::object text{{"type", "string"}, {"maxLength", 64}, {"pattern", "^[a-z0-9-]+$"}};
        json::object number{{"type", "integer"}, {"minimum", 0}, {"maximum", 1000}, {"default", 7}};
        properties[fmt::format("field{}", i)] = i % 2 ? number : text;
    }
    json::object spec{{"type", "object"}, {"properties", properties}, {"required", json::array{"field0"}}};
    json::object schema{{"type", "object"}, {"properties", json::object{{"spec", spec}}}};
    json::object version{
        {"name", "v1"}, {"served", true}, {"storage", true}, {"schema", json::object{{"openAPIV3Schema", schema}}}};
    json::object names{{"plural", "things"}, {"singular", "thing"}, {"kind", "Thing"}, {"listKind", "ThingList"}};
    return {{"metadata", json::object{{"name", "things.example.com"}}},
            {"spec", json::object{{"group", "example.com"},
                                  {"scope", "Namespaced"},
                                  {"names", names},
                                  {"versions", json::array{version}}}},
            {"status", json::object{{"acceptedNames", names}}}};
}

std::string body() {
    json::object spec;
    for (int i = 0; i < kFields; i += 2)
        spec[fmt::format("field{}", i)] = fmt::format("some-value-{}", i);
    return api::json::canonicalText(json::object{{"apiVersion", "example.com/v1"},
                                                 {"kind", "Thing"},
                                                 {"metadata", json::object{{"name", "a"}, {"namespace", "default"}}},
                                                 {"spec", spec}});
}

const NoObjects kNoObjects;

void compileDefinition(benchmark::State &state) {
    const json::object object = definition();
    for (auto _ : state)
        benchmark::DoNotOptimize(CustomKind::create(object, kNoObjects));
}
BENCHMARK(compileDefinition);

void decodeObject(benchmark::State &state) {
    const auto kind = CustomKind::create(definition(), kNoObjects).value();
    const auto resource = kind->resources().front();
    const std::string text = body();
    for (auto _ : state) {
        RequestScope scope{.resource = *resource};
        benchmark::DoNotOptimize(kind->decode(scope, std::string_view(text)));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decodeObject);

void validateObject(benchmark::State &state) {
    const auto kind = CustomKind::create(definition(), kNoObjects).value();
    const auto resource = kind->resources().front();
    RequestScope scope{.resource = *resource};
    const json::object object = kind->decode(scope, std::string_view(body())).value();
    for (auto _ : state) {
        std::vector<StatusCause> causes;
        kind->strategy().validate({*resource, "", "default"}, object, causes);
        benchmark::DoNotOptimize(causes);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(validateObject);

} // namespace

BENCHMARK_MAIN();
