#include "clusterd/controllers/controller_ref_manager.h"

#include "clusterd/controllers/pod_util.h"

#include <fmt/format.h>

namespace coracle::controllers {

Task<Result<std::vector<ObjectPtr>>> ControllerRefManager::claim(const client::Informer &informer,
                                                                 const ResourceInfo &dependents, ClaimRules rules) {
    const std::string uid = m_owner.uid;
    const bool ending = static_cast<bool>(m_owner.deletionTimestamp);
    const std::string reference = api::encode(controllerReference(m_resource.apiVersion, m_resource.kind, m_owner));
    const std::string add = rules.finalizer.empty() ? "" : fmt::format(R"(,"finalizers":["{}"])", rules.finalizer);
    const std::string drop =
        rules.finalizer.empty() ? "" : fmt::format(R"(,"$deleteFromPrimitiveList/finalizers":["{}"])", rules.finalizer);
    std::vector<ObjectPtr> claimed;
    const std::vector<ObjectPtr> objects = claimable(informer, m_owner.namespace_, uid);
    for (const ObjectPtr &object : objects) {
        const bool own = object->controller() != nullptr;
        const bool matches = rules.matches(*object);
        if (own && matches) {
            claimed.push_back(object);
            continue;
        }
        if (ending || (!own && (!matches || object->deleting())) || (rules.ignores && rules.ignores(*object)))
            continue;
        if (!own) {
            CO_CHECK(co_await checkMayAdopt());
        }
        std::string changes = fmt::format(R"("ownerReferences":[{}]{})", reference, add);
        if (own)
            changes = fmt::format(R"("ownerReferences":[{{"$patch":"delete","uid":"{}"}}]{})", uid, drop);
        auto written = co_await write(dependents, object, std::move(changes));
        CO_CHECK(ignoreNotFound(written));
        if (written && !own)
            claimed.push_back(std::move(*written));
    }
    co_return claimed;
}

Task<Result<>> ControllerRefManager::checkMayAdopt() {
    if (m_mayAdopt)
        co_return Result<>{};
    CO_TRY(const ObjectPtr fresh, co_await m_client.get(m_resource, m_owner.namespace_, m_owner.name));
    if (fresh->uid() != m_owner.uid || fresh->deleting())
        co_return errors::conflict(m_resource.resource, m_resource.group, m_owner.name,
                                   "it is being deleted and adopts nothing");
    m_mayAdopt = true;
    co_return Result<>{};
}

Task<Result<ObjectPtr>> ControllerRefManager::write(const ResourceInfo &resource, ObjectPtr object,
                                                    std::string changes) {
    std::string patch = fmt::format(R"({{"metadata":{{"uid":"{}","resourceVersion":"{}",{}}}}})", object->uid(),
                                    object->resourceVersion(), changes);
    std::string space(object->namespaceName()), name(object->name());
    co_return co_await m_client.patch(resource, std::move(space), std::move(name), client::PatchType::StrategicMerge,
                                      std::move(patch));
}

} // namespace coracle::controllers
