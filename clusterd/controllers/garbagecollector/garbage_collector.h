#pragma once

#include "clusterd/controllers/custom_informers.h"
#include "clusterd/controllers/garbagecollector/owner_graph.h"
#include "clusterd/controllers/runtime.h"
#include "core/api/types/meta_v1.h"

#include <boost/json/fwd.hpp>

namespace coracle::controllers {

/// Deletes objects whose owners are gone, and carries out foreground deletion and orphaning.
/// Reads: every resource that can be deleted, but for events; custom ones as their definitions come and go. Writes:
/// deletes; ownerReferences; the finalizers foregroundDeletion and orphan.
class GarbageCollector final : public Controller {
public:
    explicit GarbageCollector(const ControllerContext &context);
    int workers() const override { return 4; }
    /// The key is the object's UID, or one that stands for the list of custom resources.
    Task<Result<>> reconcile(std::string key) override;

private:
    enum class OwnerState { Solid, Dangling, WaitingForDependents };

    void changed(const api::ResourcePtr &resource, const ObjectPtr &before, const ObjectPtr &after);
    void followDefinitions();
    Task<Result<>> orphanDependents(ObjectId id, metav1::ObjectMeta metadata);
    Task<Result<>> deleteDependents(ObjectId id, metav1::ObjectMeta metadata);
    Task<Result<>> judgeByOwners(ObjectId id, metav1::ObjectMeta metadata);
    Task<Result<OwnerState>> stateOf(metav1::OwnerReference owner, std::string namespaceName);
    bool isInCircle(const ObjectId &id);
    Task<Result<>> unblockOwners(ObjectId id, metav1::ObjectMeta metadata);
    Task<Result<>> dropOwners(ObjectId id, metav1::ObjectMeta metadata, std::vector<std::string> ownerUids);
    Task<Result<>> dropFinalizer(ObjectId id, metav1::ObjectMeta metadata, std::string_view finalizer);
    Task<Result<>> patchMetadata(ObjectId id, metav1::ObjectMeta metadata, std::string_view member,
                                 boost::json::array list);
    Task<Result<>> removeObject(ObjectId id, std::string policy);
    Result<metav1::ObjectMeta> metadataOf(const ObjectId &id);

    OwnerGraph m_graph;
    CustomInformers m_custom;
};

} // namespace coracle::controllers
