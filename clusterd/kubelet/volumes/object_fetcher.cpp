#include "clusterd/kubelet/volumes/object_fetcher.h"

#include "core/client/typed_client.h"

#include <fmt/format.h>
#include <set>

namespace coracle::kubelet {

namespace {

struct Names {
    std::set<std::string> configMaps, secrets;
};

void addContainer(Names &names, const corev1::Container &container) {
    for (const auto &source : container.envFrom) {
        if (source.configMapRef)
            names.configMaps.insert(source.configMapRef->name);
        if (source.secretRef)
            names.secrets.insert(source.secretRef->name);
    }
    for (const auto &variable : container.env) {
        if (!variable.valueFrom)
            continue;
        if (variable.valueFrom->configMapKeyRef)
            names.configMaps.insert(variable.valueFrom->configMapKeyRef->name);
        if (variable.valueFrom->secretKeyRef)
            names.secrets.insert(variable.valueFrom->secretKeyRef->name);
    }
}

Names namesIn(const corev1::Pod &pod) {
    Names names;
    for (const auto *list : {&pod.spec.initContainers, &pod.spec.containers})
        for (const auto &container : *list)
            addContainer(names, container);
    for (const auto &volume : pod.spec.volumes) {
        if (volume.configMap)
            names.configMaps.insert(volume.configMap->name);
        if (volume.secret)
            names.secrets.insert(volume.secret->secretName);
        if (volume.projected)
            for (const auto &source : volume.projected->sources) {
                if (source.configMap)
                    names.configMaps.insert(source.configMap->name);
                if (source.secret)
                    names.secrets.insert(source.secret->name);
            }
    }
    for (const auto &reference : pod.spec.imagePullSecrets)
        names.secrets.insert(reference.name);
    return names;
}

/// One object into the map; its absence is not an error.
template<class Object, class Map>
Task<Result<>> fetchInto(client::Client &client, std::string namespaceName, std::string name, Map &map) {
    auto object = co_await client::get<Object>(client, namespaceName, name);
    if (object)
        map[name] = std::make_shared<const Object>(std::move(*object));
    else if (isNotFound(object.error()))
        map[name] = nullptr;
    else
        co_return std::unexpected(withContext(fmt::format("cannot get \"{}\"", name), object.error()));
    co_return Result<>{};
}

} // namespace

Task<Result<PodObjects>> fetchObjects(client::Client &client, const corev1::Pod &pod) {
    Names names = namesIn(pod);
    std::string namespaceName = pod.metadata.namespace_;
    PodObjects objects;
    for (const auto &name : names.configMaps)
        CO_CHECK(co_await fetchInto<corev1::ConfigMap>(client, namespaceName, name, objects.configMaps));
    for (const auto &name : names.secrets)
        CO_CHECK(co_await fetchInto<corev1::Secret>(client, namespaceName, name, objects.secrets));
    co_return objects;
}

} // namespace coracle::kubelet
