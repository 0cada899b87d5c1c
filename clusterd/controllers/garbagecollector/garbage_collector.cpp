#include "clusterd/controllers/garbagecollector/garbage_collector.h"

#include "clusterd/controllers/served_resources.h"
#include "core/api/typed.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

namespace coracle::controllers {

namespace json = boost::json;

namespace {

constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";

constexpr std::string_view kCustomResources = "custom resources";
/// The definition's event may come before the resource is taken out of what is served.
constexpr Duration kResourcesAgain = std::chrono::milliseconds(250);

bool isEvents(const ResourceInfo &resource) {
    return resource.resource == "events" && !resource.runtime;
}

bool hasFinalizer(const metav1::ObjectMeta &metadata, std::string_view finalizer) {
    return std::find(metadata.finalizers.begin(), metadata.finalizers.end(), finalizer) != metadata.finalizers.end();
}

} // namespace

GarbageCollector::GarbageCollector(const ControllerContext &context)
    : Controller(context, "garbage-collector"),
      m_custom(context, [this](const api::ResourcePtr &resource, const ObjectPtr &before, const ObjectPtr &after) {
          changed(resource, before, after);
      }) {
    for (const api::ResourcePtr &resource : deletableResources(client()))
        if (!resource->runtime && !isEvents(*resource))
            informers().get(*resource).addHandler([this, resource](const ObjectPtr &before, const ObjectPtr &after) {
                changed(resource, before, after);
            });
    followDefinitions();
}

void GarbageCollector::followDefinitions() {
    const ResourceInfo *definitions = api::findResource("apiextensions.k8s.io", "customresourcedefinitions");
    informers().get(*definitions).addHandler([this](const ObjectPtr &, const ObjectPtr &) {
        queue().add(std::string(kCustomResources));
        queue().addAfter(std::string(kCustomResources), kResourcesAgain);
    });
}

void GarbageCollector::changed(const api::ResourcePtr &resource, const ObjectPtr &before, const ObjectPtr &after) {
    m_graph.update(resource, before, after);
    if (!after) {
        for (const ObjectId &dependent : m_graph.dependentsOf(std::string(before->uid())))
            queue().add(dependent.uid);
        // An owner in foreground deletion may have waited for this one.
        for (const api::Object::Owner &owner : before->owners())
            queue().add(std::string(owner.uid));
        return;
    }
    const bool ownersChanged = !before || !std::ranges::equal(before->owners(), after->owners(), {},
                                                              &api::Object::Owner::uid, &api::Object::Owner::uid);
    if ((after->deleting() && after->hasFinalizers()) || (ownersChanged && !after->owners().empty()))
        queue().add(std::string(after->uid()));
    const bool unblocked =
        before && !std::ranges::equal(before->owners(), after->owners(), {}, &api::Object::Owner::blockOwnerDeletion,
                                      &api::Object::Owner::blockOwnerDeletion);
    if (unblocked || ownersChanged || (after->deleting() && (!before || !before->deleting())))
        for (const ObjectPtr *object : {&before, &after}) // an owner that it has no longer may have waited for it
            if (*object)
                for (const api::Object::Owner &owner : (*object)->owners())
                    queue().add(std::string(owner.uid));
}

Task<Result<>> GarbageCollector::reconcile(std::string key) {
    if (key == kCustomResources) {
        m_custom.sync(deletableResources(client()));
        co_return Result<>{};
    }
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
    const ObjectPtr object =
        id.resource->runtime ? m_custom.get(*id.resource, id.key) : informers().get(*id.resource).get(id.key);
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
        const bool blocks = std::any_of(owners.begin(), owners.end(), [&](const metav1::OwnerReference &owner) {
            return owner.uid == id.uid && owner.blockOwnerDeletion.value_or(false);
        });
        blocked |= blocks;
        if (!dependentMetadata->deletionTimestamp) {
            CO_CHECK(co_await judgeByOwners(dependent, std::move(*dependentMetadata)));
        } else if (blocks && isInCircle(dependent)) {
            CO_CHECK(co_await unblockOwners(dependent, std::move(*dependentMetadata)));
        }
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
    if (waiting && isInCircle(id)) {
        metav1::ObjectMeta judged = metadata;
        CO_CHECK(co_await unblockOwners(id, std::move(judged)));
    }
    log::debug(name(), "removing {} {}, whose owner is gone", id.resource->resource, id.key);
    co_return co_await removeObject(std::move(id), std::move(policy));
}

Task<Result<GarbageCollector::OwnerState>> GarbageCollector::stateOf(metav1::OwnerReference owner,
                                                                     std::string namespaceName) {
    const api::ResourcePtr resource = findServedKind(client(), owner.apiVersion, owner.kind);
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

/// Whether the object depends on itself, by way of others that wait for their dependents to go.
bool GarbageCollector::isInCircle(const ObjectId &id) {
    std::set<std::string> seen;
    std::vector<std::string> next(1, id.uid);
    while (!next.empty()) {
        const std::string uid = std::move(next.back());
        next.pop_back();
        for (const ObjectId &dependent : m_graph.dependentsOf(uid)) {
            if (dependent.uid == id.uid)
                return true;
            const auto metadata = metadataOf(dependent);
            if (metadata && metadata->deletionTimestamp && hasFinalizer(*metadata, kForeground) &&
                seen.insert(dependent.uid).second)
                next.push_back(dependent.uid);
        }
    }
    return false;
}

/// In a circle each would wait for the others for ever: this one's owners need not wait for it.
Task<Result<>> GarbageCollector::unblockOwners(ObjectId id, metav1::ObjectMeta metadata) {
    json::array owners;
    for (metav1::OwnerReference owner : metadata.ownerReferences) {
        owner.blockOwnerDeletion = false;
        owners.push_back(api::encodeToValue(owner));
    }
    co_return co_await patchMetadata(std::move(id), std::move(metadata), "ownerReferences", std::move(owners));
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
    co_return ignoreNotFound(patched);
}

Task<Result<>> GarbageCollector::removeObject(ObjectId id, std::string policy) {
    const auto [namespaceName, objectName] = splitKey(id.key);
    client::DeleteOptions options;
    options.preconditionUid = id.uid;
    options.propagationPolicy = std::move(policy);
    auto removed = co_await client().remove(*id.resource, namespaceName, objectName, std::move(options));
    co_return ignoreNotFoundOrConflict(removed);
}

} // namespace coracle::controllers
