#pragma once

#include "clusterd/cluster/paths.h"
#include "core/base/result.h"
#include "core/config/product.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::cli {

/// What every sub-command gets.
struct Invocation {
    config::Product product;
    std::filesystem::path executable;   ///< this program's file
    std::string command;                ///< "clusterd server", for messages
    std::vector<std::string> arguments; ///< after the sub-command's name
};

/// A sub-command: its answer is the exit code.
struct Command {
    std::string_view name, purpose;
    Result<int> (*run)(const Invocation &invocation);
};

Result<int> runServer(const Invocation &invocation);
Result<int> runAgent(const Invocation &invocation);
Result<int> runKubectl(const Invocation &invocation);
Result<int> runCrictl(const Invocation &invocation);
Result<int> runCtr(const Invocation &invocation);
Result<int> runToken(const Invocation &invocation);
Result<int> runCertificate(const Invocation &invocation);
Result<int> runCheckConfig(const Invocation &invocation);
Result<int> runKillall(const Invocation &invocation);
Result<int> runCompletion(const Invocation &invocation);

std::span<const Command> commands();

/// Runs the sub-command that matches, or says which ones there are.
Result<int> runSubcommand(const Invocation &invocation, std::string_view purpose, std::span<const Command> commands);

/// Where the data lies, for commands beside a server: the flag, the configuration file, the environment, the default.
Result<cluster::Paths> findPaths(const Invocation &invocation, const std::string &dataDirFlag);

/// Of this program: "v0.1.0".
extern const std::string_view kVersion;

} // namespace coracle::cli
