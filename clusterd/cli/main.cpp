#include "clusterd/cli/command.h"
#include "core/config/options.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>

namespace coracle::cli {

namespace {

/// Everybody on the machine can read a process's arguments: the values of secret options are blotted out, once they
/// have been copied.
void hideSecrets(int argc, char **argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const size_t dashes = std::min(argument.find_first_not_of('-'), argument.size());
        const size_t equals = argument.find('=');
        const auto *option =
            dashes == 0
                ? nullptr
                : config::findOption(argument.substr(dashes, equals == argument.npos ? equals : equals - dashes));
        if (!option || !option->secret)
            continue;
        if (equals != argument.npos)
            std::memset(argv[i] + equals + 1, '*', argument.size() - equals - 1);
        else if (i + 1 < argc)
            std::memset(argv[i + 1], '*', std::strlen(argv[i + 1]));
    }
}

Result<int> run(int argc, char **argv) {
    const std::string called = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "clusterd";
    const char *home = std::getenv("HOME");
    std::error_code error;
    Invocation invocation{.product = config::Product::named(called, ::geteuid() == 0, home ? home : "/"),
                          .executable = std::filesystem::read_symlink("/proc/self/exe", error),
                          .arguments = std::vector<std::string>(argv + std::min(argc, 1), argv + argc)};
    hideSecrets(argc, argv);
    invocation.command = invocation.product.name;
    // A link with a tool's name is that tool, as in K3s.
    for (std::string_view tool : {"kubectl", "crictl", "ctr"})
        if (called == tool)
            invocation.arguments.insert(invocation.arguments.begin(), called);
    const std::string first = invocation.arguments.empty() ? "" : invocation.arguments[0];
    if (first == "--version" || first == "-v") {
        fmt::print("{} version {}\n", invocation.product.name, kVersion);
        return 0;
    }
    return runSubcommand(invocation, "Kubernetes in one small daemon", commands());
}

} // namespace

} // namespace coracle::cli

int main(int argc, char **argv) {
    const auto code = coracle::cli::run(argc, argv);
    if (code)
        return *code;
    fmt::print(stderr, "{}\n", code.error().message);
    return 1;
}
