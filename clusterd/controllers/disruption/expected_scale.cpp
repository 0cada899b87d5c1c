#include "clusterd/controllers/disruption/expected_scale.h"

#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/served_resources.h"
#include "core/api/types/apps_v1.h"
#include "core/api/types/autoscaling_v1.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace coracle::controllers::disruption {

namespace {

Failure unknownOwner(const corev1::Pod &pod, std::string_view kind, std::string_view name) {
    return errors::other(fmt::format("pod {} belongs to {} {}, which does not exist", pod.metadata.name, kind, name));
}

template<class T>
Result<int32_t> replicasOf(const api::Object &object) {
    TRY(const T owner, api::decode<T>(object));
    return owner.spec.replicas.value_or(1);
}

} // namespace

ExpectedScale::ExpectedScale(client::Client &client, InformerFactory &informers)
    : m_client(client),
      m_followed{
          {&informers.get<corev1::ReplicationController>(), replicasOf<corev1::ReplicationController>},
          {&informers.get<appsv1::ReplicaSet>(), replicasOf<appsv1::ReplicaSet>},
          {&informers.get<appsv1::Deployment>(), replicasOf<appsv1::Deployment>},
          {&informers.get<appsv1::StatefulSet>(), replicasOf<appsv1::StatefulSet>},
      } {}

void ExpectedScale::addHandler(const client::Informer::Handler &handler) {
    for (const Followed &owners : m_followed)
        owners.informer->addHandler(handler);
}

Task<Result<DeclaredPods>> ExpectedScale::declaredBy(const std::vector<corev1::Pod> &pods) const {
    ByOwner declared;                // by who declares it: the sets of a deployment have one number together
    std::set<std::string_view> seen; // the pods' own controllers
    DeclaredPods result;
    for (const corev1::Pod &pod : pods) {
        const metav1::OwnerReference *owner = controllerOf(pod.metadata);
        if (!owner) {
            result.unmanaged.push_back(pod.metadata.name);
            continue;
        }
        if (!seen.insert(owner->uid).second)
            continue;
        if (followed(owner->apiVersion, owner->kind)) {
            const api::Object::Owner reference{
                .apiVersion = owner->apiVersion, .kind = owner->kind, .name = owner->name, .uid = owner->uid};
            CO_CHECK(addFollowed(declared, pod, reference));
        } else {
            CO_CHECK(co_await addScale(declared, pod, *owner));
        }
    }
    for (const auto &[uid, replicas] : declared)
        result.count += replicas;
    co_return result;
}

const ExpectedScale::Followed *ExpectedScale::followed(std::string_view apiVersion, std::string_view kind) const {
    const auto found = std::ranges::find_if(m_followed, [&](const Followed &owners) {
        const ResourceInfo &resource = owners.informer->resource();
        return resource.kind == kind && resource.apiVersion == apiVersion;
    });
    return found == m_followed.end() ? nullptr : &*found;
}

Result<> ExpectedScale::addFollowed(ByOwner &declared, const corev1::Pod &pod, const api::Object::Owner &owner) const {
    const Followed &owners = *followed(owner.apiVersion, owner.kind);
    const ObjectPtr object = owners.informer->get(pod.metadata.namespace_, owner.name);
    if (!object || object->uid() != owner.uid)
        return unknownOwner(pod, owner.kind, owner.name);
    // What a ReplicaSet has is its Deployment's choice.
    const api::Object::Owner *above = object->controller();
    if (above && above->kind == appsv1::Deployment::kKind && followed(above->apiVersion, above->kind))
        return addFollowed(declared, pod, *above);
    TRY(declared[std::string(owner.uid)], owners.replicasOf(*object));
    return {};
}

Task<Result<>> ExpectedScale::addScale(ByOwner &declared, const corev1::Pod &pod,
                                       const metav1::OwnerReference &owner) const {
    const api::ResourcePtr resource = findServedKind(m_client, owner.apiVersion, owner.kind);
    if (!resource)
        co_return errors::other(fmt::format("pod {} belongs to a {} of {}, which is not served", pod.metadata.name,
                                            owner.kind, owner.apiVersion));
    if (!resource->hasSubresource("scale"))
        co_return errors::other(fmt::format("pod {} belongs to {} {}, a kind without the scale subresource",
                                            pod.metadata.name, owner.kind, owner.name));
    auto object = co_await m_client.get(*resource, pod.metadata.namespace_, owner.name, "scale");
    if (!object && isNotFound(object.error()))
        co_return unknownOwner(pod, owner.kind, owner.name);
    if (!object)
        co_return std::unexpected(object.error());
    CO_TRY(const autoscalingv1::Scale scale, api::decode<autoscalingv1::Scale>(**object));
    if (scale.metadata.uid != owner.uid)
        co_return unknownOwner(pod, owner.kind, owner.name);
    declared[owner.uid] = scale.spec.replicas;
    co_return Result<>{};
}

} // namespace coracle::controllers::disruption
