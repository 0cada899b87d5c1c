#include "clusterd/controllers/attachdetach/attachdetach_controller.h"

#include "clusterd/controllers/pod_util.h"
#include "core/api/metadata.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::controllers {

namespace json = boost::json;

namespace {

constexpr const char *kByNode = "nodeOfClaims", *kByClaim = "claim", *kAttachmentsByNode = "node",
                     *kAttachmentsByVolume = "volume";
/// kube-controller-manager's reconcilerMaxWaitForUnmountDuration.
constexpr Duration kUnmountLongest = std::chrono::minutes(6);
constexpr const char *kManaged = "volumes.kubernetes.io/controller-managed-attach-detach";
constexpr const char *kOutOfService = "node.kubernetes.io/out-of-service";

/// Most pods have no claims; they are not decoded for that.
bool mentionsClaims(const api::Object &pod) {
    return pod.json().find("\"persistentVolumeClaim\"") != std::string::npos ||
           pod.json().find("\"ephemeral\"") != std::string::npos;
}

std::vector<std::string> claimKeys(const corev1::Pod &pod) {
    std::vector<std::string> keys;
    for (const corev1::Volume &volume : pod.spec.volumes)
        if (volume.persistentVolumeClaim)
            keys.push_back(fmt::format("{}/{}", pod.metadata.namespace_, volume.persistentVolumeClaim->claimName));
        else if (volume.ephemeral)
            keys.push_back(fmt::format("{}/{}-{}", pod.metadata.namespace_, pod.metadata.name, volume.name));
    return keys;
}

bool isExclusive(const corev1::PersistentVolume &volume) {
    return std::ranges::none_of(volume.spec.accessModes, [](const std::string &mode) {
        return mode == corev1::kReadWriteMany || mode == corev1::kReadOnlyMany;
    });
}

bool isReady(const corev1::Node &node) {
    return std::ranges::any_of(node.status.conditions, [](const corev1::NodeCondition &condition) {
        return condition.type == "Ready" && condition.status == "True";
    });
}

} // namespace

AttachDetachController::AttachDetachController(const ControllerContext &context)
    : Controller(context, "attachdetach"),
      m_pods(informers().get<corev1::Pod>()),
      m_claims(informers().get<corev1::PersistentVolumeClaim>()),
      m_volumes(informers().get<corev1::PersistentVolume>()),
      m_nodes(informers().get<corev1::Node>()),
      m_drivers(informers().get<storagev1::CSIDriver>()),
      m_attachments(informers().get<storagev1::VolumeAttachment>()) {
    m_pods.addIndex(kByNode, [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (mentionsClaims(*object))
            if (const auto pod = api::decode<corev1::Pod>(*object); pod && !pod->spec.nodeName.empty())
                values.push_back(pod->spec.nodeName);
    });
    m_pods.addIndex(kByClaim, [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (mentionsClaims(*object))
            if (const auto pod = api::decode<corev1::Pod>(*object))
                values = claimKeys(*pod);
    });
    m_attachments.addIndex(kAttachmentsByNode, [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (const auto attachment = api::decode<storagev1::VolumeAttachment>(*object))
            values.push_back(attachment->spec.nodeName);
    });
    m_attachments.addIndex(kAttachmentsByVolume, [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (const auto attachment = api::decode<storagev1::VolumeAttachment>(*object))
            values.push_back(attachment->spec.source.persistentVolumeName.value_or(""));
    });
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        const ObjectPtr &object = after ? after : before;
        if (mentionsClaims(*object))
            if (const auto pod = api::decode<corev1::Pod>(*object); pod && !pod->spec.nodeName.empty())
                queue().add(pod->spec.nodeName);
    });
    m_claims.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (after)
            enqueueUsers(after->key());
    });
    m_volumes.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (!after)
            return;
        if (const auto volume = api::decode<corev1::PersistentVolume>(*after); volume && volume->spec.claimRef)
            enqueueUsers(fmt::format("{}/{}", volume->spec.claimRef->namespace_, volume->spec.claimRef->name));
    });
    enqueueOnChange(m_nodes);
    m_attachments.addHandler(
        [this](const ObjectPtr &before, const ObjectPtr &after) { attachmentChanged(before, after); });
}

