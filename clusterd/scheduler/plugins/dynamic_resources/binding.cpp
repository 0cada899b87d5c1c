#include "clusterd/scheduler/plugins/dynamic_resources.h"

#include "clusterd/scheduler/plugins/dynamic_resources/claim_state.h"
#include "clusterd/scheduler/plugins/dynamic_resources/state.h"
#include "clusterd/scheduler/plugins/timed_wait.h"
#include "core/base/gate.h"
#include "core/base/log.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

using State = DynamicResourcesState;

constexpr Duration kBindingTimeout = std::chrono::seconds(600);
constexpr int kConflictsMax = 5;

Filtered failed(const Status &status) {
    return Rejection{.reasons = {status.message}, .resolvable = false, .error = true};
}

bool hasFinalizer(const resourcev1::ResourceClaim &claim) {
    return std::ranges::find(claim.metadata.finalizers, resourcev1::kFinalizer) != claim.metadata.finalizers.end();
}

Task<Result<api::ObjectPtr>> writeClaim(client::Client &client, resourcev1::ResourceClaim claim, bool status) {
    client::WriteOptions options;
    if (status)
        options.subresource = "status";
    return client.update(resourcev1::ResourceClaim::resource(), claim.metadata.namespace_, claim.metadata.name,
                         api::encode(claim), options);
}

Task<> logFailure(Task<Result<>> work, std::string claim, std::string_view what) {
    if (auto done = co_await std::move(work); !done)
        log::warning("scheduler", "resourceclaim {}: {} cannot be removed: {}", claim, what, done.error().message);
}

} // namespace

void DynamicResources::unreserve(CycleState &state, const PodInfo &pod, const std::string &) {
    State *found = state.find<State>(*this);
    if (!found)
        return;
    for (const std::string &uid : found->decided)
        m_catalog.ledger.settle(uid);
    found->decided.clear();
    for (const Claim &claim : found->claims) {
        const Claim stored = m_catalog.ledger.find(keyOf(*claim));
        if (stored && isReservedFor(*stored, pod.uid()))
            m_gate.spawn([this, stored, uid = std::string(pod.uid())] {
                return logFailure(release(stored->metadata.namespace_, stored->metadata.name, uid), keyOf(*stored),
                                  "the reservation");
            });
    }
    if (found->extended && found->extended->made)
        m_gate.spawn([this, claim = found->extended->made, owner = found->extended->owner] {
            return logFailure(removeExtended(claim, owner), keyOf(*claim), "the claim for extended resources");
        });
}

Task<Result<>> DynamicResources::release(std::string namespaceName, std::string name, std::string podUid) {
    for (int attempt = 0;; ++attempt) {
        auto claim = co_await client::get<resourcev1::ResourceClaim>(m_client, namespaceName, name);
        if (!claim && isNotFound(claim.error()))
            co_return Result<>{};
        if (!claim)
            co_return std::unexpected(std::move(claim).error());
        if (std::erase_if(claim->status.reservedFor, [&](const auto &user) { return user.uid == podUid; }) == 0)
            co_return Result<>{};
        auto written = co_await writeClaim(m_client, std::move(*claim), true);
        if (written)
            co_return m_catalog.ledger.set(**written);
        if (!isConflict(written.error()) || attempt == kConflictsMax)
            co_return std::unexpected(std::move(written).error());
    }
}

PreBindPlugin::Work DynamicResources::preBindWork(const CycleState &state, const PodInfo &, const std::string &) const {
    const State *found = state.find<State>(*this);
    return found && found->hasWork() ? Work::Long : Work::None;
}

Task<Filtered> DynamicResources::preBind(CycleState &state, PodInfoPtr pod, std::string) {
    State &found = state.edit<State>(*this);
    for (const Claim &claim : found.claims) {
        auto bound = co_await bindClaim(claim, pod);
        if (!bound)
            co_return failed(bound.error());
        found.decided.erase(claim->metadata.uid);
    }
    if (found.extended && found.extended->chosen) {
        auto bound = co_await bindExtended(found, pod);
        if (!bound)
            co_return failed(bound.error());
    }
    auto ready = co_await waitForConditions(state, pod);
    if (!ready)
        co_return failed(ready.error());
    co_return std::nullopt;
}

