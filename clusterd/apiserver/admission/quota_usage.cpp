#include "clusterd/apiserver/admission/quota_usage.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

namespace coracle::apiserver {

namespace {

using api::Quantity;

constexpr std::string_view kStorageClass = ".storageclass.storage.k8s.io/";
constexpr std::string_view kDevices = ".deviceclass.resource.k8s.io/devices"; ///< behind the name of a class
constexpr int64_t kDevicesMax = 32; ///< a claim can get no more (resource.k8s.io AllocationResultsMaxSize)
constexpr std::array<std::string_view, 3> kComputeNames = {"cpu", "memory", "ephemeral-storage"};
/// Core kinds that are counted by their plain names too.
constexpr std::array<std::string_view, 7> kPlainCounts = {
    "pods", "services", "persistentvolumeclaims", "configmaps", "secrets", "replicationcontrollers", "resourcequotas"};

template<class Range>
bool listed(const Range &range, std::string_view word) {
    return std::ranges::find(range, word) != std::end(range);
}

void largest(Amounts &amounts, const Amounts &others) {
    for (const auto &[name, amount] : others)
        amounts[name] = std::max(amounts[name], amount);
}

std::string countName(const api::ResourceInfo &resource) {
    return resource.group.empty() ? fmt::format("count/{}", resource.resource)
                                  : fmt::format("count/{}.{}", resource.resource, resource.group);
}

bool isCore(const api::ResourceInfo &resource, std::string_view name) {
    return resource.group.empty() && resource.resource == name;
}

/// A pod that has ended takes nothing but its place among the objects.
bool isDone(const JsonObject &pod) {
    const std::string_view phase = textAt(pod, "status", "phase");
    return phase == "Succeeded" || phase == "Failed";
}

void addPod(Amounts &usage, const JsonObject &pod) {
    if (isDone(pod))
        return;
    usage["pods"] = Quantity(1);
    for (const auto &[name, amount] : podAmounts(objectAt(pod, "spec"), "requests")) {
        const bool plain = listed(kComputeNames, name) || name.starts_with("hugepages-");
        if (plain)
            usage[name] = amount;
        if (plain || isExtendedResource(name))
            usage["requests." + name] = amount;
    }
    for (const auto &[name, amount] : podAmounts(objectAt(pod, "spec"), "limits"))
        if (listed(kComputeNames, name))
            usage["limits." + name] = amount;
}

void addService(Amounts &usage, const JsonObject &service) {
    const JsonObject &spec = objectAt(service, "spec");
    const std::string_view type = textAt(spec, "type");
    const JsonArray &ports = arrayAt(spec, "ports");
    auto nodePorts = static_cast<int64_t>(ports.size());
    if (type == "LoadBalancer" && hasAt(spec, "allocateLoadBalancerNodePorts") &&
        !flagAt(spec, "allocateLoadBalancerNodePorts"))
        nodePorts =
            std::ranges::count_if(ports, [](const JsonValue &port) { return intAt(asObject(port), "nodePort") != 0; });
    usage["services"] = Quantity(1);
    usage["services.loadbalancers"] = Quantity(type == "LoadBalancer" ? 1 : 0);
    usage["services.nodeports"] = Quantity(type == "NodePort" || type == "LoadBalancer" ? nodePorts : 0);
}

void addClaim(Amounts &usage, const JsonObject &claim) {
    usage["persistentvolumeclaims"] = Quantity(1);
    auto size = Quantity::parse(textAt(claim, "spec", "resources", "requests", "storage"));
    // While a claim grows, the larger of what is asked for and what is on its way counts.
    if (auto allocated = Quantity::parse(textAt(claim, "status", "allocatedResources", "storage"));
        allocated && (!size || *size < *allocated))
        size = allocated;
    if (size)
        usage["requests.storage"] = *size;
    std::string_view chosen = textAt(claim, "metadata", "annotations", "volume.beta.kubernetes.io/storage-class");
    if (chosen.empty())
        chosen = textAt(claim, "spec", "storageClassName");
    if (chosen.empty())
        return;
    usage[fmt::format("{}{}persistentvolumeclaims", chosen, kStorageClass)] = Quantity(1);
    if (size)
        usage[fmt::format("{}{}requests.storage", chosen, kStorageClass)] = *size;
}

/// A request for all devices may get as many as there can be, one with alternatives any of them.
void addDevices(Amounts &usage, const JsonObject &claim) {
    auto count = [](const JsonObject &request) {
        return Quantity(textAt(request, "allocationMode") == "All" ? kDevicesMax
                                                                   : std::max<int64_t>(1, intAt(request, "count")));
    };
    for (const JsonValue &value : arrayAt(claim, "spec", "devices", "requests")) {
        const JsonObject &request = asObject(value);
        const JsonArray &alternatives = arrayAt(request, "firstAvailable");
        // Before v1 the request itself says what v1 has in `exactly`.
        const JsonObject &exactly = hasAt(request, "exactly") ? objectAt(request, "exactly") : request;
        Amounts most;
        if (alternatives.empty())
            most[fmt::format("{}{}", textAt(exactly, "deviceClassName"), kDevices)] = count(exactly);
        for (const JsonValue &alternative : alternatives)
            largest(most, {{fmt::format("{}{}", textAt(asObject(alternative), "deviceClassName"), kDevices),
                            count(asObject(alternative))}});
        usage = std::move(usage) + most;
    }
}

bool isDeviceClaim(const api::ResourceInfo &resource) {
    return resource.group == "resource.k8s.io" && resource.resource == "resourceclaims";
}

bool isBestEffort(const JsonObject &spec) {
    auto counts = [](const JsonObject &resources) {
        for (const std::string_view which : {"requests", "limits"})
            for (const std::string_view name : {"cpu", "memory"})
                if (auto amount = Quantity::parse(textAt(resources, which, name)); amount && amount->sign() > 0)
                    return true;
        return false;
    };
    if (counts(objectAt(spec, "resources")))
        return false;
    for (const std::string_view list : {"containers", "initContainers"})
        for (const JsonValue &container : arrayAt(spec, list))
            if (counts(objectAt(asObject(container), "resources")))
                return false;
    return true;
}

bool crossesNamespaces(const JsonObject &spec) {
    auto names = [](const JsonObject &term) {
        return !arrayAt(term, "namespaces").empty() || hasAt(term, "namespaceSelector");
    };
    for (const std::string_view kind : {"podAffinity", "podAntiAffinity"}) {
        const JsonObject &affinity = objectAt(spec, "affinity", kind);
        for (const JsonValue &term : arrayAt(affinity, "requiredDuringSchedulingIgnoredDuringExecution"))
            if (names(asObject(term)))
                return true;
        for (const JsonValue &term : arrayAt(affinity, "preferredDuringSchedulingIgnoredDuringExecution"))
            if (names(objectAt(asObject(term), "podAffinityTerm")))
                return true;
    }
    return false;
}

/// Whether one of the words is what the term of a scope selector asks for.
bool matchesWords(const JsonObject &term, const std::vector<std::string_view> &words) {
    const std::string_view operation = textAt(term, "operator");
    const bool any = std::ranges::any_of(words, [&](std::string_view word) {
        return std::ranges::any_of(arrayAt(term, "values"),
                                   [&](const JsonValue &value) { return asText(value) == word; });
    });
    return operation == "In"             ? any
           : operation == "NotIn"        ? !any
           : operation == "Exists"       ? !words.empty()
           : operation == "DoesNotExist" ? words.empty()
                                         : false;
}

std::vector<std::string_view> notEmpty(std::initializer_list<std::string_view> texts) {
    std::vector<std::string_view> words;
    for (const std::string_view text : texts)
        if (!text.empty())
            words.push_back(text);
    return words;
}

bool podInScope(const JsonObject &term, const JsonObject &pod) {
    const JsonObject &spec = objectAt(pod, "spec");
    const std::string_view scope = textAt(term, "scopeName");
    if (scope == "Terminating" || scope == "NotTerminating")
        return hasAt(spec, "activeDeadlineSeconds") == (scope == "Terminating");
    if (scope == "BestEffort" || scope == "NotBestEffort")
        return isBestEffort(spec) == (scope == "BestEffort");
    if (scope == "PriorityClass")
        return matchesWords(term, notEmpty({textAt(spec, "priorityClassName")}));
    return scope == "CrossNamespacePodAffinity" && crossesNamespaces(spec);
}

bool claimInScope(const JsonObject &term, const JsonObject &claim) {
    const std::string_view name = "volumeAttributesClassName";
    return textAt(term, "scopeName") == "VolumeAttributesClass" &&
           matchesWords(
               term, notEmpty({textAt(claim, "spec", name), textAt(claim, "status", "currentVolumeAttributesClassName"),
                               textAt(claim, "status", "modifyVolumeStatus", "targetVolumeAttributesClassName")}));
}

} // namespace

bool isExtendedResource(std::string_view name) {
    if (name.starts_with("deviceclass.resource.kubernetes.io/"))
        return true;
    const size_t slash = name.find('/');
    return slash != name.npos && !name.starts_with("requests.") && !name.substr(0, slash).ends_with("kubernetes.io");
}

Amounts amountsOf(const JsonObject &list) {
    Amounts amounts;
    for (const auto &[name, value] : list)
        if (auto amount = Quantity::parse(asText(value)))
            amounts.emplace(name, *amount);
    return amounts;
}

JsonObject toJson(const Amounts &amounts) {
    JsonObject list;
    for (const auto &[name, amount] : amounts)
        list[name] = amount.text();
    return list;
}

Amounts operator+(Amounts a, const Amounts &b) {
    for (const auto &[name, amount] : b)
        a[name] += amount;
    return a;
}

Amounts operator-(Amounts a, const Amounts &b) {
    for (const auto &[name, amount] : b)
        a[name] -= amount;
    return a;
}

std::string amountsText(const Amounts &amounts, const std::vector<std::string> &names) {
    std::string text;
    for (const std::string &name : names)
        if (const auto found = amounts.find(name); found != amounts.end())
            text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, found->second.text());
    return text;
}

