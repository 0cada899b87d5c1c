#include "clusterd/apiserver/bootstrap/bootstrap.h"
#include "clusterd/apiserver/bootstrap/ensure.h"

#include <fmt/format.h>

/// The standard objects of API priority and fairness.
namespace coracle::apiserver {

namespace {

struct Level {
    std::string_view name;
    int shares = 0, lendablePercent = 0;
    int queues = 0, handSize = 0; ///< 0 queues: requests over the limit are rejected
};

constexpr Level kLevels[] = {{"catch-all", 5, 0, 0, 0},         {"system", 30, 33, 64, 6},
                             {"node-high", 40, 25, 64, 6},      {"leader-election", 10, 0, 16, 4},
                             {"workload-high", 40, 50, 128, 6}, {"workload-low", 100, 90, 128, 6},
                             {"global-default", 20, 50, 128, 6}};

struct Flow {
    std::string_view name, level;
    int precedence = 0;
    std::string_view distinguisher; ///< ByUser, ByNamespace or empty
    std::string_view subjects;      ///< "Group:x User:y ServiceAccount:ns/name"
    std::string_view rules;         ///< "all", or JSON
};

constexpr std::string_view kEverybody = "Group:system:unauthenticated Group:system:authenticated";
constexpr std::string_view kProbeRules =
    R"([{"nonResourceRules":[{"verbs":["get"],"nonResourceURLs":["/healthz","/readyz","/livez"]}]}])";
constexpr std::string_view kElectionRules =
    R"([{"resourceRules":[{"verbs":["get","create","update"],"apiGroups":["coordination.k8s.io"],)"
    R"("resources":["leases"],"namespaces":["*"]}]}])";
constexpr std::string_view kNodeRules =
    R"([{"resourceRules":[{"verbs":["*"],"apiGroups":[""],"resources":["nodes","nodes/status"],"clusterScope":true,)"
    R"("namespaces":["*"]},{"verbs":["*"],"apiGroups":["coordination.k8s.io"],"resources":["leases"],)"
    R"("namespaces":["*"]}]}])";
constexpr std::string_view kAllRules =
    R"([{"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"clusterScope":true,"namespaces":["*"]}],)"
    R"("nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["*"]}]}])";

constexpr Flow kFlows[] = {
    {"exempt", "exempt", 1, "", "Group:system:masters", kAllRules},
    {"probes", "exempt", 2, "", kEverybody, kProbeRules},
    {"system-leader-election", "leader-election", 100, "ByUser",
     "User:system:kube-controller-manager User:system:kube-scheduler ServiceAccount:kube-system/*", kElectionRules},
    {"system-node-high", "node-high", 400, "ByUser", "Group:system:nodes", kNodeRules},
    {"system-nodes", "system", 500, "ByUser", "Group:system:nodes", kAllRules},
    {"kube-controller-manager", "workload-high", 800, "ByNamespace", "User:system:kube-controller-manager", kAllRules},
    {"kube-scheduler", "workload-high", 800, "ByNamespace", "User:system:kube-scheduler", kAllRules},
    {"kube-system-service-accounts", "workload-high", 900, "ByNamespace", "ServiceAccount:kube-system/*", kAllRules},
    {"service-accounts", "workload-low", 9000, "ByUser", "Group:system:serviceaccounts", kAllRules},
    {"global-default", "global-default", 9900, "ByUser", kEverybody, kAllRules},
    {"catch-all", "catch-all", 10000, "ByUser", kEverybody, kAllRules}};

JsonObject object(std::string_view kind, std::string_view name, JsonObject spec) {
    return {{"apiVersion", "flowcontrol.apiserver.k8s.io/v1"},
            {"kind", kind},
            {"metadata",
             JsonObject{{"name", name}, {"annotations", JsonObject{{"apf.kubernetes.io/autoupdate-spec", "true"}}}}},
            {"spec", std::move(spec)}};
}

JsonObject levelObject(const Level &level) {
    JsonObject response{{"type", level.queues == 0 ? "Reject" : "Queue"}};
    if (level.queues != 0)
        response["queuing"] =
            JsonObject{{"queues", level.queues}, {"handSize", level.handSize}, {"queueLengthLimit", 50}};
    JsonObject limited{{"nominalConcurrencyShares", level.shares},
                       {"limitResponse", std::move(response)},
                       {"lendablePercent", level.lendablePercent}};
    return object("PriorityLevelConfiguration", level.name, {{"type", "Limited"}, {"limited", std::move(limited)}});
}

JsonArray subjects(std::string_view text) {
    JsonArray array;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        const std::string_view kind = word.substr(0, word.find(':')), name = word.substr(kind.size() + 1);
        const size_t slash = name.find('/');
        if (kind == "ServiceAccount")
            array.push_back(JsonObject{{"kind", kind},
                                       {"serviceAccount", JsonObject{{"namespace", name.substr(0, slash)},
                                                                     {"name", name.substr(slash + 1)}}}});
        else
            array.push_back(
                JsonObject{{"kind", kind}, {kind == "User" ? "user" : "group", JsonObject{{"name", name}}}});
    }
    return array;
}

JsonObject flowObject(const Flow &flow) {
    JsonArray rules = boost::json::parse(flow.rules).as_array();
    for (JsonValue &rule : rules)
        rule.as_object()["subjects"] = subjects(flow.subjects);
    JsonObject spec{{"priorityLevelConfiguration", JsonObject{{"name", flow.level}}},
                    {"matchingPrecedence", flow.precedence},
                    {"rules", std::move(rules)}};
    if (!flow.distinguisher.empty())
        spec["distinguisherMethod"] = JsonObject{{"type", flow.distinguisher}};
    return object("FlowSchema", flow.name, std::move(spec));
}

} // namespace

Task<Result<>> ensureFlowControl(client::Client &client) {
    const api::ResourceInfo *levels = api::findResource("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations");
    const api::ResourceInfo *flows = api::findResource("flowcontrol.apiserver.k8s.io", "flowschemas");
    if (!levels || !flows)
        co_return Result<>{};
    JsonObject exempt =
        object("PriorityLevelConfiguration", "exempt",
               {{"type", "Exempt"}, {"exempt", JsonObject{{"nominalConcurrencyShares", 0}, {"lendablePercent", 0}}}});
    CO_CHECK(co_await createIfMissing(client, *levels, std::move(exempt)));
    for (const Level &level : kLevels) {
        JsonObject wanted = levelObject(level);
        CO_CHECK(co_await createIfMissing(client, *levels, std::move(wanted)));
    }
    for (const Flow &flow : kFlows) {
        JsonObject wanted = flowObject(flow);
        CO_CHECK(co_await createIfMissing(client, *flows, std::move(wanted)));
    }
    co_return Result<>{};
}

} // namespace coracle::apiserver
