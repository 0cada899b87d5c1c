#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/plugin_registry.h"
#include "clusterd/scheduler/scheduler.h"
#include "core/api/types/core_v1.h"
#include "core/base/random.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <fstream>
#include <jemalloc/jemalloc.h>
#include <sys/wait.h>
#include <unistd.h>

/// How fast pods get nodes: decisions alone (the cache and the plug-ins, without any API), and with an API server in
/// memory around them, where pods are read from watches and bound. Every measurement has its own process.
using namespace coracle;

namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

struct Case {
    int nodes = 0, pods = 0;
    std::string kind; ///< plain, anti-affinity, spread, nowhere (larger than every node), or choosy (a long node
                      ///< affinity that fits nowhere)
    bool api = false;
    int parallelism = 16;
};

struct Figures {
    double podsPerSecond = 0, podsPerCpuSecond = 0, p50Ms = 0, p99Ms = 0, memoryMib = 0;
    int placed = 0;
};

double memoryMib() {
    ::mallctl(fmt::format("arena.{}.purge", MALLCTL_ARENAS_ALL).c_str(), nullptr, nullptr, nullptr, 0);
    std::ifstream file("/proc/self/smaps_rollup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("Pss:"))
            return std::stod(line.substr(4)) / 1024;
    return 0;
}

std::string nodeJson(int number) {
    const std::string name = fmt::format("node-{:05}", number);
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{0}","uid":"n-{0}","labels":{{)"
        R"("kubernetes.io/hostname":"{0}","topology.kubernetes.io/region":"r","topology.kubernetes.io/zone":"z{1}",)"
        R"("kubernetes.io/os":"linux","kubernetes.io/arch":"amd64"}}}},"spec":{{}},"status":{{"capacity":{{)"
        R"("cpu":"64","memory":"256Gi","pods":"500"}},"allocatable":{{"cpu":"64","memory":"256Gi","pods":"500"}},)"
        R"("conditions":[{{"type":"Ready","status":"True"}}],"images":[{{"names":["busybox:1"],"sizeBytes":4000000}}]}}}})",
        name, number % 3);
}

/// The pods of a mode belong to groups of replicas, so that their rules can hold: two of a group never share a node, or
/// a group is spread over zones.
std::string podJson(const Case &measured, int number) {
    const int perGroup = std::min(measured.nodes, 100);
    const std::string app = fmt::format("app-{}", number / perGroup);
    std::string rules;
    if (measured.kind == "anti-affinity")
        rules = fmt::format(R"(,"affinity":{{"podAntiAffinity":{{"requiredDuringSchedulingIgnoredDuringExecution":)"
                            R"([{{"labelSelector":{{"matchLabels":{{"app":"{}"}}}},"topologyKey":)"
                            R"("kubernetes.io/hostname"}}]}}}})",
                            app);
    if (measured.kind == "spread")
        rules =
            fmt::format(R"(,"topologySpreadConstraints":[{{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone",)"
                        R"("whenUnsatisfiable":"DoNotSchedule","labelSelector":{{"matchLabels":{{"app":"{0}"}}}}}},)"
                        R"({{"maxSkew":3,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":)"
                        R"("ScheduleAnyway","labelSelector":{{"matchLabels":{{"app":"{0}"}}}}}}])",
                        app);
    if (measured.kind == "choosy") {
        std::string terms;
        for (int i = 0; i < 10; ++i)
            terms += fmt::format(R"({0}{{"matchExpressions":[{{"key":"kubernetes.io/os","operator":"In","values":)"
                                 R"(["linux"]}},{{"key":"rack","operator":"In","values":["r{1}","r{2}"]}}]}})",
                                 i ? "," : "", i, i + 1);
        rules = fmt::format(R"(,"affinity":{{"nodeAffinity":{{"requiredDuringSchedulingIgnoredDuringExecution":)"
                            R"({{"nodeSelectorTerms":[{}]}}}}}})",
                            terms);
    }
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"pod-{0:06}","namespace":"default","uid":"p-{0:06}",)"
        R"("labels":{{"app":"{1}","pod-template-hash":"7c5ddbdf54"}},"ownerReferences":[{{"apiVersion":"apps/v1",)"
        R"("kind":"ReplicaSet","name":"{1}","uid":"o-{1}","controller":true,"blockOwnerDeletion":true}}]}},"spec":{{)"
        R"("schedulerName":"default-scheduler","containers":[{{"name":"main","image":"busybox:1","resources":)"
        R"({{"requests":{{"cpu":"{3}","memory":"128Mi"}}}}}}],"tolerations":[{{"key":"node.kubernetes.io/not-ready",)"
        R"("operator":"Exists","effect":"NoExecute","tolerationSeconds":300}},{{"key":)"
        R"("node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}}]{2}}},)"
        R"("status":{{"phase":"Pending"}}}})",
        number, app, rules, measured.kind == "nowhere" ? "65" : "100m");
}