Amounts podAmounts(const JsonObject &spec, std::string_view which) {
    Amounts running, sidecars, first;
    for (const JsonValue &container : arrayAt(spec, "containers"))
        running = std::move(running) + amountsOf(objectAt(asObject(container), "resources", which));
    for (const JsonValue &value : arrayAt(spec, "initContainers")) {
        const Amounts own = amountsOf(objectAt(asObject(value), "resources", which));
        const bool stays = textAt(asObject(value), "restartPolicy") == "Always";
        if (stays)
            running = std::move(running) + own;
        largest(first, sidecars + own); // one init container at a time, beside the sidecars before it
        if (stays)
            sidecars = std::move(sidecars) + own;
    }
    largest(running, first);
    for (const auto &[name, amount] : amountsOf(objectAt(spec, "resources", which)))
        running[name] = amount;
    for (const auto &[name, amount] : amountsOf(objectAt(spec, "overhead")))
        if (which == "requests" || (running.contains(name) && !running[name].isZero()))
            running[name] += amount;
    return running;
}

Amounts quotaUsage(const api::ResourceInfo &resource, const JsonObject &object) {
    Amounts usage{{countName(resource), Quantity(1)}};
    if (isCore(resource, "pods"))
        addPod(usage, object);
    else if (isCore(resource, "services"))
        addService(usage, object);
    else if (isCore(resource, "persistentvolumeclaims"))
        addClaim(usage, object);
    else if (isDeviceClaim(resource))
        addDevices(usage, object);
    else if (resource.group.empty() && listed(kPlainCounts, resource.resource))
        usage[std::string(resource.resource)] = Quantity(1);
    return usage;
}