void AttachDetachController::enqueueUsers(const std::string &claimKey) {
    for (const ObjectPtr &object : m_pods.byIndex(kByClaim, claimKey))
        if (const auto pod = api::decode<corev1::Pod>(*object); pod && !pod->spec.nodeName.empty())
            queue().add(pod->spec.nodeName);
}

void AttachDetachController::attachmentChanged(const ObjectPtr &before, const ObjectPtr &after) {
    const ObjectPtr &object = after ? after : before;
    const auto attachment = api::decode<storagev1::VolumeAttachment>(*object);
    if (!attachment || !attachment->spec.source.persistentVolumeName)
        return;
    queue().add(attachment->spec.nodeName);
    const std::string &volume = *attachment->spec.source.persistentVolumeName;
    if (!after) {
        m_unwanted.erase(std::string(before->name()));
        // Others may have waited for it.
        if (const ObjectPtr known = m_volumes.get(volume))
            if (const auto decoded = api::decode<corev1::PersistentVolume>(*known); decoded && decoded->spec.claimRef)
                enqueueUsers(fmt::format("{}/{}", decoded->spec.claimRef->namespace_, decoded->spec.claimRef->name));
        return;
    }
    const auto former =
        before ? api::decode<storagev1::VolumeAttachment>(*before) : Result<storagev1::VolumeAttachment>();
    if (!before || !former)
        return;
    const bool attached = attachment->status.attached && !former->status.attached;
    const auto &error = attachment->status.attachError;
    const bool failed = error && !(former->status.attachError == error);
    if (!attached && !failed)
        return;
    NodeAttachments node{.node = attachment->spec.nodeName};
    for (const ObjectPtr &pod : m_pods.byIndex(kByNode, node.node))
        if (auto added = addWanted(node, *pod); !added)
            return;
    const auto wanted = node.wanted.find(volume);
    if (wanted == node.wanted.end())
        return;
    if (attached)
        tellPods(wanted->second.podKeys, client::EventKind::Normal, "SuccessfulAttachVolume",
                 fmt::format("AttachVolume.Attach succeeded for volume \"{}\" ", volume));
    else
        tellPods(wanted->second.podKeys, client::EventKind::Warning, "FailedAttachVolume",
                 fmt::format("AttachVolume.Attach failed for volume \"{}\" : {}", volume, error->message));
}

bool AttachDetachController::isAttachable(const std::string &driver) {
    const ObjectPtr object = m_drivers.get(driver);
    const auto known = object ? api::decode<storagev1::CSIDriver>(*object) : Result<storagev1::CSIDriver>();
    return !object || !known || known->spec.attachRequired.value_or(true);
}

/// The volumes of a pod that has a node and has not ended.
Result<> AttachDetachController::addWanted(NodeAttachments &node, const api::Object &object) {
    TRY(const corev1::Pod pod, api::decode<corev1::Pod>(object));
    if (isPodTerminal(pod))
        return {};
    for (const std::string &key : claimKeys(pod)) {
        const ObjectPtr claimObject = m_claims.get(key);
        if (!claimObject)
            continue;
        TRY(const auto claim, api::decode<corev1::PersistentVolumeClaim>(*claimObject));
        const ObjectPtr volumeObject = claim.spec.volumeName.empty() ? nullptr : m_volumes.get(claim.spec.volumeName);
        if (!volumeObject || claim.status.phase != "Bound")
            continue;
        TRY(const auto volume, api::decode<corev1::PersistentVolume>(*volumeObject));
        // A volume that was given to another claim of the name is not this pod's.
        if (!volume.spec.csi || !volume.spec.claimRef || volume.spec.claimRef->uid != claim.metadata.uid ||
            !isAttachable(volume.spec.csi->driver))
            continue;
        WantedVolume &wanted = node.wanted[volume.metadata.name];
        wanted.name = volume.metadata.name;
        wanted.driver = volume.spec.csi->driver;
        wanted.handle = volume.spec.csi->volumeHandle;
        wanted.exclusive = isExclusive(volume);
        wanted.podKeys.push_back(object.key());
    }
    return {};
}

