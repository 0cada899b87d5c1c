#include "clusterd/apiserver/admission/plugins.h"

#include "core/api/quantity.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace coracle::apiserver {

namespace {

using api::Quantity;
using Amounts = std::map<std::string, Quantity, std::less<>>;

Quantity quantityOf(const JsonObject &list, std::string_view name) {
    return Quantity::parse(textAt(list, name)).value_or(Quantity());
}

bool isDone(const JsonObject &pod) {
    const std::string_view phase = textAt(pod, "status", "phase");
    return phase == "Succeeded" || phase == "Failed";
}

/// What a pod's containers ask for: the larger of the running ones together and the largest init container.
Amounts podAmounts(const JsonObject &spec, std::string_view which) {
    Amounts running, first;
    for (const std::string_view list : {"containers", "initContainers"})
        for (const JsonValue &container : arrayAt(spec, list))
            for (const auto &[name, value] : objectAt(asObject(container), "resources", which)) {
                const Quantity amount = Quantity::parse(asText(value)).value_or(Quantity());
                const bool stays = list == "containers" || textAt(asObject(container), "restartPolicy") == "Always";
                if (stays)
                    running[std::string(name)] += amount;
                else
                    first[std::string(name)] = std::max(first[std::string(name)], amount);
            }
    for (const auto &[name, amount] : first)
        running[name] = std::max(running[name], amount);
    return running;
}

/// What one object takes from a quota's names.
Amounts usageOf(std::string_view group, std::string_view resource, const JsonObject &object) {
    Amounts usage;
    const Quantity one(1);
    usage[group.empty() ? fmt::format("count/{}", resource) : fmt::format("count/{}.{}", resource, group)] = one;
    if (!group.empty())
        return usage;
    if (resource == "pods") {
        if (isDone(object))
            return usage;
        usage["pods"] = one;
        for (const auto &[name, amount] : podAmounts(objectAt(object, "spec"), "requests")) {
            usage["requests." + name] = amount;
            if (name == "cpu" || name == "memory" || name == "ephemeral-storage")
                usage[name] = amount;
        }
        for (const auto &[name, amount] : podAmounts(objectAt(object, "spec"), "limits"))
            usage["limits." + name] = amount;
    } else if (resource == "services") {
        const std::string_view type = textAt(object, "spec", "type");
        usage["services"] = one;
        if (type == "LoadBalancer")
            usage["services.loadbalancers"] = one;
        if (type == "NodePort" || type == "LoadBalancer")
            usage["services.nodeports"] = Quantity(static_cast<int64_t>(arrayAt(object, "spec", "ports").size()));
    } else if (resource == "persistentvolumeclaims") {
        const Quantity size = quantityOf(objectAt(object, "spec", "resources", "requests"), "storage");
        const std::string_view chosen = textAt(object, "spec", "storageClassName");
        usage["persistentvolumeclaims"] = one;
        usage["requests.storage"] = size;
        usage[fmt::format("{}.storageclass.storage.k8s.io/persistentvolumeclaims", chosen)] = one;
        usage[fmt::format("{}.storageclass.storage.k8s.io/requests.storage", chosen)] = size;
    } else if (resource == "configmaps" || resource == "secrets" || resource == "replicationcontrollers" ||
               resource == "resourcequotas") {
        usage[std::string(resource)] = one;
    }
    return usage;
}

bool isBestEffort(const JsonObject &spec) {
    return podAmounts(spec, "requests").empty() && podAmounts(spec, "limits").empty();
}

/// Whether a quota with scopes counts this pod.
bool inScope(const JsonObject &quota, const JsonObject &pod) {
    const JsonObject &spec = objectAt(pod, "spec");
    for (const JsonValue &value : arrayAt(quota, "spec", "scopes")) {
        const std::string_view scope = asText(value);
        if ((scope == "Terminating") != hasAt(spec, "activeDeadlineSeconds") &&
            (scope == "Terminating" || scope == "NotTerminating"))
            return false;
        if ((scope == "BestEffort" && !isBestEffort(spec)) || (scope == "NotBestEffort" && isBestEffort(spec)))
            return false;
    }
    for (const JsonValue &value : arrayAt(quota, "spec", "scopeSelector", "matchExpressions")) {
        const JsonObject &term = asObject(value);
        if (textAt(term, "scopeName") != "PriorityClass")
            continue;
        const std::string_view name = textAt(spec, "priorityClassName"), word = textAt(term, "operator");
        const JsonArray &values = arrayAt(term, "values");
        const bool listed = std::ranges::any_of(values, [&](const JsonValue &one) { return asText(one) == name; });
        if ((word == "In" && !listed) || (word == "NotIn" && listed) || (word == "Exists" && name.empty()) ||
            (word == "DoesNotExist" && !name.empty()))
            return false;
    }
    return true;
}

/// Keeps a namespace within its quotas. Usage is counted from the objects that are there, so nothing has to be kept in
/// step; two creations at the same moment may both pass at the edge.
class ResourceQuota final : public DirectPlugin {
public:
    explicit ResourceQuota(const Reader &reader)
        : DirectPlugin("ResourceQuota", {Operation::Create, Operation::Update}), m_reader(reader) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!attributes.resource.namespaced || !attributes.subresource.empty())
            return {};
        const api::ResourceInfo *quotas = api::findResource("", "resourcequotas");
        if (m_reader.list(*quotas, attributes.namespaceName).empty())
            return {};
        const std::string_view group = attributes.resource.group, resource = attributes.resource.resource;
        Amounts added = usageOf(group, resource, *attributes.object);
        if (attributes.old)
            for (const auto &[name, amount] : usageOf(group, resource, *attributes.old))
                added[name] -= amount;
        const bool pod = group.empty() && resource == "pods";
        for (const JsonObject &quota : listJson(m_reader, "", "resourcequotas", attributes.namespaceName)) {
            const bool scoped = hasAt(quota, "spec", "scopes") || hasAt(quota, "spec", "scopeSelector");
            if (scoped && (!pod || !inScope(quota, *attributes.object)))
                continue;
            CHECK(checkQuota(attributes, quota, added, scoped));
        }
        return {};
    }

