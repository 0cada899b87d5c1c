#include "clusterd/controllers/volume/persistent_volume_controller.h"

#include "clusterd/controllers/volume/pvc_protection_controller.h"
#include "clusterd/volume/annotations.h"
#include "clusterd/volume/matching.h"
#include "clusterd/volume/storage_class.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

using binding::ClaimDecision;
using binding::ClaimFacts;
using binding::VolumeDecision;
using corev1::PersistentVolume;
using corev1::PersistentVolumeClaim;

namespace {

constexpr std::string_view kByClaim = "claim";            // of volumes: the key of the claim that they refer to
constexpr std::string_view kByVolume = "volume";          // of claims: the volume that they name
constexpr Duration kOfferAgain = std::chrono::seconds(1); // after a write that failed, so that nobody tries in a circle
constexpr std::string_view kClassKey = "/";               // before the name of a class: a key of its own
constexpr std::string_view kByWaiting = "waiting";        // of claims that name no volume: their class

std::string claimKey(const corev1::ObjectReference &reference) {
    return fmt::format("{}/{}", reference.namespace_, reference.name);
}

void addIndexes(client::Informer &claims, client::Informer &volumes) {
    volumes.addIndex(std::string(kByClaim), [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (const auto volume = api::decode<PersistentVolume>(*object); volume && volume->spec.claimRef)
            values.push_back(claimKey(*volume->spec.claimRef));
    });
    claims.addIndex(std::string(kByVolume), [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (const auto claim = api::decode<PersistentVolumeClaim>(*object); claim && !claim->spec.volumeName.empty())
            values.push_back(claim->spec.volumeName);
    });
    claims.addIndex(std::string(kByWaiting), [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (const auto claim = api::decode<PersistentVolumeClaim>(*object); claim && claim->spec.volumeName.empty())
            values.emplace_back(volume::classOf(*claim));
    });
}

} // namespace

PersistentVolumeController::PersistentVolumeController(const ControllerContext &context)
    : Controller(context, "persistentvolume-binder"),
      m_claims(informers().get<PersistentVolumeClaim>()),
      m_volumes(informers().get<PersistentVolume>()),
      m_classes(informers().get<storagev1::StorageClass>()),
      m_pods(informers().get<corev1::Pod>()) {
    addIndexes(m_claims, m_volumes);
    m_claims.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { claimChanged(before, after); });
    m_volumes.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { volumeChanged(before, after); });
    m_classes.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { classChanged(before, after); });
}

void PersistentVolumeController::claimChanged(const ObjectPtr &before, const ObjectPtr &after) {
    const std::string key = (after ? after : before)->key();
    queue().add(key);
    for (const ObjectPtr &volume : m_volumes.byIndex(kByClaim, key))
        queue().add(volume->key());
}

void PersistentVolumeController::volumeChanged(const ObjectPtr &before, const ObjectPtr &after) {
    const std::string name((after ? after : before)->name());
    queue().add(name);
    for (const ObjectPtr &claim : m_claims.byIndex(kByVolume, name))
        queue().add(claim->key());
    const auto volume = after ? api::decode<PersistentVolume>(*after) : Result<PersistentVolume>(errors::other({}));
    if (!volume) {
        m_free.remove(name);
        return;
    }
    if (volume->spec.claimRef)
        queue().add(claimKey(*volume->spec.claimRef));
    offer(*volume);
}

/// Many volumes may come at once: who waits for one of their class is looked up once for all of them.
void PersistentVolumeController::offer(const PersistentVolume &volume) {
    if (m_free.apply(volume))
        queue().add(fmt::format("{}{}", kClassKey, volume::classOf(volume)));
}

void PersistentVolumeController::classChanged(const ObjectPtr &, const ObjectPtr &after) {
    if (!after)
        return;
    enqueueWaiting(after->name());
    enqueueWaiting(""); // it may have become the default
}

void PersistentVolumeController::enqueueWaiting(std::string_view storageClass) {
    for (const ObjectPtr &claim : m_claims.byIndex(kByWaiting, storageClass))
        queue().add(claim->key());
}

void PersistentVolumeController::enqueueMatching(std::string_view storageClass) {
    if (!m_free.has(storageClass))
        return;
    for (const ObjectPtr &object : m_claims.byIndex(kByWaiting, storageClass))
        if (const auto claim = api::decode<PersistentVolumeClaim>(*object); claim && m_free.choose(*claim))
            queue().add(object->key());
}

Task<Result<>> PersistentVolumeController::reconcile(std::string key) {
    if (key.starts_with(kClassKey)) {
        enqueueMatching(std::string_view(key).substr(kClassKey.size()));
        co_return Result<>{};
    }
    if (key.find('/') == std::string::npos)
        co_return co_await reconcileVolume(std::move(key));
    co_return co_await reconcileClaim(std::move(key));
}

