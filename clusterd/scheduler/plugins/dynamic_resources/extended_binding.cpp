#include "clusterd/scheduler/plugins/dynamic_resources.h"
#include "clusterd/scheduler/plugins/dynamic_resources/claim_state.h"
#include "clusterd/scheduler/plugins/dynamic_resources/state.h"
#include "core/client/typed_client.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace json = boost::json;

namespace {

constexpr int kConflictsMax = 5;

std::string statusPatch(const PodInfo &pod, const ExtendedClaim &extended, const std::string &claimName) {
    json::array mappings;
    for (const auto &mapping : extended.mappings)
        mappings.push_back(json::object{{"containerName", mapping.containerName},
                                        {"resourceName", mapping.resourceName},
                                        {"requestName", mapping.requestName}});
    json::object status{{"resourceClaimName", claimName}, {"requestMappings", std::move(mappings)}};
    // The UID keeps it from another pod of the same name.
    return json::serialize(json::object{{"metadata", json::object{{"uid", pod.uid()}}},
                                        {"status", json::object{{"extendedResourceClaimStatus", std::move(status)}}}});
}

} // namespace

Result<std::unique_ptr<ExtendedResourcesState>> DynamicResources::extendedOf(const PodInfo &pod) const {
    std::set<std::string> resources;
    for (const auto &[resource, amount] : pod.requests.scalars)
        if (amount > 0 && m_catalog.classes.forResource(resource))
            resources.insert(resource);
    if (resources.empty())
        return nullptr;
    auto extended = std::make_unique<ExtendedResourcesState>();
    TRY(extended->pod, api::decode<corev1::Pod>(*pod.object));
    extended->resources = std::move(resources);
    extended->left = m_catalog.ledger.findExtendedOf(pod.uid());
    return extended;
}

const ExtendedClaim *DynamicResources::extendedOn(DynamicResourcesState &state, const NodeInfo &node) const {
    if (!state.extended)
        return nullptr;
    ExtendedResourcesState &extended = *state.extended;
    std::set<std::string> missing;
    for (const std::string &resource : extended.resources)
        if (node.allocatable().scalar(resource) == 0)
            missing.insert(resource);
    const auto [variant, fresh] = extended.variants.try_emplace(std::move(missing));
    if (fresh)
        variant->second = extendedClaimFor(
            extended.pod, [this](std::string_view resource) { return m_catalog.classes.forResource(resource); },
            variant->first);
    return variant->second.claim.spec.devices.requests.empty() ? nullptr : &variant->second;
}

Task<Result<>> DynamicResources::bindExtended(DynamicResourcesState &state, PodInfoPtr pod) {
    ExtendedResourcesState &extended = *state.extended;
    const std::string before = extended.chosen->claim.metadata.uid;
    const resourcev1::AllocationResult *decided = m_catalog.ledger.assumed(before);
    if (!decided)
        co_return errors::other("the devices for extended resources are not reserved any more");
    const resourcev1::AllocationResult allocation = *decided;
    resourcev1::ResourceClaim claim = extended.chosen->claim;
    claim.metadata.name.clear();
    claim.metadata.uid.clear();
    claim.metadata.finalizers.emplace_back(resourcev1::kFinalizer);
    const std::string body = api::encode(claim);
    auto created = co_await m_client.create(resourcev1::ResourceClaim::resource(), claim.metadata.namespace_, body);
    if (!created)
        co_return std::unexpected(withContext("creating the claim for extended resources", std::move(created).error()));
    CO_TRY(resourcev1::ResourceClaim made, api::decode<resourcev1::ResourceClaim>(**created));
    const std::string uid = made.metadata.uid, name = made.metadata.name;
    extended.owner = pod;
    extended.made = std::make_shared<const resourcev1::ResourceClaim>(std::move(made));
    CO_CHECK(m_catalog.ledger.set(**created));
    // From now on the devices are reserved under the claim's own UID.
    m_catalog.ledger.settle(before);
    m_catalog.ledger.assume(uid, allocation);
    state.decided.erase(before);
    state.decided.insert(uid);
    CO_CHECK(co_await bindClaim(extended.made, pod));
    state.decided.erase(uid);
    client::WriteOptions options;
    options.subresource = "status";
    const std::string patch = statusPatch(*pod, *extended.chosen, name);
    const std::string namespaceName(pod->namespaceName()), podName(pod->name());
    CO_CHECK(co_await m_client.patch(corev1::Pod::resource(), namespaceName, podName, client::PatchType::StrategicMerge,
                                     patch, options));
    co_return Result<>{};
}

Task<Result<>> DynamicResources::removeExtended(Claim claim, PodInfoPtr pod) {
    const std::string namespaceName = claim->metadata.namespace_, name = claim->metadata.name;
    const std::string podName(pod->name());
    for (int attempt = 0;; ++attempt) {
        auto owner = co_await client::get<corev1::Pod>(m_client, namespaceName, podName);
        if (!owner && !isNotFound(owner.error()))
            co_return std::unexpected(std::move(owner).error());
        // The answer to the binding may have been lost.
        if (owner && owner->metadata.uid == pod->uid() && !owner->spec.nodeName.empty())
            co_return Result<>{};
        auto stored = co_await client::get<resourcev1::ResourceClaim>(m_client, namespaceName, name);
        if (!stored && isNotFound(stored.error()))
            co_return Result<>{};
        if (!stored)
            co_return std::unexpected(std::move(stored).error());
        if (stored->metadata.uid != claim->metadata.uid)
            co_return Result<>{};
        std::erase(stored->metadata.finalizers, resourcev1::kFinalizer);
        auto written = co_await client::update(m_client, std::move(*stored));
        if (!written && isConflict(written.error()) && attempt < kConflictsMax)
            continue;
        if (!written && !isNotFound(written.error()))
            co_return std::unexpected(std::move(written).error());
        client::DeleteOptions options;
        options.preconditionUid = claim->metadata.uid;
        auto removed = co_await m_client.remove(resourcev1::ResourceClaim::resource(), namespaceName, name, options);
        if (!removed && !isNotFound(removed.error()) && !isConflict(removed.error()))
            co_return std::unexpected(std::move(removed).error());
        co_return Result<>{};
    }
}

} // namespace coracle::scheduler
