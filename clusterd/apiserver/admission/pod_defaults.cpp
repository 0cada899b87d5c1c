#include "clusterd/apiserver/admission/plugins.h"

#include <algorithm>
#include <fmt/format.h>

/// Plug-ins that fill in pods: Priority, DefaultTolerationSeconds, RuntimeClass, AlwaysPullImages.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kScheduling = "scheduling.k8s.io";

class Priority final : public DirectPlugin {
public:
    explicit Priority(const Reader &reader)
        : DirectPlugin("Priority", {Operation::Create, Operation::Update, Operation::Delete}), m_reader(reader) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods") || attributes.operation == Operation::Delete)
            return {};
        JsonObject &spec = ensureObject(*attributes.object, "spec");
        if (attributes.operation == Operation::Update) {
            // Clients that do not know these members must not lose them.
            for (const std::string_view name : {"priority", "preemptionPolicy"})
                if (!hasAt(spec, name))
                    copyMember(spec, objectAt(*attributes.old, "spec"), name);
            return {};
        }
        std::string name(textAt(spec, "priorityClassName"));
        int64_t value = 0;
        std::string preemption = "PreemptLowerPriority";
        const std::optional<JsonObject> chosen =
            name.empty() ? globalDefault() : readJson(m_reader, kScheduling, "priorityclasses", {}, name);
        if (!name.empty() && !chosen)
            return denied(attributes, fmt::format("no PriorityClass with name {} was found", name));
        if (chosen) {
            name = textAt(*chosen, "metadata", "name");
            value = intAt(*chosen, "value");
            if (!textAt(*chosen, "preemptionPolicy").empty())
                preemption = textAt(*chosen, "preemptionPolicy");
            spec["priorityClassName"] = name;
        }
        if (hasAt(spec, "priority") && intAt(spec, "priority") != value)
            return denied(attributes,
                          fmt::format("the integer value of priority ({}) must not be provided in pod spec; "
                                      "priority admission controller computed {} from the given PriorityClass "
                                      "name",
                                      intAt(spec, "priority"), value));
        if (hasAt(spec, "preemptionPolicy") && textAt(spec, "preemptionPolicy") != preemption)
            return denied(attributes,
                          fmt::format("the string value of PreemptionPolicy ({}) must not be provided in pod "
                                      "spec; priority admission controller computed {} from the given "
                                      "PriorityClass name",
                                      textAt(spec, "preemptionPolicy"), preemption));
        spec["priority"] = value;
        spec["preemptionPolicy"] = preemption;
        return {};
    }

    Result<> check(const AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, kScheduling, "priorityclasses"))
            return {};
        if (attributes.operation == Operation::Delete) {
            if (attributes.name == "system-node-critical" || attributes.name == "system-cluster-critical")
                return denied(attributes, "this is a system priority class and cannot be deleted");
            return {};
        }
        if (!flagAt(*attributes.object, "globalDefault"))
            return {};
        const std::optional<JsonObject> other = globalDefault();
        if (other && textAt(*other, "metadata", "name") != textAt(*attributes.object, "metadata", "name"))
            return denied(attributes,
                          fmt::format("PriorityClass {} is already marked as default. Only one default can exist",
                                      textAt(*other, "metadata", "name")));
        return {};
    }

private:
    /// Of several the one with the lowest value.
    std::optional<JsonObject> globalDefault() const {
        std::optional<JsonObject> best;
        for (JsonObject &object : listJson(m_reader, kScheduling, "priorityclasses", {}))
            if (flagAt(object, "globalDefault") && (!best || intAt(object, "value") < intAt(*best, "value")))
                best = std::move(object);
        return best;
    }

    const Reader &m_reader;
};

