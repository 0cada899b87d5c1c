#include "clusterd/controllers/devicetainteviction/device_taint_eviction_controller.h"

#include "clusterd/controllers/devicetainteviction/device_taints.h"
#include "clusterd/controllers/pod_util.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::controllers {

namespace json = boost::json;

namespace {

constexpr const char *kByPool = "pool";
constexpr const char *kByUser = "user"; ///< the UID of a pod that a claim is reserved for

std::string poolKey(std::string_view driver, std::string_view pool) {
    return fmt::format("{}\n{}", driver, pool);
}

} // namespace

DeviceTaintEvictionController::DeviceTaintEvictionController(const ControllerContext &context)
    : Controller(context, "device-taint-eviction"),
      m_claims(informers().get<resourcev1::ResourceClaim>()),
      m_slices(informers().get<resourcev1::ResourceSlice>()),
      m_pods(informers().get<corev1::Pod>()) {
    m_claims.addIndex(kByPool, [](const ObjectPtr &object, std::vector<std::string> &values) {
        const auto claim = api::decode<resourcev1::ResourceClaim>(*object);
        if (!claim || !claim->status.allocation)
            return;
        for (const auto &result : claim->status.allocation->devices.results)
            if (std::string key = poolKey(result.driver, result.pool); std::ranges::find(values, key) == values.end())
                values.push_back(std::move(key));
    });
    m_claims.addIndex(kByUser, [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (const auto claim = api::decode<resourcev1::ResourceClaim>(*object))
            for (const auto &user : claim->status.reservedFor)
                values.push_back(user.uid);
    });
    m_slices.addIndex(kByPool, [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (const auto slice = api::decode<resourcev1::ResourceSlice>(*object))
            values.push_back(poolKey(slice->spec.driver, slice->spec.pool.name));
    });
    enqueueOnChange(m_claims);
    m_slices.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (after)
            sliceChanged(after);
    });
    // A pod gets its node after its devices.
    m_pods.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (after)
            for (const ObjectPtr &claim : m_claims.byIndex(kByUser, after->uid()))
                queue().add(claim->key());
    });
}

void DeviceTaintEvictionController::sliceChanged(const ObjectPtr &object) {
    if (const auto slice = api::decode<resourcev1::ResourceSlice>(*object))
        for (const ObjectPtr &claim : m_claims.byIndex(kByPool, poolKey(slice->spec.driver, slice->spec.pool.name)))
            queue().add(claim->key());
}

Result<std::optional<WallTime>> DeviceTaintEvictionController::dueTime(const resourcev1::ResourceClaim &claim) {
    std::optional<WallTime> earliest;
    for (const auto &result : claim.status.allocation->devices.results) {
        int64_t generation = -1;
        std::optional<WallTime> due;
        for (const ObjectPtr &object : m_slices.byIndex(kByPool, poolKey(result.driver, result.pool))) {
            TRY(const auto slice, api::decode<resourcev1::ResourceSlice>(*object));
            const auto device = std::ranges::find(slice.spec.devices, result.device, &resourcev1::Device::name);
            if (device == slice.spec.devices.end() || slice.spec.pool.generation <= generation)
                continue;
            generation = slice.spec.pool.generation;
            due = evictionTime(device->taints, result.tolerations,
                               slice.metadata.creationTimestamp.valueOr(clock().now()));
        }
        if (due)
            earliest = std::min(earliest.value_or(*due), *due);
    }
    return earliest;
}

Task<Result<>> DeviceTaintEvictionController::reconcile(std::string key) {
    const ObjectPtr object = m_claims.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(const auto claim, api::decode<resourcev1::ResourceClaim>(*object));
    if (!claim.status.allocation)
        co_return Result<>{};
    CO_TRY(const std::optional<WallTime> due, dueTime(claim));
    if (!due)
        co_return Result<>{};
    const WallTime now = clock().now();
    if (*due > now) {
        queue().addAfter(key, *due - now);
        co_return Result<>{};
    }
    for (const auto &user : claim.status.reservedFor) {
        const ObjectPtr pod = m_pods.get(claim.metadata.namespace_, user.name);
        if (user.resource == "pods" && pod && pod->uid() == user.uid && !pod->deleting())
            CO_CHECK(co_await evict(pod));
    }
    co_return Result<>{};
}

/// The condition first: it tells others why the pod goes.
Task<Result<>> DeviceTaintEvictionController::evict(ObjectPtr object) {
    CO_TRY(const corev1::Pod pod, api::decode<corev1::Pod>(*object));
    if (pod.spec.nodeName.empty() || isPodTerminal(pod))
        co_return Result<>{};
    events().event(client::ObjectReference::to(*object), client::EventKind::Normal, "DeviceTaintManagerEviction",
                   "Marking for deletion");
    if (!findCondition(pod.status, "DisruptionTarget")) {
        json::object condition{{"type", "DisruptionTarget"},
                               {"status", "True"},
                               {"reason", "DeletionByDeviceTaintManager"},
                               {"message", "Device Taint manager: deleting due to NoExecute taint"},
                               {"lastTransitionTime", api::Time(clock().now()).text()}};
        json::object patch{{"metadata", json::object{{"uid", pod.metadata.uid}}},
                           {"status", json::object{{"conditions", json::array{std::move(condition)}}}}};
        client::WriteOptions options;
        options.subresource = "status";
        auto patched = co_await client().patch(corev1::Pod::resource(), pod.metadata.namespace_, pod.metadata.name,
                                               client::PatchType::StrategicMerge, json::serialize(patch), options);
        CO_CHECK(ignoreNotFoundOrConflict(patched));
    }
    client::DeleteOptions options;
    options.preconditionUid = pod.metadata.uid;
    auto removed = co_await client::remove(client(), pod, std::move(options));
    co_return ignoreNotFoundOrConflict(removed);
}

} // namespace coracle::controllers
