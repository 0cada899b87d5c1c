#pragma once

#include "clusterd/scheduler/algorithm.h"
#include "clusterd/scheduler/configuration.h"
#include "clusterd/scheduler/extenders.h"
#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/plugins/priority_sort.h"
#include "clusterd/scheduler/pod_status_writer.h"
#include "clusterd/scheduler/scheduling_queue.h"
#include "clusterd/scheduler/waiting_pods.h"
#include "core/client/event_recorder.h"
#include "core/client/informer.h"

#include <memory>
#include <string>
#include <vector>

namespace coracle::scheduler {

/// kube-scheduler: gives each pod that has no node the best one. Decisions are made one after the other on a picture of
/// the cluster in memory; the API server learns about them in the background. Everything runs on one serial executor.
class Scheduler {
public:
    /// The configuration is a checked one: SchedulerConfiguration::parse() or the default.
    Scheduler(client::Client &client, Clock &clock, Random &random, Executor executor,
              SchedulerConfiguration configuration = SchedulerConfiguration());
    Scheduler(const Scheduler &) = delete;
    Scheduler &operator=(const Scheduler &) = delete;
    ~Scheduler();

    void start();
    /// Ends after all that is on its way was cancelled.
    Task<> stop();

    /// The informers' first lists are complete.
    bool synced() const;
    const Cache &cache() const { return m_cache; }
    const SchedulingQueue &queue() const { return m_queue; }
    WaitingPods &waitingPods() { return m_waiting; }

private:
    /// One pod on its way to a node.
    struct Attempt {
        PodInfoPtr pod;
        const Framework &framework;
        std::string node;
        CycleState state;
    };
    using AttemptPtr = std::shared_ptr<Attempt>;

    const Framework *frameworkOf(const PodInfo &pod) const;
    Task<> run();
    Task<> scheduleOne(PodInfoPtr pod, const Framework &framework);
    Task<> bind(AttemptPtr attempt);
    Task<Result<>> bindNow(Attempt &attempt);
    Task<Filtered> prepareBinding(Attempt &attempt);
    Task<> onUnschedulable(AttemptPtr attempt, Choice choice);
    void onRejected(Attempt &attempt, Rejection rejection);
    void report(const PodInfo &pod, const Framework &framework, const std::string &reason, const std::string &message,
                std::optional<std::string> nominatedNode);

    void onPod(const api::ObjectPtr &before, const api::ObjectPtr &after);
    void onPlacedPod(PodInfoPtr pod);
    void onPodGone(const api::Object &pod);
    void onNode(const api::ObjectPtr &before, const api::ObjectPtr &after);
    void onNamespace(const api::ObjectPtr &before, const api::ObjectPtr &after);
    void podLeft(const PodInfoPtr &pod);

    const SchedulerConfiguration m_configuration;
    Gate m_gate;
    client::EventRecorder m_events;
    client::Informer m_pods, m_nodes, m_namespaces;
    PrioritySort m_sort;
    Cache m_cache;
    Nominations m_nominations;
    WaitingPods m_waiting;
    SchedulingQueue m_queue;
    Informers m_informers;
    PodStatusWriter m_status;
    Extenders m_extenders;
    std::vector<std::unique_ptr<Framework>> m_frameworks;
    Algorithm m_algorithm;
    int m_binding = 0;
    AsyncEvent m_bindingEnded;
};

} // namespace coracle::scheduler
