#include "clusterd/scheduler/scheduler.h"

#include "clusterd/scheduler/plugin_registry.h"
#include "core/api/types/core_v1.h"
#include "core/base/log.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::scheduler {

namespace asio = boost::asio;

namespace {

// Finished pods take no room.
constexpr const char *kUnfinished = "status.phase!=Succeeded,status.phase!=Failed";

} // namespace

Scheduler::Scheduler(client::Client &client, Clock &clock, Random &random, Executor executor,
                     SchedulerConfiguration configuration)
    : m_configuration(std::move(configuration)),
      m_gate(std::move(executor)),
      m_events(client, clock, m_gate, m_configuration.profiles.at(0).schedulerName),
      m_pods(client, corev1::Pod::resource(), clock, {}, {}, kUnfinished),
      m_nodes(client, corev1::Node::resource(), clock),
      m_namespaces(client, corev1::Namespace::resource(), clock),
      m_waiting(m_gate, clock),
      m_queue(
          m_gate, clock, m_sort, [this](const PodInfo &pod) { return frameworkOf(pod); }, m_configuration.backoff),
      m_informers(client, clock, [this](const ClusterChange &change) { m_queue.wake(change); }),
      m_status(client, clock),
      m_extenders(m_configuration.extenders, clock),
      m_algorithm(m_cache, m_nominations, random, clock, m_configuration.parallelism),
      m_bindingEnded(m_gate.executor()) {
    for (const ProfileConfiguration &profile : m_configuration.profiles) {
        auto framework = std::make_unique<Framework>(profile.schedulerName);
        framework->setPercentageOfNodes(profile.percentageOfNodesToScore);
        framework->setExtenders(&m_extenders);
        const PluginContext context{client,
                                    clock,
                                    random,
                                    m_gate,
                                    m_informers,
                                    m_cache,
                                    m_nominations,
                                    m_waiting,
                                    m_events,
                                    *framework,
                                    [this](std::string_view uid) { m_queue.activate(uid); }};
        if (auto added = addPlugins(*framework, profile, context); !added)
            log::error("scheduler", "profile {}: {}", profile.schedulerName, added.error().message);
        m_frameworks.push_back(std::move(framework));
    }
    m_pods.addHandler([this](const auto &before, const auto &after) { onPod(before, after); });
    m_nodes.addHandler([this](const auto &before, const auto &after) { onNode(before, after); });
    m_namespaces.addHandler([this](const auto &before, const auto &after) { onNamespace(before, after); });
}

Scheduler::~Scheduler() = default;

void Scheduler::start() {
    m_informers.start(m_gate);
    m_nodes.start(m_gate);
    m_namespaces.start(m_gate);
    m_pods.start(m_gate);
    m_gate.spawn([this] { return run(); });
}

Task<> Scheduler::stop() {
    return m_gate.close();
}

bool Scheduler::synced() const {
    return m_pods.synced() && m_nodes.synced() && m_namespaces.synced() && m_informers.synced();
}

const Framework *Scheduler::frameworkOf(const PodInfo &pod) const {
    for (const auto &framework : m_frameworks)
        if (framework->schedulerName() == pod.schedulerName)
            return framework.get();
    return nullptr;
}

Task<> Scheduler::run() {
    co_await m_informers.waitSynced();
    co_await m_nodes.waitSynced();
    co_await m_namespaces.waitSynced();
    co_await m_pods.waitSynced();
    while (!m_gate.closed()) {
        while (m_binding >= m_configuration.bindingsMax && !m_gate.closed())
            co_await m_bindingEnded.wait();
        QueuedPod *queued = co_await m_queue.take();
        if (!queued)
            co_return;
        co_await scheduleOne(queued->pod, *queued->framework);
        // Lets informers and bindings run in between.
        co_await asio::post(m_gate.executor(), asio::use_awaitable);
    }
}

Task<> Scheduler::scheduleOne(PodInfoPtr pod, const Framework &framework) {
    const AttemptPtr attempt(new Attempt{pod, framework, {}, {}});
    Choice choice;
    if (m_extenders.chooseFor(*pod)) {
        choice = co_await m_algorithm.chooseWithExtenders(framework, attempt->state, pod);
        // It may be gone, or have a node by now.
        if (!m_queue.find(pod->uid()))
            co_return;
    } else {
        choice = m_algorithm.choose(framework, attempt->state, *pod);
    }
    if (!choice.node) {
        co_await onUnschedulable(attempt, std::move(choice));
        co_return;
    }
    attempt->node = choice.node->name();
    m_nominations.remove(pod->uid());
    m_cache.assume(pod, attempt->node);
    auto rejected = framework.reserve(attempt->state, *pod, attempt->node);
    if (!rejected)
        rejected = framework.permit(attempt->state, pod, attempt->node, m_waiting);
    if (rejected) {
        onRejected(*attempt, std::move(*rejected));
        co_return;
    }
    ++m_binding;
    m_gate.spawn([this, attempt] { return bind(attempt); });
}

