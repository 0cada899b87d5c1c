#include "clusterd/apiserver/registry/registry.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/body.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/json_scan.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "clusterd/apiserver/registry/subresources.h"
#include "core/api/json_patch.h"
#include "core/api/merge_patch.h"
#include "core/api/strategic_merge_patch.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr int kAttemptsMax = 5;
constexpr std::string_view kModified =
    "the object has been modified; please apply your changes to the latest version and try again";

Failure conflict(const RequestScope &scope, std::string message) {
    return errors::conflict(scope.resource.resource, scope.resource.group, scope.name, std::move(message));
}

/// The identity that a body claims must be that of the present object.
Result<> checkIdentity(const RequestScope &scope, const Strategy &strategy, const json::object &fresh,
                       const json::object &current, Revision revision) {
    std::string_view version = metaString(fresh, "resourceVersion");
    if (version == "0")
        version = {};
    if (version.empty() && !strategy.allowUnconditionalUpdate())
        return errors::invalid(
            scope.resource.kind, scope.resource.group, scope.name,
            {{"FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion"}});
    if (!version.empty() && version != std::to_string(revision))
        return conflict(scope, std::string(kModified));
    std::string_view uid = metaString(fresh, "uid"), own = metaString(current, "uid");
    if (!uid.empty() && uid != own)
        return conflict(scope,
                        fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid, own));
    return {};
}

/// Members that an update may leave out keep their stored values.
void keepSystemFields(json::object &fresh, const json::object &old) {
    json::object &meta = metadataOf(fresh);
    const json::object &before = metadataOf(old);
    for (std::string_view key : {"resourceVersion", "selfLink"})
        meta.erase(key);
    for (std::string_view key : {"uid", "creationTimestamp", "deletionTimestamp"})
        if (textAt(meta, key).empty())
            copyMember(meta, before, key);
    for (std::string_view key : {"generation", "deletionGracePeriodSeconds", "generateName"})
        if (key != "generateName" || textAt(meta, key).empty())
            copyMember(meta, before, key);
}

/// The last finalizer of an object that is being deleted is gone.
bool deletionCompletes(const api::ResourceInfo &resource, const json::object &fresh, const json::object &old) {
    return !metaString(old, "deletionTimestamp").empty() && !hasPendingFinalizers(resource, fresh) &&
           intAt(old, "metadata", "deletionGracePeriodSeconds") == 0;
}

} // namespace

Task<Result<Written>> Registry::update(RequestScope &scope, Document object) {
    if (metaString(object, "name").empty())
        metadataOf(object)["name"] = scope.name;
    if (metaString(object, "name") != scope.name)
        co_return errors::badRequest(fmt::format("the name of the object ({}) does not match the name on the URL ({})",
                                                 metaString(object, "name"), scope.name));
    if (scope.resource.namespaced)
        metadataOf(object)["namespace"] = scope.namespaceName;
    const Strategy &rules = strategy(scope);
    if (rules.allowCreateOnUpdate() && scope.subresource.empty() &&
        !m_parts.store.get(scope.resource, scope.namespaceName, scope.name)) {
        if (!metaString(object, "uid").empty() || !metaString(object, "resourceVersion").empty())
            co_return notFound(scope);
        co_return co_await createTracked(scope, std::move(object), Tracking::Update);
    }
    Change change = [&](const Document &current, Revision revision) -> Result<Document> {
        CHECK(checkIdentity(scope, rules, object, current, revision));
        return fromSubresource(scope, current, object);
    };
    co_return co_await modify(scope, std::move(change), Tracking::Update);
}

Task<Result<Written>> Registry::patch(RequestScope &scope, client::PatchType type, json::value patch, bool force) {
    bool apply = type == client::PatchType::Apply;
    if (apply && scope.subresource.empty() && !m_parts.store.get(scope.resource, scope.namespaceName, scope.name)) {
        if (!patch.is_object())
            co_return errors::badRequest("error decoding YAML: the body is not an object");
        CO_TRY(Document fresh, patched(scope, type, patch, force, Document(), 0));
        auto created = co_await createTracked(scope, std::move(fresh), Tracking::Applied);
        if (created || !isAlreadyExists(created.error()))
            co_return created;
    }
    Change change = [&](const Document &current, Revision revision) {
        return patched(scope, type, patch, force, current, revision);
    };
    co_return co_await modify(scope, std::move(change), apply ? Tracking::Applied : Tracking::Update);
}

Result<Registry::Document> Registry::patched(RequestScope &scope, client::PatchType type, const json::value &patch,
                                             bool force, const Document &current, Revision revision) const {
    Document base = toSubresource(scope, current, revision);
    bool schemaIsOwn = scope.subresource != "scale";
    Document fresh;
    if (type == client::PatchType::Apply) {
        if (!patch.is_object())
            return errors::badRequest("error decoding YAML: the body is not an object");
        auto conflicts = force ? api::Conflicts::Force : api::Conflicts::Refuse;
        Document live = base;
        if (!live.empty())
            metadataOf(live).erase("resourceVersion");
        TRY(fresh, api::applyConfiguration(fieldWriter(scope), live, patch.get_object(), conflicts));
    } else if (type == client::PatchType::StrategicMerge) {
        if (!patch.is_object())
            return errors::badRequest("the patch is not a JSON object");
        const api::TypeInfo *schema = schemaIsOwn ? scope.resource.type : api::findType("autoscaling/v1", "Scale");
        if (!schema)
            return errors::unsupportedMediaType(
                "strategic merge patch format is not supported by this resource; use merge patch or JSON patch");
        TRY(fresh, api::applyStrategicMergePatch(*schema, base, patch.get_object()));
    } else {
        json::value result = base;
        if (type == client::PatchType::Merge) {
            api::applyMergePatch(result, patch);
        } else {
            TRY(result, api::applyJsonPatch(result, patch));
        }
        if (!result.is_object())
            return errors::badRequest("the patched object is not a JSON object");
        fresh = std::move(result.get_object());
    }
    CHECK(checkBody(scope, fresh));
    if (revision > 0)
        CHECK(checkIdentity(scope, strategy(scope), fresh, current, revision));
    return fromSubresource(scope, current, fresh);
}

