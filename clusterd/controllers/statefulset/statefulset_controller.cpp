#include "clusterd/controllers/statefulset/statefulset_controller.h"

#include "clusterd/controllers/statefulset/statefulset_identity.h"
#include "clusterd/controllers/statefulset/statefulset_sync.h"
#include "core/api/typed.h"

#include <fmt/format.h>

namespace coracle::controllers {

StatefulSetController::StatefulSetController(const ControllerContext &context)
    : Controller(context, "statefulset"),
      m_sets(informers().get<appsv1::StatefulSet>()),
      m_pods(informers().get<corev1::Pod>()),
      m_claims(informers().get<corev1::PersistentVolumeClaim>()),
      m_revisions(informers().get<appsv1::ControllerRevision>()) {
    addControllerIndex(m_pods);
    addControllerIndex(m_revisions);
    enqueueOnChange(m_sets);
    enqueueOwner(m_revisions, statefulset::kKind);
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { podChanged(before, after); });
    // A pod may wait for its old claim to go.
    m_claims.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (!after)
            for (const ObjectPtr &set : m_sets.listNamespace(before->namespaceName()))
                queue().add(set->key());
    });
}

/// A pod concerns its owner, and the set whose name it bears: that may adopt it, or waits for the name to be free.
void StatefulSetController::podChanged(const ObjectPtr &before, const ObjectPtr &after) {
    for (const ObjectPtr *pod : {&before, &after}) {
        if (!*pod)
            continue;
        const std::string_view space = (*pod)->namespaceName();
        if (const api::Object::Owner *owner = (*pod)->controller(); owner && owner->kind == statefulset::kKind)
            queue().add(fmt::format("{}/{}", space, owner->name));
        if (const auto name = statefulset::parsePodName((*pod)->name()); name && m_sets.get(space, name->set))
            queue().add(fmt::format("{}/{}", space, name->set));
    }
}

Task<Result<>> StatefulSetController::reconcile(std::string key) {
    const ObjectPtr object = m_sets.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(appsv1::StatefulSet set, api::decode<appsv1::StatefulSet>(*object));
    StatefulSetSync sync(*this, std::move(set));
    co_return co_await sync.run();
}

} // namespace coracle::controllers
