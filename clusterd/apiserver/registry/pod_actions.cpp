#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "clusterd/apiserver/registry/registry.h"
#include "core/api/selector.h"
#include "core/api/time.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

/// pods/binding and pods/eviction (pkg/registry/core/pod/storage).
namespace coracle::apiserver {

namespace json = boost::json;

namespace {

Failure bindingConflict(const RequestScope &scope, std::string message) {
    return errors::conflict("pods/binding", "", scope.name, std::move(message));
}

/// Sets a condition, keeping its transition time while the status stays the same.
void setCondition(json::object &pod, std::string_view type, std::string_view status, std::string_view reason,
                  std::string_view message, WallTime now) {
    json::object fresh{{"type", type}, {"status", status}, {"lastTransitionTime", api::Time(now).text()}};
    if (!reason.empty())
        fresh["reason"] = reason;
    if (!message.empty())
        fresh["message"] = message;
    json::array &conditions = ensureArray(ensureObject(pod, "status"), "conditions");
    for (json::value &condition : conditions) {
        if (textAt(asObject(condition), "type") != type)
            continue;
        if (textAt(asObject(condition), "status") == status)
            copyMember(fresh, asObject(condition), "lastTransitionTime");
        condition = std::move(fresh);
        return;
    }
    conditions.push_back(std::move(fresh));
}

Failure disrupted(std::string cause, int retryAfterSeconds) {
    Failure failure =
        errors::tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds);
    failure.error().causes = {{"DisruptionBudget", std::move(cause), ""}};
    return failure;
}

Failure stillProcessed(std::string_view budget) {
    return disrupted(fmt::format("The disruption budget {} is still being processed by the server.", budget), 10);
}

constexpr size_t kDisruptedPodsMax = 2000;

/// Takes one disruption from a budget for the pod.
Result<json::object> spent(const json::object &budget, std::string_view name, std::string_view pod, WallTime now) {
    auto refused = [&](std::string why) {
        return errors::forbidden("poddisruptionbudget", "policy", name, std::move(why));
    };
    if (intAt(budget, "status", "observedGeneration") < generationOf(budget))
        return stillProcessed(name);
    const int64_t allowed = intAt(budget, "status", "disruptionsAllowed");
    if (allowed < 0)
        return refused("pdb disruptions allowed is negative");
    if (objectAt(budget, "status", "disruptedPods").size() > kDisruptedPodsMax)
        return refused("DisruptedPods map too big - too many evictions not confirmed by PDB controller");
    if (allowed == 0)
        return disrupted(fmt::format("The disruption budget {} needs {} healthy pods and has {} currently", name,
                                     intAt(budget, "status", "desiredHealthy"),
                                     intAt(budget, "status", "currentHealthy")),
                         0);
    json::object fresh = budget;
    json::object &status = ensureObject(fresh, "status");
    status["disruptionsAllowed"] = allowed - 1;
    ensureObject(status, "disruptedPods")[pod] = api::Time(now).text();
    if (allowed == 1)
        setCondition(fresh, "DisruptionAllowed", "False", "InsufficientPods", "", now);
    return fresh;
}

bool isReady(const json::object &pod) {
    for (const json::value &condition : arrayAt(pod, "status", "conditions"))
        if (textAt(asObject(condition), "type") == "Ready")
            return textAt(asObject(condition), "status") == "True";
    return false;
}

/// Whether the budget lets a pod go that is not ready, and so no loss (KEP-3017).
bool letsUnhealthyGo(const json::object &budget) {
    if (textAt(budget, "spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow")
        return true;
    const int64_t desired = intAt(budget, "status", "desiredHealthy");
    return desired > 0 && intAt(budget, "status", "currentHealthy") >= desired;
}

/// Pods that do no work any more, or not yet, need no budget.
bool needsNoBudget(const json::object &pod) {
    std::string_view phase = textAt(pod, "status", "phase");
    return phase == "Succeeded" || phase == "Failed" || phase == "Pending" ||
           !metaString(pod, "deletionTimestamp").empty();
}

} // namespace

Task<Result<>> Registry::bind(RequestScope &scope, json::object binding) {
    std::string node(textAt(binding, "target", "name"));
    std::string_view kind = textAt(binding, "target", "kind");
    std::vector<StatusCause> causes;
    if (!kind.empty() && kind != "Node")
        causes.push_back({"FieldValueNotSupported",
                          fmt::format("Unsupported value: \"{}\": supported values: \"Node\", \"<empty>\"", kind),
                          "target.kind"});
    if (node.empty())
        causes.push_back({"FieldValueRequired", "Required value", "target.name"});
    if (!causes.empty())
        co_return errors::invalid("Binding", "", scope.name, std::move(causes));
    AdmissionAttributes attributes = admissionAttributes(scope, Operation::Create);
    attributes.object = &binding;
    CO_CHECK(co_await m_parts.admission.admit(attributes));
    CO_CHECK(co_await m_parts.admission.validate(attributes));

    Change change = [&](const Document &current, Revision) -> Result<Document> {
        std::string_view uid = metaString(binding, "uid");
        if (!uid.empty() && uid != metaString(current, "uid"))
            return bindingConflict(scope, fmt::format("Precondition failed: UID in precondition: {}, UID in object "
                                                      "meta: {}",
                                                      uid, metaString(current, "uid")));
        if (!metaString(current, "deletionTimestamp").empty())
            return bindingConflict(scope,
                                   fmt::format("pod {} is being deleted, cannot be assigned to a host", scope.name));
        if (std::string_view present = textAt(current, "spec", "nodeName"); !present.empty())
            return bindingConflict(scope,
                                   fmt::format("pod {} is already assigned to node \"{}\"", scope.name, present));
        if (!arrayAt(current, "spec", "schedulingGates").empty())
            return bindingConflict(scope, fmt::format("pod {} has non-empty .spec.schedulingGates", scope.name));
        Document fresh = current;
        ensureObject(fresh, "spec")["nodeName"] = node;
        for (const auto &[key, value] : objectAt(binding, "metadata", "annotations"))
            ensureObject(metadataOf(fresh), "annotations")[key] = value;
        for (std::string_view key : {"topology.kubernetes.io/zone", "topology.kubernetes.io/region"})
            if (const json::value *value = memberAt(binding, "metadata", "labels", key)) // admission put it there
                ensureObject(metadataOf(fresh), "labels")[key] = *value;
        setCondition(fresh, "PodScheduled", "True", "", "", m_parts.clock.now());
        return fresh;
    };
    co_return co_await overwrite(scope, std::move(change));
}

Task<Result<>> Registry::admitConnect(RequestScope &scope, json::object options) {
    AdmissionAttributes attributes = admissionAttributes(scope, Operation::Connect);
    attributes.object = &options;
    CO_CHECK(co_await m_parts.admission.admit(attributes));
    co_return co_await m_parts.admission.validate(attributes);
}

Task<Result<>> Registry::evict(RequestScope &scope, client::DeleteOptions options) {
    Document eviction{{"apiVersion", "policy/v1"},
                      {"kind", "Eviction"},
                      {"metadata", json::object{{"name", scope.name}, {"namespace", scope.namespaceName}}}};
    AdmissionAttributes attributes = admissionAttributes(scope, Operation::Create);
    attributes.subresource = "eviction";
    attributes.object = &eviction;
    CO_CHECK(co_await m_parts.admission.admit(attributes));
    CO_CHECK(co_await m_parts.admission.validate(attributes));
    CO_TRY(Present pod, co_await find(scope));
    if (!options.preconditionUid.empty() && options.preconditionUid != metaString(pod.object, "uid"))
        co_return errors::conflict("pods", "", scope.name,
                                   fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}",
                                               options.preconditionUid, metaString(pod.object, "uid")));
    std::string unhealthyOf; // the budget that lets the pod go because it is not ready
    if (!needsNoBudget(pod.object)) {
        CO_TRY(unhealthyOf, co_await spendDisruption(scope, pod));
    }
    const bool unchanged = !unhealthyOf.empty() && options.preconditionResourceVersion.empty();
    if (!scope.dryRun) {
        Change mark = [&](const Document &current, Revision revision) -> Result<Document> {
            if (unchanged && revision != pod.revision)
                return stillProcessed(unhealthyOf); // it may have become ready since
            Document fresh = current;
            setCondition(fresh, "DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting",
                         m_parts.clock.now());
            return fresh;
        };
        CO_CHECK(co_await overwrite(scope, std::move(mark)));
    }
    auto deleted = co_await remove(scope, std::move(options));
    if (!deleted)
        co_return Failure(std::move(deleted).error());
    co_return Result<>{};
}

