#pragma once

#include "clusterd/apiserver/json_access.h"
#include "core/api/quantity.h"
#include "core/api/schema.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

/// What objects take from ResourceQuotas (pkg/quota/v1/evaluator). Pure functions, which admission and the
/// resourcequota controller share.
namespace coracle::apiserver {

using Amounts = std::map<std::string, api::Quantity, std::less<>>;

/// Of a list such as status.hard; what is no quantity is left out.
Amounts amountsOf(const JsonObject &list);
JsonObject toJson(const Amounts &amounts);
Amounts operator+(Amounts a, const Amounts &b);
Amounts operator-(Amounts a, const Amounts &b);
/// "cpu=1,pods=2": the amounts with these names.
std::string amountsText(const Amounts &amounts, const std::vector<std::string> &names);

/// What one object takes, by the names that a quota may limit.
Amounts quotaUsage(const api::ResourceInfo &resource, const JsonObject &object);
/// Whether objects of the resource take from what a quota calls this.
bool takesFrom(const api::ResourceInfo &resource, std::string_view name);
/// Whether a quota counts the object, by its scopes and its scope selector.
bool inQuotaScope(const JsonObject &quota, const api::ResourceInfo &resource, const JsonObject &object);
/// Why a pod cannot be counted against these names: "must specify cpu for: a,b". Empty: it can.
std::string unstatedRequirements(const std::vector<std::string> &names, const JsonObject &pod);

/// The resource whose objects a quota counts by a name; null when there is none.
using QuotaFinder = std::function<const api::ResourceInfo *(std::string_view name)>;
/// The finder that knows what is built in.
const api::ResourceInfo *quotaResource(std::string_view name);
/// What a name says after "count/": "deployments.apps". Empty: the name says something else.
std::string_view countedResource(std::string_view name);

/// All of a quota's usage, from what is there; what the finder does not know keeps what was charged. The lister gives
/// a resource's objects in the quota's namespace.
using QuotaLister = std::function<std::vector<JsonObject>(const api::ResourceInfo &)>;
Amounts quotaTotals(const JsonObject &quota, const QuotaFinder &finder, const QuotaLister &lister);

/// Not one of Kubernetes' own: its name has another domain, such as example.com/gpu.
bool isExtendedResource(std::string_view name);

/// What a pod's containers ask for together ("requests" or "limits"), with init containers, sidecars, pod-level
/// resources and overhead (k8s.io/component-helpers resource).
Amounts podAmounts(const JsonObject &spec, std::string_view which);

} // namespace coracle::apiserver
