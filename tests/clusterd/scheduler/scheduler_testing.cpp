#include "tests/clusterd/scheduler/scheduler_testing.h"

#include "core/api/types/core_v1.h"

#include <QtGlobal>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace coracle::scheduler::testing {

namespace json = boost::json;

std::string podJson(std::string_view name, std::string_view spec, std::string_view labels, std::string_view status) {
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{0}","namespace":"default","uid":"{0}",)"
        R"("labels":{{{1}}}}},"spec":{{"schedulerName":"default-scheduler",{2}}},"status":{{{3}}}}})",
        name, labels, spec, status);
}

std::string smallPodJson(std::string_view name, std::string_view cpu, std::string_view memory,
                         std::string_view moreSpec, std::string_view labels) {
    std::string requests;
    if (!cpu.empty())
        requests += fmt::format(R"("cpu":"{}")", cpu);
    if (!memory.empty())
        requests += fmt::format(R"({}"memory":"{}")", cpu.empty() ? "" : ",", memory);
    return podJson(
        name,
        fmt::format(R"("containers":[{{"name":"c","image":"busybox","resources":{{"requests":{{{}}}}}}}]{}{})",
                    requests, moreSpec.empty() ? "" : ",", moreSpec),
        labels);
}

std::string nodeJson(std::string_view name, std::string_view labels, std::string_view spec,
                     std::string_view allocatable, std::string_view moreStatus) {
    if (allocatable.empty())
        allocatable = R"("cpu":"4","memory":"8Gi","pods":"110","ephemeral-storage":"100Gi")";
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{0}","uid":"{0}","labels":{{)"
        R"("kubernetes.io/hostname":"{0}"{1}{2}}}}},"spec":{{{3}}},"status":{{"allocatable":{{{4}}}{5}{6}}}}})",
        name, labels.empty() ? "" : ",", labels, spec, allocatable, moreStatus.empty() ? "" : ",", moreStatus);
}

api::ObjectPtr toObject(std::string text) {
    auto object = api::Object::parse(text);
    if (!object)
        qFatal("%s in %s", object.error().message.c_str(), text.c_str());
    return *object;
}

PodInfoPtr toPod(std::string text) {
    auto pod = PodInfo::parse(toObject(std::move(text)));
    if (!pod)
        qFatal("%s", pod.error().message.c_str());
    return *pod;
}

PodInfoPtr placed(std::string text, std::string_view node) {
    json::value value = json::parse(text);
    value.as_object()["spec"].as_object()["nodeName"] = node;
    return toPod(json::serialize(value));
}

std::string filterReason(const Plugin &plugin, const PodInfo &pod, const Cache &cache, std::string_view node) {
    CycleState state;
    Filtered rejected;
    bool skip = false;
    if (const auto *prepare = dynamic_cast<const PreFilterPlugin *>(&plugin)) {
        auto outcome = prepare->preFilter(state, pod, cache);
        rejected = outcome.rejected;
        skip = outcome.skip;
    }
    if (!rejected && !skip)
        rejected = dynamic_cast<const FilterPlugin &>(plugin).filter(state, pod, *cache.node(node));
    return rejected ? (rejected->resolvable ? "" : "!") + rejected->reasons.at(0) : "";
}

std::string scores(const Plugin &plugin, const PodInfo &pod, const Cache &cache) {
    std::vector<const NodeInfo *> nodes(cache.nodes().begin(), cache.nodes().end());
    std::sort(nodes.begin(), nodes.end(), [](auto *a, auto *b) { return a->name() < b->name(); });
    CycleState state;
    const auto *prepare = dynamic_cast<const PreScorePlugin *>(&plugin);
    if (prepare && !prepare->preScore(state, pod, cache, nodes))
        return "skipped";
    const auto &scorer = dynamic_cast<const ScorePlugin &>(plugin);
    std::vector<int64_t> values;
    for (const NodeInfo *node : nodes)
        values.push_back(scorer.score(state, pod, *node));
    scorer.normalize(state, nodes, values);
    std::string text;
    for (size_t i = 0; i < nodes.size(); ++i)
        text += fmt::format("{}{}={}", i ? " " : "", nodes[i]->name(), values[i]);
    return text;
}

