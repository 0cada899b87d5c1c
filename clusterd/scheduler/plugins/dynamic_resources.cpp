#include "clusterd/scheduler/plugins/dynamic_resources.h"

#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/plugins/dynamic_resources/claim_state.h"
#include "clusterd/scheduler/plugins/dynamic_resources/state.h"
#include "core/api/typed.h"
#include "core/base/gate.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

using State = DynamicResourcesState;

Rejection unschedulable(std::string reason) {
    return Rejection{.reasons = {std::move(reason)}, .resolvable = false};
}

Rejection failed(std::string reason) {
    return Rejection{.reasons = {std::move(reason)}, .resolvable = false, .error = true};
}

} // namespace

DynamicResources::DynamicResources(const PluginContext &context)
    : m_client(context.client),
      m_clock(context.clock),
      m_random(context.random),
      m_gate(context.gate),
      m_catalog(context.informers.shared<DeviceCatalog>(context.gate.executor())) {}

std::vector<EventInterest> DynamicResources::eventsToRegister() const {
    // A claim of the pod that came or changed, or devices of any claim that became free.
    auto claimHelps = [](const PodInfo &waiting, const ClusterChange &change) {
        const api::Object &claim = change.after ? *change.after : *change.before;
        const auto before = change.before ? api::decode<resourcev1::ResourceClaim>(*change.before)
                                          : Result<resourcev1::ResourceClaim>();
        if (!change.after)
            return before && (before->status.allocation || isOwnedBy(*before, waiting.uid())) ? Hint::Queue
                                                                                              : Hint::Skip;
        const auto after = api::decode<resourcev1::ResourceClaim>(claim);
        if (before && after && before->status.allocation && !after->status.allocation)
            return Hint::Queue;
        if (!waiting.volumes || claim.namespaceName() != waiting.namespaceName())
            return Hint::Skip;
        const bool own = std::ranges::any_of(waiting.volumes->resourceClaims, [&](const PodResourceClaim &used) {
            return used.claimName == claim.name();
        });
        const bool same = change.before && before && after && before->status == after->status;
        return own && !same ? Hint::Queue : Hint::Skip;
    };
    return {{{EventResource::ResourceClaim, kAdd | kDelete | kUpdate}, claimHelps},
            {{EventResource::Pod, kUpdatePodResourceClaims}},
            {{EventResource::ResourceSlice, kAdd | kUpdate}},
            {{EventResource::Node, kAdd | kUpdateNodeLabel}},
            {{EventResource::DeviceClass, kAdd | kUpdate}}};
}

Result<std::vector<ClaimLedger::Claim>> DynamicResources::claimsOf(const PodInfo &pod) const {
    std::vector<Claim> claims;
    if (!pod.volumes)
        return claims;
    for (const PodResourceClaim &used : pod.volumes->resourceClaims) {
        if (used.unneeded)
            continue;
        if (used.claimName.empty())
            return errors::other(fmt::format("pod \"{}\": ResourceClaim not created yet", pod.object->key()));
        Claim claim = m_catalog.ledger.find(fmt::format("{}/{}", pod.namespaceName(), used.claimName));
        if (!claim)
            return errors::other(fmt::format("resourceclaim \"{}\" not found", used.claimName));
        if (claim->metadata.deletionTimestamp)
            return errors::other(fmt::format("resourceclaim \"{}\" is being deleted", used.claimName));
        if (used.generated && !isOwnedBy(*claim, pod.uid()))
            return errors::other(fmt::format("ResourceClaim {} was not created for pod {} (pod is not owner)",
                                             keyOf(*claim), pod.object->key()));
        claims.push_back(std::move(claim));
    }
    return claims;
}

Filtered DynamicResources::preEnqueue(const PodInfo &pod) const {
    if (auto claims = claimsOf(pod); !claims)
        return unschedulable(claims.error().message);
    return std::nullopt;
}

