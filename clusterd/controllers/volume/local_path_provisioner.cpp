#include "clusterd/controllers/volume/local_path_provisioner.h"

#include "clusterd/controllers/volume/claim_resize.h"
#include "clusterd/controllers/volume/local_path_package.h"
#include "clusterd/controllers/volume/local_path_volume.h"
#include "clusterd/volume/annotations.h"
#include "clusterd/volume/local_path.h"
#include "clusterd/volume/matching.h"
#include "clusterd/volume/storage_class.h"
#include "core/api/metadata.h"
#include "core/base/log.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

namespace local = volume::localpath;
using client::EventKind;
using corev1::PersistentVolume;
using corev1::PersistentVolumeClaim;

namespace {

bool isAsked(const PersistentVolumeClaim &claim) {
    return api::annotation(claim.metadata, volume::annotations::kStorageProvisioner) == local::kProvisioner;
}

} // namespace

LocalPathProvisioner::LocalPathProvisioner(const ControllerContext &context)
    : Controller(context, "local-path-provisioner"),
      m_claims(informers().get<PersistentVolumeClaim>()),
      m_volumes(informers().get<PersistentVolume>()),
      m_classes(informers().get<storagev1::StorageClass>()),
      m_nodes(informers().get<corev1::Node>()) {
    enqueueOnChange(m_claims);
    m_volumes.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { volumeChanged(before, after); });
    m_classes.addHandler([this](const ObjectPtr &, const ObjectPtr &) { enqueueClaims(); });
    m_nodes.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (!after) // its directories will never be removed
            for (const ObjectPtr &object : m_volumes.list())
                queue().add(object->key());
    });
    informers().get<corev1::ConfigMap>().addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (after && after->namespaceName() == kLocalPathNamespace && after->name() == kLocalPathConfigMap)
            configChanged(after);
    });
}

void LocalPathProvisioner::volumeChanged(const ObjectPtr &before, const ObjectPtr &after) {
    const ObjectPtr &object = after ? after : before;
    queue().add(object->key());
    const auto volume = api::decode<PersistentVolume>(*object);
    if (volume && volume->spec.claimRef && local::isLocalPath(*volume))
        queue().add(fmt::format("{}/{}", volume->spec.claimRef->namespace_, volume->spec.claimRef->name));
}

/// A configuration that can't be read leaves the last good one in place.
void LocalPathProvisioner::configChanged(const ObjectPtr &object) {
    const auto map = api::decode<corev1::ConfigMap>(*object);
    const auto text = map ? map->data.find("config.json") : decltype(map->data.end())();
    auto config = !map || text == map->data.end()
                      ? Result<LocalPathConfig>(errors::other("ConfigMap local-path-config has no config.json"))
                      : LocalPathConfig::parse(text->second);
    if (config) {
        m_config = std::move(*config);
        enqueueClaims();
        return;
    }
    m_configError = config.error().message;
    log::warning(name(), "{}: the configuration is not taken over: {}", object->key(), m_configError);
}

void LocalPathProvisioner::enqueueClaims() {
    for (const ObjectPtr &claim : m_claims.list())
        queue().add(claim->key());
}

Task<Result<>> LocalPathProvisioner::reconcile(std::string key) {
    if (key.find('/') == std::string::npos)
        co_return co_await reconcileVolume(std::move(key));
    co_return co_await reconcileClaim(std::move(key));
}

std::optional<storagev1::StorageClass> LocalPathProvisioner::classOf(const PersistentVolumeClaim &claim) const {
    const ObjectPtr object = m_classes.get(volume::classOf(claim));
    auto storageClass =
        object ? api::decode<storagev1::StorageClass>(*object) : Result<storagev1::StorageClass>(errors::other({}));
    if (!storageClass || storageClass->provisioner != local::kProvisioner)
        return std::nullopt;
    return std::move(*storageClass);
}

Task<Result<>> LocalPathProvisioner::reconcileClaim(std::string key) {
    const ObjectPtr object = m_claims.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(PersistentVolumeClaim claim, api::decode<PersistentVolumeClaim>(*object));
    if (!claim.spec.volumeName.empty())
        co_return co_await resize(std::move(claim), object);
    if (isAsked(claim) && !m_volumes.get(localpath::volumeName(claim)))
        co_return co_await provision(std::move(claim), object);
    co_return Result<>{};
}

/// What the user has to mend is told by an event and tried again when one of the objects concerned changes.
Task<Result<>> LocalPathProvisioner::provision(PersistentVolumeClaim claim, ObjectPtr about) {
    const auto storageClass = classOf(claim);
    if (!storageClass)
        co_return Result<>{};
    const client::ObjectReference reference = client::ObjectReference::to(*about);
    const auto failed = [&](std::string_view why) {
        events().event(
            reference, EventKind::Warning, "ProvisioningFailed",
            fmt::format("failed to provision volume with StorageClass \"{}\": {}", storageClass->metadata.name, why));
    };
    const std::string nodeName(api::annotation(claim.metadata, volume::annotations::kSelectedNode).value_or(""));
    if (nodeName.empty()) {
        if (!volume::waitsForConsumer(*storageClass))
            failed("configuration error, no node was specified");
        co_return Result<>{};
    }
    const ObjectPtr node = m_nodes.get(nodeName);
    if (!node) {
        CO_TRY(const bool gone, co_await nodeIsGone(nodeName));
        if (gone)
            co_return co_await chooseAgain(std::move(claim));
        co_return errors::other(fmt::format("node {} is not known yet", nodeName));
    }
    auto volume = plan(claim, *storageClass, *node);
    if (!volume) {
        failed(volume.error().message);
        co_return Result<>{};
    }
    const std::string name = volume->metadata.name;
    auto made = co_await client::create(client(), std::move(*volume));
    if (made)
        events().event(reference, EventKind::Normal, "ProvisioningSucceeded",
                       fmt::format("Successfully provisioned volume {}", name));
    else if (!isAlreadyExists(made.error()))
        co_return std::unexpected(std::move(made).error());
    co_return Result<>{};
}

