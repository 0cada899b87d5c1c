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

Failure disrupted(std::string_view message, std::string cause) {
    Failure failure = errors::tooManyRequests(std::string(message), 10);
    failure.error().causes = {{"DisruptionBudget", std::move(cause), ""}};
    return failure;
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
        setCondition(fresh, "PodScheduled", "True", "", "", m_parts.clock.now());
        return fresh;
    };
    co_return co_await overwrite(scope, std::move(change));
}

Task<Result<>> Registry::evict(RequestScope &scope, client::DeleteOptions options) {
    CO_TRY(Present pod, find(scope));
    if (!options.preconditionUid.empty() && options.preconditionUid != metaString(pod.object, "uid"))
        co_return errors::conflict("pods", "", scope.name,
                                   fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}",
                                               options.preconditionUid, metaString(pod.object, "uid")));
    if (!needsNoBudget(pod.object))
        CO_CHECK(co_await spendDisruption(scope, *pod.wire));
    if (!scope.dryRun) {
        Change mark = [&](const Document &current, Revision) -> Result<Document> {
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

Task<Result<>> Registry::spendDisruption(const RequestScope &scope, const api::Object &pod) {
    static const api::ResourceInfo *budgets = api::findResource("policy", "v1", "poddisruptionbudgets");
    if (!budgets)
        co_return Result<>{};
    std::vector<api::ObjectPtr> matching;
    for (const api::ObjectPtr &budget : m_parts.store.list(*budgets, scope.namespaceName)) {
        CO_TRY(Document object, documentOf(*budget));
        auto selector = api::LabelSelector::fromJson(json::value(objectAt(object, "spec", "selector")));
        if (selector && hasAt(object, "spec", "selector") && selector->matches(pod.labels()))
            matching.push_back(budget);
    }
    if (matching.empty())
        co_return Result<>{};
    if (matching.size() > 1)
        co_return errors::internal(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does "
            "not support.");
    RequestScope budgetScope{.resource = *budgets,
                             .namespaceName = scope.namespaceName,
                             .name = std::string(matching.front()->name()),
                             .user = scope.user,
                             .dryRun = scope.dryRun};
    Change spend = [&](const Document &current, Revision) -> Result<Document> {
        constexpr std::string_view kRefused = "Cannot evict pod as it would violate the pod's disruption budget.";
        if (intAt(current, "status", "observedGeneration") < generationOf(current))
            return disrupted(kRefused, fmt::format("The disruption budget {} is still being processed by the server.",
                                                   budgetScope.name));
        int64_t allowed = intAt(current, "status", "disruptionsAllowed");
        if (allowed <= 0)
            return disrupted(kRefused,
                             fmt::format("The disruption budget {} needs {} healthy pods and has {} currently",
                                         budgetScope.name, intAt(current, "status", "desiredHealthy"),
                                         intAt(current, "status", "currentHealthy")));
        Document fresh = current;
        json::object &status = ensureObject(fresh, "status");
        status["disruptionsAllowed"] = allowed - 1;
        ensureObject(status, "disruptedPods")[scope.name] = api::Time(m_parts.clock.now()).text();
        return fresh;
    };
    co_return co_await overwrite(budgetScope, std::move(spend));
}

} // namespace coracle::apiserver
