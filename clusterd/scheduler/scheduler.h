#pragma once

#include "clusterd/scheduler/algorithm.h"
#include "clusterd/scheduler/plugins/priority_sort.h"
#include "clusterd/scheduler/preemption.h"
#include "clusterd/scheduler/scheduling_queue.h"
#include "core/client/event_recorder.h"
#include "core/client/informer.h"

#include <string>

namespace coracle::scheduler {

struct SchedulerOptions {
    std::string name = "default-scheduler"; ///< pods with this spec.schedulerName are ours
    int bindingsMax = 64;                   ///< on their way at one time
};

/// kube-scheduler: gives each pod that has no node the best one. Decisions are made one after the other on a picture of
/// the cluster in memory; the API server learns about them in the background. Everything runs on one serial executor.
class Scheduler {
public:
    Scheduler(client::Client &client, Clock &clock, Random &random, Executor executor, SchedulerOptions options = {});
    Scheduler(const Scheduler &) = delete;
    Scheduler &operator=(const Scheduler &) = delete;

    void start();
    /// Ends after all that is on its way was cancelled.
    Task<> stop();

    /// The informers' first lists are complete.
    bool synced() const { return m_pods.synced() && m_nodes.synced() && m_namespaces.synced(); }
    const Cache &cache() const { return m_cache; }
    const SchedulingQueue &queue() const { return m_queue; }

private:
    Task<> run();
    void scheduleOne(QueuedPod &queued);
    Choice choose(const PodInfo &pod);
    Task<> bind(PodInfoPtr pod, std::string node);
    void onUnschedulable(QueuedPod &queued, const Diagnosis &diagnosis);
    void onBindFailed(const PodInfo &pod, const std::string &node, const Status &status);
    Task<> preempt(PodInfoPtr pod, Preemption::Plan plan);
    Task<> setCondition(PodInfoPtr pod, std::string message, std::string nominatedNode);

    void onPod(const api::ObjectPtr &before, const api::ObjectPtr &after);
    void onPlacedPod(PodInfoPtr pod);
    void onPodGone(const api::Object &pod);
    void onNode(const api::ObjectPtr &before, const api::ObjectPtr &after);
    void onNamespace(const api::ObjectPtr &before, const api::ObjectPtr &after);

    client::Client &m_client;
    Clock &m_clock;
    const SchedulerOptions m_options;
    Gate m_gate;
    client::EventRecorder m_events;
    client::Informer m_pods, m_nodes, m_namespaces;
    PrioritySort m_sort;
    Framework m_framework;
    Cache m_cache;
    Algorithm m_algorithm;
    Preemption m_preemption;
    SchedulingQueue m_queue;
    /// Pods for which others were preempted, by uid, and where: less important pods must not take their room.
    std::map<std::string, std::pair<PodInfoPtr, std::string>, std::less<>> m_nominated;
    int m_binding = 0;
    AsyncEvent m_bindingEnded;
};

/// kube-scheduler's default plug-ins and weights.
void addDefaultPlugins(Framework &framework, client::Client &client);

} // namespace coracle::scheduler
