#include "clusterd/apiserver/handlers/resource_handlers.h"

#include "clusterd/apiserver/conversion/deprecation.h"
#include "clusterd/apiserver/handlers/connect_handlers.h"
#include "clusterd/apiserver/handlers/connect_options.h"
#include "clusterd/apiserver/handlers/list_options.h"
#include "clusterd/apiserver/handlers/request_options.h"
#include "clusterd/apiserver/handlers/status_body.h"
#include "clusterd/apiserver/handlers/watch_stream.h"
#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/dynamic_kind.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "clusterd/apiserver/registry/subresources.h"
#include "core/api/protobuf.h"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr std::string_view kConnectSubresources[] = {"log", "exec", "attach", "portforward", "proxy"};

Failure methodNotAllowed() {
    return errors::methodNotAllowed("the server does not allow this method on the requested resource");
}

bool contains(std::span<const std::string_view> values, std::string_view value) {
    return std::ranges::find(values, value) != values.end();
}

/// Whether the path fits the verb: collections need no name, objects of namespaced kinds need both.
bool fitsPath(const RequestScope &scope, std::string_view verb) {
    bool collection = verb == "list" || verb == "watch" || verb == "deletecollection" || verb == "create";
    if (scope.resource.namespaced && scope.namespaceName.empty())
        return verb == "list" || verb == "watch";
    return collection || !scope.name.empty();
}

/// The namespace of the URL holds; a body that names another one is refused.
Result<> placeInNamespace(const RequestScope &scope, json::object &object) {
    std::string_view own = metaString(object, "namespace");
    if (!scope.resource.namespaced)
        return {};
    if (!own.empty() && own != scope.namespaceName)
        return errors::badRequest(
            "the namespace of the provided object does not match the namespace sent on the request");
    metadataOf(object)["namespace"] = scope.namespaceName;
    return {};
}

/// What the request is answered with: the resource, or the Scale of its sub-resource.
const api::ResourceInfo &answered(const RequestScope &scope) {
    static const api::ResourceInfo scale{.group = "autoscaling",
                                         .version = "v1",
                                         .kind = "Scale",
                                         .listKind = "ScaleList",
                                         .type = api::findType("autoscaling/v1", "Scale"),
                                         .apiVersion = "autoscaling/v1"};
    return scope.subresource == "scale" ? scale : scope.resource;
}

} // namespace

ResourceHandlers::ResourceHandlers(Registry &registry, const ResourceTable &resources, Random &random,
                                   ConnectHandlers *connect, std::chrono::seconds watchTimeoutMin)
    : m_registry(registry),
      m_resources(resources),
      m_random(random),
      m_watchTimeout(watchTimeoutMin),
      m_connect(connect) {}

Task<> ResourceHandlers::handle(Exchange &exchange) {
    const RequestInfo &info = exchange.info;
    // Held to the end of the request: a custom resource may no longer be served by then.
    const ResourcePtr resource = m_resources.find(info.group, info.version, info.resource);
    if (!resource) {
        co_await sendFailure(exchange, errors::noRoute().error());
        co_return;
    }
    RequestScope scope{.resource = *resource,
                       .subresource = info.subresource,
                       .namespaceName = resource->namespaced ? info.namespaceName : std::string(),
                       .name = info.name,
                       .user = exchange.user};
    if (const DynamicKind *kind = dynamicKind(*resource); kind && !kind->deprecation(*resource).empty())
        scope.warnings.emplace_back(kind->deprecation(*resource));
    if (const std::string_view words = deprecationOf(*resource); !words.empty())
        scope.warnings.emplace_back(words);
    exchange.warnings = scope.warnings; // reads have no others
    auto handled = co_await dispatch(exchange, scope);
    exchange.warnings = scope.warnings;
    if (!handled)
        co_await sendFailure(exchange, std::move(handled).error());
}

