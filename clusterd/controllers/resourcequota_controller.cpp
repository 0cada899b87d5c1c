#include "clusterd/controllers/resourcequota_controller.h"

#include "clusterd/apiserver/admission/quota_usage.h"
#include "clusterd/controllers/served_resources.h"
#include "core/api/types/core_v1.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::controllers {

using apiserver::JsonObject;
using apiserver::objectAt;

namespace {

constexpr auto kQuiet = std::chrono::milliseconds(500);
constexpr auto kResync = std::chrono::minutes(5);
constexpr std::string_view kCustomResources = "custom resources"; ///< a key that is no quota's
/// The definition's event may come before what is served has changed.
constexpr Duration kResourcesAgain = std::chrono::milliseconds(250);

JsonObject parsed(const ObjectPtr &object) {
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(object->json(), error);
    return value.is_object() ? std::move(value.get_object()) : JsonObject();
}

/// Whether the status does not say yet what the spec limits.
bool isUncounted(const JsonObject &quota) {
    const JsonObject &hard = objectAt(quota, "spec", "hard"), &used = objectAt(quota, "status", "used");
    return objectAt(quota, "status", "hard") != hard || std::ranges::any_of(hard, [&](const auto &entry) {
               return apiserver::quotaResource(entry.key()) && !used.contains(entry.key());
           });
}

} // namespace

ResourceQuotaController::ResourceQuotaController(const ControllerContext &context)
    : Controller(context, "resourcequota"),
      m_quotas(informers().get<corev1::ResourceQuota>()),
      m_definitions(informers().get(*api::findResource("apiextensions.k8s.io", "customresourcedefinitions"))),
      m_custom(context, [this](const api::ResourcePtr &resource, const ObjectPtr &before, const ObjectPtr &after) {
          objectChanged(*resource, before, after);
      }) {
    m_quotas.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { quotaChanged(before, after); });
    m_definitions.addHandler([this](const ObjectPtr &, const ObjectPtr &) {
        queue().add(std::string(kCustomResources));
        queue().addAfter(std::string(kCustomResources), kResourcesAgain);
    });
}

void ResourceQuotaController::quotaChanged(const ObjectPtr &before, const ObjectPtr &after) {
    if (!std::exchange(m_resyncing, true))
        gate().spawn([this] { return resync(); });
    if (!after) {
        m_looks.erase(before->key());
        queue().add(std::string(kCustomResources));
        return;
    }
    // Charges change the status only, and need no answer.
    if (before && objectAt(parsed(before), "spec") == objectAt(parsed(after), "spec"))
        return;
    follow(after);
    queue().add(std::string(kCustomResources));
    queue().add(after->key());
}

void ResourceQuotaController::follow(const ObjectPtr &quota) {
    bool added = false;
    const JsonObject object = parsed(quota);
    for (const auto &[name, value] : objectAt(object, "spec", "hard")) {
        const ResourceInfo *resource = apiserver::quotaResource(name);
        if (!resource || !m_followed.insert(resource).second)
            continue;
        informers().get(*resource).addHandler([this, resource](const ObjectPtr &before, const ObjectPtr &after) {
            objectChanged(*resource, before, after);
        });
        added = true;
    }
    if (added)
        informers().start(gate());
}

api::ResourcePtr ResourceQuotaController::customResource(std::string_view name) {
    for (const api::ResourcePtr &resource : deletableResources(client()))
        if (resource->runtime && apiserver::takesFrom(*resource, name))
            return resource;
    return nullptr;
}

bool ResourceQuotaController::hasDefinition(std::string_view name) const {
    const std::string_view counted = apiserver::countedResource(name);
    return !counted.empty() && m_definitions.get(counted);
}

void ResourceQuotaController::followCustom() {
    std::vector<api::ResourcePtr> counted;
    for (const ObjectPtr &quota : m_quotas.list()) {
        const JsonObject object = parsed(quota);
        for (const auto &[name, value] : objectAt(object, "spec", "hard")) {
            if (apiserver::countedResource(name).empty() || apiserver::quotaResource(name))
                continue;
            if (api::ResourcePtr resource = customResource(name))
                counted.push_back(std::move(resource));
            queue().add(quota->key());
        }
    }
    m_custom.sync(counted);
}

