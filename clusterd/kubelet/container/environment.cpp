#include "clusterd/kubelet/container/environment.h"

#include "clusterd/kubelet/container/expansion.h"
#include "clusterd/kubelet/container/fields.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

/// An ordered list in which a name stands once.
class Variables {
public:
    void set(const std::string &name, std::string value) {
        auto [position, added] = m_positions.try_emplace(name, m_list.size());
        if (added)
            m_list.emplace_back(name, std::move(value));
        else
            m_list[position->second].second = std::move(value);
    }
    std::optional<std::string> get(std::string_view name) const {
        auto found = m_positions.find(name);
        return found == m_positions.end() ? std::nullopt : std::optional(m_list[found->second].second);
    }
    Environment take() { return std::move(m_list); }

private:
    Environment m_list;
    std::map<std::string, size_t, std::less<>> m_positions;
};

std::string variableName(std::string_view text) {
    std::string name(text);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return c == '-' ? '_' : std::toupper(c); });
    return name;
}

/// IsEnvVarName in its relaxed form (KEP-4369): printable ASCII without "=".
bool validName(std::string_view name) {
    return !name.empty() &&
           std::ranges::all_of(name, [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '='; });
}

template<class Object>
const Object *find(const std::map<std::string, std::shared_ptr<const Object>, std::less<>> &objects,
                   std::string_view name) {
    auto found = objects.find(name);
    return found == objects.end() ? nullptr : found->second.get();
}

Result<> addFrom(Variables &variables, const corev1::EnvFromSource &source, const PodObjects &objects) {
    auto addAll = [&](const auto &data) {
        for (const auto &[key, value] : data)
            if (std::string name = source.prefix + key; validName(name))
                variables.set(name, value);
    };
    if (source.configMapRef) {
        const auto *map = find(objects.configMaps, source.configMapRef->name);
        if (map)
            addAll(map->data);
        else if (!source.configMapRef->optional.value_or(false))
            return errors::other(fmt::format("configmap \"{}\" not found", source.configMapRef->name));
    }
    if (source.secretRef) {
        const auto *secret = find(objects.secrets, source.secretRef->name);
        if (secret)
            addAll(secret->data);
        else if (!source.secretRef->optional.value_or(false))
            return errors::other(fmt::format("secret \"{}\" not found", source.secretRef->name));
    }
    return {};
}

/// The value of valueFrom; nothing when it is optional and not there.
Result<std::optional<std::string>> referredValue(const corev1::EnvVarSource &source, const EnvironmentInput &input) {
    if (source.fieldRef) {
        TRY(auto value, podField(input.pod, source.fieldRef->fieldPath));
        return value;
    }
    if (source.resourceFieldRef) {
        TRY(auto value,
            containerResourceField(input.pod, *source.resourceFieldRef, input.container.name, input.allocatable));
        return value;
    }
    if (const auto &ref = source.configMapKeyRef) {
        bool optional = ref->optional.value_or(false);
        const auto *map = find(input.objects.configMaps, ref->name);
        if (!map && !optional)
            return errors::other(fmt::format("configmap \"{}\" not found", ref->name));
        if (map)
            if (auto found = map->data.find(ref->key); found != map->data.end())
                return found->second;
        if (!optional)
            return errors::other(fmt::format("couldn't find key {} in ConfigMap {}/{}", ref->key,
                                             input.pod.metadata.namespace_, ref->name));
    }
    if (const auto &ref = source.secretKeyRef) {
        bool optional = ref->optional.value_or(false);
        const auto *secret = find(input.objects.secrets, ref->name);
        if (!secret && !optional)
            return errors::other(fmt::format("secret \"{}\" not found", ref->name));
        if (secret)
            if (auto found = secret->data.find(ref->key); found != secret->data.end())
                return found->second;
        if (!optional)
            return errors::other(fmt::format("couldn't find key {} in Secret {}/{}", ref->key,
                                             input.pod.metadata.namespace_, ref->name));
    }
    return std::nullopt;
}

} // namespace

Environment serviceEnvironment(const corev1::Service &service) {
    Environment variables;
    if (service.spec.clusterIP.empty() || service.spec.clusterIP == "None" || service.spec.ports.empty())
        return variables;
    std::string prefix = variableName(service.metadata.name), host = service.spec.clusterIP;
    variables.emplace_back(prefix + "_SERVICE_HOST", host);
    variables.emplace_back(prefix + "_SERVICE_PORT", std::to_string(service.spec.ports[0].port));
    for (const auto &port : service.spec.ports)
        if (!port.name.empty())
            variables.emplace_back(prefix + "_SERVICE_PORT_" + variableName(port.name), std::to_string(port.port));
    std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    for (size_t i = 0; i < service.spec.ports.size(); ++i) {
        const auto &port = service.spec.ports[i];
        std::string protocol = port.protocol.empty() ? "TCP" : port.protocol, lower = protocol;
        std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
        std::string url = fmt::format("{}://{}:{}", lower, shown, port.port);
        if (i == 0)
            variables.emplace_back(prefix + "_PORT", url);
        std::string portPrefix = fmt::format("{}_PORT_{}_{}", prefix, port.port, protocol);
        variables.emplace_back(portPrefix, url);
        variables.emplace_back(portPrefix + "_PROTO", lower);
        variables.emplace_back(portPrefix + "_PORT", std::to_string(port.port));
        variables.emplace_back(portPrefix + "_ADDR", host);
    }
    return variables;
}

Result<Environment> makeEnvironment(const EnvironmentInput &input) {
    Variables variables;
    // enableServiceLinks: false leaves the API server's service only.
    bool links = input.pod.spec.enableServiceLinks.value_or(true);
    for (const auto &service : input.services) {
        bool apiServer = service->metadata.namespace_ == "default" && service->metadata.name == "kubernetes";
        if (links ? (apiServer || service->metadata.namespace_ == input.pod.metadata.namespace_) : apiServer)
            for (auto &[name, value] : serviceEnvironment(*service))
                variables.set(name, std::move(value));
    }
    for (const auto &source : input.container.envFrom)
        CHECK(addFrom(variables, source, input.objects));
    auto lookup = [&](std::string_view name) { return variables.get(name); };
    for (const auto &variable : input.container.env) {
        if (!variable.valueFrom) {
            variables.set(variable.name, expandVariables(variable.value, lookup));
            continue;
        }
        TRY(auto value, referredValue(*variable.valueFrom, input));
        if (value)
            variables.set(variable.name, std::move(*value));
    }
    return variables.take();
}

} // namespace coracle::kubelet
