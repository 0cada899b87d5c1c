/// CEL expressions: parsing, checking, estimating, evaluating. The variables hold what objects hold.
#include "core/cel/cel.h"
#include "tests/fuzz/fuzz.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

using namespace coracle;
using namespace coracle::cel;
using fuzz::expect;

namespace {

struct Setting {
    boost::json::value document = boost::json::parse(
        R"({"name": "web", "replicas": 3, "ratio": 0.5, "ports": [80, 443], "labels": {"a.b/c": "d"}, "none": null,
            "nested": [{"k": [1, "2", 3.0]}, {"k": []}]})");
    std::vector<Variable> variables{{"self", dynType()},
                                    {"names", listType(stringType())},
                                    {"counts", mapType(stringType(), intType())},
                                    {"maybe", optionalType(intType())}};
    boost::json::value names = boost::json::parse(R"(["b", "a", "é"])");
    boost::json::value counts = boost::json::parse(R"({"x": 1, "y": -1})");
    std::vector<Value> values{Value::fromJson(document, *dynType()), Value::fromJson(names, *variables[1].type),
                              Value::fromJson(counts, *variables[2].type), Value::optional(Value::integer(5))};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const Setting setting;
    const std::string_view text = fuzz::asText(data, size);
    const auto program = Program::compile(text, setting.variables);
    if (!program) {
        expect(program.error().message.starts_with("ERROR: <input>:"), "what is wrong is said in the standard form");
        return 0;
    }
    expect(program->estimatedCost().min <= program->estimatedCost().max, "the estimate is a range");
    constexpr uint64_t kCost = 20'000;
    const Evaluation once = program->evaluate(setting.values, {.cost = kCost, .stop = {}});
    const Evaluation again = program->evaluate(setting.values, {.cost = kCost, .stop = {}});
    expect(once.cost == again.cost, "an evaluation costs the same again");
    expect(once.value.text() == again.value.text(), "an evaluation gives the same again");
    return 0;
}
