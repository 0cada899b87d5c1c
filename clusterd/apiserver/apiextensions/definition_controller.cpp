#include "clusterd/apiserver/apiextensions/definition_controller.h"

#include "clusterd/apiserver/apiextensions/accepted_names.h"
#include "clusterd/apiserver/apiextensions/conditions.h"
#include "clusterd/apiserver/apiextensions/definition_validation.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "clusterd/apiserver/registry/registry.h"
#include "core/api/canonical_json.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr Duration kCleanUpAgain = std::chrono::milliseconds(250); ///< while finalizers of objects are waited for
constexpr client::WorkQueue::Backoff kBackoff{std::chrono::milliseconds(5), std::chrono::seconds(30)};

const api::ResourceInfo &definitions() {
    static const api::ResourceInfo &kResource =
        *api::findResource("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    return kResource;
}

/// What the compiled kind depends on.
std::string fingerprintOf(const JsonObject &definition) {
    return api::json::canonicalText(
        JsonArray{objectAt(definition, "spec"), objectAt(definition, "status", "acceptedNames")});
}

std::string_view groupOf(std::string_view name) {
    const size_t dot = name.find('.');
    return dot == name.npos ? std::string_view() : name.substr(dot + 1);
}

/// Sets or removes the condition that tells of schemas from before structural schemas were required.
bool noteStructure(JsonObject &definition, WallTime now) {
    const std::string violations = structureViolations(definition);
    if (violations.empty())
        return removeCondition(definition, "NonStructuralSchema");
    return setCondition(definition, {"NonStructuralSchema", "True", "Violations", violations}, now);
}

bool noteApproval(JsonObject &definition, WallTime now) {
    constexpr std::string_view kType = "KubernetesAPIApprovalPolicyConformant";
    if (!isProtectedGroup(textAt(definition, "spec", "group")))
        return removeCondition(definition, kType);
    const std::string_view approval = textAt(definition, "metadata", "annotations", "api-approved.kubernetes.io");
    if (approval.empty())
        return setCondition(definition,
                            {kType, "False", "MissingAnnotation",
                             "protected groups must have approval annotation \"api-approved.kubernetes.io\", see "
                             "https://github.com/kubernetes/enhancements/pull/1111"},
                            now);
    if (approval.starts_with("unapproved"))
        return setCondition(
            definition, {kType, "False", "UnapprovedAnnotation", fmt::format("not approved: \"{}\"", approval)}, now);
    return setCondition(definition, {kType, "True", "ApprovedAnnotation", fmt::format("approved in {}", approval)},
                        now);
}

} // namespace

DefinitionController::DefinitionController(Parts parts)
    : m_parts(parts),
      m_strategy(parts.clock),
      m_definitions(parts.client, definitions(), parts.clock),
      m_queue(parts.gate, parts.clock, kBackoff) {
    parts.registry.addStrategy(definitions(), m_strategy);
}

DefinitionController::~DefinitionController() = default;

Task<Result<>> DefinitionController::start() {
    for (const api::ObjectPtr &object : m_parts.store.list(definitions(), {})) {
        CO_TRY(JsonObject definition, documentOf(*object));
        if (!hasTrueCondition(definition, "Established"))
            continue;
        auto installed = co_await install(std::string(object->name()), std::move(definition));
        if (!installed)
            log::warning("apiextensions", "{} is not served: {}", object->name(), installed.error().message);
    }
    m_definitions.addHandler(
        [this](const api::ObjectPtr &before, const api::ObjectPtr &after) { changed(before, after); });
    m_definitions.start(m_parts.gate);
    m_parts.gate.spawn([this] { return work(); });
    co_return Result<>{};
}

void DefinitionController::stop() {
    m_definitions.stop();
}

void DefinitionController::changed(const api::ObjectPtr &before, const api::ObjectPtr &after) {
    const api::ObjectPtr &object = after ? after : before;
    m_queue.add(std::string(object->name()));
    if (before && after && before->generation() == after->generation() && before->deleting() == after->deleting())
        return;
    for (const api::ObjectPtr &other : m_definitions.list()) // names may have become free, or be taken
        if (other->name() != object->name() && groupOf(other->name()) == groupOf(object->name()))
            m_queue.add(std::string(other->name()));
}

Task<> DefinitionController::work() {
    while (auto name = co_await m_queue.take()) {
        auto reconciled = co_await reconcile(*name);
        if (reconciled) {
            m_queue.forget(*name);
        } else {
            if (!isConflict(reconciled.error()))
                log::warning("apiextensions", "{}: {}", *name, reconciled.error().message);
            m_queue.addRateLimited(*name);
        }
        m_queue.done(*name);
    }
}

std::vector<JsonObject> DefinitionController::othersInGroup(const JsonObject &definition) const {
    std::vector<JsonObject> others;
    const std::string_view own = metaString(definition, "name");
    for (const api::ObjectPtr &object : m_definitions.list()) {
        if (object->name() == own || groupOf(object->name()) != groupOf(own))
            continue;
        if (auto other = documentOf(*object))
            others.push_back(std::move(*other));
    }
    return others;
}

