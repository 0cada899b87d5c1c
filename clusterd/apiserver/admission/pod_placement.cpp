#include "clusterd/apiserver/admission/plugins.h"
#include "clusterd/apiserver/admission/quota_usage.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

/// Plug-ins that say where pods run: PodNodeSelector, LimitPodHardAntiAffinityTopology, ExtendedResourceToleration,
/// PodTopologyLabels.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kHostname = "kubernetes.io/hostname";
constexpr std::string_view kNodeSelector = "scheduler.alpha.kubernetes.io/node-selector";

/// "a=b,c=d"; nothing when it is something else.
std::optional<JsonObject> parseSelector(std::string_view text) {
    JsonObject selector;
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find(','));
        text.remove_prefix(std::min(one.size() + 1, text.size()));
        const size_t equals = one.find('=');
        if (equals == one.npos || equals == 0)
            return std::nullopt;
        selector[one.substr(0, equals)] = one.substr(equals + 1);
    }
    return selector;
}

/// The node selector of a namespace's annotation goes into its pods.
class PodNodeSelector final : public DirectPlugin {
public:
    explicit PodNodeSelector(const Reader &reader)
        : DirectPlugin("PodNodeSelector", {Operation::Create}), m_reader(reader) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods"))
            return {};
        const auto space = readJson(m_reader, "", "namespaces", {}, attributes.namespaceName);
        const std::string_view text = space ? textAt(*space, "metadata", "annotations", kNodeSelector) : "";
        if (text.empty())
            return {};
        const auto selector = parseSelector(text);
        if (!selector)
            return denied(attributes, fmt::format("annotation {} of namespace {} is no node selector: \"{}\"",
                                                  kNodeSelector, attributes.namespaceName, text));
        JsonObject &own = ensureObject(ensureObject(*attributes.object, "spec"), "nodeSelector");
        for (const auto &[key, value] : *selector) {
            if (const JsonValue *present = own.if_contains(key); present && *present != value)
                return denied(attributes, "pod node label selector conflicts with its namespace node label selector");
            own[key] = value;
        }
        return {};
    }

private:
    const Reader &m_reader;
};

class LimitPodHardAntiAffinityTopology final : public DirectPlugin {
public:
    LimitPodHardAntiAffinityTopology()
        : DirectPlugin("LimitPodHardAntiAffinityTopology", {Operation::Create, Operation::Update}) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods"))
            return {};
        for (const JsonValue &term : arrayAt(*attributes.object, "spec", "affinity", "podAntiAffinity",
                                             "requiredDuringSchedulingIgnoredDuringExecution"))
            if (textAt(asObject(term), "topologyKey") != kHostname)
                return denied(attributes,
                              fmt::format("affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey {} but "
                                          "only key {} is allowed",
                                          textAt(asObject(term), "topologyKey"), kHostname));
        return {};
    }
};

/// Pods that ask for extended resources tolerate the taints with these names, which keep the others off such nodes.
class ExtendedResourceToleration final : public DirectPlugin {
public:
    ExtendedResourceToleration() : DirectPlugin("ExtendedResourceToleration", {Operation::Create, Operation::Update}) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods"))
            return {};
        JsonObject &spec = ensureObject(*attributes.object, "spec");
        std::set<std::string> names;
        for (const std::string_view list : {"containers", "initContainers"})
            for (const JsonValue &container : arrayAt(spec, list))
                for (const auto &[name, amount] : objectAt(asObject(container), "resources", "requests"))
                    if (isExtendedResource(name))
                        names.emplace(name);
        for (const std::string &name : names) {
            const JsonObject toleration{{"key", name}, {"operator", "Exists"}};
            JsonArray &own = ensureArray(spec, "tolerations");
            if (std::ranges::find(own, JsonValue(toleration)) == own.end())
                own.push_back(toleration);
        }
        return {};
    }
};

/// A pod that is bound to a node learns the node's zone and region.
class PodTopologyLabels final : public DirectPlugin {
public:
    explicit PodTopologyLabels(const Reader &reader)
        : DirectPlugin("PodTopologyLabels", {Operation::Create}), m_reader(reader) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods", "binding"))
            return {};
        const auto node = readJson(m_reader, "", "nodes", {}, textAt(*attributes.object, "target", "name"));
        if (!node)
            return {};
        for (const std::string_view key : {"topology.kubernetes.io/zone", "topology.kubernetes.io/region"})
            if (const JsonValue *value = memberAt(*node, "metadata", "labels", key))
                ensureObject(ensureObject(*attributes.object, "metadata"), "labels")[key] = *value;
        return {};
    }

private:
    const Reader &m_reader;
};

} // namespace

Plugin makePodNodeSelector(const Reader &reader) {
    return std::make_unique<PodNodeSelector>(reader);
}
Plugin makeLimitPodHardAntiAffinityTopology() {
    return std::make_unique<LimitPodHardAntiAffinityTopology>();
}
Plugin makeExtendedResourceToleration() {
    return std::make_unique<ExtendedResourceToleration>();
}
Plugin makePodTopologyLabels(const Reader &reader) {
    return std::make_unique<PodTopologyLabels>(reader);
}

} // namespace coracle::apiserver