bool takesFrom(const api::ResourceInfo &resource, std::string_view name) {
    if (name.starts_with("count/"))
        return name == countName(resource);
    if (isCore(resource, "pods")) {
        std::string_view plain = name;
        for (const std::string_view prefix : {"requests.", "limits."})
            if (plain.starts_with(prefix))
                plain.remove_prefix(prefix.size());
        return name == "pods" || listed(kComputeNames, plain) ||
               (plain.starts_with("hugepages-") && !name.starts_with("limits.")) ||
               (name.starts_with("requests.") && isExtendedResource(plain));
    }
    if (isCore(resource, "services"))
        return name == "services" || name == "services.nodeports" || name == "services.loadbalancers";
    if (isCore(resource, "persistentvolumeclaims"))
        return name == "persistentvolumeclaims" || name == "requests.storage" || name.find(kStorageClass) != name.npos;
    if (isDeviceClaim(resource))
        return name.ends_with(kDevices);
    return resource.group.empty() && listed(kPlainCounts, name) && resource.resource == name;
}

bool inQuotaScope(const JsonObject &quota, const api::ResourceInfo &resource, const JsonObject &object) {
    std::vector<JsonObject> terms;
    for (const JsonValue &scope : arrayAt(quota, "spec", "scopes"))
        terms.push_back({{"scopeName", scope}, {"operator", "Exists"}});
    for (const JsonValue &term : arrayAt(quota, "spec", "scopeSelector", "matchExpressions"))
        terms.push_back(asObject(term));
    return std::ranges::all_of(terms, [&](const JsonObject &term) {
        return isCore(resource, "pods")                     ? podInScope(term, object)
               : isCore(resource, "persistentvolumeclaims") ? claimInScope(term, object)
                                                            : false;
    });
}