Task<Result<>> DefinitionController::reconcile(std::string name) {
    const api::ObjectPtr object = m_definitions.get(name);
    if (!object) {
        uninstall(name);
        co_return Result<>{};
    }
    CO_TRY(JsonObject definition, documentOf(*object));
    metadataOf(definition)["resourceVersion"] = std::to_string(object->resourceVersion());
    if (object->deleting())
        co_return co_await cleanUp(std::move(name), std::move(definition));
    const WallTime now = m_parts.clock.now();
    bool changed = acceptNames(definition, othersInGroup(definition), now);
    changed |= noteStructure(definition, now);
    changed |= noteApproval(definition, now);
    // Served before the condition says so, as clients go on when they see it.
    if (hasTrueCondition(definition, "Established"))
        CO_CHECK(co_await install(name, definition));
    if (changed)
        CO_CHECK(co_await writeStatus(std::move(name), std::move(definition)));
    co_return Result<>{};
}

Task<Result<>> DefinitionController::install(std::string name, JsonObject definition) {
    std::string fingerprint = fingerprintOf(definition);
    const auto known = m_installed.find(name);
    if (known != m_installed.end() && known->second.fingerprint == fingerprint)
        co_return Result<>{};
    CO_TRY(std::shared_ptr<CustomKind> kind, CustomKind::create(definition, m_parts.store));
    // First the store, so that nothing that is read or written is of an older form than the table says.
    const Store::Reform reform = [kind](api::ObjectPtr object) { return kind->reform(object); };
    if (known == m_installed.end()) {
        CO_CHECK(co_await m_parts.store.addResource(kind->storage(), reform));
    } else {
        CO_CHECK(co_await m_parts.store.reformResource(kind->storage(), reform));
    }
    Installed &installed = m_installed[name];
    std::vector<ResourcePtr> resources = kind->resources();
    m_parts.resources.replace(installed.resources, resources);
    installed = Installed{std::move(fingerprint), std::move(kind), std::move(resources)};
    log::info("apiextensions", "{} is served", name);
    co_return Result<>{};
}

void DefinitionController::uninstall(const std::string &name) {
    const auto found = m_installed.find(name);
    if (found == m_installed.end())
        return;
    m_parts.resources.replace(found->second.resources, {});
    m_parts.store.removeResource(found->second.kind->storage());
    m_installed.erase(found);
    log::info("apiextensions", "{} is no longer served", name);
}

Task<Result<>> DefinitionController::cleanUp(std::string name, JsonObject definition) {
    const std::vector<std::string> finalizers = finalizersOf(definition);
    if (std::ranges::find(finalizers, kCleanupFinalizer) == finalizers.end())
        co_return Result<>{};
    const auto found = m_installed.find(name);
    if (found == m_installed.end()) // never served, so there is nothing
        co_return co_await dropFinalizer(std::move(name), std::move(definition));
    const std::shared_ptr<CustomKind> kind = found->second.kind;
    kind->terminate();
    CO_TRY(const bool empty, co_await removeObjects(kind));
    if (empty)
        co_return co_await dropFinalizer(std::move(name), std::move(definition));
    m_queue.addAfter(name, kCleanUpAgain);
    const Condition condition{"Terminating", "True", "InstanceDeletionInProgress",
                              "CustomResource deletion is in progress"};
    if (setCondition(definition, condition, m_parts.clock.now()))
        CO_CHECK(co_await writeStatus(std::move(name), std::move(definition)));
    co_return Result<>{};
}

Task<Result<bool>> DefinitionController::removeObjects(std::shared_ptr<CustomKind> kind) {
    for (const api::ObjectPtr &object : m_parts.store.list(kind->storage(), {})) {
        if (object->deleting())
            continue;
        // In its own version, so that a conversion webhook that is gone does not hold it.
        const api::ResourceInfo *own = kind->resourceOf(object->apiVersion());
        const std::string namespaceName(object->namespaceName()), objectName(object->name());
        client::DeleteOptions options;
        options.preconditionUid = std::string(object->uid());
        auto removed =
            co_await m_parts.client.remove(own ? *own : kind->storage(), namespaceName, objectName, std::move(options));
        if (!removed && !isNotFound(removed.error()) && !isConflict(removed.error()))
            co_return Failure(removed.error());
    }
    co_return m_parts.store.list(kind->storage(), {}).empty();
}

Task<Result<>> DefinitionController::writeStatus(std::string name, JsonObject definition) {
    client::WriteOptions options;
    options.subresource = "status";
    auto written = co_await m_parts.client.update(definitions(), std::string(), name,
                                                  api::json::canonicalText(definition), std::move(options));
    if (!written && !isNotFound(written.error()))
        co_return Failure(written.error());
    co_return Result<>{};
}

Task<Result<>> DefinitionController::dropFinalizer(std::string name, JsonObject definition) {
    std::vector<std::string> finalizers = finalizersOf(definition);
    std::erase(finalizers, kCleanupFinalizer);
    setFinalizers(definition, finalizers);
    setCondition(definition, {"Terminating", "False", "InstanceDeletionCompleted", "removed all instances"},
                 m_parts.clock.now());
    co_return co_await writeStatus(std::move(name), std::move(definition));
}

} // namespace coracle::apiserver