/// What this thread has worked: other programs on the machine don't change it.
double cpuSeconds() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

struct Begin {
    steady_clock::time_point time = steady_clock::now();
    double cpu = cpuSeconds();
};

Figures summarize(std::vector<double> &cycles, const Begin &begin, int placed) {
    Figures figures;
    figures.placed = placed;
    figures.podsPerSecond = placed / std::chrono::duration<double>(steady_clock::now() - begin.time).count();
    figures.podsPerCpuSecond = placed / (cpuSeconds() - begin.cpu);
    if (cycles.empty())
        return figures;
    std::sort(cycles.begin(), cycles.end());
    figures.p50Ms = cycles[cycles.size() / 2];
    figures.p99Ms = cycles[cycles.size() * 99 / 100];
    return figures;
}

[[noreturn]] void fail(const std::string &what) {
    fmt::print(stderr, "{}\n", what);
    std::_Exit(1);
}

template<class T>
T must(Result<T> result) {
    if (!result)
        fail(result.error().message);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

/// The algorithm on a cache; pods count at once, as assumed ones do.
Figures measureAlgorithm(const Case &measured) {
    test::TestApi api;
    Gate gate(api.context().get_executor());
    scheduler::Informers informers(api.client(), systemClock(), [](const scheduler::ClusterChange &) {});
    scheduler::Cache cache;
    scheduler::Nominations nominations;
    scheduler::WaitingPods waiting(gate, systemClock());
    client::EventRecorder events(api.client(), systemClock(), gate, "default-scheduler");
    scheduler::Framework framework;
    must(scheduler::addDefaultPlugins(framework, {api.client(), systemClock(), systemRandom(), gate, informers, cache,
                                                  nominations, waiting, events, framework, [](std::string_view) {}}));
    scheduler::Algorithm algorithm(cache, nominations, systemRandom(), systemClock(), size_t(measured.parallelism));
    for (int i = 0; i < measured.nodes; ++i)
        must(cache.setNode(must(api::Object::parse(nodeJson(i)))));
    std::vector<scheduler::PodInfoPtr> pods;
    for (int i = 0; i < measured.pods; ++i)
        pods.push_back(must(scheduler::PodInfo::parse(must(api::Object::parse(podJson(measured, i))))));
    std::vector<double> cycles;
    int placed = 0;
    const Begin begin;
    for (const auto &pod : pods) {
        const auto before = steady_clock::now();
        scheduler::CycleState state;
        const auto choice = algorithm.choose(framework, state, *pod);
        if (choice.node) {
            cache.assume(pod, choice.node->name());
            ++placed;
        }
        cycles.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - before).count());
    }
    Figures figures = summarize(cycles, begin, measured.pods);
    figures.placed = placed;
    figures.memoryMib = memoryMib();
    bool closed = false;
    asio::co_spawn(api.context(), gate.close(), [&](std::exception_ptr) { closed = true; });
    api.runUntil([&] { return closed; });
    return figures;
}

Task<int> createAll(client::Client *client, Case measured, bool nodes) {
    const int count = nodes ? measured.nodes : measured.pods;
    for (int i = 0; i < count; ++i) {
        const std::string body = nodes ? nodeJson(i) : podJson(measured, i);
        const std::string space = nodes ? "" : "default";
        const auto &resource = nodes ? corev1::Node::resource() : corev1::Pod::resource();
        auto made = co_await client->create(resource, space, body);
        if (!made)
            fail(made.error().message);
    }
    co_return count;
}