std::string unstatedRequirements(const std::vector<std::string> &names, const JsonObject &pod) {
    static constexpr std::string_view kRequired[] = {"cpu",    "limits.cpu",   "limits.memory",
                                                     "memory", "requests.cpu", "requests.memory"};
    std::string text;
    for (const std::string_view name : kRequired) { // sorted
        if (!listed(names, name))
            continue;
        const bool limit = name.starts_with("limits.");
        const size_t dot = name.find('.');
        const std::string_view plain = dot == name.npos ? name : name.substr(dot + 1);
        if (hasAt(pod, "spec", "resources", limit ? "limits" : "requests", plain))
            continue;
        std::set<std::string_view> containers;
        for (const std::string_view list : {"containers", "initContainers"})
            for (const JsonValue &container : arrayAt(pod, "spec", list))
                if (!hasAt(asObject(container), "resources", limit ? "limits" : "requests", plain))
                    containers.insert(textAt(asObject(container), "name"));
        if (!containers.empty())
            text +=
                fmt::format("{}{} for: {}", text.empty() ? "must specify " : "; ", name, fmt::join(containers, ","));
    }
    return text;
}

std::string_view countedResource(std::string_view name) {
    constexpr std::string_view kCount = "count/";
    return name.starts_with(kCount) ? name.substr(kCount.size()) : std::string_view();
}

const api::ResourceInfo *quotaResource(std::string_view name) {
    if (const std::string_view counted = countedResource(name); !counted.empty()) {
        const size_t dot = std::min(counted.find('.'), counted.size());
        return api::findResource(dot == counted.size() ? std::string_view() : counted.substr(dot + 1),
                                 counted.substr(0, dot));
    }
    if (name.ends_with(kDevices))
        return api::findResource("resource.k8s.io", "resourceclaims");
    for (const std::string_view resource : kPlainCounts)
        if (const api::ResourceInfo *info = api::findResource("", resource); info && takesFrom(*info, name))
            return info;
    return nullptr;
}

Amounts quotaTotals(const JsonObject &quota, const QuotaFinder &finder, const QuotaLister &lister) {
    const Amounts used = amountsOf(objectAt(quota, "status", "used"));
    Amounts totals;
    std::set<const api::ResourceInfo *> resources;
    for (const auto &[name, amount] : amountsOf(objectAt(quota, "spec", "hard")))
        if (const api::ResourceInfo *resource = finder(name)) {
            totals[name] = Quantity(0, amount.format());
            resources.insert(resource);
        } else if (const auto charged = used.find(name); charged != used.end()) {
            totals.insert(*charged);
        }
    for (const api::ResourceInfo *resource : resources)
        for (const JsonObject &object : lister(*resource)) {
            if (!inQuotaScope(quota, *resource, object))
                continue;
            for (const auto &[name, amount] : quotaUsage(*resource, object))
                if (const auto total = totals.find(name); total != totals.end())
                    total->second += amount;
        }
    return totals;
}

} // namespace coracle::apiserver
