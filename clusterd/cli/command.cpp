#include "clusterd/cli/command.h"

#include "clusterd/cli/arguments.h"
#include "core/config/nearest.h"

#include <cstdio>
#include <fmt/format.h>

namespace coracle::cli {

const std::string_view kVersion = CORACLE_VERSION;

std::span<const Command> commands() {
    static constexpr Command kCommands[] = {
        {"server", "run a server: the control plane and, unless disabled, a node", runServer},
        {"agent", "run a node of a cluster", runAgent},
        {"kubectl", "run kubectl on this cluster", runKubectl},
        {"crictl", "run crictl on this node", runCrictl},
        {"ctr", "run ctr on this node", runCtr},
        {"token", "manage the tokens that nodes join with", runToken},
        {"certificate", "manage certificates", runCertificate},
        {"check-config", "check whether this machine can run a node", runCheckConfig},
        {"killall", "end all pods of this node and its containerd; data stay", runKillall},
        {"completion", "print a completion script for bash or zsh", runCompletion},
    };
    return kCommands;
}

Result<int> runSubcommand(const Invocation &invocation, std::string_view purpose, std::span<const Command> commands) {
    const std::string name = invocation.arguments.empty() ? "--help" : invocation.arguments[0];
    for (const Command &command : commands)
        if (command.name == name) {
            Invocation inner = invocation;
            inner.command += " " + name;
            inner.arguments.erase(inner.arguments.begin());
            return command.run(inner);
        }
    HelpText help{.command = invocation.command, .purpose = std::string(purpose), .usage = "command [OPTIONS]"};
    std::vector<std::string_view> names;
    for (const Command &command : commands) {
        help.commands.emplace_back(command.name, command.purpose);
        names.push_back(command.name);
    }
    if (name == "--help" || name == "-h" || name == "help") {
        std::fputs(helpText(help).c_str(), stdout);
        return 0;
    }
    const std::string_view near = config::nearestName(name, names);
    return errors::other(near.empty() ? fmt::format("unknown command \"{}\"; see {} --help", name, invocation.command)
                                      : fmt::format("unknown command \"{}\"; did you mean \"{}\"?", name, near));
}

Result<cluster::Paths> findPaths(const Invocation &invocation, const std::string &dataDirFlag) {
    config::GivenFlags flags;
    if (!dataDirFlag.empty())
        flags.emplace_back("data-dir", dataDirFlag);
    TRY(const auto settings,
        config::Settings::resolve(config::kServer, invocation.product, flags, config::processEnvironment()));
    config::CommonConfig common{.product = invocation.product};
    const config::Setting *dataDir = settings.find("data-dir");
    common.dataDir =
        dataDir ? std::filesystem::absolute(dataDir->values[0]).lexically_normal() : invocation.product.dataDir;
    return cluster::Paths::of(common);
}

} // namespace coracle::cli