Task<Result<>> ResourceHandlers::dispatch(Exchange &exchange, RequestScope &scope) {
    if (!scope.subresource.empty())
        co_return co_await dispatchSubresource(exchange, scope);
    const std::string &verb = exchange.info.verb;
    if (verb != "list" && verb != "watch" && verb != "get" && verb != "create")
        co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    if (verb == "get" && isWatch(exchange))
        co_return co_await watch(exchange, scope);
    if (!contains(scope.resource.verbs, verb) || !fitsPath(scope, verb))
        co_return methodNotAllowed();
    if (verb == "get")
        co_return co_await get(exchange, scope);
    if (verb == "list")
        co_return co_await list(exchange, scope);
    if (verb == "watch")
        co_return co_await watch(exchange, scope);
    if (verb == "create")
        co_return co_await create(exchange, scope);
    if (verb == "update")
        co_return co_await update(exchange, scope);
    if (verb == "patch")
        co_return co_await patch(exchange, scope);
    if (verb == "delete")
        co_return co_await remove(exchange, scope);
    if (verb == "deletecollection")
        co_return co_await removeCollection(exchange, scope);
    co_return methodNotAllowed();
}

Task<Result<>> ResourceHandlers::dispatchSubresource(Exchange &exchange, RequestScope &scope) {
    const std::string &verb = exchange.info.verb;
    if (!scope.resource.hasSubresource(scope.subresource))
        co_return errors::noRoute();
    if (scope.resource.namespaced && scope.namespaceName.empty())
        co_return errors::noRoute();
    if (m_connect && contains(kConnectSubresources, scope.subresource)) {
        if (scope.subresource != "log")
            CO_CHECK(co_await m_registry.admitConnect(scope, connectOptions(exchange, scope)));
        co_return co_await m_connect->handle(exchange, scope);
    }
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    if (verb == "create") {
        if (CreateAction *action = m_registry.actionFor(scope))
            co_return co_await act(exchange, scope, *action);
        if (scope.subresource == "binding")
            co_return co_await bind(exchange, scope);
        if (scope.subresource == "eviction")
            co_return co_await evict(exchange, scope);
    }
    if (verb == "get")
        co_return co_await get(exchange, scope);
    if (verb == "update")
        co_return co_await update(exchange, scope);
    if (verb == "patch")
        co_return co_await patch(exchange, scope);
    co_return methodNotAllowed();
}

Result<OutputForm> ResourceHandlers::outputForm(const Exchange &exchange, const RequestScope &scope,
                                                Answer answer) const {
    const api::ResourceInfo &resource = answered(scope);
    const bool protobuf = resource.type && api::hasProtobuf(*resource.type);
    return OutputForm::from(exchange, resource, m_registry.clock(), answer, protobuf);
}

Task<Result<>> ResourceHandlers::sendObject(Exchange &exchange, RequestScope &scope, OutputForm form, int code,
                                            api::ObjectPtr object) {
    exchange.warnings = scope.warnings;
    co_await form.send(exchange, code, std::move(object));
    co_return Result<>{};
}

Task<Result<>> ResourceHandlers::sendStatus(Exchange &exchange, RequestScope &scope, Negotiated form, int code,
                                            std::string status) {
    static const api::TypeInfo &type = *api::findType("meta/v1", "Status");
    exchange.warnings = scope.warnings;
    co_await sendDocument(exchange, code, std::move(form), type, std::move(status));
    co_return Result<>{};
}

Task<Result<>> ResourceHandlers::get(Exchange &exchange, RequestScope &scope) {
    CO_TRY(OutputForm form, outputForm(exchange, scope, Answer::Object));
    CO_TRY(api::ObjectPtr object, co_await m_registry.get(scope, std::string(exchange.param("resourceVersion"))));
    co_return co_await sendObject(exchange, scope, std::move(form), 200, std::move(object));
}