std::string SchedulerApi::nodeOf(const std::string &pod) const {
    return memory.read<corev1::Pod>("default/" + pod).spec.nodeName;
}

std::string SchedulerApi::conditionOf(const std::string &pod) const {
    for (const auto &condition : memory.read<corev1::Pod>("default/" + pod).status.conditions)
        if (condition.type == "PodScheduled")
            return condition.reason + ": " + condition.message;
    return {};
}

std::vector<std::string> SchedulerApi::events() const {
    std::vector<std::string> texts;
    for (const auto &object : memory.all(corev1::Event::resource())) {
        auto event = api::decode<corev1::Event>(*object);
        texts.push_back(event->reason + ": " + event->message);
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

Task<Result<client::ObjectList>> SchedulerApi::list(const client::ResourceInfo &resource, std::string namespaceName,
                                                    client::ListOptions options) {
    return memory.list(resource, std::move(namespaceName), std::move(options));
}

Task<Result<std::unique_ptr<client::Watch>>>
SchedulerApi::watch(const client::ResourceInfo &resource, std::string namespaceName, client::WatchOptions options) {
    return memory.watch(resource, std::move(namespaceName), std::move(options));
}

Task<Result<client::ObjectPtr>> SchedulerApi::get(const client::ResourceInfo &resource, std::string namespaceName,
                                                  std::string name, std::string subresource) {
    return memory.get(resource, std::move(namespaceName), std::move(name), std::move(subresource));
}

Task<Result<client::ObjectPtr>> SchedulerApi::create(const client::ResourceInfo &resource, std::string namespaceName,
                                                     std::string text, client::WriteOptions options, std::string name) {
    if (options.subresource != "binding")
        co_return co_await memory.create(resource, std::move(namespaceName), std::move(text), std::move(options),
                                         std::move(name));
    if (bindingsRefused > 0) {
        --bindingsRefused;
        co_return errors::serviceUnavailable("refused");
    }
    ++bindings;
    const json::value binding = json::parse(text);
    const json::object patch{{"spec", json::object{{"nodeName", binding.at("target").at("name")}}}};
    std::string body = json::serialize(patch);
    client::WriteOptions plain;
    co_return co_await memory.patch(resource, std::move(namespaceName), std::move(name), client::PatchType::Merge,
                                    std::move(body), std::move(plain));
}

Task<Result<client::ObjectPtr>> SchedulerApi::update(const client::ResourceInfo &resource, std::string namespaceName,
                                                     std::string name, std::string text, client::WriteOptions options) {
    return memory.update(resource, std::move(namespaceName), std::move(name), std::move(text), std::move(options));
}

Task<Result<client::ObjectPtr>> SchedulerApi::patch(const client::ResourceInfo &resource, std::string namespaceName,
                                                    std::string name, client::PatchType, std::string body,
                                                    client::WriteOptions options) {
    // The scheduler's patches have one condition: replacing the list is what merging would do.
    conditions += options.subresource == "status";
    return memory.patch(resource, std::move(namespaceName), std::move(name), client::PatchType::Merge, std::move(body),
                        std::move(options));
}

Task<Result<>> SchedulerApi::remove(const client::ResourceInfo &resource, std::string namespaceName, std::string name,
                                    client::DeleteOptions options) {
    if (gracefulRemoval) {
        memory.deletePod(namespaceName, name, 30);
        co_return Result<>{};
    }
    co_return co_await memory.remove(resource, std::move(namespaceName), std::move(name), std::move(options));
}

Profile::~Profile() {
    boost::asio::co_spawn(context, gate.close(), boost::asio::detached);
    settle();
}

PluginContext Profile::pluginContext() {
    return {api,
            clock,
            random,
            gate,
            informers,
            cache,
            nominations,
            waiting,
            events,
            framework,
            [this](std::string_view uid) { activated.emplace_back(uid); }};
}

void Profile::settle() {
    context.restart();
    context.poll();
}

void Profile::advance(Duration duration) {
    clock.advance(duration);
    settle();
}

} // namespace coracle::scheduler::testing
