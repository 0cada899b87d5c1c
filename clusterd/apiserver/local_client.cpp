#include "clusterd/apiserver/local_client.h"

#include "clusterd/apiserver/handlers/request_options.h"
#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/body.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/metadata.h"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>
#include <deque>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace asio = boost::asio;
namespace json = boost::json;
using client::ObjectList;
using client::ObjectPtr;

namespace {

/// The field manager that a component has with kube-apiserver: the program's name, which its User-Agent begins with.
std::string managerOf(const UserInfo &user) {
    constexpr std::string_view kSystem = "system:", kNode = "system:node:";
    if (user.name.starts_with(kNode))
        return "kubelet";
    return user.name.starts_with(kSystem) ? user.name.substr(kSystem.size()) : user.name;
}

/// Runs a write to its end although the caller is cancelled meanwhile; the cancellation counts afterwards. Without this
/// a write could be left half-done in the eyes of the allocators, while the datastore finishes it.
template<class T>
Task<Result<T>> shielded(Task<Result<T>> operation) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation(),
                                                       asio::disable_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    Result<T> result = co_await std::move(operation);
    asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    co_await asio::this_coro::throw_if_cancelled(true);
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_await asio::this_coro::reset_cancellation_state();
    co_return result;
}

class LocalWatch final : public client::Watch {
public:
    LocalWatch(const api::ResourceInfo &resource, std::unique_ptr<StoreWatch> watch)
        : m_resource(resource), m_watch(std::move(watch)) {}

    Task<Result<client::WatchEvent>> next() override {
        while (m_items.empty()) {
            CO_TRY(std::vector<WatchItem> items, co_await m_watch->next());
            m_items.assign(std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
        }
        WatchItem item = std::move(m_items.front());
        m_items.pop_front();
        if (item.type != client::EventType::Bookmark)
            co_return client::WatchEvent{item.type, fromStorage(item.object, m_resource)};
        CO_TRY(ObjectPtr bookmark, api::Object::parse(fmt::format(
                                       R"({{"kind":"{}","apiVersion":"{}","metadata":{{"resourceVersion":"{}"}}}})",
                                       m_resource.kind, m_resource.apiVersion, item.revision)));
        co_return client::WatchEvent{item.type, std::move(bookmark)};
    }

private:
    const api::ResourceInfo &m_resource;
    std::unique_ptr<StoreWatch> m_watch;
    std::deque<WatchItem> m_items;
};

class LocalClient final : public client::Client {
public:
    LocalClient(Registry &registry, const ResourceTable &resources, UserInfo user)
        : m_registry(registry), m_resources(resources), m_user(std::move(user)) {}

    Resources resources() const override { return m_resources.all(); }

    Task<Result<ObjectPtr>> get(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                                std::string subresource) override {
        RequestScope scope = scopeOf(resource, std::move(namespaceName), std::move(name));
        scope.subresource = std::move(subresource);
        co_return co_await m_registry.get(scope, std::string());
    }

    Task<Result<ObjectList>> list(const api::ResourceInfo &resource, std::string namespaceName,
                                  client::ListOptions options) override {
        RequestScope scope = scopeOf(resource, std::move(namespaceName), {});
        co_return co_await m_registry.list(scope, std::move(options));
    }

    Task<Result<std::unique_ptr<client::Watch>>> watch(const api::ResourceInfo &resource, std::string namespaceName,
                                                       client::WatchOptions options) override {
        RequestScope scope = scopeOf(resource, std::move(namespaceName), {});
        WatchParameters parameters;
        parameters.options = std::move(options);
        CO_TRY(std::unique_ptr<StoreWatch> watch, co_await m_registry.watch(scope, std::move(parameters)));
        co_return std::make_unique<LocalWatch>(resource, std::move(watch));
    }

