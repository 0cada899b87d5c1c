#include "tests/support/fake_cri.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::test {

namespace {

bool matches(const cri::Strings &labels, const cri::Strings &wanted) {
    return std::ranges::all_of(wanted, [&](const auto &entry) {
        auto found = labels.find(entry.first);
        return found != labels.end() && found->second == entry.second;
    });
}

} // namespace

int64_t FakeCri::nowNanoseconds() {
    // Creation times are different even when the clock stands still: they give the order.
    m_lastTime = std::max(m_lastTime + 1, std::chrono::nanoseconds(m_clock.now().time_since_epoch()).count());
    return m_lastTime;
}

Result<> FakeCri::begin(const std::string &call, const std::string &what) {
    if (down)
        return errors::serviceUnavailable("the fake runtime is down");
    if (auto found = m_failures.find(call); found != m_failures.end() && !found->second.empty()) {
        Status status = std::move(found->second.front());
        found->second.pop_front();
        return std::unexpected(std::move(status));
    }
    if (!what.empty())
        m_calls.push_back(call + " " + what);
    return {};
}

size_t FakeCri::count(std::string_view callPrefix) const {
    return static_cast<size_t>(
        std::ranges::count_if(m_calls, [&](const auto &call) { return call.starts_with(callPrefix); }));
}

void FakeCri::addImage(const std::string &reference) {
    cri::Image image;
    image.id = fmt::format("sha256:{:064x}", std::hash<std::string>()(reference));
    image.tags = {reference};
    image.sizeBytes = 1000;
    m_images[reference] = image;
}

void FakeCri::addRemoteImage(const std::string &reference) {
    m_remote.insert(reference);
}

const FakeCri::FakeContainer *FakeCri::find(const std::string &name) const {
    const FakeContainer *newest = nullptr;
    for (const auto &[id, container] : m_containers)
        if (container.config.name == name && (!newest || newest->status.createdAt < container.status.createdAt))
            newest = &container;
    return newest;
}

void FakeCri::exitContainer(const std::string &id, int code, std::string reason) {
    auto &status = m_containers.at(id).status;
    if (status.state == cri::ContainerState::Exited)
        return;
    status.state = cri::ContainerState::Exited;
    status.exitCode = code;
    status.reason = !reason.empty() ? reason : code == 0 ? "Completed" : "Error";
    status.finishedAt = std::chrono::nanoseconds(m_clock.now().time_since_epoch()).count();
    if (m_handler)
        m_handler({id});
}

void FakeCri::breakSandbox(const std::string &id) {
    m_sandboxes.at(id).status.state = cri::SandboxState::NotReady;
    if (m_handler)
        m_handler({id});
}

Task<Result<cri::Version>> FakeCri::version() {
    CO_CHECK(begin("version"));
    co_return cri::Version{"fake", "1"};
}

Task<Result<std::vector<cri::RuntimeCondition>>> FakeCri::status() {
    CO_CHECK(begin("status"));
    co_return std::vector<cri::RuntimeCondition>{{"RuntimeReady", true, "", ""}, {"NetworkReady", true, "", ""}};
}

Task<Result<>> FakeCri::updateRuntimeConfig(std::string podCidr) {
    co_return begin("updateRuntimeConfig", podCidr);
}

Task<Result<std::string>> FakeCri::runPodSandbox(cri::SandboxConfig config, std::string) {
    CO_CHECK(begin("runPodSandbox", config.metadata.name));
    int number = ++m_next;
    FakeSandbox sandbox;
    sandbox.status.id = fmt::format("sandbox{}", number);
    sandbox.status.metadata = config.metadata;
    sandbox.status.state = cri::SandboxState::Ready;
    sandbox.status.createdAt = nowNanoseconds();
    sandbox.status.labels = config.labels;
    sandbox.status.annotations = config.annotations;
    sandbox.status.namespaces = config.namespaces;
    if (config.namespaces.network != cri::NamespaceMode::Node)
        sandbox.status.ips = {fmt::format("{}.{}.{}", podNetwork, number / 250 % 250, number % 250 + 2)};
    sandbox.config = std::move(config);
    std::string id = sandbox.status.id;
    m_sandboxes[id] = std::move(sandbox);
    co_return id;
}