Task<Filtered> Scheduler::prepareBinding(Attempt &attempt) {
    auto rejected = co_await m_waiting.wait(attempt.pod);
    const auto work = attempt.framework.preBindWork(attempt.state, *attempt.pod, attempt.node);
    if (rejected || work == PreBindPlugin::Work::None)
        co_return rejected;
    PodStatusWriter::Verdict expectation;
    expectation.nominatedNode = attempt.node;
    if (work == PreBindPlugin::Work::Long && PodStatusWriter::changes(*attempt.pod, expectation))
        co_await m_status.write(attempt.pod, expectation);
    co_return co_await attempt.framework.preBind(attempt.state, attempt.pod, attempt.node);
}

Task<Result<>> Scheduler::bindNow(Attempt &attempt) {
    CO_TRY(const bool bound, co_await m_extenders.bind(attempt.pod, attempt.node));
    if (bound)
        co_return Result<>{};
    co_return co_await attempt.framework.bind(attempt.pod, attempt.node);
}

Task<> Scheduler::bind(AttemptPtr attempt) {
    const PodInfo &pod = *attempt->pod;
    auto release = [this] {
        --m_binding;
        m_bindingEnded.notifyAll();
    };
    // Pods that wait don't keep others from being bound.
    const bool waits = m_waiting.contains(pod.uid()) ||
                       attempt->framework.preBindWork(attempt->state, pod, attempt->node) != PreBindPlugin::Work::None;
    if (waits) {
        release();
        auto rejected = co_await prepareBinding(*attempt);
        if (rejected) {
            onRejected(*attempt, std::move(*rejected));
            co_return;
        }
        ++m_binding;
    }
    auto bound = co_await bindNow(*attempt);
    release();
    if (bound) {
        m_events.event(client::ObjectReference::to(*pod.object), client::EventKind::Normal, "Scheduled",
                       fmt::format("Successfully assigned {} to {}", pod.object->key(), attempt->node));
        attempt->framework.postBind(attempt->state, pod, attempt->node);
        co_return;
    }
    if (isNotFound(bound.error()))
        m_queue.remove(pod.uid());
    onRejected(*attempt, Rejection{.reasons = {bound.error().message}, .error = true});
}

void Scheduler::onRejected(Attempt &attempt, Rejection rejection) {
    const PodInfo &pod = *attempt.pod;
    attempt.framework.unreserve(attempt.state, pod, attempt.node);
    m_cache.forget(pod.uid());
    podLeft(attempt.pod);
    if (m_gate.closed() || !m_queue.find(pod.uid()))
        return;
    report(pod, attempt.framework,
           std::string(rejection.error ? corev1::kPodReasonSchedulerError : corev1::kPodReasonUnschedulable),
           fmt::format("{}", fmt::join(rejection.reasons, ", ")), std::nullopt);
    if (rejection.error)
        m_queue.retry(pod.uid());
    else
        m_queue.waitFor(pod.uid(), {rejection.plugin});
}

Task<> Scheduler::onUnschedulable(AttemptPtr attempt, Choice choice) {
    const PodInfoPtr pod = attempt->pod;
    const Diagnosis &diagnosis = choice.diagnosis;
    std::string message = diagnosis.message();
    if (diagnosis.error) {
        report(*pod, attempt->framework, std::string(corev1::kPodReasonSchedulerError), message, std::nullopt);
        m_queue.retry(pod->uid());
        co_return;
    }
    PostFilterPlugin::Outcome outcome;
    if (diagnosis.nodeCount > 0)
        outcome = co_await attempt->framework.postFilter(attempt->state, pod, diagnosis);
    if (!outcome.message.empty())
        message += ' ' + outcome.message;
    if (!m_queue.find(pod->uid()))
        co_return;
    if (outcome.nominatedNode && !outcome.nominatedNode->empty())
        m_nominations.set(pod, *outcome.nominatedNode);
    else if (outcome.nominatedNode)
        m_nominations.remove(pod->uid());
    report(*pod, attempt->framework, std::string(corev1::kPodReasonUnschedulable), message, outcome.nominatedNode);
    m_queue.waitFor(pod->uid(), diagnosis.plugins);
}

void Scheduler::report(const PodInfo &pod, const Framework &framework, const std::string &reason,
                       const std::string &message, std::optional<std::string> nominatedNode) {
    m_events.event(client::ObjectReference::to(*pod.object), client::EventKind::Warning, "FailedScheduling", message);
    const QueuedPod *queued = m_queue.find(pod.uid());
    const PodStatusWriter::Verdict verdict{reason, message, std::move(nominatedNode)};
    if (queued && PodStatusWriter::changes(*queued->pod, verdict))
        m_gate.spawn([this, current = queued->pod, verdict] { return m_status.write(current, verdict); });
    log::debug("scheduler", "pod {} ({}): {}", pod.object->key(), framework.schedulerName(), message);
}

} // namespace coracle::scheduler