    Task<Result<ObjectPtr>> create(const api::ResourceInfo &resource, std::string namespaceName, std::string json,
                                   client::WriteOptions options, std::string name) override {
        RequestScope scope = scopeOf(resource, std::move(namespaceName), std::move(name));
        apply(options, scope);
        co_return co_await shielded(createIn(scope, std::move(json)));
    }

    Task<Result<ObjectPtr>> update(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                                   std::string json, client::WriteOptions options) override {
        RequestScope scope = scopeOf(resource, std::move(namespaceName), std::move(name));
        apply(options, scope);
        CO_TRY(json::object body, readBody(scope, json));
        auto written = co_await shielded(m_registry.update(scope, std::move(body)));
        co_return objectOf(std::move(written));
    }

    Task<Result<ObjectPtr>> patch(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                                  client::PatchType type, std::string body, client::WriteOptions options) override {
        RequestScope scope = scopeOf(resource, std::move(namespaceName), std::move(name));
        apply(options, scope);
        if (type == client::PatchType::Apply) {
            CO_TRY(body, api::yamlToJson(body));
        }
        CO_TRY(json::value patch, api::parseJson(body));
        auto written = co_await shielded(m_registry.patch(scope, type, std::move(patch), options.force));
        co_return objectOf(std::move(written));
    }

    Task<Result<>> remove(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                          client::DeleteOptions options) override {
        RequestScope scope = scopeOf(resource, std::move(namespaceName), std::move(name));
        auto deleted = co_await shielded(m_registry.remove(scope, std::move(options)));
        if (!deleted)
            co_return Failure(std::move(deleted).error());
        co_return Result<>{};
    }

private:
    RequestScope scopeOf(const api::ResourceInfo &resource, std::string namespaceName, std::string name) const {
        return {.resource = resource,
                .namespaceName = resource.namespaced ? std::move(namespaceName) : std::string(),
                .name = std::move(name),
                .user = m_user,
                .fieldManager = managerOf(m_user),
                .fieldValidation = api::FieldValidation::Ignore};
    }

    static void apply(const client::WriteOptions &options, RequestScope &scope) {
        scope.subresource = options.subresource;
        scope.dryRun = options.dryRun;
        if (!options.fieldManager.empty())
            scope.fieldManager = options.fieldManager;
    }

    static Result<ObjectPtr> objectOf(Result<Written> written) {
        if (!written)
            return Failure(std::move(written).error());
        return std::move(written->object);
    }

    Task<Result<ObjectPtr>> createIn(RequestScope &scope, std::string text) {
        CO_TRY(json::object body, readBody(scope, text));
        if (CreateAction *action = m_registry.actionFor(scope)) {
            CO_TRY(json::object result, co_await action->create(scope, std::move(body)));
            co_return api::Object::parse(json::serialize(result));
        }
        if (scope.subresource == "binding") {
            CO_CHECK(co_await m_registry.bind(scope, std::move(body)));
            co_return ObjectPtr();
        }
        if (scope.subresource == "eviction") {
            scope.subresource.clear();
            CO_TRY(client::DeleteOptions options, deleteOptionsOf(objectAt(body, "deleteOptions"), scope));
            CO_CHECK(co_await m_registry.evict(scope, std::move(options)));
            co_return ObjectPtr();
        }
        if (!scope.subresource.empty())
            co_return errors::methodNotAllowed("the server does not allow this method on the requested resource");
        if (scope.resource.namespaced)
            metadataOf(body)["namespace"] = scope.namespaceName;
        scope.name.clear();
        co_return objectOf(co_await m_registry.create(scope, std::move(body)));
    }

    Registry &m_registry;
    const ResourceTable &m_resources;
    const UserInfo m_user;
};

} // namespace

std::unique_ptr<client::Client> createLocalClient(Registry &registry, const ResourceTable &resources, UserInfo user) {
    if (!user.inGroup(kSystemMasters))
        user.groups.emplace_back(kSystemMasters);
    return std::make_unique<LocalClient>(registry, resources, std::move(user));
}

} // namespace coracle::apiserver