Task<Result<>> ResourceHandlers::list(Exchange &exchange, RequestScope &scope) {
    if (isWatch(exchange))
        co_return co_await watch(exchange, scope);
    CO_TRY(OutputForm form, outputForm(exchange, scope, Answer::List));
    CO_TRY(client::ListOptions options, readListOptions(exchange, scope));
    CO_TRY(client::ObjectList list, co_await m_registry.list(scope, std::move(options)));
    co_await form.send(exchange, 200, std::move(list));
    co_return Result<>{};
}

Task<Result<>> ResourceHandlers::watch(Exchange &exchange, RequestScope &scope) {
    CO_TRY(OutputForm form, outputForm(exchange, scope, Answer::Watch));
    CO_TRY(WatchParameters parameters, readWatchOptions(exchange, scope, m_random, m_watchTimeout));
    CO_TRY(std::unique_ptr<StoreWatch> stream, co_await m_registry.watch(scope, std::move(parameters)));
    co_return co_await streamWatch(exchange, scope.resource, std::move(form), std::move(stream));
}

Task<Result<>> ResourceHandlers::create(Exchange &exchange, RequestScope &scope) {
    CO_TRY(OutputForm form, outputForm(exchange, scope, Answer::Object));
    if (!scope.name.empty())
        co_return methodNotAllowed();
    CO_CHECK(readWriteOptions(exchange, "CreateOptions", scope));
    if (CreateAction *action = m_registry.actionFor(scope))
        co_return co_await act(exchange, scope, *action);
    if (scope.resource.group.empty() && scope.resource.resource == "bindings")
        co_return co_await bind(exchange, scope);
    if (scope.resource.storagePrefix.empty())
        co_return methodNotAllowed();
    CO_TRY(json::object object, readRequestBody(exchange, scope));
    CO_CHECK(placeInNamespace(scope, object));
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    CO_TRY(Written written, co_await m_registry.create(scope, std::move(object)));
    co_return co_await sendObject(exchange, scope, std::move(form), 201, written.object);
}

Task<Result<>> ResourceHandlers::update(Exchange &exchange, RequestScope &scope) {
    CO_TRY(OutputForm form, outputForm(exchange, scope, Answer::Object));
    CO_CHECK(readWriteOptions(exchange, "UpdateOptions", scope));
    CO_TRY(json::object object, readRequestBody(exchange, scope));
    CO_CHECK(placeInNamespace(scope, object));
    CO_TRY(Written written, co_await m_registry.update(scope, std::move(object)));
    co_return co_await sendObject(exchange, scope, std::move(form), written.created ? 201 : 200, written.object);
}

Task<Result<>> ResourceHandlers::patch(Exchange &exchange, RequestScope &scope) {
    CO_TRY(OutputForm form, outputForm(exchange, scope, Answer::Object));
    CO_TRY(client::PatchType type, patchType(exchange, scope));
    bool apply = type == client::PatchType::Apply;
    auto invalid = [](StatusCause cause) {
        return errors::invalid("PatchOptions", "meta.k8s.io", "", {std::move(cause)});
    };
    if (apply && exchange.param("fieldManager").empty())
        co_return invalid({"FieldValueRequired", "Required value: is required for apply patch", "fieldManager"});
    if (!apply && exchange.request.target.hasParam("force"))
        co_return invalid({"FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force"});
    CO_CHECK(readWriteOptions(exchange, "PatchOptions", scope));
    std::string text = exchange.request.body;
    if (apply) {
        CO_TRY(text, api::yamlToJson(exchange.request.body));
    }
    CO_TRY(json::value patch, api::parseJson(text));
    const bool force = exchange.request.target.flag("force");
    CO_TRY(Written written, co_await m_registry.patch(scope, type, std::move(patch), force));
    co_return co_await sendObject(exchange, scope, std::move(form), written.created ? 201 : 200, written.object);
}