Task<Result<Written>> Registry::modify(RequestScope &scope, Change change, Tracking tracking) {
    CO_TRY(Present present, find(scope));
    for (int attempts = 0; attempts < kAttemptsMax; ++attempts) {
        CO_TRY(Document fresh, change(present.object, present.revision));
        CO_TRY(std::optional<Written> written, co_await attempt(scope, present, std::move(fresh), tracking));
        if (!written)
            continue;
        CO_TRY(written->object, shown(scope, written->object));
        co_return std::move(*written);
    }
    co_return conflict(scope, std::string(kModified));
}

Task<Result<std::optional<Written>>> Registry::attempt(RequestScope &scope, Present &present, Document fresh,
                                                       Tracking tracking) {
    keepSystemFields(fresh, present.object);
    Document before = tracking == Tracking::Applied ? fresh : Document();
    AdmissionAttributes attributes = admissionAttributes(scope, Operation::Update);
    attributes.object = &fresh;
    attributes.old = &present.object;
    CO_CHECK(co_await m_parts.admission.admit(attributes));
    CO_CHECK(prepareUpdate(scope, fresh, present.object, tracking, before));
    CO_CHECK(co_await m_parts.admission.validate(attributes));
    co_return co_await replace(scope, present, std::move(fresh));
}

Result<> Registry::prepareUpdate(RequestScope &scope, Document &fresh, const Document &old, Tracking tracking,
                                 const Document &admitted) {
    StrategyContext context = strategyContext(scope);
    const Strategy &rules = strategy(scope);
    rules.prepareForUpdate(context, fresh, old);
    if (hasGeneration(scope.resource) && scope.subresource != "status" && specDiffers(fresh, old))
        metadataOf(fresh)["generation"] = generationOf(old) + 1;
    if (tracking == Tracking::Update)
        api::trackUpdate(fieldWriter(scope), &old, fresh);
    else if (admitted != fresh)
        api::trackUpdate(fieldWriter(scope), &admitted, fresh);
    std::vector<StatusCause> causes;
    validateMetadataUpdate(scope.resource, fresh, old, causes);
    rules.validateUpdate(context, fresh, old, causes);
    if (!causes.empty())
        return errors::invalid(scope.resource.kind, scope.resource.group, scope.name, std::move(causes));
    rules.warnings(context, fresh, scope.warnings);
    return {};
}

Result<Registry::Present> Registry::newer(const RequestScope &scope, const datastore::UpdateResult &failed) const {
    if (!failed.current)
        return notFound(scope);
    std::string wire = withResourceVersion(failed.current->value, failed.current->modRevision).value_or("");
    TRY(api::ObjectPtr stored, api::Object::parse(std::move(wire)));
    return present(scope, stored);
}

Task<Result<>> Registry::overwrite(RequestScope &scope, Change change) {
    CO_TRY(Present present, find(scope));
    for (int attempts = 0; attempts < kAttemptsMax; ++attempts) {
        CO_TRY(Document fresh, change(present.object, present.revision));
        std::string value = storedText(scope, std::move(fresh));
        if (scope.dryRun || value == storedText(scope, present.object))
            co_return Result<>{};
        CO_TRY(datastore::UpdateResult updated, co_await m_parts.backend.update(storageKey(scope), std::move(value),
                                                                                present.revision, leaseSeconds(scope)));
        if (updated.succeeded)
            co_return Result<>{};
        CO_TRY(present, newer(scope, updated));
    }
    co_return conflict(scope, std::string(kModified));
}

Task<Result<std::optional<Written>>> Registry::replace(RequestScope &scope, Present &present, Document fresh) {
    StrategyContext context = strategyContext(scope);
    const Strategy &rules = strategy(scope);
    bool completes = deletionCompletes(scope.resource, fresh, present.object);
    // A write that changes nothing is none.
    if (!completes && encode(scope.resource, fresh) == encode(scope.resource, present.object))
        co_return Written{fromStorage(present.wire, scope.resource), false};
    CO_CHECK(rules.allocate(context, fresh, &present.object));
    if (scope.dryRun) {
        rules.release(context, fresh, &present.object);
        CO_TRY(api::ObjectPtr preview, objectOf(scope.resource, fresh, present.revision));
        co_return Written{preview, false};
    }
    std::string value = storedText(scope, fresh);
    Task<Result<datastore::UpdateResult>> write =
        completes ? m_parts.backend.remove(storageKey(scope), present.revision)
                  : m_parts.backend.update(storageKey(scope), value, present.revision, leaseSeconds(scope));
    auto updated = co_await std::move(write);
    if (!updated || !updated->succeeded) {
        rules.release(context, fresh, &present.object);
        if (!updated)
            co_return Failure(std::move(updated).error());
        CO_TRY(present, newer(scope, *updated));
        co_return std::nullopt;
    }
    rules.release(context, present.object, completes ? nullptr : &fresh);
    co_return Written{result(scope, updated->revision, value), false};
}

} // namespace coracle::apiserver
