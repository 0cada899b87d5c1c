#include "clusterd/scheduler/pod_status_writer.h"

#include "core/api/time.h"
#include "core/api/types/core_v1.h"
#include "core/base/log.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::scheduler {

namespace json = boost::json;

namespace {

std::string statusPatch(const PodInfo &pod, json::object status) {
    return json::serialize(json::object{{"metadata", json::object{{"uid", pod.uid()}}}, {"status", std::move(status)}});
}

client::WriteOptions statusOptions() {
    client::WriteOptions options;
    options.subresource = "status";
    return options;
}

} // namespace

bool PodStatusWriter::changes(const PodInfo &pod, const Verdict &verdict) {
    const PodDemands &demands = *pod.demands;
    if (verdict.nominatedNode && *verdict.nominatedNode != demands.nominatedNode)
        return true;
    return !verdict.reason.empty() &&
           (demands.conditionStatus != "False" || demands.conditionMessage != verdict.message ||
            demands.conditionReason != verdict.reason);
}

Task<> PodStatusWriter::write(PodInfoPtr pod, Verdict verdict) {
    json::object status;
    if (!verdict.reason.empty()) {
        json::object condition{{"type", corev1::kPodScheduled},
                               {"status", "False"},
                               {"reason", verdict.reason},
                               {"message", verdict.message}};
        if (pod->object->generation() > 0)
            condition["observedGeneration"] = pod->object->generation();
        if (pod->demands->conditionStatus != "False")
            condition["lastTransitionTime"] = api::Time(m_clock.now()).text();
        status["conditions"] = json::array{std::move(condition)};
    }
    if (verdict.nominatedNode && verdict.nominatedNode->empty())
        status["nominatedNodeName"] = nullptr;
    else if (verdict.nominatedNode)
        status["nominatedNodeName"] = *verdict.nominatedNode;
    const std::string body = statusPatch(*pod, std::move(status));
    const client::WriteOptions options = statusOptions();
    const std::string namespaceName(pod->namespaceName()), name(pod->name());
    auto patched = co_await m_client.patch(corev1::Pod::resource(), namespaceName, name,
                                           client::PatchType::StrategicMerge, body, options);
    if (!patched && !isNotFound(patched.error()) && !isConflict(patched.error()))
        log::warning("scheduler", "pod {}: its status cannot be set: {}", pod->object->key(), patched.error().message);
}

Task<Result<>> PodStatusWriter::markDisrupted(PodInfoPtr pod, std::string message) {
    json::object condition{{"type", corev1::kDisruptionTarget},
                           {"status", "True"},
                           {"reason", corev1::kPodReasonPreemptionByScheduler},
                           {"message", message},
                           {"lastTransitionTime", api::Time(m_clock.now()).text()}};
    if (pod->object->generation() > 0)
        condition["observedGeneration"] = pod->object->generation();
    json::object status;
    status["conditions"] = json::array{std::move(condition)};
    const std::string body = statusPatch(*pod, std::move(status));
    const client::WriteOptions options = statusOptions();
    const std::string namespaceName(pod->namespaceName()), name(pod->name());
    CO_CHECK(co_await m_client.patch(corev1::Pod::resource(), namespaceName, name, client::PatchType::StrategicMerge,
                                     body, options));
    co_return Result<>{};
}

} // namespace coracle::scheduler