Result<> AttachDetachController::addAttachments(NodeAttachments &node) {
    for (const ObjectPtr &object : m_attachments.byIndex(kAttachmentsByNode, node.node)) {
        TRY(const auto attachment, api::decode<storagev1::VolumeAttachment>(*object));
        // Inline volumes are attached by others.
        if (!attachment.spec.source.persistentVolumeName)
            continue;
        KnownAttachment known{.name = attachment.metadata.name,
                              .volumeName = *attachment.spec.source.persistentVolumeName,
                              .driver = attachment.spec.attacher,
                              .handle = {},
                              .attached = attachment.status.attached,
                              .deleting = object->deleting()};
        if (const ObjectPtr volume = m_volumes.get(known.volumeName)) {
            TRY(const auto decoded, api::decode<corev1::PersistentVolume>(*volume));
            if (decoded.spec.csi)
                known.handle = decoded.spec.csi->volumeHandle;
        }
        node.attachments.push_back(std::move(known));
    }
    for (const auto &[name, wanted] : node.wanted)
        for (const ObjectPtr &object : m_attachments.byIndex(kAttachmentsByVolume, name)) {
            TRY(const auto attachment, api::decode<storagev1::VolumeAttachment>(*object));
            if (attachment.spec.nodeName != node.node)
                node.elsewhere[name].insert(attachment.spec.nodeName);
        }
    return {};
}

void AttachDetachController::noteUnwanted(NodeAttachments &node, bool ready) {
    const SteadyTime now = clock().steadyNow();
    for (const KnownAttachment &attachment : node.attachments) {
        if (node.wanted.contains(attachment.volumeName)) {
            m_unwanted.erase(attachment.name);
            continue;
        }
        const SteadyTime since = m_unwanted.try_emplace(attachment.name, now).first->second;
        // A kubelet that answers unmounts it at last; one that doesn't must be overruled.
        if (ready)
            continue;
        if (now - since >= kUnmountLongest)
            node.overdue.insert(attachment.volumeName);
        else
            queue().addAfter(node.node, since + kUnmountLongest - now);
    }
}

Result<NodeAttachments> AttachDetachController::observe(const std::string &name, const ObjectPtr &object) {
    NodeAttachments node{.node = name};
    bool ready = false;
    if (object) {
        TRY(const corev1::Node decoded, api::decode<corev1::Node>(*object));
        node.exists = true;
        node.managed = api::annotation(decoded.metadata, kManaged) == "true";
        node.outOfService = std::ranges::any_of(decoded.spec.taints,
                                                [](const corev1::Taint &taint) { return taint.key == kOutOfService; });
        node.inUse.insert(decoded.status.volumesInUse.begin(), decoded.status.volumesInUse.end());
        ready = isReady(decoded);
    }
    for (const ObjectPtr &pod : m_pods.byIndex(kByNode, name))
        CHECK(addWanted(node, *pod));
    CHECK(addAttachments(node));
    noteUnwanted(node, ready);
    return node;
}

Task<Result<>> AttachDetachController::reconcile(std::string key) {
    const ObjectPtr object = m_nodes.get(key);
    CO_TRY(const NodeAttachments node, observe(key, object));
    const AttachPlan plan = planAttachments(node);
    // The kubelet must know that a volume goes before it goes.
    if (node.exists && node.managed)
        CO_CHECK(co_await writeAttached(key, plan.attached));
    for (const KnownAttachment &attachment : plan.detach)
        CO_CHECK(co_await detach(attachment));
    for (const WantedVolume &volume : plan.attach)
        CO_CHECK(co_await attach(key, volume));
    for (const WantedVolume &volume : plan.refused)
        refuse(key, volume);
    co_return Result<>{};
}

