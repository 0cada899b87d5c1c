#include "core/api/codec.h"
#include "core/api/managed_fields.h"
#include "core/api/schema.h"

#include <benchmark/benchmark.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

/// Server-side applies of a Deployment with three containers, and updates of it, without the server around them: what
/// they cost and how many a core does in a second.
namespace {

using namespace coracle;
using namespace coracle::api;
namespace json = boost::json;

FieldWriter writer(const char *manager, int at) {
    return {.type = findType("apps/v1", "Deployment"),
            .manager = manager,
            .apiVersion = "apps/v1",
            .subresource = "",
            .now = Stamp::Point(std::chrono::seconds(1'700'000'000 + at)),
            .kind = "Deployment",
            .ownable = FieldFilter::excluding({"status"}),
            .inVersion = {}};
}

std::string container(int number, std::string_view image) {
    std::string env;
    for (int i = 0; i < 8; ++i)
        env += fmt::format(R"({}{{"name":"VARIABLE_{}","value":"value {}"}})", i ? "," : "", i, i);
    return fmt::format(
        R"({{"name":"c{0}","image":"registry.example.com/team/app-{0}:{1}","args":["--verbose","--port=80{0}"],)"
        R"("env":[{2}],"ports":[{{"name":"http","containerPort":80{0}}},{{"name":"metrics","containerPort":90{0}}}],)"
        R"("resources":{{"requests":{{"cpu":"100m","memory":"64Mi"}},"limits":{{"cpu":"1","memory":"128Mi"}}}},)"
        R"("readinessProbe":{{"httpGet":{{"path":"/ready","port":"http"}},"periodSeconds":5}},)"
        R"("volumeMounts":[{{"name":"config","mountPath":"/etc/app"}},{{"name":"data","mountPath":"/data"}}]}})",
        number, image, env);
}

json::object deployment(int replicas, std::string_view image) {
    const std::string text = fmt::format(
        R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"web","namespace":"default",)"
        R"("labels":{{"app":"web","team":"a"}},"annotations":{{"example.com/owner":"team-a"}}}},)"
        R"("spec":{{"replicas":{},"selector":{{"matchLabels":{{"app":"web"}}}},"template":{{"metadata":{{"labels":{{)"
        R"("app":"web"}}}},"spec":{{"containers":[{},{},{}],"volumes":[{{"name":"config","configMap":{{"name":"web"}}}},)"
        R"({{"name":"data","emptyDir":{{}}}}]}}}}}}}})",
        replicas, container(0, image), container(1, image), container(2, image));
    return json::parse(text).as_object();
}

/// As the server has it: applied, decoded, and with the status that a controller wrote.
json::object live() {
    const TypeInfo *type = findType("apps/v1", "Deployment");
    auto object = applyConfiguration(writer("applier", 0), {}, deployment(3, "1.0"), Conflicts::Refuse).value();
    object = decodeBody(object, {*type, "apps/v1", "Deployment"}, FieldValidation::Ignore).value().object;
    json::object fresh = object;
    fresh["status"] = json::parse(R"({"replicas":3,"readyReplicas":3,"conditions":[{"type":"Available","status":"True",
        "lastTransitionTime":"2026-01-01T00:00:00Z","reason":"r","message":"m"}]})");
    FieldWriter controller = writer("kube-controller-manager", 1);
    controller.subresource = "status";
    controller.ownable = FieldFilter::excluding({"spec"});
    trackUpdate(controller, &object, fresh);
    return fresh;
}

void applyAgain(benchmark::State &state) {
    const json::object object = live(), same = deployment(3, "1.0");
    for (auto _ : state)
        benchmark::DoNotOptimize(applyConfiguration(writer("applier", 2), object, same, Conflicts::Refuse));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(applyAgain);

void applyChange(benchmark::State &state) {
    const json::object object = live(), changed = deployment(5, "2.0");
    for (auto _ : state)
        benchmark::DoNotOptimize(applyConfiguration(writer("applier", 2), object, changed, Conflicts::Refuse));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(applyChange);

void applyAndPrune(benchmark::State &state) {
    const json::object object = live();
    json::object less = deployment(3, "1.0");
    less["spec"].as_object()["template"].as_object()["spec"].as_object()["containers"].as_array().pop_back();
    for (auto _ : state)
        benchmark::DoNotOptimize(applyConfiguration(writer("applier", 2), object, less, Conflicts::Refuse));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(applyAndPrune);

/// What a controller's status update costs on top of the write.
void trackStatus(benchmark::State &state) {
    const json::object object = live();
    json::object changed = object;
    changed["status"].as_object()["readyReplicas"] = 2;
    FieldWriter controller = writer("kube-controller-manager", 3);
    controller.subresource = "status";
    controller.ownable = FieldFilter::excluding({"spec"});
    for (auto _ : state) {
        state.PauseTiming();
        json::object fresh = changed;
        state.ResumeTiming();
        trackUpdate(controller, &object, fresh);
        benchmark::DoNotOptimize(fresh);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(trackStatus);

void trackCreate(benchmark::State &state) {
    const json::object object = deployment(3, "1.0");
    for (auto _ : state) {
        json::object fresh = object;
        trackUpdate(writer("creator", 0), nullptr, fresh);
        benchmark::DoNotOptimize(fresh);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(trackCreate);

} // namespace

BENCHMARK_MAIN();