private:
    Result<> checkQuota(const AdmissionAttributes &attributes, const JsonObject &quota, const Amounts &added,
                        bool scoped) const {
        const std::string_view group = attributes.resource.group, resource = attributes.resource.resource;
        const std::string_view name = textAt(quota, "metadata", "name");
        std::vector<std::string> missing, requested, used, limited;
        std::optional<Amounts> now;
        for (const auto &[key, value] : objectAt(quota, "spec", "hard")) {
            const auto delta = added.find(std::string_view(key));
            if (delta == added.end()) {
                if (attributes.operation == Operation::Create && mustBeStated(group, resource, key))
                    missing.emplace_back(key);
                continue;
            }
            const auto hard = Quantity::parse(asText(value));
            if (!hard || delta->second.sign() <= 0)
                continue;
            if (!now)
                now = usage(attributes, quota, scoped);
            Quantity before = (*now)[std::string(key)];
            if (attributes.old) // it is counted among those that are there
                before -= usageOf(group, resource, *attributes.old)[std::string(key)];
            const Quantity own =
                attributes.old ? usageOf(group, resource, *attributes.object)[std::string(key)] : delta->second;
            if (before + own <= *hard)
                continue;
            requested.push_back(fmt::format("{}={}", std::string_view(key), delta->second.text()));
            used.push_back(fmt::format("{}={}", std::string_view(key), (*now)[std::string(key)].text()));
            limited.push_back(fmt::format("{}={}", std::string_view(key), hard->text()));
        }
        if (!missing.empty())
            return denied(attributes, fmt::format("failed quota: {}: must specify {}", name, fmt::join(missing, ",")));
        if (!requested.empty())
            return denied(attributes,
                          fmt::format("exceeded quota: {}, requested: {}, used: {}, limited: {}", name,
                                      fmt::join(requested, ","), fmt::join(used, ","), fmt::join(limited, ",")));
        return {};
    }

    /// Amounts of pods that a quota limits must be stated, or the quota could not be kept.
    static bool mustBeStated(std::string_view group, std::string_view resource, std::string_view key) {
        return group.empty() && resource == "pods" &&
               (key == "cpu" || key == "memory" || key.starts_with("requests.cpu") ||
                key.starts_with("requests.memory") || key.starts_with("limits."));
    }

    Amounts usage(const AdmissionAttributes &attributes, const JsonObject &quota, bool scoped) const {
        Amounts sum;
        for (const JsonObject &object :
             listJson(m_reader, attributes.resource.group, attributes.resource.resource, attributes.namespaceName))
            if (!scoped || inScope(quota, object))
                for (const auto &[name, amount] :
                     usageOf(attributes.resource.group, attributes.resource.resource, object))
                    sum[name] += amount;
        return sum;
    }

    const Reader &m_reader;
};

} // namespace

Plugin makeResourceQuota(const Reader &reader) {
    return std::make_unique<ResourceQuota>(reader);
}

} // namespace coracle::apiserver
