#include "clusterd/scheduler/plugins/volume_binding.h"

#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/plugins/timed_wait.h"
#include "clusterd/scheduler/plugins/volume_binding_state.h"
#include "clusterd/scheduler/strict_object.h"
#include "clusterd/volume/matching.h"
#include "clusterd/volume/storage_class.h"
#include "core/client/client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

using State = VolumeBindingState;

Rejection unschedulable(std::string reason) {
    return Rejection{.reasons = {std::move(reason)}, .resolvable = false};
}

Rejection failed(std::string reason) {
    return Rejection{.reasons = {std::move(reason)}, .resolvable = false, .error = true};
}

/// Why a claim can't be used by the pod at all; empty: it can.
std::string defectOf(const PodClaim &used, const ClaimPointer &claim, const PodInfo &pod) {
    if (!claim)
        return used.ephemeral
                   ? fmt::format("waiting for ephemeral volume controller to create the persistentvolumeclaim \"{}\"",
                                 used.name)
                   : fmt::format("persistentvolumeclaim \"{}\" not found", used.name);
    if (claim->status.phase == "Lost")
        return fmt::format("persistentvolumeclaim \"{}\" bound to non-existent persistentvolume \"{}\"", used.name,
                           claim->spec.volumeName);
    if (claim->metadata.deletionTimestamp)
        return fmt::format("persistentvolumeclaim \"{}\" is being deleted", used.name);
    const bool owned = std::ranges::any_of(claim->metadata.ownerReferences, [&](const metav1::OwnerReference &owner) {
        return owner.controller.value_or(false) && owner.uid == pod.uid();
    });
    if (used.ephemeral && !owned)
        return fmt::format("PVC {} was not created for pod {} (pod is not owner)", keyOf(*claim), pod.object->key());
    return {};
}

/// Asks the API server whether the claims are still those that were decided about.
Task<Result<>> checkClaims(client::Client &client, std::vector<ClaimPointer> claims) {
    for (const ClaimPointer &known : claims) {
        auto claim = co_await client.get(corev1::PersistentVolumeClaim::resource(), known->metadata.namespace_,
                                         known->metadata.name);
        if (!claim && !isNotFound(claim.error()))
            co_return std::unexpected(withContext(fmt::format("pvc {}", keyOf(*known)), std::move(claim).error()));
        if (!claim || (*claim)->uid() != known->metadata.uid || (*claim)->deleting())
            co_return errors::other(fmt::format("pvc {} is gone", keyOf(*known)));
    }
    co_return Result<>{};
}

} // namespace

Result<VolumeBinding::Arguments> VolumeBinding::Arguments::parse(const boost::json::value &value) {
    int64_t seconds = 600;
    StrictObject object(value, "");
    object.typeMeta("kubescheduler.config.k8s.io/v1", "VolumeBindingArgs")
        .integer("bindTimeoutSeconds", seconds, 0, INT32_MAX);
    CHECK(object.finish());
    return Arguments{.bindTimeout = std::chrono::seconds(seconds)};
}

VolumeBinding::VolumeBinding(const PluginContext &context, Arguments arguments)
    : m_client(context.client),
      m_clock(context.clock),
      m_gate(context.gate),
      m_cache(context.cache),
      m_catalog(context.informers.shared<VolumeCatalog>(context.gate.executor())),
      m_arguments(arguments) {}

std::vector<EventInterest> VolumeBinding::eventsToRegister() const {
    return {{{EventResource::StorageClass, kAdd | kUpdate}},
            {{EventResource::PersistentVolumeClaim, kAdd | kUpdate}, usesClaim},
            {{EventResource::PersistentVolume, kAdd | kUpdate}},
            {{EventResource::Node, kAdd | kUpdateNodeLabel}},
            {{EventResource::CsiDriver, kUpdate}},
            {{EventResource::CsiStorageCapacity, kAdd | kUpdate}}};
}