Task<Result<>> PersistentVolumeController::reconcileClaim(std::string key) {
    const ObjectPtr object = m_claims.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(PersistentVolumeClaim claim, api::decode<PersistentVolumeClaim>(*object));
    CO_TRY(ClaimFacts facts, co_await observe(claim));
    const ClaimDecision decision = binding::decideClaim(claim, facts);
    if (decision.note && (decision.phase != "Lost" || claim.status.phase != "Lost"))
        events().event(client::ObjectReference::to(*object), decision.note->kind, decision.note->reason,
                       decision.note->message);
    if (decision.action == ClaimDecision::Action::Bind)
        co_return co_await bind(std::move(claim), std::move(*facts.volume));
    if (decision.action == ClaimDecision::Action::AssignClass) {
        claim.spec.storageClassName = facts.defaultClass;
        CO_TRY(claim, co_await client::update(client(), std::move(claim)));
    } else if (decision.action == ClaimDecision::Action::Provision &&
               binding::askProvisioner(claim, facts.storageClass->provisioner)) {
        CO_TRY(claim, co_await client::update(client(), std::move(claim)));
    }
    co_return co_await writeStatus(std::move(claim), decision.phase);
}

Task<Result<ClaimFacts>> PersistentVolumeController::observe(const PersistentVolumeClaim &claim) {
    ClaimFacts facts;
    if (!claim.spec.volumeName.empty()) {
        CO_TRY(facts.volume, co_await namedVolume(claim));
        co_return facts;
    }
    facts.storageClass = classNamed(volume::classOf(claim));
    const bool waits = facts.storageClass && volume::waitsForConsumer(*facts.storageClass);
    facts.volume = chooseVolume(claim, waits);
    if (!volume::saysClass(claim))
        facts.defaultClass = defaultClassName();
    if (waits && !facts.volume && !claim.metadata.annotations.contains(volume::annotations::kSelectedNode))
        facts.unscheduledPods = unscheduledPods(claim);
    co_return facts;
}

/// Asks the API server before a binding that was complete is called lost: the informer of volumes may be behind.
Task<Result<std::optional<PersistentVolume>>>
PersistentVolumeController::namedVolume(const PersistentVolumeClaim &claim) {
    std::optional<PersistentVolume> found;
    if (const ObjectPtr object = m_volumes.get(claim.spec.volumeName)) {
        CO_TRY(found, api::decode<PersistentVolume>(*object));
    }
    const bool completed = claim.metadata.annotations.contains(volume::annotations::kBindCompleted);
    if (!completed || (found && volume::isMeantFor(*found, claim)))
        co_return found;
    auto current = co_await client::get<PersistentVolume>(client(), "", claim.spec.volumeName);
    if (current)
        co_return std::optional(std::move(*current));
    if (isNotFound(current.error()))
        co_return std::optional<PersistentVolume>();
    co_return std::unexpected(std::move(current).error());
}

std::optional<PersistentVolume> PersistentVolumeController::chooseVolume(const PersistentVolumeClaim &claim,
                                                                         bool wait) const {
    std::vector<PersistentVolume> meant;
    const std::string key = fmt::format("{}/{}", claim.metadata.namespace_, claim.metadata.name);
    for (const ObjectPtr &object : m_volumes.byIndex(kByClaim, key))
        if (auto volume = api::decode<PersistentVolume>(*object))
            meant.push_back(std::move(*volume));
    std::vector<const PersistentVolume *> candidates;
    for (const PersistentVolume &volume : meant)
        candidates.push_back(&volume);
    const PersistentVolume *match = volume::findMatch(claim, candidates, {.waitForConsumer = wait});
    if (!match && !wait)
        match = m_free.choose(claim);
    return match ? std::optional(*match) : std::nullopt;
}

std::optional<storagev1::StorageClass> PersistentVolumeController::classNamed(std::string_view name) const {
    const ObjectPtr object = name.empty() ? nullptr : m_classes.get(name);
    if (!object)
        return std::nullopt;
    auto storageClass = api::decode<storagev1::StorageClass>(*object);
    return storageClass ? std::optional(std::move(*storageClass)) : std::nullopt;
}

std::string PersistentVolumeController::defaultClassName() const {
    std::vector<storagev1::StorageClass> classes;
    for (const ObjectPtr &object : m_classes.list())
        if (auto storageClass = api::decode<storagev1::StorageClass>(*object))
            classes.push_back(std::move(*storageClass));
    const storagev1::StorageClass *chosen = volume::defaultClass(classes);
    return chosen ? chosen->metadata.name : std::string();
}

std::vector<std::string> PersistentVolumeController::unscheduledPods(const PersistentVolumeClaim &claim) const {
    std::vector<std::string> names;
    for (const ObjectPtr &object : m_pods.listNamespace(claim.metadata.namespace_)) {
        const auto pod = api::decode<corev1::Pod>(*object);
        if (!pod || !pod->spec.nodeName.empty())
            continue;
        const std::vector<std::string> claims = claimsOf(*pod);
        if (std::ranges::find(claims, claim.metadata.name) != claims.end())
            names.push_back(pod->metadata.name);
    }
    return names;
}

