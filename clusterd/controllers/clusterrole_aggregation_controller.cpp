#include "clusterd/controllers/clusterrole_aggregation_controller.h"

#include "clusterd/apiserver/bootstrap/bootstrap.h"
#include "core/api/types/rbac_v1.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::controllers {

using apiserver::JsonObject;

namespace {

JsonObject parsed(const ObjectPtr &object) {
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(object->json(), error);
    return value.is_object() ? std::move(value.get_object()) : JsonObject();
}

} // namespace

ClusterRoleAggregationController::ClusterRoleAggregationController(const ControllerContext &context)
    : Controller(context, "clusterrole-aggregation"), m_roles(informers().get<rbacv1::ClusterRole>()) {
    // Any role may be, or have been, a part of any aggregated one. The text tells those without parsing the others.
    m_roles.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (before && after && before->resourceVersion() == after->resourceVersion())
            return;
        for (const ObjectPtr &role : m_roles.list())
            if (role->json().find("\"aggregationRule\"") != std::string::npos)
                queue().add(role->key());
    });
}

Task<Result<>> ClusterRoleAggregationController::reconcile(std::string key) {
    const ObjectPtr stored = m_roles.get(key);
    if (!stored || stored->deleting())
        co_return Result<>{};
    JsonObject role = parsed(stored);
    if (!apiserver::hasAt(role, "aggregationRule"))
        co_return Result<>{};
    std::vector<JsonObject> roles;
    for (const ObjectPtr &one : m_roles.list())
        roles.push_back(parsed(one));
    boost::json::array rules = apiserver::aggregatedRules(role, roles);
    if (rules == apiserver::arrayAt(role, "rules"))
        co_return Result<>{};
    role["rules"] = std::move(rules);
    std::string body = boost::json::serialize(role);
    client::WriteOptions options;
    options.fieldManager = "clusterrole-aggregation-controller";
    auto written =
        co_await client().update(rbacv1::ClusterRole::resource(), std::string(), key, std::move(body), options);
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
