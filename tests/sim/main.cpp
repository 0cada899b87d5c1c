#include "core/base/log.h"
#include "tests/sim/simulation.h"

#include <CLI/CLI.hpp>
#include <exception>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::sim;

namespace {

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// False when the seed fails.
bool runSeed(const SimulationOptions &options, bool twice) {
    SimulationResult result;
    try {
        result = Simulation(options).run();
        if (twice) {
            const SimulationResult again = Simulation(options).run();
            if (again.traceHash != result.traceHash)
                result.failures.push_back(
                    fmt::format("the second run differs: {} lines, hash {:016x}", again.traceLines, again.traceHash));
        }
    } catch (const std::exception &e) {
        result.failures = {e.what()};
    }
    fmt::print(
        "seed {}: {}, hash {:016x}, {} writes, {} calls, {} faults, {:.0f} s of virtual time, at rest after {:.0f} s\n",
        options.seed, result.failures.empty() ? "passed" : "FAILED", result.traceHash, result.traceLines, result.calls,
        result.faults, seconds(result.virtualTime), seconds(result.rest));
    for (const std::string &failure : result.failures)
        fmt::print("    {}\n", failure);
    if (!result.failures.empty())
        fmt::print("replay: tests/sim/sim --seed {} --nodes {} --planes {} --operations {} --trace trace.txt\n",
                   options.seed, options.nodes, options.controlPlanes, options.operations);
    std::fflush(stdout);
    return result.failures.empty();
}

} // namespace

int main(int argc, char **argv) {
    SimulationOptions options;
    int count = 1;
    bool twice = false, verbose = false;
    std::string trace;
    CLI::App app("A whole cluster in one thread, from a seed, under faults");
    app.add_option("--seed", options.seed, "the first seed");
    app.add_option("--count", count, "how many seeds, one after the other");
    app.add_option("--nodes", options.nodes, "machines")->check(CLI::Range(2, 150));
    app.add_option("--planes", options.controlPlanes, "sets of controllers and scheduler")->check(CLI::Range(1, 5));
    app.add_option("--operations", options.operations, "what people do while things go wrong");
    app.add_option("--trace", trace, "a file for all that happens");
    app.add_flag("--twice", twice, "run each seed twice and compare");
    app.add_flag("--verbose", verbose, "show the parts' log");
    CLI11_PARSE(app, argc, argv);
    log::configure(verbose ? log::Level::Info : log::Level::Error, log::Format::Text);
    if (!trace.empty())
        options.trace = std::fopen(trace.c_str(), "w");
    int failed = 0;
    for (int i = 0; i < count; ++i, ++options.seed)
        failed += runSeed(options, twice) ? 0 : 1;
    if (options.trace)
        std::fclose(options.trace);
    if (count > 1)
        fmt::print("{} of {} seeds failed\n", failed, count);
    return failed == 0 ? 0 : 1;
}
