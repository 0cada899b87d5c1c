#include "clusterd/apiserver/registry/registry.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/dynamic_kind.h"
#include "clusterd/apiserver/registry/field_tracking.h"
#include "clusterd/apiserver/registry/json_scan.h"
#include "clusterd/apiserver/registry/metadata.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr int kGenerateNameAttempts = 8;
constexpr size_t kGenerateNamePrefixMax = 58;
constexpr int kGenerateNameSuffix = 5;
constexpr std::string_view kEventsPrefix = "/registry/events";

std::string actionKey(std::string_view group, std::string_view resource, std::string_view subresource) {
    return fmt::format("{}/{}/{}", group, resource, subresource);
}

Result<> checkNewIdentity(const RequestScope &scope, const json::object &object) {
    if (!metaString(object, "resourceVersion").empty())
        return errors::badRequest("resourceVersion should not be set on objects to be created");
    if (!scope.name.empty() && metaString(object, "name") != scope.name)
        return errors::badRequest(fmt::format("the name of the object ({}) does not match the name on the URL ({})",
                                              metaString(object, "name"), scope.name));
    return {};
}

} // namespace

Registry::Registry(Parts parts) : m_parts(parts) {}

void Registry::addAction(std::string_view group, std::string_view resource, std::string_view subresource,
                         CreateAction &action) {
    m_actions[actionKey(group, resource, subresource)] = &action;
}

CreateAction *Registry::actionFor(const RequestScope &scope) const {
    auto at = m_actions.find(actionKey(scope.resource.group, scope.resource.resource, scope.subresource));
    return at == m_actions.end() ? nullptr : at->second;
}

Failure Registry::notFound(const RequestScope &scope) const {
    return errors::notFound(scope.resource.resource, scope.resource.group, scope.name);
}

StrategyContext Registry::strategyContext(const RequestScope &scope) const {
    return {scope.resource, scope.subresource, scope.namespaceName, scope.dryRun};
}

void Registry::addStrategy(const api::ResourceInfo &resource, const Strategy &strategy) {
    m_strategies[&resource] = &strategy;
}

void Registry::addSource(const api::ResourceInfo &resource, ObjectSource &source) {
    m_sources[&resource] = &source;
}

const Strategy &Registry::strategy(const RequestScope &scope) const {
    if (const DynamicKind *kind = dynamicKind(scope.resource))
        return kind->strategy();
    auto own = m_strategies.find(&scope.resource);
    return own == m_strategies.end() ? m_parts.strategies.strategyFor(scope.resource) : *own->second;
}

AdmissionAttributes Registry::admissionAttributes(RequestScope &scope, Operation operation) const {
    return {.operation = operation,
            .resource = scope.resource,
            .subresource = scope.subresource,
            .namespaceName = scope.namespaceName,
            .name = scope.name,
            .user = scope.user,
            .dryRun = scope.dryRun,
            .warnings = &scope.warnings};
}

std::string Registry::storageKey(const RequestScope &scope) const {
    return Store::keyOf(scope.resource, scope.namespaceName, scope.name);
}

int64_t Registry::leaseSeconds(const RequestScope &scope) const {
    return scope.resource.storagePrefix == kEventsPrefix ? m_parts.eventTtl.count() : 0;
}

Task<Result<Registry::Present>> Registry::present(const RequestScope &scope, api::ObjectPtr stored) const {
    Present result{{}, stored->resourceVersion(), stored};
    CO_TRY(result.object, documentOf(*stored));
    if (!scope.resource.runtime) {
        convert(result.object, storageResource(scope.resource), scope.resource);
    } else if (!isInVersion(*stored, scope.resource)) {
        std::vector<Document> one(1, std::move(result.object));
        CO_TRY(one, co_await dynamicKind(scope.resource)->convert(std::move(one), scope.resource));
        result.object = std::move(one.front());
    }
    co_return result;
}

Task<Result<Registry::Present>> Registry::find(const RequestScope &scope) const {
    api::ObjectPtr stored = m_parts.store.get(scope.resource, scope.namespaceName, scope.name);
    if (!stored)
        co_return notFound(scope);
    co_return co_await present(scope, std::move(stored));
}

api::ObjectPtr Registry::unchanged(const RequestScope &scope, const Present &present) const {
    if (!scope.resource.runtime || isInVersion(*present.wire, scope.resource))
        return fromStorage(present.wire, scope.resource);
    auto made = objectOf(scope.resource, present.object, present.revision);
    return made ? *made : present.wire;
}