void ResourceQuotaController::objectChanged(const ResourceInfo &resource, const ObjectPtr &before,
                                            const ObjectPtr &after) {
    if (!before) // admission has charged it
        return;
    const std::vector<ObjectPtr> quotas = m_quotas.listNamespace(before->namespaceName());
    if (quotas.empty())
        return;
    if (after && apiserver::quotaUsage(resource, parsed(before)) == apiserver::quotaUsage(resource, parsed(after)))
        return;
    for (const ObjectPtr &quota : quotas)
        queue().add(quota->key());
}

bool ResourceQuotaController::isQuiet(const ObjectPtr &quota) {
    const std::string key = quota->key();
    const SteadyTime now = clock().steadyNow();
    Look &look = m_looks[key];
    if (look.revision == quota->resourceVersion() && now - look.time >= kQuiet) {
        m_looks.erase(key);
        return true;
    }
    if (look.revision != quota->resourceVersion())
        look = {quota->resourceVersion(), now};
    queue().addAfter(key, kQuiet - (now - look.time));
    return false;
}

Task<Result<>> ResourceQuotaController::reconcile(std::string key) {
    if (key == kCustomResources) {
        followCustom();
        co_return Result<>{};
    }
    const ObjectPtr quota = m_quotas.get(key);
    if (!quota || quota->deleting())
        co_return Result<>{};
    if (!isUncounted(parsed(quota)) && !isQuiet(quota))
        co_return Result<>{};
    co_return co_await count(quota);
}

Task<Result<>> ResourceQuotaController::count(ObjectPtr stored) {
    JsonObject quota = parsed(stored);
    const std::string space(stored->namespaceName());
    JsonObject charged = objectAt(quota, "status", "used");
    std::map<std::string, api::ResourcePtr, std::less<>> custom; // by what the quota calls them
    std::map<const ResourceInfo *, std::vector<JsonObject>> objects;
    for (const auto &[name, value] : objectAt(quota, "spec", "hard")) {
        const ResourceInfo *resource = apiserver::quotaResource(name);
        if (!resource && !apiserver::countedResource(name).empty()) {
            if (api::ResourcePtr found = customResource(name))
                resource = custom.emplace(name, std::move(found)).first->second.get();
            else if (!hasDefinition(name))
                charged.erase(name);
        }
        if (!resource || objects.contains(resource))
            continue;
        CO_TRY(const client::ObjectList list, co_await client().list(*resource, space));
        std::vector<JsonObject> &items = objects[resource];
        for (const ObjectPtr &item : list.items)
            items.push_back(parsed(item));
    }
    JsonObject &status = apiserver::ensureObject(quota, "status");
    const apiserver::Amounts before = apiserver::amountsOf(objectAt(status, "used"));
    status["used"] = std::move(charged);
    const apiserver::QuotaFinder finder = [&](std::string_view name) {
        const auto found = custom.find(name);
        return found != custom.end() ? found->second.get() : apiserver::quotaResource(name);
    };
    const apiserver::QuotaLister lister = [&](const ResourceInfo &resource) { return objects[&resource]; };
    const apiserver::Amounts used = apiserver::quotaTotals(quota, finder, lister);
    if (objectAt(status, "hard") == objectAt(quota, "spec", "hard") && before == used)
        co_return Result<>{};
    status["hard"] = objectAt(quota, "spec", "hard");
    status["used"] = apiserver::toJson(used);
    client::WriteOptions options;
    options.subresource = "status";
    std::string body = boost::json::serialize(quota);
    auto written = co_await client().update(corev1::ResourceQuota::resource(), space, std::string(stored->name()),
                                            std::move(body), options);
    co_return ignoreNotFound(written);
}

Task<> ResourceQuotaController::resync() {
    while (!gate().closed() && co_await clock().sleep(kResync))
        for (const ObjectPtr &quota : m_quotas.list())
            queue().add(quota->key());
}

} // namespace coracle::controllers