/// Nothing else runs between the choice of the volume and its removal from those that are free.
Task<Result<>> PersistentVolumeController::bind(PersistentVolumeClaim claim, PersistentVolume volume) {
    const std::string name = volume.metadata.name;
    m_free.remove(name);
    auto written = co_await writeBinding(std::move(claim), std::move(volume));
    if (written)
        co_return written;
    // A conflict means that the informer will tell of a newer version, which decides whether the volume is free.
    const ObjectPtr object = isConflict(written.error()) ? nullptr : m_volumes.get(name);
    if (object) {
        const auto known = api::decode<PersistentVolume>(*object);
        if (known && m_free.apply(*known))
            queue().addAfter(fmt::format("{}{}", kClassKey, volume::classOf(*known)), kOfferAgain);
    }
    co_return written;
}

Task<Result<>> PersistentVolumeController::writeBinding(PersistentVolumeClaim claim, PersistentVolume volume) {
    if (binding::referToClaim(volume, claim)) {
        CO_TRY(volume, co_await client::update(client(), std::move(volume)));
    }
    if (volume.status.phase != "Bound") {
        volume.status.phase = "Bound";
        volume.status.message.clear();
        CO_TRY(volume, co_await client::updateStatus(client(), std::move(volume)));
    }
    if (binding::referToVolume(claim, volume)) {
        CO_TRY(claim, co_await client::update(client(), std::move(claim)));
    }
    if (binding::showBound(claim, volume)) {
        CO_CHECK(co_await client::updateStatus(client(), std::move(claim)));
    }
    co_return Result<>{};
}

Task<Result<>> PersistentVolumeController::writeStatus(PersistentVolumeClaim claim, const std::string &phase) {
    if (binding::showUnbound(claim, phase)) {
        CO_CHECK(co_await client::updateStatus(client(), std::move(claim)));
    }
    co_return Result<>{};
}

Task<Result<>> PersistentVolumeController::reconcileVolume(std::string name) {
    const ObjectPtr object = m_volumes.get(name);
    if (!object)
        co_return Result<>{};
    CO_TRY(PersistentVolume volume, api::decode<PersistentVolume>(*object));
    CO_TRY(const std::optional<PersistentVolumeClaim> claim, co_await claimOf(volume));
    const VolumeDecision decision = binding::decideVolume(volume, claim ? &*claim : nullptr);
    const bool known = decision.phase == volume.status.phase && decision.message == volume.status.message;
    if (decision.note && !known)
        events().event(client::ObjectReference::to(*object), decision.note->kind, decision.note->reason,
                       decision.note->message);
    if (decision.action == VolumeDecision::Action::AskClaim) {
        queue().add(claimKey(*volume.spec.claimRef));
        co_return Result<>{};
    }
    if (decision.action == VolumeDecision::Action::Unbind) {
        binding::freeVolume(volume);
        CO_TRY(volume, co_await client::update(client(), std::move(volume)));
    }
    co_return co_await setPhase(std::move(volume), decision);
}

/// The claim that the volume refers to by UID. Asks the API server before it is called gone, because that gives the
/// volume away or takes its data.
Task<Result<std::optional<PersistentVolumeClaim>>> PersistentVolumeController::claimOf(const PersistentVolume &volume) {
    const auto &reference = volume.spec.claimRef;
    if (!reference || reference->uid.empty())
        co_return std::optional<PersistentVolumeClaim>();
    if (const ObjectPtr object = m_claims.get(reference->namespace_, reference->name);
        object && object->uid() == reference->uid) {
        CO_TRY(PersistentVolumeClaim claim, api::decode<PersistentVolumeClaim>(*object));
        co_return std::optional(std::move(claim));
    }
    if (volume.status.phase == "Released" || volume.status.phase == "Failed")
        co_return std::optional<PersistentVolumeClaim>();
    auto current = co_await client::get<PersistentVolumeClaim>(client(), reference->namespace_, reference->name);
    if (current && current->metadata.uid == reference->uid)
        co_return std::optional(std::move(*current));
    CO_CHECK(ignoreNotFound(current));
    co_return std::optional<PersistentVolumeClaim>();
}

Task<Result<>> PersistentVolumeController::setPhase(PersistentVolume volume, const VolumeDecision &decision) {
    if (volume.status.phase == decision.phase && volume.status.message == decision.message)
        co_return Result<>{};
    volume.status.phase = decision.phase;
    volume.status.message = decision.message;
    CO_CHECK(co_await client::updateStatus(client(), std::move(volume)));
    co_return Result<>{};
}

} // namespace coracle::controllers
