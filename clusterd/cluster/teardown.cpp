#include "clusterd/cluster/teardown.h"

#include "clusterd/cluster/containerd.h"
#include "clusterd/cluster/event_loop.h"
#include "clusterd/cluster/networks.h"
#include "clusterd/datastore/data_lock.h"
#include "clusterd/kubelet/cgroups/cgroup_manager.h"
#include "clusterd/kubelet/cri/grpc_client.h"
#include "clusterd/kubelet/volumes/mounter.h"
#include "clusterd/network/netlink.h"
#include "clusterd/network/proxy/nftables.h"
#include "core/base/log.h"

#include <fmt/format.h>
#include <thread>

namespace coracle::cluster {

namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kComponent = "killall";
constexpr auto kRuntimeTimeout = 60s;
constexpr auto kRuntimePoll = 50ms;
constexpr int kCgroupAttempts = 100;
constexpr auto kCgroupPoll = 50ms;

void note(const Result<> &result) {
    if (!result)
        log::warning(kComponent, "{}", result.error().message);
}

/// A containerd that has just been started listens before its CRI service is there.
Task<Result<std::vector<kubelet::cri::Sandbox>>> listPods(kubelet::cri::RuntimeService &runtime, Clock &clock) {
    const SteadyTime deadline = clock.steadyNow() + kRuntimeTimeout;
    for (;;) {
        auto sandboxes = co_await runtime.listPodSandbox({});
        if (sandboxes || clock.steadyNow() >= deadline)
            co_return sandboxes;
        CO_CHECK(co_await clock.sleep(kRuntimePoll));
    }
}

/// By the runtime itself: it gives addresses back and unmounts what it mounted.
Task<Result<>> removePods(kubelet::cri::RuntimeService &runtime) {
    CO_TRY(const auto sandboxes, co_await listPods(runtime, systemClock()));
    for (const auto &sandbox : sandboxes) {
        auto stopped = co_await runtime.stopPodSandbox(sandbox.id);
        note(stopped);
        if (stopped)
            note(co_await runtime.removePodSandbox(sandbox.id));
    }
    log::info(kComponent, "removed {} pods", sandboxes.size());
    co_return Result<>();
}

/// containerd is needed to end its containers: started where it does not run, and ended after that.
Task<Result<>> removeContainers(Paths paths, Executor executor) {
    CO_TRY(const auto programs, Containerd::findPrograms());
    Gate gate(executor);
    Containerd containerd(paths, programs, {.mayLowerOomScore = mayLowerOomScore()}, gate, systemClock());
    Result<> result = co_await containerd.start();
    if (result) {
        kubelet::cri::GrpcRuntime runtime(paths.containerdSocket());
        result = co_await removePods(runtime.runtime());
    }
    co_await containerd.stop();
    co_await gate.close();
    co_return result;
}

void unmountBelow(const fs::path &folder) {
    kubelet::Mounter &mounter = kubelet::systemMounter();
    auto mounts = mounter.mountsBelow(folder);
    if (!mounts)
        return note(Failure(std::move(mounts).error()));
    for (const fs::path &mount : *mounts)
        note(mounter.unmount(mount));
}

/// Sockets and the runtime's state; kept where something is still mounted, because deleting would reach into it.
void removeRunFolder(const fs::path &folder) {
    auto mounts = kubelet::systemMounter().mountsBelow(folder);
    std::error_code error;
    if (mounts && mounts->empty())
        fs::remove_all(folder, error);
    if (!mounts || !mounts->empty() || error)
        log::warning("killall", "{} stays: it is still in use", folder.string());
}

/// containerd keeps a folder for each container that it has not seen the end of: <state>/<plug-in>/<namespace>/<id>.
bool hasTasks(const fs::path &state) {
    std::error_code none;
    for (const auto &plugin : fs::directory_iterator(state, none))
        if (plugin.path().filename().string().starts_with("io.containerd.runtime."))
            for (const auto &space : fs::directory_iterator(plugin.path(), none))
                if (!fs::is_empty(space.path(), none))
                    return true;
    return false;
}

void removeNetwork(const Paths &paths) {
    network::Nftables nftables;
    const std::string table = paths.instance.name("clusterd");
    // "add" first: deleting a table that is not there would be an error.
    for (const char *family : {"ip", "ip6"})
        note(nftables.run(fmt::format("add table {0} {1}; delete table {0} {1}", family, table)));
    note(network::removeLink(paths.instance.bridge()));
    if (const auto address = knownClusterDns(paths))
        note(network::removeAddress("lo", *address + "/32"));
}

/// With the processes that the runtime did not end: they need a moment to leave their group when they are killed.
Result<> removeCgroup(kubelet::CgroupManager &manager, const std::string &path) {
    Result<> removed;
    for (int attempt = 0; attempt < kCgroupAttempts; ++attempt) {
        removed = manager.remove(path);
        if (removed)
            break;
        std::this_thread::sleep_for(kCgroupPoll);
    }
    return removed;
}

void removeCgroups(const Paths &paths) {
    auto manager = kubelet::CgroupManager::create();
    if (!manager)
        return;
    note(removeCgroup(**manager, paths.instance.isDefault() ? "/kubepods" : "/" + paths.instance.name("clusterd")));
    note(removeCgroup(**manager, "/" + paths.instance.name("clusterd-containerd")));
}

} // namespace

void removeIdleRunFolder(const Paths &paths) {
    if (hasTasks(paths.containerdState()))
        return;
    const auto mounts = kubelet::systemMounter().mountsBelow(paths.run);
    std::error_code none; // what can't be removed is found again by the next start
    if (mounts && mounts->empty())
        fs::remove_all(paths.run, none);
}

Result<> tearDownNode(const Paths &paths) {
    std::error_code error;
    if (!fs::exists(paths.data, error))
        return {};
    auto lock = datastore::DataLock::acquire(paths.lock());
    if (!lock)
        return Failure(withContext("the server must be stopped first", std::move(lock).error()));
    EventLoop loop("killall", 1);
    if (fs::exists(paths.containerdRoot(), error))
        note(waitFor(loop.executor(), removeContainers(paths, loop.executor())));
    removeCgroups(paths);
    unmountBelow(paths.kubelet());
    unmountBelow(paths.containerdState());
    removeRunFolder(paths.run);
    removeNetwork(paths);
    return {};
}

} // namespace coracle::cluster