PreFilterPlugin::Outcome VolumeBinding::preFilter(CycleState &state, const PodInfo &pod, const Cache &) const {
    if (!pod.volumes || pod.volumes->claims.empty())
        return {.skip = true};
    auto found = std::make_unique<State>();
    std::vector<ClaimPointer> claims;
    for (const PodClaim &used : pod.volumes->claims) {
        ClaimPointer claim = m_catalog.claims.find(fmt::format("{}/{}", pod.namespaceName(), used.name));
        if (std::string defect = defectOf(used, claim, pod); !defect.empty())
            return {.rejected = unschedulable(std::move(defect))};
        if (std::ranges::find(claims, claim) == claims.end())
            claims.push_back(std::move(claim));
    }
    for (const ClaimPointer &claim : claims) {
        if (volume::isFullyBound(*claim)) {
            if (VolumePointer volume = m_catalog.volumes.find(claim->spec.volumeName))
                found->bound.push_back({volume, volume::NodeAffinity(*volume)});
            else
                found->volumeMissing = true;
            continue;
        }
        const std::string className(volume::classOf(*claim));
        const storagev1::StorageClass *storageClass = m_catalog.storageClass(className);
        // Who names a volume does not wait for a consumer.
        if (!claim->spec.volumeName.empty() || !storageClass || !volume::waitsForConsumer(*storageClass))
            return {.rejected = unschedulable("pod has unbound immediate PersistentVolumeClaims")};
        const auto [candidates, fresh] = found->candidates.try_emplace(className);
        if (fresh)
            for (VolumePointer &volume : m_catalog.volumesOf(className)) {
                // What others have is not looked at again for each node.
                const bool ours = std::ranges::any_of(
                    claims, [&](const ClaimPointer &own) { return volume::isMeantFor(*volume, *own); });
                if (!volume->spec.claimRef || ours)
                    candidates->second.add(std::move(volume));
            }
        found->waiting.push_back({claim, &candidates->second});
    }
    found->claims = std::move(claims);
    std::ranges::stable_sort(found->waiting, {},
                             [](const WaitingClaim &waiting) { return volume::requestedStorage(*waiting.claim); });
    state.set(*this, std::move(found));
    return {};
}