/// Each write is made on what was read: who comes between makes a conflict, and everything is looked at again.
Task<Result<>> DynamicResources::bindClaim(Claim known, PodInfoPtr pod) {
    const std::string key = keyOf(*known);
    const std::string uid = known->metadata.uid;
    const Claim newest = m_catalog.ledger.find(key);
    resourcev1::ResourceClaim claim = newest ? *newest : *known;
    for (int attempt = 0;; ++attempt) {
        if (claim.metadata.uid != uid || claim.metadata.deletionTimestamp)
            co_return errors::other(fmt::format("claim {} got deleted in the meantime", key));
        const resourcev1::AllocationResult *decided = m_catalog.ledger.assumed(uid);
        if (decided && claim.status.allocation)
            co_return errors::other(fmt::format("claim {} got allocated elsewhere in the meantime", key));
        if (!decided && !claim.status.allocation)
            co_return errors::other(fmt::format("claim {} is not allocated any more", key));
        if (isReservedFor(claim, pod->uid()))
            co_return Result<>{};
        if (!canBeReserved(claim))
            co_return errors::other(fmt::format("claim {} is in use", key));
        const bool toStatus = !decided || hasFinalizer(claim);
        if (!toStatus) {
            claim.metadata.finalizers.emplace_back(resourcev1::kFinalizer);
        } else {
            if (decided) {
                claim.status.allocation = *decided;
                claim.status.allocation->allocationTimestamp = api::Time(m_clock.now());
            }
            claim.status.reservedFor.push_back(
                {.resource = "pods", .name = std::string(pod->name()), .uid = std::string(pod->uid())});
        }
        auto written = co_await writeClaim(m_client, claim, toStatus);
        if (written && toStatus) {
            CO_CHECK(m_catalog.ledger.set(**written));
            m_catalog.ledger.settle(uid);
            co_return Result<>{};
        }
        if (written) {
            CO_TRY(claim, api::decode<resourcev1::ResourceClaim>(**written));
            continue;
        }
        if (!isConflict(written.error()) || attempt == kConflictsMax)
            co_return std::unexpected(withContext(fmt::format("writing claim {}", key), std::move(written).error()));
        CO_TRY(claim, co_await client::get<resourcev1::ResourceClaim>(m_client, known->metadata.namespace_,
                                                                      known->metadata.name));
    }
}

/// Until the drivers have prepared those devices that must be before the pod may be bound.
Task<Result<>> DynamicResources::waitForConditions(CycleState &state, PodInfoPtr pod) {
    const State &found = state.edit<State>(*this);
    std::vector<Claim> claims = found.claims;
    if (found.extended && found.extended->made)
        claims.push_back(found.extended->made);
    const SteadyTime deadline = m_clock.steadyNow() + kBindingTimeout;
    while (!m_gate.closed()) {
        bool ready = true;
        for (const Claim &claim : claims) {
            const Claim current = m_catalog.ledger.find(keyOf(*claim));
            if (!current || !current->status.allocation)
                co_return errors::other(fmt::format("claim {} is not allocated any more", keyOf(*claim)));
            const BindingState prepared = conditionsOf(*current);
            if (prepared.failed)
                co_return errors::other(
                    fmt::format("claim {} binding failed: a device reports a failure condition", keyOf(*claim)));
            ready &= prepared.ready;
        }
        if (ready)
            co_return Result<>{};
        const Duration left = deadline - m_clock.steadyNow();
        if (left <= Duration::zero())
            co_return errors::other(fmt::format("device binding timeout for pod {}", pod->object->key()));
        co_await waitFor(m_catalog.claimChanged, m_clock, left);
    }
    co_return errors::other("the scheduler stops");
}

/// A claim that nobody else uses and that keeps the pod from every node loses its devices, so that others can be
/// chosen.
Task<PostFilterPlugin::Outcome> DynamicResources::postFilter(CycleState &state, PodInfoPtr pod, const Diagnosis &) {
    PostFilterPlugin::Outcome outcome;
    const State *found = state.find<State>(*this);
    if (!found) {
        outcome.message = "no new claims to deallocate";
        co_return outcome;
    }
    if (found->extended && found->extended->left) {
        auto removed = co_await removeExtended(found->extended->left, pod);
        outcome.message = removed ? "deletion of ResourceClaim completed" : removed.error().message;
        co_return outcome;
    }
    outcome.message = "still not schedulable";
    const std::set<size_t> unavailable = found->unavailable;
    const std::vector<Claim> claims = found->claims;
    for (const size_t index : unavailable) {
        resourcev1::ResourceClaim claim = *claims[index];
        const auto &users = claim.status.reservedFor;
        if (users.size() > 1 || (users.size() == 1 && users[0].uid != pod->uid()))
            continue;
        claim.status.reservedFor.clear();
        claim.status.allocation.reset();
        claim.status.devices.clear();
        auto written = co_await writeClaim(m_client, std::move(claim), true);
        if (!written) {
            if (!isConflict(written.error()) && !isNotFound(written.error()))
                outcome.message = written.error().message;
            continue;
        }
        if (auto set = m_catalog.ledger.set(**written); !set)
            log::warning("scheduler", "{}", set.error().message);
        outcome.message = "deallocation of ResourceClaim completed";
        break;
    }
    co_return outcome;
}

} // namespace coracle::scheduler
