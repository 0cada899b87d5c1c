#include "clusterd/cluster/server.h"
#include "clusterd/appliance/program_choice.h"
#include "clusterd/cli/arguments.h"
#include "clusterd/cli/command.h"
#include "clusterd/cluster/process.h"
#include "clusterd/datastore/data_lock.h"
#include "core/base/clock.h"
#include "core/base/log.h"

#include <cstdlib>
#include <fmt/format.h>

namespace coracle::cli {

namespace {

constexpr const char *kHandedOver = "CLUSTERD_HANDED_OVER"; // between two programs of ours, not for people

/// Flags of a daemon's command; nothing when --help was asked for and printed.
Result<std::optional<config::GivenFlags>> parseFlags(const Invocation &invocation, config::Commands command,
                                                     std::string_view purpose) {
    const auto specification = configArguments(command);
    TRY(auto parsed, parseArguments(specification, invocation.arguments));
    if (parsed.help) {
        fmt::print("{}", helpText({.command = invocation.command,
                                   .purpose = std::string(purpose),
                                   .usage = "[OPTIONS]",
                                   .arguments = specification}));
        return std::nullopt;
    }
    if (!parsed.positionals.empty())
        return errors::other(fmt::format("unexpected argument \"{}\"", parsed.positionals[0]));
    return std::optional(std::move(parsed.flags));
}

/// Where the data lies. What keeps the settings from being read may be the change that is to be taken back: then flags
/// and environment tell.
cluster::Paths findData(const Invocation &invocation, const config::GivenFlags &flags) {
    std::string dataDir;
    for (const auto &[name, value] : flags)
        if (name == "data-dir")
            dataDir = value;
    if (auto paths = findPaths(invocation, dataDir))
        return *paths;
    for (std::string_view prefix : config::kEnvironmentPrefixes)
        if (auto value = config::processEnvironment()(fmt::format("{}DATA_DIR", prefix)); value && dataDir.empty())
            dataDir = *value;
    config::CommonConfig common{.product = invocation.product};
    common.dataDir = dataDir.empty() ? invocation.product.dataDir : std::filesystem::absolute(dataDir);
    return cluster::Paths::of(common);
}

Result<cluster::ServerEnd> serve(const Invocation &invocation, const config::GivenFlags &flags,
                                 std::vector<std::string> arguments, appliance::Trial &trial,
                                 appliance::LogBuffer &recorder) {
    TRY(auto settings,
        config::Settings::resolve(config::kServer, invocation.product, flags, config::processEnvironment()));
    TRY(const auto config, config::ServerConfig::from(settings, invocation.product));
    CHECK(cluster::prepareProcess(config.log));
    log::info("cluster", "{} {} starts; data in {}", invocation.product.name, kVersion, config.dataDir.string());
    for (const std::string &warning : settings.warnings())
        log::warning("cluster", "{}", warning);
    return cluster::runServer(config, {.executable = invocation.executable,
                                       .arguments = std::move(arguments),
                                       .flags = flags,
                                       .settings = std::move(settings),
                                       .version = std::string(kVersion),
                                       .trial = trial,
                                       .log = recorder});
}

} // namespace

Result<int> runServer(const Invocation &invocation) {
    TRY(const auto flags, parseFlags(invocation, config::kServer, "run a server"));
    if (!flags)
        return 0;
    static auto *const recorder = new appliance::LogBuffer(systemClock()); // threads may write until the very end
    log::setRecorder(recorder);
    std::vector<std::string> again{invocation.product.name, "server"};
    again.insert(again.end(), invocation.arguments.begin(), invocation.arguments.end());
    const cluster::Paths paths = findData(invocation, *flags);
    appliance::Trial trial(paths.trial(), systemClock());
    // A server that runs already is not judged by a second one. A program that another one of ours handed over to is on
    // trial by that one's word: so it counts as tried also when it does not get as far as here.
    const bool handedOver = std::getenv(kHandedOver) != nullptr;
    ::unsetenv(kHandedOver);
    if (trial.record() && !handedOver && datastore::DataLock::acquire(paths.lock()))
        trial.begin();
    const appliance::ProgramChoice programs(paths.data);
    const auto other = [&] {
        return programs.other({.program = invocation.executable, .version = std::string(kVersion)});
    };
    const auto handOver = [&](const std::filesystem::path &program) {
        ::setenv(kHandedOver, "1", 1);
        const Status status = cluster::executeAgain(program, again);
        ::unsetenv(kHandedOver);
        return status;
    };
    if (const auto program = other())
        log::error("cluster", "{}; going on with {}", handOver(*program).message, invocation.executable.string());
    const auto startAgain = [&] {
        trial.begin();
        return handOver(other().value_or(invocation.executable));
    };
    const appliance::TrialTimer timer(trial, [&] { log::error("cluster", "{}", startAgain().message); });
    auto end = serve(invocation, *flags, again, trial, *recorder);
    if (end && *end == cluster::ServerEnd::Stopped)
        return 0;
    if (!end && !trial.fail(end.error().message))
        return Failure(std::move(end).error());
    return Failure(startAgain());
}

Result<int> runAgent(const Invocation &invocation) {
    TRY(const auto flags, parseFlags(invocation, config::kAgent, "run a node of a cluster"));
    if (!flags)
        return 0;
    CHECK(config::Settings::resolve(config::kAgent, invocation.product, *flags, config::processEnvironment()));
    return errors::other("agents cannot join yet in this version: run `clusterd server`, which has a node of its own");
}

} // namespace coracle::cli
