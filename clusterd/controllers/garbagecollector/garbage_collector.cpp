#include "clusterd/controllers/garbagecollector/garbage_collector.h"

#include "core/api/typed.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::controllers {

namespace json = boost::json;

namespace {

constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";

bool has(std::span<const std::string_view> verbs, std::string_view verb) {
    return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

/// Each stored resource once, in its preferred version.
std::vector<const ResourceInfo *> collectableResources() {
    std::map<std::string_view, const ResourceInfo *> byPrefix;
    for (const ResourceInfo &resource : api::builtinResources()) {
        if (resource.storagePrefix.empty() || resource.resource == "events" || !has(resource.verbs, "delete") ||
            !has(resource.verbs, "list") || !has(resource.verbs, "watch"))
            continue;
        const ResourceInfo *&known = byPrefix[resource.storagePrefix];
        if (!known || resource.preferredVersion)
            known = &resource;
    }
    std::vector<const ResourceInfo *> resources;
    for (const auto &[prefix, resource] : byPrefix)
        resources.push_back(resource);
    return resources;
}

bool hasFinalizer(const metav1::ObjectMeta &metadata, std::string_view finalizer) {
    return std::find(metadata.finalizers.begin(), metadata.finalizers.end(), finalizer) != metadata.finalizers.end();
}

} // namespace

GarbageCollector::GarbageCollector(const ControllerContext &context) : Controller(context, "garbage-collector") {
    for (const ResourceInfo *resource : collectableResources())
        informers().get(*resource).addHandler(
            [this, resource](const ObjectPtr &before, const ObjectPtr &after) { changed(*resource, before, after); });
}

void GarbageCollector::changed(const ResourceInfo &resource, const ObjectPtr &before, const ObjectPtr &after) {
    m_graph.update(resource, before, after);
    if (!after) {
        for (const ObjectId &dependent : m_graph.dependentsOf(std::string(before->uid())))
            queue().add(dependent.uid);
        // An owner in foreground deletion may have waited for this one.
        for (const api::Object::Owner &owner : before->owners())
            queue().add(std::string(owner.uid));
        return;
    }
    const bool ownersChanged = !before || before->owners().size() != after->owners().size();
    if ((after->deleting() && after->hasFinalizers()) || (ownersChanged && !after->owners().empty()))
        queue().add(std::string(after->uid()));
    if (after->deleting() && (!before || !before->deleting()))
        for (const api::Object::Owner &owner : after->owners())
            queue().add(std::string(owner.uid));
}

Task<Result<>> GarbageCollector::reconcile(std::string key) {
    const ObjectId *found = m_graph.find(key);
    if (!found)
        co_return Result<>{};
    const ObjectId id = *found;
    auto metadata = metadataOf(id);
    if (!metadata)
        co_return Result<>{}; // gone meanwhile
    if (!metadata->deletionTimestamp)
        co_return co_await judgeByOwners(id, std::move(*metadata));
    if (hasFinalizer(*metadata, kOrphan))
        co_return co_await orphanDependents(id, std::move(*metadata));
    if (hasFinalizer(*metadata, kForeground))
        co_return co_await deleteDependents(id, std::move(*metadata));
    co_return Result<>{};
}

Result<metav1::ObjectMeta> GarbageCollector::metadataOf(const ObjectId &id) {
    const ObjectPtr object = informers().get(*id.resource).get(id.key);
    if (!object || object->uid() != id.uid)
        return errors::notFound(id.resource->resource, id.resource->group, id.key);
    TRY(metav1::PartialObjectMetadata whole, api::decode<metav1::PartialObjectMetadata>(*object));
    return std::move(whole.metadata);
}

Task<Result<>> GarbageCollector::orphanDependents(ObjectId id, metav1::ObjectMeta metadata) {
    const std::vector<std::string> owner(1, id.uid);
    for (const ObjectId &dependent : m_graph.dependentsOf(id.uid)) {
        auto dependentMetadata = metadataOf(dependent);
        if (dependentMetadata)
            CO_CHECK(co_await dropOwners(dependent, std::move(*dependentMetadata), owner));
    }
    co_return co_await dropFinalizer(std::move(id), std::move(metadata), kOrphan);
}

Task<Result<>> GarbageCollector::deleteDependents(ObjectId id, metav1::ObjectMeta metadata) {
    bool blocked = false;
    for (const ObjectId &dependent : m_graph.dependentsOf(id.uid)) {
        auto dependentMetadata = metadataOf(dependent);
        if (!dependentMetadata)
            continue;
        const auto &owners = dependentMetadata->ownerReferences;
        blocked |= std::any_of(owners.begin(), owners.end(), [&](const metav1::OwnerReference &owner) {
            return owner.uid == id.uid && owner.blockOwnerDeletion.value_or(false);
        });
        if (!dependentMetadata->deletionTimestamp)
            CO_CHECK(co_await judgeByOwners(dependent, std::move(*dependentMetadata)));
    }
    if (blocked)
        co_return Result<>{};
    co_return co_await dropFinalizer(std::move(id), std::move(metadata), kForeground);
}

/// Deletes the object when no owner of it is left; drops references to owners that are gone when another one is left.
Task<Result<>> GarbageCollector::judgeByOwners(ObjectId id, metav1::ObjectMeta metadata) {
    if (metadata.ownerReferences.empty())
        co_return Result<>{};
    size_t solid = 0;
    bool waiting = false;
    std::vector<std::string> removable;
    for (const metav1::OwnerReference &owner : metadata.ownerReferences) {
        CO_TRY(const OwnerState state, co_await stateOf(owner, metadata.namespace_));
        if (state == OwnerState::Solid)
            ++solid;
        else
            removable.push_back(owner.uid);
        waiting |= state == OwnerState::WaitingForDependents;
    }
    if (solid > 0 && !removable.empty())
        co_return co_await dropOwners(std::move(id), std::move(metadata), std::move(removable));
    if (solid > 0)
        co_return Result<>{};
    const bool deep = (waiting && m_graph.hasDependents(id.uid)) || hasFinalizer(metadata, kForeground);
    std::string policy = deep ? "Foreground" : "Background";
    if (hasFinalizer(metadata, kOrphan))
        policy = "Orphan";
    log::debug(name(), "removing {} {}, whose owner is gone", id.resource->resource, id.key);
    co_return co_await removeObject(std::move(id), std::move(policy));
}

Task<Result<GarbageCollector::OwnerState>> GarbageCollector::stateOf(metav1::OwnerReference owner,
                                                                     std::string namespaceName) {
    const ResourceInfo *resource = api::findKind(owner.apiVersion, owner.kind);
    // An owner of a kind that nobody serves can't be judged; a namespaced owner can't own across namespaces.
    if (!resource || (resource->namespaced && namespaceName.empty()))
        co_return OwnerState::Solid;
    if (const ObjectId *known = m_graph.find(owner.uid)) {
        auto metadata = metadataOf(*known);
        const bool waits = metadata && metadata->deletionTimestamp && hasFinalizer(*metadata, kForeground);
        if (metadata)
            co_return waits ? OwnerState::WaitingForDependents : OwnerState::Solid;
    }
    if (!resource->namespaced)
        namespaceName.clear();
    auto live = co_await client().get(*resource, namespaceName, owner.name);
    if (live)
        co_return (*live)->uid() == owner.uid ? OwnerState::Solid : OwnerState::Dangling;
    if (isNotFound(live.error()))
        co_return OwnerState::Dangling;
    co_return std::unexpected(live.error());
}

Task<Result<>> GarbageCollector::dropOwners(ObjectId id, metav1::ObjectMeta metadata,
                                            std::vector<std::string> ownerUids) {
    json::array kept;
    for (const metav1::OwnerReference &owner : metadata.ownerReferences)
        if (std::find(ownerUids.begin(), ownerUids.end(), owner.uid) == ownerUids.end())
            kept.push_back(api::encodeToValue(owner));
    co_return co_await patchMetadata(std::move(id), std::move(metadata), "ownerReferences", std::move(kept));
}

Task<Result<>> GarbageCollector::dropFinalizer(ObjectId id, metav1::ObjectMeta metadata, std::string_view finalizer) {
    json::array kept;
    for (const std::string &other : metadata.finalizers)
        if (other != finalizer)
            kept.emplace_back(other);
    co_return co_await patchMetadata(std::move(id), std::move(metadata), "finalizers", std::move(kept));
}

/// Replaces one list of the metadata, only in the state that was judged.
Task<Result<>> GarbageCollector::patchMetadata(ObjectId id, metav1::ObjectMeta metadata, std::string_view member,
                                               json::array list) {
    const json::object patch{
        {"metadata",
         json::object{{"uid", id.uid}, {"resourceVersion", metadata.resourceVersion}, {member, std::move(list)}}}};
    const auto [namespaceName, objectName] = splitKey(id.key);
    auto patched = co_await client().patch(*id.resource, namespaceName, objectName, client::PatchType::Merge,
                                           json::serialize(patch));
    if (!patched && !isNotFound(patched.error()))
        co_return std::unexpected(patched.error());
    co_return Result<>{};
}

Task<Result<>> GarbageCollector::removeObject(ObjectId id, std::string policy) {
    const auto [namespaceName, objectName] = splitKey(id.key);
    client::DeleteOptions options;
    options.preconditionUid = id.uid;
    options.propagationPolicy = std::move(policy);
    auto removed = co_await client().remove(*id.resource, namespaceName, objectName, std::move(options));
    if (!removed && !isNotFound(removed.error()) && !isConflict(removed.error()))
        co_return removed;
    co_return Result<>{};
}

} // namespace coracle::controllers
