#include "clusterd/controllers/endpoint/slice_reconciler.h"

#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

namespace {

using discoveryv1::Endpoint;
using discoveryv1::EndpointSlice;

constexpr std::string_view kByService = "service and manager";

std::string indexValue(std::string_view serviceKey, std::string_view manager) {
    return fmt::format("{} {}", serviceKey, manager); // neither holds a space
}

std::string serviceKey(const SliceOwner &owner) {
    return owner.namespaceName + "/" + owner.name;
}

/// The service of a slice, if this manager wrote the slice.
std::optional<std::string> serviceOf(const ObjectPtr &slice, std::string_view manager) {
    const auto service = slice ? slice->label(kServiceNameLabel) : std::nullopt;
    if (!service || slice->label(kManagedByLabel) != manager)
        return std::nullopt;
    return fmt::format("{}/{}", slice->namespaceName(), *service);
}

void addIndex(client::Informer &slices) {
    if (slices.hasIndex(kByService))
        return;
    slices.addIndex(std::string(kByService), [](const ObjectPtr &slice, std::vector<std::string> &values) {
        if (const auto manager = slice->label(kManagedByLabel))
            if (const auto service = serviceOf(slice, *manager))
                values.push_back(indexValue(*service, *manager));
    });
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

Task<Result<>> removeSlice(client::Client &client, const EndpointSlice &slice) {
    auto removed = co_await client::remove(client, slice);
    co_return ignoreNotFound(removed);
}

} // namespace

SliceReconciler::SliceReconciler(const ControllerContext &context, client::Informer &slices, client::WorkQueue &queue,
                                 std::string_view managedBy)
    : m_client(context.client),
      m_slices(slices),
      m_queue(queue),
      m_managedBy(managedBy),
      m_expectations(context.clock) {
    addIndex(m_slices);
    m_slices.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { observe(before, after); });
}

void SliceReconciler::observe(const ObjectPtr &before, const ObjectPtr &after) {
    const auto was = serviceOf(before, m_managedBy), is = serviceOf(after, m_managedBy);
    if (!before && is)
        m_expectations.creationObserved(*is);
    for (const auto &key : {was, is})
        if (key)
            m_queue.add(*key);
}

bool SliceReconciler::current(const std::string &key) {
    if (m_expectations.satisfied(key))
        return true;
    m_queue.addAfter(key, Expectations::kLapseAfter);
    return false;
}

std::vector<EndpointSlice> SliceReconciler::owned(std::string_view key) const {
    std::vector<EndpointSlice> slices;
    for (const ObjectPtr &object : m_slices.byIndex(kByService, indexValue(key, m_managedBy))) {
        if (object->deleting())
            continue;
        if (auto slice = api::decode<EndpointSlice>(*object))
            slices.push_back(std::move(*slice));
    }
    return slices;
}

Task<Result<>> SliceReconciler::create(const SliceOwner &owner, EndpointSlice slice) {
    const std::string key = serviceKey(owner);
    m_expectations.expectCreations(key, 1);
    auto created = co_await client::create(m_client, std::move(slice));
    if (!created) {
        m_expectations.creationObserved(key);
        co_return std::unexpected(std::move(created).error());
    }
    co_return Result<>{};
}

EndpointSlice SliceReconciler::emptySlice(const SliceOwner &owner, const SliceGroup &group) const {
    EndpointSlice slice;
    slice.metadata.namespace_ = owner.namespaceName;
    slice.metadata.generateName = owner.name + "-";
    slice.metadata.ownerReferences.push_back(owner.reference);
    slice.metadata.labels = owner.labels;
    slice.metadata.labels[std::string(kServiceNameLabel)] = owner.name;
    slice.metadata.labels[std::string(kManagedByLabel)] = m_managedBy;
    slice.addressType = group.addressType;
    slice.ports = group.ports;
    return slice;
}

Task<Result<>> SliceReconciler::reconcileGroup(const SliceOwner &owner, SliceGroup group,
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
            CO_CHECK(co_await create(owner, std::move(existing[i])));
        } else if (existing[i].endpoints.empty() && !(none && i == 0)) {
            CO_CHECK(co_await removeSlice(m_client, existing[i]));
        } else if (api::encode(existing[i]) != api::encode(before[i])) {
            CO_CHECK(co_await client::update(m_client, existing[i]));
        }
    }
    co_return Result<>{};
}

Task<Result<>> SliceReconciler::reconcile(const SliceOwner &owner, std::vector<SliceGroup> groups,
                                          std::vector<EndpointSlice> existing) {
    std::map<std::string, std::vector<EndpointSlice>> byGroup;
    for (EndpointSlice &slice : existing)
        byGroup[groupKey(slice.addressType, slice.ports)].push_back(std::move(slice));
    for (SliceGroup &group : groups) {
        std::vector<EndpointSlice> own;
        if (auto node = byGroup.extract(groupKey(group.addressType, group.ports)); !node.empty())
            own = std::move(node.mapped());
        CO_CHECK(co_await reconcileGroup(owner, std::move(group), std::move(own)));
    }
    for (const auto &[key, slices] : byGroup)
        for (const EndpointSlice &slice : slices)
            CO_CHECK(co_await removeSlice(m_client, slice));
    co_return Result<>{};
}

} // namespace coracle::controllers
