#include "clusterd/apiserver/registry/registry.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/json_scan.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "clusterd/apiserver/registry/patch.h"
#include "clusterd/apiserver/registry/subresources.h"
#include "core/api/field_managers.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr std::string_view kModified =
    "the object has been modified; please apply your changes to the latest version and try again";

Failure conflict(const RequestScope &scope, std::string message) {
    return errors::conflict(scope.resource.resource, scope.resource.group, scope.name, std::move(message));
}

/// The version that a write names must be that of the present object.
Result<> checkVersion(const RequestScope &scope, const Strategy &strategy, const json::object &fresh,
                      Revision revision) {
    std::string_view version = metaString(fresh, "resourceVersion");
    if (version == "0")
        version = {};
    if (version.empty() && !strategy.allowUnconditionalUpdate())
        return errors::invalid(
            scope.resource.resource, scope.resource.group, scope.name,
            {{"FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion"}});
    if (!version.empty() && version != std::to_string(revision))
        return conflict(scope, std::string(kModified));
    return {};
}

/// A body with an uid is meant for that object only.
Result<> checkUid(const RequestScope &scope, const json::object &fresh, const json::object &current) {
    std::string_view uid = metaString(fresh, "uid"), own = metaString(current, "uid");
    if (!uid.empty() && uid != own)
        return conflict(scope,
                        fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid, own));
    return {};
}

/// What only the server changes keeps its stored value, whatever the client sends; what an update may leave out, too.
void keepSystemFields(json::object &fresh, const json::object &old) {
    json::object &meta = metadataOf(fresh);
    const json::object &before = metadataOf(old);
    for (std::string_view key : {"resourceVersion", "selfLink"})
        meta.erase(key);
    for (std::string_view key : {"uid", "generateName"})
        if (textAt(meta, key).empty())
            copyMember(meta, before, key);
    for (std::string_view key : {"creationTimestamp", "deletionTimestamp"})
        if (textAt(meta, key).empty() || !textAt(before, key).empty())
            copyMember(meta, before, key);
    for (std::string_view key : {"generation", "deletionGracePeriodSeconds"})
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
        co_return co_await create(scope, std::move(object));
    }
    Change change = [&](const Document &current, Revision revision) -> Result<Document> {
        CHECK(checkUid(scope, object, current));
        CHECK(checkVersion(scope, rules, object, revision));
        return updatedObject(scope, m_parts.clock.now(), current, object);
    };
    co_return co_await modify(scope, std::move(change));
}

Task<Result<Written>> Registry::patch(RequestScope &scope, client::PatchType type, json::value body, bool force) {
    const Patch patch{type, std::move(body), force};
    if (type == client::PatchType::Apply && scope.subresource.empty() &&
        !m_parts.store.get(scope.resource, scope.namespaceName, scope.name)) {
        const Document nothing;
        CO_TRY(Document fresh, patchedObject(scope, m_parts.clock.now(), nothing, 0, patch));
        metadataOf(fresh).erase("resourceVersion"); // says nothing about an object that is not there
        auto created = co_await createOwned(scope, std::move(fresh));
        if (created || !isAlreadyExists(created.error()))
            co_return created;
    }
    Change change = [&](const Document &current, Revision revision) -> Result<Document> {
        TRY(Document fresh, patchedObject(scope, m_parts.clock.now(), current, revision, patch));
        // An apply that names no version works on whatever is there.
        if (patch.type != client::PatchType::Apply || !metaString(fresh, "resourceVersion").empty())
            CHECK(checkVersion(scope, strategy(scope), fresh, revision));
        return fresh;
    };
    co_return co_await modify(scope, std::move(change));
}

Task<Result<Written>> Registry::modify(RequestScope &scope, Change change) {
    CO_TRY(Present present, co_await find(scope));
    // Again as long as others come first: a change that names no version is never refused for theirs.
    for (;;) {
        CO_TRY(Document fresh, change(present.object, present.revision));
        CO_TRY(std::optional<Written> written, co_await attempt(scope, present, std::move(fresh)));
        if (!written)
            continue;
        CO_TRY(written->object, shown(scope, written->object));
        co_return std::move(*written);
    }
}