Figures measureWithApi(const Case &measured) {
    test::TestApi api;
    // Many at a time share one transaction.
    auto createIn = [&](bool nodes) {
        int done = 0;
        constexpr int kTasks = 1;
        for (int task = 0; task < kTasks; ++task)
            asio::co_spawn(api.context(), createAll(&api.client(), measured, nodes),
                           [&](std::exception_ptr, int) { ++done; });
        while (done < kTasks) {
            api.context().restart();
            api.context().run_one();
        }
    };
    createIn(true);
    createIn(false);
    scheduler::SchedulerConfiguration configuration;
    configuration.parallelism = size_t(measured.parallelism);
    scheduler::Scheduler scheduler(api.client(), systemClock(), systemRandom(), api.context().get_executor(),
                                   std::move(configuration));
    const Begin begin;
    scheduler.start();
    auto bound = [&] {
        int count = 0;
        for (const auto *node : scheduler.cache().nodes())
            for (const auto *placed : node->pods())
                count += !placed->assumed;
        return count;
    };
    auto next = begin.time;
    int done = 0;
    while (done < measured.pods && steady_clock::now() - begin.time < std::chrono::minutes(10)) {
        api.context().restart();
        api.context().run_one_for(std::chrono::milliseconds(10));
        if (steady_clock::now() >= next) {
            next = steady_clock::now() + std::chrono::milliseconds(20);
            done = scheduler.cache().podCount() < static_cast<size_t>(measured.pods) ? 0 : bound();
        }
    }
    std::vector<double> none;
    Figures figures = summarize(none, begin, done);
    bool closed = false;
    auto stop = [](scheduler::Scheduler *running, bool *ended) -> Task<> {
        co_await running->stop();
        *ended = true;
    };
    asio::co_spawn(api.context(), stop(&scheduler, &closed), asio::detached);
    fmt::print("{:>6} {:>6} {:<14} {:<9} {:>9.0f} {:>9.0f} {:>8} {:>8} {:>9.1f} {:>7}\n", measured.nodes, measured.pods,
               measured.kind, "api", figures.podsPerSecond, figures.podsPerCpuSecond, "", "", memoryMib(),
               figures.placed);
    api.runUntil([&] { return closed; });
    return figures;
}

void measure(const Case &measured) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (measured.api) {
            measureWithApi(measured);
        } else {
            const Figures figures = measureAlgorithm(measured);
            fmt::print("{:>6} {:>6} {:<14} {:<9} {:>9.0f} {:>9.0f} {:>8.3f} {:>8.3f} {:>9.1f} {:>7}\n", measured.nodes,
                       measured.pods, measured.kind, "algorithm", figures.podsPerSecond, figures.podsPerCpuSecond,
                       figures.p50Ms, figures.p99Ms, figures.memoryMib, figures.placed);
        }
        std::fflush(stdout);
        std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
}

} // namespace

int main(int argc, char **argv) {
    CLI::App app("How fast pods get nodes");
    std::vector<int> nodes{100, 1000, 5000}, pods{1000, 5000, 30000}, parallelism{16};
    std::vector<std::string> kinds{"plain", "anti-affinity", "spread"}, ways{"algorithm", "api"};
    app.add_option("--nodes", nodes, "numbers of nodes")->delimiter(',')->capture_default_str();
    app.add_option("--pods", pods, "numbers of pods")->delimiter(',')->capture_default_str();
    app.add_option("--kinds", kinds, "plain, anti-affinity, spread, nowhere and choosy (fit no node; alone only)")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--ways", ways, "algorithm (alone), api (with an API server in memory)")->delimiter(',');
    app.add_option("--parallelism", parallelism, "threads that filter at most, one after the other to compare")
        ->delimiter(',')
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    fmt::print("{:>6} {:>6} {:<14} {:<9} {:>9} {:>9} {:>8} {:>8} {:>9} {:>7}\n", "nodes", "pods", "kind", "way",
               "pods/s", "per CPU s", "p50 ms", "p99 ms", "Pss MiB", "placed");
    std::fflush(stdout);
    for (const std::string &way : ways)
        for (const std::string &kind : kinds)
            for (const int nodeCount : nodes)
                for (const int podCount : pods)
                    for (const int threads : parallelism)
                        measure({nodeCount, podCount, kind, way == "api", threads});
    return 0;
}