Filtered VolumeBinding::filter(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    State &found = *state.find<State>(*this);
    if (found.volumeMissing)
        return unschedulable("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
    if (std::ranges::any_of(found.bound,
                            [&](const VolumeCandidate &bound) { return !bound.nodes.matches(*node.object()); }))
        return unschedulable("node(s) didn't match PersistentVolume's node affinity");
    if (found.waiting.empty())
        return std::nullopt;
    auto volumes = findNodeVolumes(found, m_catalog, *node.object());
    if (!volumes)
        return unschedulable(volumes.error().message);
    found.nodes.insert_or_assign(node.name(), std::move(*volumes));
    return std::nullopt;
}

Filtered VolumeBinding::reserve(CycleState &state, const PodInfo &pod, const std::string &node) {
    State *found = state.find<State>(*this);
    if (!found || found->waiting.empty())
        return std::nullopt;
    const auto volumes = found->nodes.find(node);
    if (volumes == found->nodes.end())
        return failed(fmt::format("no volumes were chosen for pod {} on node {}", pod.object->key(), node));
    found->chosen = std::move(volumes->second);
    found->nodes.clear(); // the other nodes' are of no use any more
    for (NodeVolumes::Match &match : found->chosen.matches)
        if (!m_catalog.volumes.assume(match.volume->metadata.name, withClaim(*match.volume, *match.claim)))
            return failed(fmt::format("volume {} has changed in the meantime", match.volume->metadata.name));
    for (const ClaimPointer &claim : found->chosen.provisions)
        if (!m_catalog.claims.assume(keyOf(*claim), withSelectedNode(*claim, node)))
            return failed(fmt::format("claim {} has changed in the meantime", keyOf(*claim)));
    return std::nullopt;
}

void VolumeBinding::unreserve(CycleState &state, const PodInfo &, const std::string &) {
    State *found = state.find<State>(*this);
    if (!found)
        return;
    for (const NodeVolumes::Match &match : found->chosen.matches)
        m_catalog.volumes.restore(match.volume->metadata.name);
    for (const ClaimPointer &claim : found->chosen.provisions)
        m_catalog.claims.restore(keyOf(*claim));
    found->chosen = NodeVolumes();
}

PreBindPlugin::Work VolumeBinding::preBindWork(const CycleState &state, const PodInfo &, const std::string &) const {
    const State *found = state.find<State>(*this);
    if (!found)
        return Work::None;
    return found->chosen.empty() ? Work::Brief : Work::Long;
}

Task<Filtered> VolumeBinding::preBind(CycleState &state, PodInfoPtr, std::string node) {
    const NodeVolumes &chosen = state.edit<State>(*this).chosen;
    auto checked = co_await checkClaims(m_client, state.edit<State>(*this).claims);
    if (!checked)
        co_return failed(fmt::format("binding volumes: {}", checked.error().message));
    auto written = co_await writeDecisions(chosen);
    if (!written)
        co_return failed(fmt::format("binding volumes: {}", written.error().message));
    const SteadyTime deadline = m_clock.steadyNow() + m_arguments.bindTimeout;
    while (!m_gate.closed()) {
        const auto bound = isBound(chosen, node);
        if (!bound)
            co_return failed(fmt::format("binding volumes: {}", bound.error().message));
        if (*bound)
            co_return std::nullopt;
        const Duration left = deadline - m_clock.steadyNow();
        if (left <= Duration::zero())
            co_return failed("binding volumes: timed out waiting for the condition");
        co_await waitFor(m_catalog.changed, m_clock, left);
    }
    co_return failed("binding volumes: the scheduler stops");
}

/// What is there already is not written again; who changed something meanwhile makes a conflict, and the pod is tried
/// anew.
Task<Result<>> VolumeBinding::writeDecisions(const NodeVolumes &chosen) {
    for (const NodeVolumes::Match &match : chosen.matches) {
        const VolumePointer volume = m_catalog.volumes.find(match.volume->metadata.name);
        if (!volume)
            co_return errors::other(fmt::format("pv {} is gone", match.volume->metadata.name));
        if (match.volume->spec.claimRef && match.volume->spec.claimRef->uid == match.claim->metadata.uid)
            continue;
        CO_TRY(const api::ObjectPtr stored, co_await m_client.update(corev1::PersistentVolume::resource(), {},
                                                                     volume->metadata.name, api::encode(*volume)));
        CO_CHECK(m_catalog.volumes.set(*stored));
    }
    for (const ClaimPointer &known : chosen.provisions) {
        const ClaimPointer claim = m_catalog.claims.find(keyOf(*known));
        if (!claim)
            co_return errors::other(fmt::format("pvc {} is gone", keyOf(*known)));
        if (selectedNode(*known) == selectedNode(*claim))
            continue;
        CO_TRY(const api::ObjectPtr stored,
               co_await m_client.update(corev1::PersistentVolumeClaim::resource(), claim->metadata.namespace_,
                                        claim->metadata.name, api::encode(*claim)));
        CO_CHECK(m_catalog.claims.set(*stored));
    }
    co_return Result<>{};
}

Result<bool> VolumeBinding::isBound(const NodeVolumes &chosen, const std::string &node) const {
    const NodeInfo *info = m_cache.node(node);
    if (!info || !info->exists())
        return errors::other(fmt::format("node \"{}\" is gone", node));
    bool all = true;
    auto check = [&](const ClaimPointer &known) -> Result<> {
        const ClaimPointer claim = m_catalog.claims.find(keyOf(*known));
        if (!claim || claim->metadata.uid != known->metadata.uid || claim->metadata.deletionTimestamp)
            return errors::other(fmt::format("pvc {} is gone", keyOf(*known)));
        if (!claim->spec.volumeName.empty())
            if (const VolumePointer volume = m_catalog.volumes.find(claim->spec.volumeName);
                volume && !volume::NodeAffinity(*volume).matches(*info->object()))
                return errors::other(
                    fmt::format("pv \"{}\" node affinity doesn't match node \"{}\"", volume->metadata.name, node));
        all &= volume::isFullyBound(*claim);
        return {};
    };
    for (const NodeVolumes::Match &match : chosen.matches) {
        const VolumePointer volume = m_catalog.volumes.find(match.volume->metadata.name);
        if (!volume || !volume->spec.claimRef || volume->spec.claimRef->uid != match.claim->metadata.uid)
            return errors::other(
                fmt::format("pv \"{}\" is not for pvc {} any more", match.volume->metadata.name, keyOf(*match.claim)));
        CHECK(check(match.claim));
    }
    for (const ClaimPointer &claim : chosen.provisions) {
        CHECK(check(claim));
        const ClaimPointer current = m_catalog.claims.find(keyOf(*claim));
        // The provisioner found that it can't make the volume there.
        if (!volume::isFullyBound(*current) && selectedNode(*current) != node)
            return errors::other(fmt::format("provisioning failed for PVC \"{}\"", claim->metadata.name));
    }
    return all;
}

} // namespace coracle::scheduler
