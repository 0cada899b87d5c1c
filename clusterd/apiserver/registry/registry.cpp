#include "clusterd/apiserver/registry/registry.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "clusterd/apiserver/registry/document.h"
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

/// Gives reservations back when a write fails or its coroutine is left by an exception.
class Reservation {
public:
    Reservation(const Strategy &strategy, const StrategyContext &context, const json::object &object)
        : m_strategy(strategy), m_context(context), m_object(object) {}
    ~Reservation() {
        if (!m_kept)
            m_strategy.release(m_context, m_object, nullptr);
    }
    void keep() { m_kept = true; }

private:
    const Strategy &m_strategy;
    const StrategyContext &m_context;
    const json::object &m_object;
    bool m_kept = false;
};

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
    // Approval is a part of the status.
    return {scope.resource, scope.subresource == "approval" ? "status" : scope.subresource, scope.namespaceName,
            scope.dryRun};
}

const Strategy &Registry::strategy(const RequestScope &scope) const {
    return m_parts.strategies.strategyFor(scope.resource);
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

api::FieldWriter Registry::fieldWriter(const RequestScope &scope) const {
    return {.type = scope.resource.type,
            .manager = scope.fieldManager,
            .apiVersion = std::string(scope.resource.apiVersion),
            .subresource = scope.subresource,
            .now = m_parts.clock.now()};
}

std::string Registry::storageKey(const RequestScope &scope) const {
    return Store::keyOf(scope.resource, scope.namespaceName, scope.name);
}

int64_t Registry::leaseSeconds(const RequestScope &scope) const {
    return scope.resource.storagePrefix == kEventsPrefix ? m_parts.eventTtl.count() : 0;
}

Result<Registry::Present> Registry::present(const RequestScope &scope, const api::ObjectPtr &stored) const {
    TRY(Document object, documentOf(*stored));
    convert(object, storageResource(scope.resource), scope.resource);
    return Present{std::move(object), stored->resourceVersion(), stored};
}

Result<Registry::Present> Registry::find(const RequestScope &scope) const {
    api::ObjectPtr stored = m_parts.store.get(scope.resource, scope.namespaceName, scope.name);
    if (!stored)
        return notFound(scope);
    return present(scope, stored);
}

std::string Registry::storedText(const RequestScope &scope, Document object) const {
    const api::ResourceInfo &stored = storageResource(scope.resource);
    convert(object, scope.resource, stored);
    return encode(stored, object);
}

api::ObjectPtr Registry::result(const RequestScope &scope, Revision revision, const std::string &value) const {
    api::ObjectPtr stored = m_parts.store.written(scope.resource, revision);
    if (!stored) { // already out of the ring of events
        auto parsed = api::Object::parse(withResourceVersion(value, revision).value_or(value));
        stored = parsed ? *parsed : nullptr;
    }
    return fromStorage(stored, scope.resource);
}

Task<Result<Written>> Registry::create(RequestScope &scope, Document object) {
    co_return co_await createTracked(scope, std::move(object), Tracking::Update);
}

Task<Result<Written>> Registry::createTracked(RequestScope &scope, Document object, Tracking tracking) {
    CO_CHECK(checkNewIdentity(scope, object));
    json::object &meta = metadataOf(object);
    bool generated = textAt(meta, "name").empty() && !textAt(meta, "generateName").empty();
    std::string base(textAt(meta, "generateName").substr(0, kGenerateNamePrefixMax));
    fillSystemFields(object, scope.resource.namespaced ? scope.namespaceName : "", m_parts.clock.now(), m_parts.random);
    if (generated)
        metadataOf(object)["name"] = base + m_parts.random.suffix(kGenerateNameSuffix);
    scope.name = metaString(object, "name");

    Document before = tracking == Tracking::Applied ? object : Document();
    AdmissionAttributes attributes = admissionAttributes(scope, Operation::Create);
    attributes.object = &object;
    CO_CHECK(co_await m_parts.admission.admit(attributes));
    for (int attempt = 1;; ++attempt) {
        Document candidate = generated ? object : std::move(object);
        CO_CHECK(prepareCreate(scope, candidate, tracking, before));
        attributes.object = &candidate;
        attributes.name = scope.name;
        CO_CHECK(co_await m_parts.admission.validate(attributes));
        auto written = co_await insert(scope, std::move(candidate));
        if (written || !isAlreadyExists(written.error()) || !generated || attempt == kGenerateNameAttempts)
            co_return written;
        metadataOf(object)["name"] = base + m_parts.random.suffix(kGenerateNameSuffix);
        scope.name = metaString(object, "name");
    }
}

Result<> Registry::prepareCreate(RequestScope &scope, Document &object, Tracking tracking, const Document &admitted) {
    StrategyContext context = strategyContext(scope);
    const Strategy &rules = strategy(scope);
    rules.prepareForCreate(context, object);
    if (hasGeneration(scope.resource))
        metadataOf(object)["generation"] = 1;
    if (tracking == Tracking::Update)
        api::trackUpdate(fieldWriter(scope), nullptr, object);
    else if (admitted != object)
        api::trackUpdate(fieldWriter(scope), &admitted, object);
    std::vector<StatusCause> causes;
    validateMetadata(scope.resource, object, causes);
    rules.validate(context, object, causes);
    if (!causes.empty())
        return errors::invalid(scope.resource.kind, scope.resource.group, scope.name, std::move(causes));
    rules.warnings(context, object, scope.warnings);
    return {};
}

Task<Result<Written>> Registry::insert(RequestScope &scope, Document object) {
    StrategyContext context = strategyContext(scope);
    const Strategy &rules = strategy(scope);
    CO_CHECK(rules.allocate(context, object, nullptr));
    Reservation reservation(rules, context, object);
    if (scope.dryRun) {
        if (m_parts.store.get(scope.resource, scope.namespaceName, scope.name))
            co_return errors::alreadyExists(scope.resource.resource, scope.resource.group, scope.name);
        CO_TRY(api::ObjectPtr preview, objectOf(scope.resource, object, 0));
        co_return Written{preview, true};
    }
    std::string value = storedText(scope, object);
    auto revision = co_await m_parts.backend.create(storageKey(scope), value, leaseSeconds(scope));
    if (!revision && isAlreadyExists(revision.error()))
        co_return errors::alreadyExists(scope.resource.resource, scope.resource.group, scope.name);
    if (!revision)
        co_return Failure(std::move(revision).error());
    reservation.keep();
    co_return Written{result(scope, *revision, value), true};
}

} // namespace coracle::apiserver
