#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/typed.h"
#include "core/api/types/meta_v1.h"

#include <functional>
#include <string>
#include <vector>

namespace coracle::controllers {

/// Which dependents an owner claims. Named functions, because a coroutine is given them.
struct ClaimRules {
    std::function<bool(const api::Object &)> matches; ///< by labels, and whatever else makes one the owner's
    /// Those that neither match nor belong are not asked. Others are left as they are; empty: none are.
    std::function<bool(const api::Object &)> ignores;
    std::string finalizer; ///< adopted ones get it, released ones lose it; empty: none
};

/// Keeps the controller references between one owner and its dependents right (k8s.io/kubernetes
/// pkg/controller.ControllerRefManager): orphans that match are adopted, own objects that match no longer are released.
/// An owner that is being deleted does neither, also when the informers don't know yet that it is: a set that goes must
/// not take anything into its grave. Lives for one pass; what is referred to outlives it.
class ControllerRefManager {
public:
    /// The resource and metadata are the owner's.
    ControllerRefManager(client::Client &client, const ResourceInfo &resource, const metav1::ObjectMeta &owner)
        : m_client(client), m_resource(resource), m_owner(owner) {}

    /// The owner's dependents, after the writes. The informer has the controller index (addControllerIndex). Conflicts
    /// are errors: the next pass decides anew.
    Task<Result<std::vector<ObjectPtr>>> claim(const client::Informer &informer, const ResourceInfo &dependents,
                                               ClaimRules rules);

private:
    Task<Result<>> checkMayAdopt();
    Task<Result<ObjectPtr>> write(const ResourceInfo &resource, ObjectPtr object, std::string changes);

    client::Client &m_client;
    const ResourceInfo &m_resource;
    const metav1::ObjectMeta &m_owner;
    bool m_mayAdopt = false; ///< checked in this pass
};

/// Objects of the API as their structs.
template<class T>
Result<std::vector<T>> decodeAll(const std::vector<ObjectPtr> &objects) {
    std::vector<T> decoded;
    decoded.reserve(objects.size());
    for (const ObjectPtr &object : objects) {
        TRY(T one, api::decode<T>(*object));
        decoded.push_back(std::move(one));
    }
    return decoded;
}

} // namespace coracle::controllers