Task<Result<>> ResourceHandlers::remove(Exchange &exchange, RequestScope &scope) {
    CO_TRY(OutputForm form, outputForm(exchange, scope, Answer::Object));
    CO_TRY(client::DeleteOptions options, readDeleteOptions(exchange, scope));
    CO_TRY(Deleted deleted, co_await m_registry.remove(scope, std::move(options)));
    // Kinds that other programs want to see the last state of are answered with it, the others with a Status.
    static constexpr std::string_view kReturned[] = {"pods",         "persistentvolumeclaims", "persistentvolumes",
                                                     "podtemplates", "resourcequotas",         "serviceaccounts",
                                                     "services"};
    bool returned = scope.resource.group.empty() && contains(kReturned, scope.resource.resource);
    if (!deleted.gone || returned)
        co_return co_await sendObject(exchange, scope, std::move(form), 200, deleted.object);
    std::string status = successBody(scope.resource.resource, scope.resource.group, scope.name, deleted.object->uid());
    co_return co_await sendStatus(exchange, scope, form.negotiated(), 200, std::move(status));
}

Task<Result<>> ResourceHandlers::removeCollection(Exchange &exchange, RequestScope &scope) {
    CO_TRY(OutputForm form, outputForm(exchange, scope, Answer::List));
    CO_TRY(client::ListOptions selectors, readListOptions(exchange, scope));
    CO_TRY(client::DeleteOptions options, readDeleteOptions(exchange, scope));
    CO_TRY(client::ObjectList list,
           co_await m_registry.removeCollection(scope, std::move(selectors), std::move(options)));
    co_await form.send(exchange, 200, std::move(list));
    co_return Result<>{};
}

Task<Result<>> ResourceHandlers::act(Exchange &exchange, RequestScope &scope, CreateAction &action) {
    CO_TRY(Negotiated form, negotiate(exchange.accept()));
    CO_CHECK(readWriteOptions(exchange, "CreateOptions", scope));
    CO_TRY(json::object body, readRequestBody(exchange, scope));
    CO_TRY(json::object result, co_await action.create(scope, std::move(body)));
    exchange.warnings = scope.warnings;
    const api::TypeInfo *type = api::findKindType(textAt(result, "apiVersion"), textAt(result, "kind"));
    if (!type)
        co_return errors::internal("the answer is of no known kind");
    co_await sendDocument(exchange, 201, std::move(form), *type, json::serialize(result) + '\n');
    co_return Result<>{};
}

Task<Result<>> ResourceHandlers::bind(Exchange &exchange, RequestScope &scope) {
    CO_TRY(Negotiated form, negotiate(exchange.accept()));
    CO_CHECK(readWriteOptions(exchange, "CreateOptions", scope));
    CO_TRY(json::object binding, readRequestBody(exchange, scope));
    static const api::ResourceInfo *pods = api::findResource("", "v1", "pods");
    RequestScope pod{.resource = *pods,
                     .subresource = "binding",
                     .namespaceName = scope.namespaceName,
                     .name = scope.name.empty() ? std::string(metaString(binding, "name")) : scope.name,
                     .user = scope.user,
                     .dryRun = scope.dryRun};
    CO_CHECK(co_await m_registry.bind(pod, std::move(binding)));
    co_return co_await sendStatus(exchange, scope, std::move(form), 201, successBody("", "", "", ""));
}

Task<Result<>> ResourceHandlers::evict(Exchange &exchange, RequestScope &scope) {
    CO_TRY(Negotiated form, negotiate(exchange.accept()));
    CO_CHECK(readWriteOptions(exchange, "CreateOptions", scope));
    CO_TRY(json::object eviction, readRequestBody(exchange, scope));
    if (std::string_view name = metaString(eviction, "name"); !name.empty() && name != scope.name)
        co_return errors::badRequest("name in URL does not match name in Eviction object");
    CO_TRY(client::DeleteOptions options, deleteOptionsOf(objectAt(eviction, "deleteOptions"), scope));
    RequestScope pod = scope;
    pod.subresource.clear();
    CO_CHECK(co_await m_registry.evict(pod, std::move(options)));
    co_return co_await sendStatus(exchange, scope, std::move(form), 201, successBody("", "", "", ""));
}

} // namespace coracle::apiserver
