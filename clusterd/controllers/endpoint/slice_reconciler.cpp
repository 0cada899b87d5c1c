#include "clusterd/controllers/endpoint/slice_reconciler.h"

#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

namespace {

using discoveryv1::Endpoint;
using discoveryv1::EndpointSlice;

constexpr std::string_view kByService = "service and manager";

std::string indexValue(std::string_view namespaceName, std::string_view service, std::string_view manager) {
    return fmt::format("{}/{} {}", namespaceName, service, manager); // none of them holds a space
}

std::string portsKey(const std::vector<discoveryv1::EndpointPort> &ports) {
    std::vector<std::string> texts;
    for (const discoveryv1::EndpointPort &port : ports)
        texts.push_back(api::encode(port));
    std::sort(texts.begin(), texts.end());
    std::string key;
    for (const std::string &text : texts)
        key += text;
    return key;
}

std::string groupKey(std::string_view addressType, const std::vector<discoveryv1::EndpointPort> &ports) {
    return std::string(addressType) + portsKey(ports);
}

/// What makes an endpoint the same one after a change of its conditions.
std::string identity(const Endpoint &endpoint) {
    std::string text = endpoint.addresses.empty() ? std::string() : endpoint.addresses.front();
    if (endpoint.targetRef)
        text += "/" + endpoint.targetRef->uid;
    return text;
}

EndpointSlice emptySlice(const SliceOwner &owner, const SliceGroup &group) {
    EndpointSlice slice;
    slice.metadata.namespace_ = owner.namespaceName;
    slice.metadata.generateName = owner.name + "-";
    slice.metadata.ownerReferences.push_back(owner.reference);
    slice.metadata.labels = owner.labels;
    slice.metadata.labels[std::string(kServiceNameLabel)] = owner.name;
    slice.metadata.labels[std::string(kManagedByLabel)] = owner.managedBy;
    slice.addressType = group.addressType;
    slice.ports = group.ports;
    return slice;
}

Task<Result<>> removeSlice(client::Client &client, const EndpointSlice &slice) {
    auto removed = co_await client::remove(client, slice);
    co_return ignoreNotFound(removed);
}

Task<Result<>> reconcileGroup(client::Client &client, const SliceOwner &owner, SliceGroup group,
                              std::vector<EndpointSlice> existing) {
    std::map<std::string, Endpoint> wanted;
    for (Endpoint &endpoint : group.endpoints)
        wanted.insert_or_assign(identity(endpoint), std::move(endpoint));

    const std::vector<EndpointSlice> before = existing;
    for (EndpointSlice &slice : existing) {
        std::vector<Endpoint> kept;
        for (const Endpoint &endpoint : slice.endpoints)
            if (auto node = wanted.extract(identity(endpoint)); !node.empty())
                kept.push_back(std::move(node.mapped()));
        slice.endpoints = std::move(kept);
        slice.metadata.labels = emptySlice(owner, group).metadata.labels;
    }
    for (size_t i = 0; !wanted.empty(); ++i) {
        if (i == existing.size())
            existing.push_back(emptySlice(owner, group));
        while (!wanted.empty() && existing[i].endpoints.size() < kEndpointsPerSliceMax)
            existing[i].endpoints.push_back(std::move(wanted.extract(wanted.begin()).mapped()));
    }
    // A service without endpoints keeps one empty slice, so that proxies know it has none.
    const bool none = std::all_of(existing.begin(), existing.end(), [](const auto &s) { return s.endpoints.empty(); });
    if (none && existing.empty())
        existing.push_back(emptySlice(owner, group));
    for (size_t i = 0; i < existing.size(); ++i) {
        if (i >= before.size()) {
            CO_CHECK(co_await client::create(client, existing[i]));
        } else if (existing[i].endpoints.empty() && !(none && i == 0)) {
            CO_CHECK(co_await removeSlice(client, existing[i]));
        } else if (api::encode(existing[i]) != api::encode(before[i])) {
            CO_CHECK(co_await client::update(client, existing[i]));
        }
    }
    co_return Result<>{};
}

} // namespace

void addSliceIndex(client::Informer &slices) {
    if (slices.hasIndex(kByService))
        return;
    slices.addIndex(std::string(kByService), [](const ObjectPtr &slice, std::vector<std::string> &values) {
        const auto service = slice->label(kServiceNameLabel), manager = slice->label(kManagedByLabel);
        if (service && manager)
            values.push_back(indexValue(slice->namespaceName(), *service, *manager));
    });
}

std::vector<EndpointSlice> ownedSlices(const client::Informer &slices, const SliceOwner &owner) {
    std::vector<EndpointSlice> owned;
    for (const ObjectPtr &object :
         slices.byIndex(kByService, indexValue(owner.namespaceName, owner.name, owner.managedBy))) {
        if (object->deleting())
            continue;
        if (auto slice = api::decode<EndpointSlice>(*object))
            owned.push_back(std::move(*slice));
    }
    return owned;
}

void enqueueServiceOf(const ObjectPtr &before, const ObjectPtr &after, std::string_view managedBy,
                      client::WorkQueue &queue) {
    for (const ObjectPtr *slice : {&before, &after}) {
        const auto service = *slice ? (*slice)->label(kServiceNameLabel) : std::nullopt;
        if (service && (*slice)->label(kManagedByLabel) == managedBy)
            queue.add(fmt::format("{}/{}", (*slice)->namespaceName(), *service));
    }
}

Task<Result<>> reconcileSlices(client::Client &client, const SliceOwner &owner, std::vector<SliceGroup> groups,
                               std::vector<EndpointSlice> existing) {
    std::map<std::string, std::vector<EndpointSlice>> byGroup;
    for (EndpointSlice &slice : existing)
        byGroup[groupKey(slice.addressType, slice.ports)].push_back(std::move(slice));
    for (SliceGroup &group : groups) {
        std::vector<EndpointSlice> own;
        if (auto node = byGroup.extract(groupKey(group.addressType, group.ports)); !node.empty())
            own = std::move(node.mapped());
        CO_CHECK(co_await reconcileGroup(client, owner, std::move(group), std::move(own)));
    }
    for (const auto &[key, slices] : byGroup)
        for (const EndpointSlice &slice : slices)
            CO_CHECK(co_await removeSlice(client, slice));
    co_return Result<>{};
}

} // namespace coracle::controllers
