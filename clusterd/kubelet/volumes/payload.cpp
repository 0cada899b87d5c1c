#include "clusterd/kubelet/volumes/payload.h"

#include "clusterd/kubelet/container/fields.h"

#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

constexpr int32_t kDefaultMode = 0644;

/// All keys, or the listed ones under their paths.
template<class Data>
Result<> addKeys(Payload &payload, const Data &data, const std::vector<corev1::KeyToPath> &items, int32_t defaultMode,
                 bool optional, std::string_view what) {
    if (items.empty()) {
        for (const auto &[key, value] : data)
            payload[key] = {.content = value, .mode = static_cast<mode_t>(defaultMode), .owner = {}};
        return {};
    }
    for (const auto &item : items) {
        auto found = data.find(item.key);
        if (found == data.end()) {
            if (optional)
                continue;
            return errors::other(fmt::format("{} references non-existent {} key: {}", what, what, item.key));
        }
        payload[item.path] = {
            .content = found->second, .mode = static_cast<mode_t>(item.mode.value_or(defaultMode)), .owner = {}};
    }
    return {};
}

Result<> addConfigMap(Payload &payload, const PayloadInput &input, const std::string &name,
                      const std::vector<corev1::KeyToPath> &items, int32_t defaultMode, bool optional) {
    auto found = input.objects.configMaps.find(name);
    if (found == input.objects.configMaps.end() || !found->second) {
        if (optional)
            return {};
        return errors::other(fmt::format("configmap \"{}\" not found", name));
    }
    auto data = found->second->data;
    for (const auto &[key, value] : found->second->binaryData)
        data[key] = value;
    return addKeys(payload, data, items, defaultMode, optional, "configmap");
}

Result<> addSecret(Payload &payload, const PayloadInput &input, const std::string &name,
                   const std::vector<corev1::KeyToPath> &items, int32_t defaultMode, bool optional) {
    auto found = input.objects.secrets.find(name);
    if (found == input.objects.secrets.end() || !found->second) {
        if (optional)
            return {};
        return errors::other(fmt::format("secret \"{}\" not found", name));
    }
    return addKeys(payload, found->second->data, items, defaultMode, optional, "secret");
}

Result<> addDownward(Payload &payload, const PayloadInput &input,
                     const std::vector<corev1::DownwardAPIVolumeFile> &items, int32_t defaultMode) {
    for (const auto &item : items) {
        std::string content;
        if (item.fieldRef) {
            TRY(content, podField(input.pod, item.fieldRef->fieldPath));
        } else if (item.resourceFieldRef) {
            TRY(content, containerResourceField(input.pod, *item.resourceFieldRef, "", input.allocatable));
        }
        payload[item.path] = {
            .content = std::move(content), .mode = static_cast<mode_t>(item.mode.value_or(defaultMode)), .owner = {}};
    }
    return {};
}

/// The user of all containers, when there is just one: a token is readable by it alone.
std::optional<uid_t> commonUser(const corev1::Pod &pod) {
    std::optional<int64_t> common;
    bool first = true;
    std::optional<int64_t> ofPod = pod.spec.securityContext ? pod.spec.securityContext->runAsUser : std::nullopt;
    for (const auto *list : {&pod.spec.initContainers, &pod.spec.containers})
        for (const auto &container : *list) {
            auto user = container.securityContext && container.securityContext->runAsUser
                            ? container.securityContext->runAsUser
                            : ofPod;
            if (!user || (!first && user != common))
                return std::nullopt;
            common = user;
            first = false;
        }
    return common ? std::optional(static_cast<uid_t>(*common)) : std::nullopt;
}

} // namespace

Result<Payload> configMapPayload(const corev1::ConfigMapVolumeSource &source, const PayloadInput &input) {
    Payload payload;
    CHECK(addConfigMap(payload, input, source.name, source.items, source.defaultMode.value_or(kDefaultMode),
                       source.optional.value_or(false)));
    return payload;
}

Result<Payload> secretPayload(const corev1::SecretVolumeSource &source, const PayloadInput &input) {
    Payload payload;
    CHECK(addSecret(payload, input, source.secretName, source.items, source.defaultMode.value_or(kDefaultMode),
                    source.optional.value_or(false)));
    return payload;
}

Result<Payload> downwardPayload(const corev1::DownwardAPIVolumeSource &source, const PayloadInput &input) {
    Payload payload;
    CHECK(addDownward(payload, input, source.items, source.defaultMode.value_or(kDefaultMode)));
    return payload;
}

Result<Payload> projectedPayload(const corev1::ProjectedVolumeSource &source, const PayloadInput &input) {
    Payload payload;
    int32_t mode = source.defaultMode.value_or(kDefaultMode);
    for (size_t i = 0; i < source.sources.size(); ++i) {
        const auto &from = source.sources[i];
        if (from.configMap)
            CHECK(addConfigMap(payload, input, from.configMap->name, from.configMap->items, mode,
                               from.configMap->optional.value_or(false)));
        if (from.secret)
            CHECK(addSecret(payload, input, from.secret->name, from.secret->items, mode,
                            from.secret->optional.value_or(false)));
        if (from.downwardAPI)
            CHECK(addDownward(payload, input, from.downwardAPI->items, mode));
        if (from.serviceAccountToken) {
            auto token = input.tokens.find(i);
            if (token == input.tokens.end())
                return errors::other("the service account token is not there yet");
            auto owner = commonUser(input.pod);
            bool grouped = input.pod.spec.securityContext && input.pod.spec.securityContext->fsGroup;
            payload[from.serviceAccountToken->path] = {
                .content = token->second, .mode = owner || grouped ? 0600 : static_cast<mode_t>(mode), .owner = owner};
        }
    }
    return payload;
}

} // namespace coracle::kubelet