PreFilterPlugin::Outcome DynamicResources::preFilter(CycleState &state, const PodInfo &pod, const Cache &) const {
    auto claims = claimsOf(pod);
    if (!claims)
        return {.rejected = unschedulable(claims.error().message)};
    auto extended = extendedOf(pod);
    if (!extended)
        return {.rejected = failed(extended.error().message)};
    if (claims->empty() && !*extended)
        return {.skip = true};
    auto found = std::make_unique<State>();
    found->extended = std::move(*extended);
    if (found->extended && found->extended->left) {
        state.set(*this, std::move(found));
        return {.rejected = unschedulable("cannot schedule extended resource claim")};
    }
    found->usable.resize(claims->size());
    for (size_t i = 0; i < claims->size(); ++i) {
        const resourcev1::ResourceClaim &claim = *(*claims)[i];
        if (claim.status.allocation) {
            if (!isReservedFor(claim, pod.uid()) && !canBeReserved(claim))
                return {.rejected = unschedulable("resourceclaim in use")};
            if (claim.status.allocation->nodeSelector)
                found->usable[i] = api::nodeTerms(*claim.status.allocation->nodeSelector);
            continue;
        }
        if (m_catalog.ledger.assumed(claim.metadata.uid))
            return {.rejected = unschedulable(
                        fmt::format("resource claim {} is in the process of being allocated", keyOf(claim)))};
        if (const auto missing =
                missingClass(claim, [this](const std::string &name) { return m_catalog.classes.find(name); }))
            return {.rejected = unschedulable(*missing)};
        found->open.push_back(&claim);
    }
    found->claims = std::move(*claims);
    state.set(*this, std::move(found));
    return {};
}

Filtered DynamicResources::filter(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    State &found = *state.find<State>(*this);
    bool available = true;
    for (size_t i = 0; i < found.claims.size(); ++i) {
        const resourcev1::ResourceClaim &claim = *found.claims[i];
        if (!claim.status.allocation)
            continue;
        const auto &terms = found.usable[i];
        const bool reachable =
            !claim.status.allocation->nodeSelector ||
            std::ranges::any_of(terms, [&](const api::NodeTerm &term) { return term.matches(*node.object()); });
        if (!reachable || conditionsOf(claim).failed) {
            found.unavailable.insert(i);
            available = false;
        }
    }
    if (!available)
        return unschedulable("resourceclaim not available on the node");
    auto open = found.open;
    const ExtendedClaim *extended = extendedOn(found, node);
    if (extended)
        open.push_back(&extended->claim);
    if (open.empty())
        return std::nullopt;
    auto allocation = m_catalog.allocate(open, *node.object(), m_random);
    if (!allocation)
        return unschedulable(allocation.error().message);
    if (!*allocation)
        return unschedulable("cannot allocate all claims");
    found.allocations.insert_or_assign(node.name(), std::move(**allocation));
    if (extended)
        found.extended->onNode.insert_or_assign(node.name(), extended);
    return std::nullopt;
}

bool DynamicResources::preScore(CycleState &state, const PodInfo &, const Cache &,
                                const std::vector<const NodeInfo *> &) const {
    const State *found = state.find<State>(*this);
    return found &&
           std::ranges::any_of(found->allocations, [](const auto &entry) { return entry.second.preference > 0; });
}

int64_t DynamicResources::score(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    const State &found = state.get<State>(*this);
    const auto allocation = found.allocations.find(node.name());
    return allocation == found.allocations.end() ? 0 : allocation->second.preference;
}

void DynamicResources::normalize(const CycleState &, const std::vector<const NodeInfo *> &,
                                 std::vector<int64_t> &scores) const {
    scaleScores(scores, ScoreOrder::LargeIsGood);
}

Filtered DynamicResources::reserve(CycleState &state, const PodInfo &, const std::string &node) {
    State *found = state.find<State>(*this);
    if (!found)
        return std::nullopt;
    auto open = found->open;
    if (found->extended)
        if (const auto own = found->extended->onNode.find(node); own != found->extended->onNode.end()) {
            found->extended->chosen = own->second;
            open.push_back(&own->second->claim);
        }
    if (open.empty())
        return std::nullopt;
    const auto chosen = found->allocations.find(node);
    if (chosen == found->allocations.end())
        return failed(fmt::format("no devices were chosen on node {}", node));
    for (size_t i = 0; i < open.size(); ++i) {
        const std::string &uid = open[i]->metadata.uid;
        m_catalog.ledger.assume(uid, chosen->second.results[i]);
        found->decided.insert(uid);
    }
    // The other nodes' are of no use any more.
    found->allocations.clear();
    return std::nullopt;
}

} // namespace coracle::scheduler
