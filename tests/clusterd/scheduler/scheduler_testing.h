#pragma once

#include "clusterd/scheduler/cache.h"
#include "clusterd/scheduler/framework.h"
#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/nominations.h"
#include "clusterd/scheduler/waiting_pods.h"
#include "core/base/random.h"
#include "core/client/event_recorder.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_client.h"

#include <boost/asio/io_context.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::scheduler::testing {

/// JSON of a pod in namespace "default"; spec and labels are the insides of JSON objects. The uid is the name.
std::string podJson(std::string_view name, std::string_view spec, std::string_view labels = {},
                    std::string_view status = {});
/// A pod with one container that asks for these amounts ("" for none).
std::string smallPodJson(std::string_view name, std::string_view cpu, std::string_view memory,
                         std::string_view moreSpec = {}, std::string_view labels = {});
/// JSON of a node with 4 CPUs, 8Gi and room for 110 pods, unless the allocatable says otherwise.
std::string nodeJson(std::string_view name, std::string_view labels = {}, std::string_view spec = {},
                     std::string_view allocatable = {}, std::string_view moreStatus = {});

api::ObjectPtr toObject(std::string json);
PodInfoPtr toPod(std::string json);
/// The pod with spec.nodeName.
PodInfoPtr placed(std::string json, std::string_view node);

/// Runs a plug-in's filter for one pod and node of a cache: the first reason, or "" when it fits. A "!" in front tells
/// that no removal of pods could help.
std::string filterReason(const Plugin &plugin, const PodInfo &pod, const Cache &cache, std::string_view node);
/// The normalized scores of a plug-in for all nodes of a cache in the order of their names: "a=100 b=0".
std::string scores(const Plugin &plugin, const PodInfo &pod, const Cache &cache);

/// The API in memory, with what the scheduler needs besides: bindings, and conditions by strategic merge.
class SchedulerApi final : public client::Client {
public:
    explicit SchedulerApi(Executor executor) : memory(std::move(executor)) {}

    test::MemoryClient memory;
    int bindingsRefused = 0;      ///< so many of the next bindings fail
    bool gracefulRemoval = false; ///< removed pods are only marked
    int bindings = 0;
    int conditions = 0;

    /// spec.nodeName of a pod of namespace "default".
    std::string nodeOf(const std::string &pod) const;
    /// "reason: message" of the pod's PodScheduled condition.
    std::string conditionOf(const std::string &pod) const;
    /// "reason: message" of all events, sorted.
    std::vector<std::string> events() const;

    Task<Result<client::ObjectList>> list(const client::ResourceInfo &resource, std::string namespaceName,
                                          client::ListOptions options) override;
    Task<Result<std::unique_ptr<client::Watch>>> watch(const client::ResourceInfo &resource, std::string namespaceName,
                                                       client::WatchOptions options) override;
    Task<Result<client::ObjectPtr>> get(const client::ResourceInfo &resource, std::string namespaceName,
                                        std::string name, std::string subresource) override;
    Task<Result<client::ObjectPtr>> create(const client::ResourceInfo &resource, std::string namespaceName,
                                           std::string json, client::WriteOptions options, std::string name) override;
    Task<Result<client::ObjectPtr>> update(const client::ResourceInfo &resource, std::string namespaceName,
                                           std::string name, std::string json, client::WriteOptions options) override;
    Task<Result<client::ObjectPtr>> patch(const client::ResourceInfo &resource, std::string namespaceName,
                                          std::string name, client::PatchType type, std::string body,
                                          client::WriteOptions options) override;
    Task<Result<>> remove(const client::ResourceInfo &resource, std::string namespaceName, std::string name,
                          client::DeleteOptions options) override;
};

struct SeededRandom final : Random {
    explicit SeededRandom(uint64_t seed) : engine(seed) {}
    uint64_t next() override { return engine(); }
    std::mt19937_64 engine;
};

/// All that plug-ins need, around one profile without any plug-in yet, on an API in memory and virtual time.
struct Profile {
    explicit Profile(uint64_t seed = 1) : random(seed) {}
    ~Profile();
    PluginContext pluginContext();
    void settle();
    void advance(Duration duration);

    boost::asio::io_context context;
    test::ManualClock clock;
    SeededRandom random;
    SchedulerApi api{context.get_executor()};
    Gate gate{context.get_executor()};
    std::vector<ClusterChange> changes; ///< of the plug-ins' informers
    Informers informers{api, clock, [this](const ClusterChange &change) { changes.push_back(change); }};
    Cache cache;
    Nominations nominations;
    WaitingPods waiting{gate, clock};
    client::EventRecorder events{api, clock, gate, "default-scheduler"};
    Framework framework;
    std::vector<std::string> activated;
};

} // namespace coracle::scheduler::testing