Task<Result<>> FakeCri::stopPodSandbox(std::string id) {
    auto found = m_sandboxes.find(id);
    CO_CHECK(begin("stopPodSandbox", found == m_sandboxes.end() ? id : found->second.config.metadata.name));
    if (found == m_sandboxes.end())
        co_return Result<>{};
    found->second.status.state = cri::SandboxState::NotReady;
    for (auto &[containerId, container] : m_containers)
        if (container.status.sandboxId == id && container.status.state == cri::ContainerState::Running)
            exitContainer(containerId, 137);
    co_return Result<>{};
}

Task<Result<>> FakeCri::removePodSandbox(std::string id) {
    auto found = m_sandboxes.find(id);
    CO_CHECK(begin("removePodSandbox", found == m_sandboxes.end() ? id : found->second.config.metadata.name));
    m_sandboxes.erase(id);
    std::erase_if(m_containers, [&](const auto &entry) { return entry.second.status.sandboxId == id; });
    co_return Result<>{};
}

Task<Result<cri::SandboxStatus>> FakeCri::podSandboxStatus(std::string id) {
    CO_CHECK(begin("podSandboxStatus"));
    auto found = m_sandboxes.find(id);
    if (found == m_sandboxes.end())
        co_return errors::notFound("sandboxes", "", id);
    co_return found->second.status;
}

Task<Result<std::vector<cri::Sandbox>>> FakeCri::listPodSandbox(cri::Strings labels) {
    CO_CHECK(begin("listPodSandbox"));
    std::vector<cri::Sandbox> list;
    for (const auto &[id, sandbox] : m_sandboxes)
        if (matches(sandbox.status.labels, labels))
            list.push_back(sandbox.status);
    co_return list;
}

Task<Result<std::string>> FakeCri::createContainer(std::string sandboxId, cri::ContainerConfig config,
                                                   cri::SandboxConfig sandbox) {
    CO_CHECK(begin("createContainer", config.name));
    if (!m_sandboxes.contains(sandboxId))
        co_return errors::notFound("sandboxes", "", sandboxId);
    FakeContainer container;
    container.status.id = fmt::format("container{}", ++m_next);
    container.status.sandboxId = sandboxId;
    container.status.name = config.name;
    container.status.attempt = config.attempt;
    container.status.image = container.status.imageRef = config.image;
    container.status.state = cri::ContainerState::Created;
    container.status.createdAt = nowNanoseconds();
    container.status.labels = config.labels;
    container.status.annotations = config.annotations;
    container.status.logPath = sandbox.logDirectory + "/" + config.logPath;
    container.config = std::move(config);
    std::string id = container.status.id;
    m_containers[id] = std::move(container);
    co_return id;
}

Task<Result<>> FakeCri::startContainer(std::string id) {
    auto found = m_containers.find(id);
    if (found == m_containers.end())
        co_return errors::notFound("containers", "", id);
    auto begun = begin("startContainer", found->second.config.name);
    auto &status = found->second.status;
    status.startedAt = std::chrono::nanoseconds(m_clock.now().time_since_epoch()).count();
    if (!begun) {
        exitContainer(id, 128, "StartError");
        co_return std::unexpected(begun.error());
    }
    status.state = cri::ContainerState::Running;
    if (onStart)
        onStart(found->second);
    co_return Result<>{};
}

Task<Result<>> FakeCri::stopContainer(std::string id, std::chrono::seconds timeout) {
    auto found = m_containers.find(id);
    CO_CHECK(begin("stopContainer", fmt::format("{} {}", found == m_containers.end() ? id : found->second.config.name,
                                                timeout.count())));
    if (found == m_containers.end() || found->second.status.state != cri::ContainerState::Running)
        co_return Result<>{};
    if (!m_stubborn.contains(found->second.config.name)) {
        exitContainer(id, 143);
        co_return Result<>{};
    }
    CO_CHECK(co_await m_clock.sleep(timeout));
    if (m_containers.contains(id))
        exitContainer(id, 137);
    co_return Result<>{};
}

Task<Result<>> FakeCri::removeContainer(std::string id) {
    auto found = m_containers.find(id);
    CO_CHECK(begin("removeContainer", found == m_containers.end() ? id : found->second.config.name));
    m_containers.erase(id);
    co_return Result<>{};
}

Task<Result<std::vector<cri::Container>>> FakeCri::listContainers(cri::ContainerFilter filter) {
    CO_CHECK(begin("listContainers"));
    std::vector<cri::Container> list;
    for (const auto &[id, container] : m_containers)
        if (matches(container.status.labels, filter.labels) && (filter.id.empty() || filter.id == id) &&
            (filter.sandboxId.empty() || filter.sandboxId == container.status.sandboxId))
            list.push_back(container.status);
    co_return list;
}

