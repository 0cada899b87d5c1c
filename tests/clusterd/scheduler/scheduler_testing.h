#pragma once

#include "clusterd/scheduler/cache.h"
#include "clusterd/scheduler/framework.h"
#include "tests/support/memory_client.h"

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

} // namespace coracle::scheduler::testing