Task<Result<std::optional<Written>>> Registry::attempt(RequestScope &scope, Present &present, Document fresh) {
    keepSystemFields(fresh, present.object);
    AdmissionAttributes attributes = admissionAttributes(scope, Operation::Update);
    attributes.object = &fresh;
    attributes.old = &present.object;
    CO_CHECK(co_await m_parts.admission.admit(attributes));
    CO_CHECK(prepareUpdate(scope, fresh, present.object));
    CO_CHECK(co_await m_parts.admission.validate(attributes));
    co_return co_await replace(scope, present, std::move(fresh));
}

Result<> Registry::prepareUpdate(RequestScope &scope, Document &fresh, const Document &old) {
    StrategyContext context = strategyContext(scope);
    const Strategy &rules = strategy(scope);
    rules.prepareForUpdate(context, fresh, old);
    if (hasGeneration(scope.resource) && scope.subresource != "status" && specDiffers(fresh, old))
        metadataOf(fresh)["generation"] = generationOf(old) + 1;
    api::keepTimesOfEqual(old, fresh);
    std::vector<StatusCause> causes;
    validateMetadataUpdate(scope.resource, fresh, old, causes);
    rules.validateUpdate(context, fresh, old, causes);
    if (!causes.empty())
        return errors::invalid(scope.resource.kind, scope.resource.group, scope.name, std::move(causes));
    rules.warnings(context, fresh, &old, scope.warnings);
    return {};
}

Task<Result<Registry::Present>> Registry::newer(const RequestScope &scope,
                                                const datastore::UpdateResult &failed) const {
    if (!failed.current)
        co_return notFound(scope);
    std::string wire = withResourceVersion(failed.current->value, failed.current->modRevision).value_or("");
    CO_TRY(api::ObjectPtr stored, api::Object::parse(std::move(wire)));
    co_return co_await present(scope, std::move(stored));
}

Task<Result<>> Registry::overwrite(RequestScope &scope, Change change) {
    CO_TRY(Present present, co_await find(scope));
    for (;;) {
        CO_TRY(Document fresh, change(present.object, present.revision));
        if (scope.dryRun || encode(scope.resource, fresh) == encode(scope.resource, present.object))
            co_return Result<>{};
        CO_TRY(std::string value, co_await storedText(scope, std::move(fresh)));
        CO_TRY(datastore::UpdateResult updated, co_await m_parts.backend.update(storageKey(scope), std::move(value),
                                                                                present.revision, leaseSeconds(scope)));
        if (updated.succeeded)
            co_return Result<>{};
        CO_TRY(present, co_await newer(scope, updated));
    }
}

Task<Result<std::optional<Written>>> Registry::replace(RequestScope &scope, Present &present, Document fresh) {
    StrategyContext context = strategyContext(scope);
    const Strategy &rules = strategy(scope);
    bool completes = deletionCompletes(scope.resource, fresh, present.object);
    // A write that changes nothing is none.
    if (!completes && encode(scope.resource, fresh) == encode(scope.resource, present.object))
        co_return Written{unchanged(scope, present), false};
    CO_CHECK(co_await rules.allocate(context, fresh, &present.object));
    if (scope.dryRun) {
        CO_TRY(api::ObjectPtr preview, objectOf(scope.resource, fresh, present.revision));
        co_return Written{preview, false};
    }
    auto value = co_await storedText(scope, fresh);
    if (!value) {
        co_await rules.release(context, fresh, &present.object);
        co_return Failure(std::move(value).error());
    }
    Task<Result<datastore::UpdateResult>> write =
        completes ? m_parts.backend.remove(storageKey(scope), present.revision)
                  : m_parts.backend.update(storageKey(scope), std::move(*value), present.revision, leaseSeconds(scope));
    auto updated = co_await std::move(write);
    if (!updated || !updated->succeeded) {
        co_await rules.release(context, fresh, &present.object);
        if (!updated)
            co_return Failure(std::move(updated).error());
        CO_TRY(present, co_await newer(scope, *updated));
        co_return std::nullopt;
    }
    const Document *kept = completes ? nullptr : &fresh;
    co_await rules.release(context, present.object, kept);
    co_return Written{result(scope, updated->revision, fresh), false};
}

} // namespace coracle::apiserver
