/// What creating objects costs inside the server, from the parsed request to the answer, without TLS and the network:
/// for profilers that count instructions. Runs with the standard admission plug-ins on a datastore in memory.
///
///     valgrind --tool=callgrind build/release/tests/bench/bench_create pods 2000
#include "tests/clusterd/apiserver/support/test_api.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>

using namespace coracle;

namespace {

struct Load {
    std::string_view name, target, body;
};

/// Those of bench_api.py.
const std::string kPayload(900, 'x');
const std::string kConfigMap =
    R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"map-"},"data":{"payload":")" + kPayload +
    R"("}})";
constexpr std::string_view kPod =
    R"({"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"program-","labels":{"app":"program","tier":"front"}},)"
    R"("spec":{"schedulerName":"nobody","containers":[{"name":"main","image":"registry.example.com/team/program:1.2.3",)"
    R"("ports":[{"name":"http","containerPort":8080}],"env":[{"name":"NAME_0","value":"value-0"},)"
    R"({"name":"NAME_1","value":"value-1"},{"name":"NAME_2","value":"value-2"}],"resources":{"requests":{"cpu":"100m",)"
    R"("memory":"64Mi"},"limits":{"memory":"128Mi"}},"readinessProbe":{"httpGet":{"path":"/healthz","port":"http"}},)"
    R"("livenessProbe":{"httpGet":{"path":"/healthz","port":"http"}}}]}})";
const Load kLoads[] = {{"configmaps", "/api/v1/namespaces/bench/configmaps", kConfigMap},
                       {"pods", "/api/v1/namespaces/bench/pods", kPod}};

} // namespace

int main(int count, char **words) {
    const std::string_view name = count > 1 ? words[1] : "configmaps";
    const int times = count > 2 ? std::atoi(words[2]) : 20000;
    const auto *load =
        std::find_if(std::begin(kLoads), std::end(kLoads), [&](const Load &l) { return l.name == name; });
    if (load == std::end(kLoads)) {
        fmt::print(stderr, "usage: bench_create [configmaps|pods] [times]\n");
        return 1;
    }
    test::TestApi api(test::TestApi::Options{.admission = true});
    api.request("POST", "/api/v1/namespaces", R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"bench"}})");
    api.request("POST", "/api/v1/namespaces/bench/serviceaccounts",
                R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}})");
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) {
        const test::Answer answer = api.request("POST", std::string(load->target), std::string(load->body),
                                                {{"Content-Type", "application/json"}});
        if (answer.code != 201) {
            fmt::print(stderr, "{}\n", answer.body);
            return 1;
        }
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    fmt::print("| create in process, {} | {:.1f} us |\n", name, took.count() / times);
}