Task<Result<std::string>> Registry::storedText(const RequestScope &scope, const Document &object) const {
    const DynamicKind *kind = dynamicKind(scope.resource);
    const api::ResourceInfo &stored = kind ? kind->storage() : storageResource(scope.resource);
    if (&stored == &scope.resource && !hasAt(object, "metadata", "resourceVersion"))
        co_return encode(stored, object);
    std::vector<Document> one(1, object);
    if (!kind) {
        convert(one.front(), scope.resource, stored);
    } else if (&stored != &scope.resource) {
        CO_TRY(one, co_await kind->convert(std::move(one), stored));
    }
    metadataOf(one.front()).erase("resourceVersion");
    co_return encode(stored, one.front());
}

api::ObjectPtr Registry::result(const RequestScope &scope, Revision revision, const Document &written) const {
    api::ObjectPtr stored = m_parts.store.written(scope.resource, revision);
    if (stored && (!scope.resource.runtime || isInVersion(*stored, scope.resource)))
        return fromStorage(stored, scope.resource);
    auto made = objectOf(scope.resource, written, revision); // converted, or already out of the ring of events
    return made ? *made : nullptr;
}

Task<Result<Written>> Registry::create(RequestScope &scope, Document object) {
    api::trackUpdate(fieldWriterOf(scope, m_parts.clock.now()), nullptr, object);
    co_return co_await createOwned(scope, std::move(object));
}

Task<Result<Written>> Registry::createOwned(RequestScope &scope, Document object) {
    if (const DynamicKind *kind = dynamicKind(scope.resource))
        CO_CHECK(kind->mayCreate());
    CO_CHECK(checkNewIdentity(scope, object));
    json::object &meta = metadataOf(object);
    const bool generated = textAt(meta, "name").empty() && !textAt(meta, "generateName").empty();
    fillSystemFields(object, scope.resource.namespaced ? scope.namespaceName : "", m_parts.clock.now(), m_parts.random);
    if (generated)
        metadataOf(object)["name"] = freeName(scope, textAt(object, "metadata", "generateName"));
    scope.name = metaString(object, "name");

    AdmissionAttributes attributes = admissionAttributes(scope, Operation::Create);
    attributes.object = &object;
    CO_CHECK(co_await m_parts.admission.admit(attributes));
    CO_CHECK(prepareCreate(scope, object));
    attributes.name = scope.name;
    CO_CHECK(co_await m_parts.admission.validate(attributes));
    co_return co_await insert(scope, std::move(object));
}

/// Of what is there, a few names are tried. One that is taken by a request at the same moment is left to the client, as
/// any conflict is: it is one of 14 million.
std::string Registry::freeName(const RequestScope &scope, std::string_view generateName) const {
    const std::string base(generateName.substr(0, kGenerateNamePrefixMax));
    std::string name;
    for (int attempt = 0; attempt < kGenerateNameAttempts; ++attempt) {
        name = base + m_parts.random.suffix(kGenerateNameSuffix);
        if (!m_parts.store.get(scope.resource, scope.namespaceName, name))
            break;
    }
    return name;
}

Result<> Registry::prepareCreate(RequestScope &scope, Document &object) {
    StrategyContext context = strategyContext(scope);
    const Strategy &rules = strategy(scope);
    rules.prepareForCreate(context, object);
    if (hasGeneration(scope.resource))
        metadataOf(object)["generation"] = 1;
    std::vector<StatusCause> causes;
    validateMetadata(scope.resource, object, causes);
    rules.validate(context, object, causes);
    if (!causes.empty())
        return errors::invalid(scope.resource.kind, scope.resource.group, scope.name, std::move(causes));
    rules.warnings(context, object, nullptr, scope.warnings);
    return {};
}

Task<Result<Written>> Registry::insert(RequestScope &scope, Document object) {
    StrategyContext context = strategyContext(scope);
    const Strategy &rules = strategy(scope);
    CO_CHECK(co_await rules.allocate(context, object, nullptr));
    if (scope.dryRun) {
        if (m_parts.store.get(scope.resource, scope.namespaceName, scope.name))
            co_return errors::alreadyExists(scope.resource.resource, scope.resource.group, scope.name);
        CO_TRY(api::ObjectPtr preview, objectOf(scope.resource, object, 0));
        co_return Written{preview, true};
    }
    auto value = co_await storedText(scope, object);
    if (!value) {
        co_await rules.release(context, object, nullptr);
        co_return Failure(std::move(value).error());
    }
    auto revision = co_await m_parts.backend.create(storageKey(scope), std::move(*value), leaseSeconds(scope));
    if (!revision)
        co_await rules.release(context, object, nullptr);
    if (!revision && isAlreadyExists(revision.error()))
        co_return errors::alreadyExists(scope.resource.resource, scope.resource.group, scope.name);
    if (!revision)
        co_return Failure(std::move(revision).error());
    co_return Written{result(scope, *revision, object), true};
}

} // namespace coracle::apiserver