class DefaultTolerationSeconds final : public DirectPlugin {
public:
    DefaultTolerationSeconds(int64_t notReady, int64_t unreachable)
        : DirectPlugin("DefaultTolerationSeconds", {Operation::Create, Operation::Update}),
          m_seconds{{"node.kubernetes.io/not-ready", notReady}, {"node.kubernetes.io/unreachable", unreachable}} {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods"))
            return {};
        JsonObject &spec = ensureObject(*attributes.object, "spec");
        for (const auto &[key, seconds] : m_seconds) {
            const bool there = std::ranges::any_of(arrayAt(spec, "tolerations"), [&key](const JsonValue &value) {
                const JsonObject &one = asObject(value);
                const std::string_view effect = textAt(one, "effect");
                return (textAt(one, "key") == key || textAt(one, "key").empty()) &&
                       (effect == "NoExecute" || effect.empty());
            });
            if (!there)
                ensureArray(spec, "tolerations")
                    .push_back(JsonObject{
                        {"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", seconds}});
        }
        return {};
    }

private:
    const std::pair<std::string_view, int64_t> m_seconds[2];
};

class RuntimeClass final : public DirectPlugin {
public:
    explicit RuntimeClass(const Reader &reader) : DirectPlugin("RuntimeClass", {Operation::Create}), m_reader(reader) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods"))
            return {};
        JsonObject &spec = ensureObject(*attributes.object, "spec");
        const std::string_view name = textAt(spec, "runtimeClassName");
        if (name.empty()) {
            if (hasAt(spec, "overhead"))
                return denied(attributes, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined "
                                          "Overhead");
            return {};
        }
        const auto runtime = readJson(m_reader, "node.k8s.io", "runtimeclasses", {}, name);
        if (!runtime)
            return denied(attributes, fmt::format("pod rejected: RuntimeClass \"{}\" not found", name));
        const JsonObject &overhead = objectAt(*runtime, "overhead", "podFixed");
        if (hasAt(spec, "overhead") && objectAt(spec, "overhead") != overhead)
            return denied(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        if (!overhead.empty())
            spec["overhead"] = overhead;
        for (const auto &[key, value] : objectAt(*runtime, "scheduling", "nodeSelector")) {
            JsonObject &selector = ensureObject(spec, "nodeSelector");
            if (const JsonValue *own = selector.if_contains(key); own && *own != value)
                return denied(attributes, fmt::format("conflict: runtimeClass.scheduling.nodeSelector[{0}] = {1}; "
                                                      "pod.spec.nodeSelector[{0}] = {2}",
                                                      std::string_view(key), asText(value), asText(*own)));
            selector[key] = value;
        }
        for (const JsonValue &toleration : arrayAt(*runtime, "scheduling", "tolerations")) {
            JsonArray &own = ensureArray(spec, "tolerations");
            if (std::ranges::find(own, toleration) == own.end())
                own.push_back(toleration);
        }
        return {};
    }

private:
    const Reader &m_reader;
};

class AlwaysPullImages final : public DirectPlugin {
public:
    AlwaysPullImages() : DirectPlugin("AlwaysPullImages", {Operation::Create, Operation::Update}) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods") && !isAbout(attributes, "", "pods", "ephemeralcontainers"))
            return {};
        JsonObject &spec = ensureObject(*attributes.object, "spec");
        for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"})
            if (!arrayAt(spec, list).empty())
                for (JsonValue &container : ensureArray(spec, list))
                    if (container.is_object())
                        container.get_object()["imagePullPolicy"] = "Always";
        return {};
    }
};

} // namespace

Plugin makePriority(const Reader &reader) {
    return std::make_unique<Priority>(reader);
}
Plugin makeDefaultTolerationSeconds(int64_t notReady, int64_t unreachable) {
    return std::make_unique<DefaultTolerationSeconds>(notReady, unreachable);
}
Plugin makeRuntimeClass(const Reader &reader) {
    return std::make_unique<RuntimeClass>(reader);
}
Plugin makeAlwaysPullImages() {
    return std::make_unique<AlwaysPullImages>();
}

} // namespace coracle::apiserver
