#include "clusterd/scheduler/default_selectors.h"

#include "core/api/typed.h"
#include "core/api/types/apps_v1.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/meta_v1.h"

namespace coracle::scheduler {

namespace {

constexpr size_t kControllersMax = 4096;

template<class T>
Result<api::LabelSelector> selectorOf(const api::Object &object) {
    TRY(const T controller, api::decode<T>(object));
    if constexpr (requires { controller.spec.selector->matchLabels; }) {
        if (!controller.spec.selector)
            return api::LabelSelector::nothing();
        return api::LabelSelector::from(*controller.spec.selector);
    } else {
        return api::LabelSelector::fromMap(controller.spec.selector);
    }
}

} // namespace

DefaultSelectors::DefaultSelectors(Informers &informers)
    : m_replicaSets(informers.get<appsv1::ReplicaSet>()),
      m_statefulSets(informers.get<appsv1::StatefulSet>()),
      m_replicationControllers(informers.get<corev1::ReplicationController>()) {
    informers.get<corev1::Service>().addHandler(
        [this](const auto &before, const auto &after) { onService(before, after); });
}

void DefaultSelectors::onService(const api::ObjectPtr &before, const api::ObjectPtr &after) {
    const api::Object &object = after ? *after : *before;
    auto &services = m_services[std::string(object.namespaceName())];
    const std::string name(object.name());
    services.erase(name);
    if (after)
        if (const auto service = api::decode<corev1::Service>(*after); service && !service->spec.selector.empty())
            services[name] = Labels(service->spec.selector.begin(), service->spec.selector.end());
    if (services.empty())
        m_services.erase(std::string(object.namespaceName()));
}

const api::LabelSelector *DefaultSelectors::controllerSelector(const api::Object &pod) {
    struct Kind {
        std::string_view apiVersion, kind;
        client::Informer &informer;
        Result<api::LabelSelector> (*read)(const api::Object &);
    };
    const Kind kinds[] = {
        {"apps/v1", "ReplicaSet", m_replicaSets, selectorOf<appsv1::ReplicaSet>},
        {"apps/v1", "StatefulSet", m_statefulSets, selectorOf<appsv1::StatefulSet>},
        {"v1", "ReplicationController", m_replicationControllers, selectorOf<corev1::ReplicationController>}};
    const auto *owner = pod.controller();
    if (!owner)
        return nullptr;
    for (const Kind &kind : kinds) {
        if (owner->kind != kind.kind || owner->apiVersion != kind.apiVersion)
            continue;
        const auto object = kind.informer.get(pod.namespaceName(), owner->name);
        if (!object || object->uid() != owner->uid)
            return nullptr;
        if (m_controllers.size() > kControllersMax)
            m_controllers.clear();
        auto [known, fresh] = m_controllers.try_emplace(std::string(object->uid()));
        if (fresh || known->second.generation != object->generation()) {
            auto selector = kind.read(*object);
            known->second = {object->generation(), selector ? std::move(*selector) : api::LabelSelector::nothing()};
        }
        return &known->second.selector;
    }
    return nullptr;
}

api::LabelSelector DefaultSelectors::of(const api::Object &pod) {
    Labels merged;
    if (const auto services = m_services.find(pod.namespaceName()); services != m_services.end())
        for (const auto &[name, labels] : services->second)
            if (api::LabelSelector::fromMap(labels).matches(pod.labels()))
                for (const auto &[key, value] : labels)
                    merged[key] = value;
    api::LabelSelector selector = api::LabelSelector::fromMap(merged);
    const api::LabelSelector *own = controllerSelector(pod);
    if (!own || own->isNothing())
        return selector;
    if (selector.isEverything())
        return *own;
    for (const auto &requirement : own->requirements())
        if (!selector.add(requirement.key, requirement.op, requirement.values))
            return *own;
    return selector;
}

} // namespace coracle::scheduler
