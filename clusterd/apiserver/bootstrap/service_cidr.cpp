#include "clusterd/apiserver/bootstrap/service_cidr.h"

#include "clusterd/apiserver/bootstrap/ensure.h"
#include "core/api/time.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kName = "kubernetes";

const api::ResourceInfo &serviceCidrs() {
    static const api::ResourceInfo &resource = *api::findResource("networking.k8s.io", "v1", "servicecidrs");
    return resource;
}

bool isReady(const JsonObject &object) {
    return std::ranges::any_of(arrayAt(object, "status", "conditions"), [](const JsonValue &condition) {
        return textAt(asObject(condition), "type") == "Ready" && textAt(asObject(condition), "status") == "True";
    });
}

/// A patch, because a controller adds its finalizer at the same time.
Task<Result<>> setReady(client::Client &client, WallTime now) {
    const JsonObject condition{{"type", "Ready"},
                               {"status", "True"},
                               {"lastTransitionTime", api::Time(now).text()},
                               {"reason", ""},
                               {"message", "Kubernetes default Service CIDR is ready"}};
    const JsonObject body{{"status", JsonObject{{"conditions", JsonArray{condition}}}}};
    client::WriteOptions options;
    options.subresource = "status";
    CO_CHECK(co_await client.patch(serviceCidrs(), std::string(), std::string(kName), client::PatchType::StrategicMerge,
                                   boost::json::serialize(body), options));
    co_return Result<>{};
}

} // namespace

Task<Result<>> ensureServiceCidr(client::Client &client, std::vector<std::string> cidrs, WallTime now) {
    if (cidrs.empty())
        co_return Result<>{};
    JsonArray wanted;
    for (const std::string &cidr : cidrs)
        wanted.emplace_back(cidr);
    CO_TRY(std::optional<JsonObject> stored, co_await find(client, serviceCidrs(), std::string(), std::string(kName)));
    if (!stored) {
        JsonObject object{{"apiVersion", "networking.k8s.io/v1"},
                          {"kind", "ServiceCIDR"},
                          {"metadata", JsonObject{{"name", kName}}},
                          {"spec", JsonObject{{"cidrs", wanted}}}};
        CO_CHECK(co_await createIfMissing(client, serviceCidrs(), std::move(object)));
        CO_TRY(stored, co_await find(client, serviceCidrs(), std::string(), std::string(kName)));
    }
    if (!stored || hasAt(*stored, "metadata", "deletionTimestamp"))
        co_return Result<>{}; // made anew when it is gone
    const JsonArray present = arrayAt(*stored, "spec", "cidrs");
    if (present.size() == 1 && wanted.size() == 2 && present[0] == wanted[0]) {
        ensureObject(*stored, "spec")["cidrs"] = wanted;
        co_return co_await replaceObject(client, serviceCidrs(), std::move(*stored));
    }
    if (present != wanted) {
        log::warning("apiserver", "ServiceCIDR {} holds {}, but {} is configured: Services keep the former", kName,
                     boost::json::serialize(present), boost::json::serialize(wanted));
        co_return Result<>{};
    }
    if (isReady(*stored))
        co_return Result<>{};
    co_return co_await setReady(client, now);
}

} // namespace coracle::apiserver