Task<Result<cri::ContainerStatus>> FakeCri::containerStatus(std::string id) {
    CO_CHECK(begin("containerStatus"));
    auto found = m_containers.find(id);
    if (found == m_containers.end())
        co_return errors::notFound("containers", "", id);
    co_return found->second.status;
}

Task<Result<>> FakeCri::reopenContainerLog(std::string id) {
    co_return begin("reopenContainerLog", id);
}

Task<Result<std::vector<cri::ContainerStats>>> FakeCri::listContainerStats(cri::ContainerFilter) {
    CO_CHECK(begin("listContainerStats"));
    std::vector<cri::ContainerStats> list;
    for (const auto &[id, container] : m_containers)
        if (container.status.state == cri::ContainerState::Running) {
            cri::ContainerStats stats;
            stats.id = id;
            stats.name = container.config.name;
            stats.labels = container.status.labels;
            list.push_back(std::move(stats));
        }
    co_return list;
}

Task<Result<cri::ExecResult>> FakeCri::execSync(std::string id, std::vector<std::string> command,
                                                std::chrono::seconds) {
    auto found = m_containers.find(id);
    CO_CHECK(begin("execSync", fmt::format("{} {}", found == m_containers.end() ? id : found->second.config.name,
                                           command.empty() ? "" : command.front())));
    if (found == m_containers.end() || found->second.status.state != cri::ContainerState::Running)
        co_return errors::notFound("containers", "", id);
    if (onExec)
        co_return onExec(found->second, command);
    co_return cri::ExecResult{};
}

Task<Result<std::string>> FakeCri::exec(cri::ExecOptions options) {
    CO_CHECK(begin("exec", options.containerId));
    if (streamingUrl.empty())
        co_return errors::methodNotAllowed("the fake runtime has no streaming server");
    co_return streamingUrl;
}

Task<Result<std::string>> FakeCri::attach(cri::ExecOptions options) {
    CO_CHECK(begin("attach", options.containerId));
    if (streamingUrl.empty())
        co_return errors::methodNotAllowed("the fake runtime has no streaming server");
    co_return streamingUrl;
}

Task<Result<std::string>> FakeCri::portForward(std::string sandboxId, std::vector<int32_t>) {
    CO_CHECK(begin("portForward", sandboxId));
    if (streamingUrl.empty())
        co_return errors::methodNotAllowed("the fake runtime has no streaming server");
    co_return streamingUrl;
}

Task<Result<>> FakeCri::watchEvents(std::function<void(const cri::ContainerEvent &)> handler) {
    if (!events)
        co_return errors::methodNotAllowed("the fake runtime has no events");
    m_handler = std::move(handler);
    // Until it is cancelled.
    auto slept = co_await m_clock.sleep(std::chrono::hours(24 * 365 * 100));
    m_handler = nullptr;
    co_return slept;
}

Task<Result<std::vector<cri::Image>>> FakeCri::listImages() {
    CO_CHECK(begin("listImages"));
    std::vector<cri::Image> list;
    for (const auto &[reference, image] : m_images)
        list.push_back(image);
    co_return list;
}

Task<Result<std::optional<cri::Image>>> FakeCri::imageStatus(std::string reference) {
    CO_CHECK(begin("imageStatus"));
    for (const auto &[name, image] : m_images)
        if (name == reference || image.id == reference)
            co_return image;
    co_return std::nullopt;
}

Task<Result<std::string>> FakeCri::pullImage(std::string reference, std::optional<cri::RegistryAuth> auth,
                                             cri::SandboxConfig) {
    CO_CHECK(begin("pullImage", reference + (auth ? " as " + auth->username : "")));
    if (pullTime > Duration::zero())
        CO_CHECK(co_await m_clock.sleep(pullTime));
    if (!m_remote.contains(reference))
        co_return errors::notFound("images", "", reference);
    addImage(reference);
    co_return m_images.at(reference).id;
}

Task<Result<>> FakeCri::removeImage(std::string reference) {
    CO_CHECK(begin("removeImage", reference));
    std::erase_if(m_images,
                  [&](const auto &entry) { return entry.first == reference || entry.second.id == reference; });
    co_return Result<>{};
}

Task<Result<std::vector<cri::ImageFilesystem>>> FakeCri::imageFsInfo() {
    CO_CHECK(begin("imageFsInfo"));
    co_return std::vector<cri::ImageFilesystem>{{"/", 0, 0}};
}

} // namespace coracle::test