Result<PersistentVolume> LocalPathProvisioner::plan(const PersistentVolumeClaim &claim,
                                                    const storagev1::StorageClass &storageClass,
                                                    const api::Object &node) {
    CHECK(localpath::checkRequest(claim, storageClass));
    if (!m_config)
        return errors::other(m_configError);
    TRY(const auto paths, m_config->pathsFor(storageClass.metadata.name, std::string(node.name())));
    size_t chosen = paths.size() > 1 ? random().below(paths.size()) : 0;
    if (const auto wanted = storageClass.parameters.find("nodePath"); wanted != storageClass.parameters.end()) {
        chosen = static_cast<size_t>(std::ranges::find(paths, wanted->second) - paths.begin());
        if (chosen == paths.size())
            return errors::other(fmt::format("config doesn't contain path {} on node {}", wanted->second, node.name()));
    }
    return localpath::makeVolume(claim, storageClass, node, paths[chosen]);
}

/// The scheduler shall choose another node.
Task<Result<>> LocalPathProvisioner::chooseAgain(PersistentVolumeClaim claim) {
    claim.metadata.annotations.erase(std::string(volume::annotations::kSelectedNode));
    CO_CHECK(co_await client::update(client(), std::move(claim)));
    co_return Result<>{};
}

/// First the volume's capacity; when its node has seen to that, the claim's.
Task<Result<>> LocalPathProvisioner::resize(PersistentVolumeClaim claim, ObjectPtr about) {
    const ObjectPtr object = m_volumes.get(claim.spec.volumeName);
    if (!object || !volume::isFullyBound(claim))
        co_return Result<>{};
    CO_TRY(PersistentVolume volume, api::decode<PersistentVolume>(*object));
    if (!local::isLocalPath(volume) || !volume::isMeantFor(volume, claim) || !resize::isWanted(claim))
        co_return Result<>{};
    const api::Quantity wanted = volume::requestedStorage(claim);
    if (resize::begin(claim, wanted, clock().now())) {
        CO_TRY(claim, co_await client::updateStatus(client(), std::move(claim)));
    }
    if (volume::capacity(volume) < wanted) {
        volume.spec.capacity["storage"] = wanted;
        CO_CHECK(co_await client::update(client(), std::move(volume)));
        co_return Result<>{}; // the volume's change brings the claim again
    }
    if (api::annotation(volume.metadata, local::kPrepared) != local::preparedFor(volume))
        co_return Result<>{};
    resize::finish(claim, volume::capacity(volume));
    CO_CHECK(co_await client::updateStatus(client(), std::move(claim)));
    events().event(client::ObjectReference::to(*about), EventKind::Normal, "VolumeResizeSuccessful",
                   "Resize volume succeeded");
    co_return Result<>{};
}

Task<Result<>> LocalPathProvisioner::reconcileVolume(std::string name) {
    const ObjectPtr object = m_volumes.get(name);
    if (!object)
        co_return Result<>{};
    CO_TRY(PersistentVolume volume, api::decode<PersistentVolume>(*object));
    if (!local::isLocalPath(volume))
        co_return Result<>{};
    if (!object->deleting()) {
        if (volume.status.phase == "Released" && volume.spec.persistentVolumeReclaimPolicy == "Delete")
            co_return co_await remove(std::move(volume));
        co_return Result<>{};
    }
    const local::Work work = local::workOf(volume);
    if (work == local::Work::LetGo)
        co_return co_await letGo(std::move(volume));
    if (work != local::Work::Remove)
        co_return Result<>{}; // the node is at it, or something else holds the volume
    CO_TRY(const bool gone, co_await nodeIsGone(std::string(local::nodeOf(volume))));
    if (!gone)
        co_return Result<>{};
    events().event(client::ObjectReference::to(*object), EventKind::Warning, "VolumeFailedDelete",
                   fmt::format("node {} is gone; the directory {} stays where it is", local::nodeOf(volume),
                               local::pathOf(volume)));
    co_return co_await letGo(std::move(volume));
}

/// Only the object that was seen: one that has been bound again meanwhile stays.
Task<Result<>> LocalPathProvisioner::remove(PersistentVolume volume) {
    if (std::ranges::find(volume.metadata.finalizers, local::kFinalizer) == volume.metadata.finalizers.end()) {
        volume.metadata.finalizers.emplace_back(local::kFinalizer); // one of K3s, from before there were finalizers
        CO_TRY(volume, co_await client::update(client(), std::move(volume)));
    }
    client::DeleteOptions options;
    options.preconditionUid = volume.metadata.uid;
    options.preconditionResourceVersion = volume.metadata.resourceVersion;
    auto removed = co_await client::remove(client(), volume, options);
    co_return ignoreNotFound(removed);
}

Task<Result<>> LocalPathProvisioner::letGo(PersistentVolume volume) {
    std::erase(volume.metadata.finalizers, local::kFinalizer);
    auto written = co_await client::update(client(), std::move(volume));
    co_return ignoreNotFound(written);
}

Task<Result<bool>> LocalPathProvisioner::nodeIsGone(std::string name) {
    if (name.empty())
        co_return true;
    if (m_nodes.get(name))
        co_return false;
    auto node = co_await client().get(corev1::Node::resource(), "", std::move(name));
    CO_CHECK(ignoreNotFound(node));
    co_return !node;
}

} // namespace coracle::controllers