Task<Result<bool>> AttachDetachController::isElsewhere(std::string node, std::string volume) {
    CO_TRY(const client::ObjectList all, co_await client().list(storagev1::VolumeAttachment::resource(), {}));
    for (const ObjectPtr &object : all.items) {
        CO_TRY(const auto attachment, api::decode<storagev1::VolumeAttachment>(*object));
        if (attachment.spec.nodeName != node && attachment.spec.source.persistentVolumeName == volume)
            co_return true;
    }
    co_return false;
}

Task<Result<>> AttachDetachController::attach(std::string node, WantedVolume volume) {
    if (volume.exclusive) {
        CO_TRY(const bool taken, co_await isElsewhere(node, volume.name));
        if (taken) {
            refuse(node, volume);
            co_return Result<>{};
        }
    }
    storagev1::VolumeAttachment attachment;
    attachment.metadata.name = attachmentName(volume.driver, volume.handle, node);
    attachment.spec.attacher = volume.driver;
    attachment.spec.nodeName = node;
    attachment.spec.source.persistentVolumeName = volume.name;
    auto made = co_await client::create(client(), std::move(attachment));
    if (made || isAlreadyExists(made.error()))
        co_return Result<>{};
    tellPods(volume.podKeys, client::EventKind::Warning, "FailedAttachVolume",
             fmt::format("AttachVolume.Attach failed for volume \"{}\" : {}", volume.name, made.error().message));
    co_return std::unexpected(std::move(made).error());
}

Task<Result<>> AttachDetachController::detach(KnownAttachment attachment) {
    auto removed = co_await client().remove(storagev1::VolumeAttachment::resource(), {}, attachment.name);
    co_return ignoreNotFound(removed);
}

Task<Result<>> AttachDetachController::writeAttached(std::string name, std::set<std::string> volumes) {
    const ObjectPtr object = m_nodes.get(name);
    if (!object)
        co_return Result<>{};
    CO_TRY(const corev1::Node node, api::decode<corev1::Node>(*object));
    std::set<std::string> known;
    for (const corev1::AttachedVolume &volume : node.status.volumesAttached)
        known.insert(volume.name);
    if (known == volumes)
        co_return Result<>{};
    json::array attached;
    for (const std::string &volume : volumes)
        attached.push_back(json::object{{"name", volume}, {"devicePath", ""}});
    json::object patch{{"status", json::object{{"volumesAttached", std::move(attached)}}}};
    client::WriteOptions options;
    options.subresource = "status";
    auto patched = co_await client().patch(corev1::Node::resource(), {}, name, client::PatchType::Merge,
                                           json::serialize(patch), options);
    co_return ignoreNotFound(patched);
}

/// Says who has the volume, as far as the pod's namespace may know.
void AttachDetachController::refuse(const std::string &node, const WantedVolume &volume) {
    const ObjectPtr object = m_volumes.get(volume.name);
    const auto decoded = object ? api::decode<corev1::PersistentVolume>(*object) : Result<corev1::PersistentVolume>();
    std::vector<std::string> users;
    if (object && decoded && decoded->spec.claimRef)
        for (const ObjectPtr &pod : m_pods.byIndex(
                 kByClaim, fmt::format("{}/{}", decoded->spec.claimRef->namespace_, decoded->spec.claimRef->name)))
            if (const auto user = api::decode<corev1::Pod>(*pod);
                user && !user->spec.nodeName.empty() && user->spec.nodeName != node && !isPodTerminal(*user))
                users.push_back(user->metadata.name);
    const std::string message =
        users.empty() ? "Volume is already exclusively attached to one node and can't be attached to another"
                      : fmt::format("Volume is already used by pod(s) {}", fmt::join(users, ", "));
    tellPods(volume.podKeys, client::EventKind::Warning, "FailedAttachVolume",
             fmt::format("Multi-Attach error for volume \"{}\" {}", volume.name, message));
}

void AttachDetachController::tellPods(const std::vector<std::string> &podKeys, client::EventKind kind,
                                      std::string_view reason, const std::string &message) {
    for (const std::string &key : podKeys)
        if (const ObjectPtr pod = m_pods.get(key))
            events().event(client::ObjectReference::to(*pod), kind, reason, message);
}

} // namespace coracle::controllers
