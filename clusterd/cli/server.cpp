#include "clusterd/cluster/server.h"
#include "clusterd/cli/arguments.h"
#include "clusterd/cli/command.h"
#include "clusterd/cluster/process.h"
#include "core/base/log.h"

#include <fmt/format.h>

namespace coracle::cli {

namespace {

/// Configuration of a daemon's command; nothing when --help was asked for and printed.
Result<std::optional<config::Settings>> configure(const Invocation &invocation, config::Commands command,
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
    TRY(auto settings,
        config::Settings::resolve(command, invocation.product, parsed.flags, config::processEnvironment()));
    return std::optional(std::move(settings));
}

} // namespace

Result<int> runServer(const Invocation &invocation) {
    TRY(const auto settings, configure(invocation, config::kServer, "run a server"));
    if (!settings)
        return 0;
    TRY(const auto config, config::ServerConfig::from(*settings, invocation.product));
    CHECK(cluster::prepareProcess(config.log));
    log::info("cluster", "{} {} starts; data in {}", invocation.product.name, kVersion, config.dataDir.string());
    for (const std::string &warning : settings->warnings())
        log::warning("cluster", "{}", warning);
    return cluster::runServer(config, invocation.executable);
}

Result<int> runAgent(const Invocation &invocation) {
    TRY(const auto settings, configure(invocation, config::kAgent, "run a node of a cluster"));
    if (!settings)
        return 0;
    return errors::other("agents cannot join yet in this version: run `clusterd server`, which has a node of its own");
}

} // namespace coracle::cli
