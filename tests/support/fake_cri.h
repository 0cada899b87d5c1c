#pragma once

#include "clusterd/kubelet/cri/runtime_service.h"
#include "core/base/clock.h"

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace coracle::test {

namespace cri = kubelet::cri;

/// A container runtime in memory: deterministic, on the given clock, with failures that a test asks for. Containers run
/// until the test (or onStart) ends them; they end at once on the stop signal unless they are stubborn. One serial
/// executor.
class FakeCri final : public cri::RuntimeService, public cri::ImageService {
public:
    struct FakeContainer {
        cri::ContainerStatus status;
        cri::ContainerConfig config;
    };
    struct FakeSandbox {
        cri::SandboxStatus status;
        cri::SandboxConfig config;
    };

    explicit FakeCri(Clock &clock) : m_clock(clock) {}

    // What a test arranges.
    void addImage(const std::string &reference);       ///< is on the node
    void addRemoteImage(const std::string &reference); ///< can be pulled
    /// Called when a container starts; may call exitContainer().
    std::function<void(const FakeContainer &)> onStart;
    /// Answers execSync; without it every command succeeds.
    std::function<Result<cri::ExecResult>(const FakeContainer &, const std::vector<std::string> &)> onExec;
    /// The next call of this name ("createContainer") fails so.
    void failNext(const std::string &call, Status status) { m_failures[call].push_back(std::move(status)); }
    /// Containers of this name ignore the stop signal and end only by SIGKILL after the grace period.
    void setStubborn(const std::string &container) { m_stubborn.insert(container); }
    /// A runtime without an event stream.
    bool events = true;
    /// Every call fails, as when the runtime is not there.
    bool down = false;
    Duration pullTime{};
    std::string podNetwork = "10.88"; ///< the first half of the pods' addresses
    /// What exec, attach and portForward answer; empty: they fail.
    std::string streamingUrl;

    /// The container's process ends.
    void exitContainer(const std::string &id, int code, std::string reason = {});
    /// The pause process ends: the sandbox is not ready any more.
    void breakSandbox(const std::string &id);

    /// The newest one of this name that is not removed; null when there is none.
    const FakeContainer *find(const std::string &name) const;
    const std::map<std::string, FakeContainer> &containers() const { return m_containers; }
    const std::map<std::string, FakeSandbox> &sandboxes() const { return m_sandboxes; }
    /// Calls that change something, in order: "runPodSandbox web", "startContainer app", "stopContainer app 30".
    const std::vector<std::string> &calls() const { return m_calls; }
    size_t count(std::string_view callPrefix) const;

    Task<Result<cri::Version>> version() override;
    Task<Result<std::vector<cri::RuntimeCondition>>> status() override;
    Task<Result<>> updateRuntimeConfig(std::string podCidr) override;
    Task<Result<std::string>> runPodSandbox(cri::SandboxConfig config, std::string runtimeHandler) override;
    Task<Result<>> stopPodSandbox(std::string id) override;
    Task<Result<>> removePodSandbox(std::string id) override;
    Task<Result<cri::SandboxStatus>> podSandboxStatus(std::string id) override;
    Task<Result<std::vector<cri::Sandbox>>> listPodSandbox(cri::Strings labels) override;
    Task<Result<std::string>> createContainer(std::string sandboxId, cri::ContainerConfig config,
                                              cri::SandboxConfig sandbox) override;
    Task<Result<>> startContainer(std::string id) override;
    Task<Result<>> stopContainer(std::string id, std::chrono::seconds timeout) override;
    Task<Result<>> removeContainer(std::string id) override;
    Task<Result<std::vector<cri::Container>>> listContainers(cri::ContainerFilter filter) override;
    Task<Result<cri::ContainerStatus>> containerStatus(std::string id) override;
    Task<Result<>> reopenContainerLog(std::string id) override;
    Task<Result<std::vector<cri::ContainerStats>>> listContainerStats(cri::ContainerFilter filter) override;
    Task<Result<cri::ExecResult>> execSync(std::string id, std::vector<std::string> command,
                                           std::chrono::seconds timeout) override;
    Task<Result<std::string>> exec(cri::ExecOptions options) override;
    Task<Result<std::string>> attach(cri::ExecOptions options) override;
    Task<Result<std::string>> portForward(std::string sandboxId, std::vector<int32_t> ports) override;
    Task<Result<>> watchEvents(std::function<void(const cri::ContainerEvent &)> handler) override;

    Task<Result<std::vector<cri::Image>>> listImages() override;
    Task<Result<std::optional<cri::Image>>> imageStatus(std::string reference) override;
    Task<Result<std::string>> pullImage(std::string reference, std::optional<cri::RegistryAuth> auth,
                                        cri::SandboxConfig sandbox) override;
    Task<Result<>> removeImage(std::string reference) override;
    Task<Result<std::vector<cri::ImageFilesystem>>> imageFsInfo() override;

private:
    Result<> begin(const std::string &call, const std::string &what = {});
    int64_t nowNanoseconds();

    Clock &m_clock;
    std::map<std::string, FakeContainer> m_containers;
    std::map<std::string, FakeSandbox> m_sandboxes;
    std::map<std::string, cri::Image> m_images;
    std::set<std::string> m_remote, m_stubborn;
    std::map<std::string, std::deque<Status>> m_failures;
    std::vector<std::string> m_calls;
    std::function<void(const cri::ContainerEvent &)> m_handler;
    int m_next = 0;
    int64_t m_lastTime = 0;
};

} // namespace coracle::test
