#include "clusterd/apiserver/bootstrap/identity_lease.h"

#include "clusterd/apiserver/bootstrap/ensure.h"
#include "core/api/time.h"
#include "core/pki/encoding.h"

#include <algorithm>

namespace coracle::apiserver {

namespace {

constexpr int64_t kDurationSeconds = 3600;
constexpr std::string_view kIdentityLabel = "apiserver.kubernetes.io/identity";
constexpr std::string_view kServer = "kube-apiserver";
constexpr std::string_view kSpace = "kube-system";
constexpr size_t kHashBytes = 16;

const api::ResourceInfo &leases() {
    static const api::ResourceInfo &resource = *api::findResource("coordination.k8s.io", "v1", "leases");
    return resource;
}

/// RFC 4648 without padding, in lower case.
std::string base32(std::string_view bytes) {
    constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::string text;
    unsigned bits = 0, count = 0;
    for (const char c : bytes) {
        bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xfff;
        for (count += 8; count >= 5; count -= 5)
            text += kAlphabet[bits >> (count - 5) & 31];
    }
    if (count > 0)
        text += kAlphabet[bits << (5 - count) & 31];
    return text;
}

} // namespace

std::string apiserverIdentity(std::string_view hostname) {
    return "apiserver-" + base32(std::string_view(pki::sha256(hostname)).substr(0, kHashBytes));
}

Task<Result<>> renewIdentityLease(client::Client &client, std::string hostname, std::string holder, WallTime now) {
    const std::string name = apiserverIdentity(hostname), time = api::MicroTime(now).text();
    CO_TRY(std::optional<JsonObject> stored, co_await find(client, leases(), std::string(kSpace), name));
    JsonObject lease = stored ? std::move(*stored) : JsonObject();
    const bool own = textAt(lease, "spec", "holderIdentity") == holder;
    const bool exists = !lease.empty();
    lease["apiVersion"] = "coordination.k8s.io/v1";
    lease["kind"] = "Lease";
    JsonObject &metadata = ensureObject(lease, "metadata");
    metadata["name"] = name;
    metadata["namespace"] = kSpace;
    ensureObject(metadata, "labels")[kIdentityLabel] = kServer;
    ensureObject(metadata, "labels")["kubernetes.io/hostname"] = hostname;
    JsonObject &spec = ensureObject(lease, "spec");
    spec["holderIdentity"] = holder;
    spec["leaseDurationSeconds"] = kDurationSeconds;
    spec["renewTime"] = time;
    if (!own || !hasAt(spec, "acquireTime"))
        spec["acquireTime"] = time;
    if (exists)
        co_return co_await replaceObject(client, leases(), std::move(lease));
    co_return co_await createIfMissing(client, leases(), std::move(lease));
}

Task<Result<>> removeExpiredIdentityLeases(client::Client &client, WallTime now) {
    client::ListOptions options;
    options.labelSelector = std::string(kIdentityLabel) + "=" + std::string(kServer);
    CO_TRY(const client::ObjectList list, co_await client.list(leases(), std::string(kSpace), options));
    for (const api::ObjectPtr &object : list.items) {
        const JsonObject lease = parsed(object);
        const auto renewed = api::MicroTime::parse(textAt(lease, "spec", "renewTime"));
        const std::chrono::seconds duration(intAt(lease, "spec", "leaseDurationSeconds"));
        if (renewed && renewed->valueOr(WallTime()) + duration >= now)
            continue;
        client::DeleteOptions precondition;
        precondition.preconditionUid = std::string(object->uid());
        precondition.preconditionResourceVersion = std::to_string(object->resourceVersion());
        auto removed = co_await client.remove(leases(), std::string(kSpace), std::string(object->name()), precondition);
        if (!removed && !isNotFound(removed.error()) && !isConflict(removed.error()))
            co_return removed;
    }
    co_return Result<>{};
}

bool hasOtherServers(const Reader &reader, std::string_view hostname) {
    const std::string own = apiserverIdentity(hostname);
    return std::ranges::any_of(reader.list(leases(), kSpace), [&](const api::ObjectPtr &lease) {
        return lease->label(kIdentityLabel) == kServer && lease->name() != own;
    });
}

} // namespace coracle::apiserver
