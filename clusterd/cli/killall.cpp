#include "clusterd/cli/arguments.h"
#include "clusterd/cli/command.h"
#include "clusterd/cluster/teardown.h"

#include <fmt/format.h>

namespace coracle::cli {

Result<int> runKillall(const Invocation &invocation) {
    const std::vector<Argument> specification{
        {.name = "data-dir", .shortName = 'd', .help = "folder that holds all state", .environment = "DATA_DIR"}};
    TRY(const auto parsed, parseArguments(specification, invocation.arguments));
    if (parsed.help) {
        fmt::print("{}", helpText({.command = invocation.command,
                                   .purpose = "end all pods of this node and its containerd; data stay",
                                   .usage = "[OPTIONS]",
                                   .arguments = specification}));
        return 0;
    }
    TRY(const auto paths, findPaths(invocation, parsed.value("data-dir")));
    CHECK(cluster::tearDownNode(paths));
    return 0;
}

} // namespace coracle::cli