Task<Result<std::string>> Registry::spendDisruption(const RequestScope &scope, const Present &pod) {
    static const api::ResourceInfo &budgets = *api::findResource("policy", "v1", "poddisruptionbudgets");
    std::vector<std::pair<std::string, Document>> matching;
    for (const api::ObjectPtr &budget : m_parts.store.list(budgets, scope.namespaceName)) {
        CO_TRY(Document object, documentOf(*budget));
        auto selector = api::LabelSelector::fromJson(json::value(objectAt(object, "spec", "selector")));
        if (selector && hasAt(object, "spec", "selector") && selector->matches(pod.wire->labels()))
            matching.emplace_back(budget->name(), std::move(object));
    }
    if (matching.empty())
        co_return std::string();
    if (matching.size() > 1)
        co_return Failure(Status{.code = 500,
                                 .message = "This pod has more than one PodDisruptionBudget, which the eviction "
                                            "subresource does not support."});
    const std::string name = matching.front().first;
    if (!isReady(pod.object) && letsUnhealthyGo(matching.front().second))
        co_return name;
    RequestScope budgetScope{.resource = budgets,
                             .namespaceName = scope.namespaceName,
                             .name = name,
                             .user = scope.user,
                             .dryRun = scope.dryRun};
    Change spend = [&](const Document &current, Revision) {
        return spent(current, name, scope.name, m_parts.clock.now());
    };
    CO_CHECK(co_await overwrite(budgetScope, std::move(spend)));
    co_return std::string();
}

} // namespace coracle::apiserver
