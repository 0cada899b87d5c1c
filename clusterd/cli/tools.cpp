#include "clusterd/cli/command.h"
#include "clusterd/cluster/child_process.h"

#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>

/// kubectl, crictl and ctr: the machine's own tools, pointed at this cluster.
namespace coracle::cli {

namespace fs = std::filesystem;

namespace {

/// The tool's program, which must not be a link to this one.
Result<fs::path> findTool(const Invocation &invocation, const std::string &name, std::string_view package) {
    const char *path = std::getenv("PATH");
    const std::string folders = fmt::format("{}:/usr/local/bin:/usr/bin:/bin", path ? path : "");
    for (size_t begin = 0; begin <= folders.size();) {
        const size_t end = std::min(folders.find(':', begin), folders.size());
        const fs::path candidate = fs::path(folders.substr(begin, end - begin)) / name;
        std::error_code error;
        if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0 &&
            !fs::equivalent(candidate, invocation.executable, error))
            return candidate;
        begin = end + 1;
    }
    return errors::other(fmt::format("{} is missing; install it: apt-get install {}", name, package));
}

/// Becomes the program; comes back only with an error.
Result<int> become(const fs::path &program, const std::vector<std::string> &arguments) {
    std::vector<std::string> texts{program.filename().string()};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char *> pointers;
    for (std::string &text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    ::execv(program.c_str(), pointers.data());
    return errors::fromErrno(fmt::format("cannot run {}", program.string()), errno);
}

bool namesKubeconfig(const std::vector<std::string> &arguments) {
    for (const std::string &argument : arguments)
        if (argument == "--kubeconfig" || argument.starts_with("--kubeconfig="))
            return true;
    return false;
}

} // namespace

Result<int> runKubectl(const Invocation &invocation) {
    TRY(const fs::path program, findTool(invocation, "kubectl", "kubernetes-client"));
    const fs::path kubeconfig = invocation.product.kubeconfig;
    std::error_code error;
    if (!std::getenv("KUBECONFIG") && !namesKubeconfig(invocation.arguments) && fs::exists(kubeconfig, error)) {
        if (::access(kubeconfig.c_str(), R_OK) != 0)
            fmt::print(stderr,
                       "{} cannot be read: run this as root, or start the server with --write-kubeconfig-mode or "
                       "--write-kubeconfig-group\n",
                       kubeconfig.string());
        ::setenv("KUBECONFIG", kubeconfig.c_str(), 1);
    }
    return become(program, invocation.arguments);
}

Result<int> runCrictl(const Invocation &invocation) {
    TRY(const fs::path program, findTool(invocation, "crictl", "cri-tools"));
    TRY(const cluster::Paths paths, findPaths(invocation, ""));
    std::error_code error;
    if (!std::getenv("CRI_CONFIG_FILE") && fs::exists(paths.crictlConfig(), error))
        ::setenv("CRI_CONFIG_FILE", paths.crictlConfig().c_str(), 1);
    return become(program, invocation.arguments);
}

Result<int> runCtr(const Invocation &invocation) {
    TRY(const fs::path program, findTool(invocation, "ctr", "containerd"));
    TRY(const cluster::Paths paths, findPaths(invocation, ""));
    ::setenv("CONTAINERD_ADDRESS", paths.containerdSocket().c_str(), 0);
    ::setenv("CONTAINERD_NAMESPACE", "k8s.io", 0);
    return become(program, invocation.arguments);
}

} // namespace coracle::cli
