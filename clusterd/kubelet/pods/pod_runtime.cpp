#include "clusterd/kubelet/pods/pod_runtime.h"

#include "clusterd/kubelet/container/labels.h"
#include "core/base/log.h"

#include <algorithm>

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

constexpr auto kRelistPeriod = 1s, kRelistPeriodWithEvents = 10s;
/// containerd's CRI plugin learns of an exit by the same event as we do, and may be a little later.
constexpr auto kSettlePause = 10ms;
constexpr int kSettleTries = 8;

std::string label(const cri::Strings &labels, std::string_view key) {
    auto found = labels.find(key);
    return found == labels.end() ? std::string() : found->second;
}

} // namespace

const cri::SandboxStatus *PodRuntime::readySandbox() const {
    return !sandboxes.empty() && sandboxes.front().state == cri::SandboxState::Ready ? &sandboxes.front() : nullptr;
}

const cri::ContainerStatus *PodRuntime::latest(std::string_view name) const {
    for (const auto &container : containers)
        if (container.name == name)
            return &container;
    return nullptr;
}

const cri::ContainerStatus *PodRuntime::previous(std::string_view name) const {
    const auto *newest = latest(name);
    for (const auto &container : containers)
        if (container.name == name && &container != newest)
            return &container;
    return nullptr;
}

const cri::ContainerStatus *PodRuntime::byId(std::string_view id) const {
    for (const auto &container : containers)
        if (container.id == id)
            return &container;
    return nullptr;
}

bool PodRuntime::anyRunning() const {
    return std::ranges::any_of(containers, [](const auto &c) { return c.state == cri::ContainerState::Running; });
}

RuntimeWatcher::RuntimeWatcher(cri::RuntimeService &runtime, Clock &clock, Gate &gate, Handler changed)
    : m_runtime(runtime), m_clock(clock), m_gate(gate), m_changed(std::move(changed)), m_wakeup(gate, clock) {}

void RuntimeWatcher::start() {
    m_gate.spawn([this] { return relistLoop(); });
    m_gate.spawn([this] { return eventLoop(); });
}

Task<Result<>> RuntimeWatcher::relist() {
    CO_TRY(auto sandboxes, co_await m_runtime.listPodSandbox(cri::Strings()));
    CO_TRY(auto containers, co_await m_runtime.listContainers(cri::ContainerFilter()));
    std::map<std::string, Seen> seen;
    std::map<std::string, PodName> pods;
    for (const auto &sandbox : sandboxes) {
        seen[sandbox.id] = {sandbox.metadata.uid, static_cast<int>(sandbox.state)};
        pods[sandbox.metadata.uid] = {sandbox.metadata.namespaceName, sandbox.metadata.name};
    }
    for (const auto &container : containers) {
        std::string uid = label(container.labels, kPodUidLabel);
        seen[container.id] = {uid, static_cast<int>(container.state)};
        pods.try_emplace(uid,
                         PodName{label(container.labels, kPodNamespaceLabel), label(container.labels, kPodNameLabel)});
    }
    std::set<std::string> changed;
    for (const auto &[id, entry] : seen)
        if (auto before = m_seen.find(id); before == m_seen.end() || before->second.state != entry.state)
            changed.insert(entry.podUid);
    for (const auto &[id, entry] : m_seen)
        if (!seen.contains(id))
            changed.insert(entry.podUid);
    std::erase_if(m_ended, [&](const auto &entry) { return !seen.contains(entry.first); });
    m_seen = std::move(seen);
    m_pods = std::move(pods);
    m_lastRelist = m_clock.steadyNow();
    for (const auto &uid : changed)
        m_changed(uid);
    co_return Result<>{};
}

Task<> RuntimeWatcher::relistLoop() {
    while (!m_gate.closed()) {
        m_wakeup.notifyAfter(m_events ? kRelistPeriodWithEvents : kRelistPeriod);
        if (!co_await m_wakeup.wait())
            break;
        auto listed = co_await relist();
        if (!listed && !m_gate.closed())
            log::warning("kubelet", "cannot list the runtime's containers: {}", listed.error().message);
    }
}

Task<> RuntimeWatcher::eventLoop() {
    while (!m_gate.closed()) {
        m_events = true;
        auto ended = co_await m_runtime.watchEvents([this](const cri::ContainerEvent &event) {
            m_gate.spawn([this, id = event.containerId] { return settle(id); });
        });
        m_events = false;
        m_wakeup.notify();
        if (m_gate.closed())
            break;
        if (ended.error().code == 405) {
            log::info("kubelet", "the runtime has no events; it is asked every second");
            break;
        }
        auto slept = co_await m_clock.sleep(1s);
        if (!slept)
            break;
    }
}

Task<> RuntimeWatcher::settle(std::string id) {
    auto known = m_seen.find(id);
    std::string uid = known == m_seen.end() ? "" : known->second.podUid;
    Duration pause = kSettlePause;
    for (int i = 0; i < kSettleTries && !m_gate.closed(); ++i, pause *= 2) {
        auto status = co_await m_runtime.containerStatus(id);
        if (status && uid.empty())
            uid = label(status->labels, kPodUidLabel);
        if (!status || status->state != cri::ContainerState::Running)
            break;
        auto slept = co_await m_clock.sleep(pause);
        if (!slept)
            co_return;
    }
    if (m_gate.closed())
        co_return;
    if (uid.empty())
        m_wakeup.notify();
    else
        m_changed(uid);
}

void RuntimeWatcher::forget(const std::string &podUid) {
    m_pods.erase(podUid);
    std::erase_if(m_seen, [&](const auto &entry) { return entry.second.podUid == podUid; });
}

std::map<std::string, RuntimeWatcher::PodName> RuntimeWatcher::pods() const {
    return m_pods;
}

Task<Result<PodRuntime>> RuntimeWatcher::inspect(std::string podUid) {
    cri::Strings labels{{std::string(kPodUidLabel), podUid}};
    cri::ContainerFilter filter;
    filter.labels = labels;
    PodRuntime pod;
    CO_TRY(auto sandboxes, co_await m_runtime.listPodSandbox(labels));
    for (const auto &sandbox : sandboxes) {
        auto status = co_await m_runtime.podSandboxStatus(sandbox.id);
        if (status)
            pod.sandboxes.push_back(std::move(*status));
        else if (!isNotFound(status.error()))
            co_return std::unexpected(status.error());
    }
    CO_TRY(auto containers, co_await m_runtime.listContainers(filter));
    for (const auto &container : containers) {
        if (auto ended = m_ended.find(container.id); ended != m_ended.end()) {
            pod.containers.push_back(ended->second);
            continue;
        }
        auto status = co_await m_runtime.containerStatus(container.id);
        if (!status && isNotFound(status.error()))
            continue;
        if (!status)
            co_return std::unexpected(status.error());
        status->sandboxId = container.sandboxId;
        if (status->state == cri::ContainerState::Exited)
            m_ended[container.id] = *status;
        pod.containers.push_back(std::move(*status));
    }
    auto newestFirst = [](const auto &a, const auto &b) { return a.createdAt > b.createdAt; };
    std::ranges::sort(pod.sandboxes, newestFirst);
    std::ranges::sort(pod.containers, newestFirst);
    // Remember what was seen, so that the next relist does not report it as news.
    for (const auto &sandbox : pod.sandboxes)
        m_seen[sandbox.id] = {podUid, static_cast<int>(sandbox.state)};
    for (const auto &container : pod.containers)
        m_seen[container.id] = {podUid, static_cast<int>(container.state)};
    co_return pod;
}

} // namespace coracle::kubelet
