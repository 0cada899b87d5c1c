#include "clusterd/apiserver/bootstrap/bootstrap.h"

#include "clusterd/apiserver/bootstrap/ensure.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

const api::ResourceInfo &core(std::string_view resource) {
    return *api::findResource("", resource);
}

JsonArray textArray(const std::vector<std::string> &texts) {
    JsonArray array;
    for (const std::string &text : texts)
        array.emplace_back(text);
    return array;
}

std::string textList(const std::vector<std::string> &texts) {
    return boost::json::serialize(textArray(texts));
}

bool isV6(const std::string &address) {
    return address.find(':') != std::string::npos;
}

/// Adds the labels that the stored object lacks or has otherwise.
bool setLabels(JsonObject &stored, const JsonObject &wanted) {
    bool changed = false;
    for (const auto &[key, value] : objectAt(wanted, "metadata", "labels")) {
        JsonValue &own = ensureObject(ensureObject(stored, "metadata"), "labels")[key];
        changed |= own != value;
        own = value;
    }
    return changed;
}

/// Creates the object or makes these members of the stored one, and the labels, equal to it.
Task<Result<>> createOrSet(client::Client &client, const api::ResourceInfo &resource, JsonObject wanted,
                           std::vector<std::string> members) {
    std::string space(textAt(wanted, "metadata", "namespace")), name(textAt(wanted, "metadata", "name"));
    CO_TRY(std::optional<JsonObject> stored, co_await find(client, resource, space, name));
    if (!stored)
        co_return co_await createIfMissing(client, resource, std::move(wanted));
    const bool relabelled = setLabels(*stored, wanted);
    if (!relabelled &&
        std::ranges::all_of(members, [&](const std::string &member) { return sameMember(*stored, wanted, member); }))
        co_return Result<>{};
    for (const std::string &member : members)
        copyMember(*stored, wanted, member);
    co_return co_await replaceObject(client, resource, std::move(*stored));
}

JsonObject kubernetesService(const BootstrapOptions &options) {
    JsonArray families;
    for (const std::string &ip : options.serviceIps)
        families.emplace_back(isV6(ip) ? "IPv6" : "IPv4");
    JsonObject spec{
        {"clusterIP", options.serviceIps.front()},
        {"clusterIPs", textArray(options.serviceIps)},
        {"ipFamilies", std::move(families)},
        {"ipFamilyPolicy", options.serviceIps.size() > 1 ? "RequireDualStack" : "SingleStack"},
        {"ports", JsonArray{JsonObject{
                      {"name", "https"}, {"port", 443}, {"protocol", "TCP"}, {"targetPort", options.serverPort}}}},
        {"sessionAffinity", "None"},
        {"type", "ClusterIP"}};
    return {{"apiVersion", "v1"},
            {"kind", "Service"},
            {"metadata", JsonObject{{"name", "kubernetes"},
                                    {"namespace", "default"},
                                    {"labels", JsonObject{{"component", "apiserver"}, {"provider", "kubernetes"}}}}},
            {"spec", std::move(spec)}};
}

JsonObject kubernetesEndpoints(const BootstrapOptions &options, const std::vector<std::string> &addresses) {
    JsonArray list;
    for (const std::string &address : addresses)
        list.push_back(JsonObject{{"ip", address}});
    JsonArray ports{JsonObject{{"name", "https"}, {"port", options.serverPort}, {"protocol", "TCP"}}};
    return {{"apiVersion", "v1"},
            {"kind", "Endpoints"},
            {"metadata", JsonObject{{"name", "kubernetes"},
                                    {"namespace", "default"},
                                    {"labels", JsonObject{{"endpointslice.kubernetes.io/skip-mirror", "true"}}}}},
            {"subsets", JsonArray{JsonObject{{"addresses", std::move(list)}, {"ports", std::move(ports)}}}}};
}

JsonObject kubernetesSlice(const BootstrapOptions &options, const std::vector<std::string> &addresses) {
    JsonArray endpoints;
    for (const std::string &address : addresses)
        endpoints.push_back(
            JsonObject{{"addresses", textArray({address})}, {"conditions", JsonObject{{"ready", true}}}});
    JsonArray ports{JsonObject{{"name", "https"}, {"port", options.serverPort}, {"protocol", "TCP"}}};
    return {{"apiVersion", "discovery.k8s.io/v1"},
            {"kind", "EndpointSlice"},
            {"metadata", JsonObject{{"name", "kubernetes"},
                                    {"namespace", "default"},
                                    {"labels", JsonObject{{"kubernetes.io/service-name", "kubernetes"}}}}},
            {"addressType", !addresses.empty() && isV6(addresses.front()) ? "IPv6" : "IPv4"},
            {"endpoints", std::move(endpoints)},
            {"ports", std::move(ports)}};
}

/// Type and ports are the server's; the address and whatever else others set stays.
Task<Result<>> keepService(client::Client &client, JsonObject wanted) {
    CO_TRY(std::optional<JsonObject> stored,
           co_await find(client, core("services"), std::string("default"), std::string("kubernetes")));
    if (!stored)
        co_return co_await createIfMissing(client, core("services"), std::move(wanted));
    JsonObject &spec = ensureObject(*stored, "spec");
    const JsonObject &own = objectAt(wanted, "spec");
    const JsonArray &ports = arrayAt(spec, "ports");
    const JsonObject &port = ports.size() == 1 ? asObject(ports[0]) : kNoObject;
    bool right = textAt(spec, "type") == "ClusterIP";
    for (const auto &[name, value] : asObject(arrayAt(own, "ports")[0]))
        right = right && port.if_contains(name) && port.at(name) == value;
    if (right)
        co_return Result<>{};
    spec["type"] = "ClusterIP";
    copyMember(spec, own, "ports");
    for (const std::string_view name : {"externalTrafficPolicy", "externalName"})
        spec.erase(name);
    co_return co_await replaceObject(client, core("services"), std::move(*stored));
}

} // namespace

Task<Result<>> ensureNamespaces(client::Client &client) {
    for (const char *name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
        JsonObject object{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", JsonObject{{"name", name}}}};
        CO_CHECK(co_await createIfMissing(client, core("namespaces"), std::move(object)));
    }
    co_return Result<>{};
}

Task<Result<>> ensurePriorityClasses(client::Client &client) {
    struct Class {
        std::string_view name, description;
        int64_t value;
    };
    static constexpr Class kClasses[] = {
        {"system-cluster-critical",
         "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
         2000000000},
        {"system-node-critical", "Used for system critical pods that must not be moved from their current node.",
         2000001000}};
    for (const Class &one : kClasses) {
        JsonObject object{{"apiVersion", "scheduling.k8s.io/v1"},       {"kind", "PriorityClass"},
                          {"metadata", JsonObject{{"name", one.name}}}, {"value", one.value},
                          {"preemptionPolicy", "PreemptLowerPriority"}, {"description", one.description}};
        CO_CHECK(co_await createIfMissing(client, *api::findResource("scheduling.k8s.io", "priorityclasses"),
                                          std::move(object)));
    }
    co_return Result<>{};
}

Task<Result<>> ensureAuthenticationConfig(client::Client &client, BootstrapOptions options) {
    JsonObject data;
    if (!options.clientCaPem.empty())
        data["client-ca-file"] = options.clientCaPem;
    if (!options.requestHeaderCaPem.empty()) {
        data["requestheader-client-ca-file"] = options.requestHeaderCaPem;
        data["requestheader-allowed-names"] = textList(options.requestHeaderNames);
        data["requestheader-username-headers"] = textList({"X-Remote-User"});
        data["requestheader-uid-headers"] = textList({"X-Remote-Uid"});
        data["requestheader-group-headers"] = textList({"X-Remote-Group"});
        data["requestheader-extra-headers-prefix"] = textList({"X-Remote-Extra-"});
    }
    JsonObject object{
        {"apiVersion", "v1"},
        {"kind", "ConfigMap"},
        {"metadata", JsonObject{{"name", "extension-apiserver-authentication"}, {"namespace", "kube-system"}}},
        {"data", std::move(data)}};
    std::vector<std::string> members(1, "data");
    co_return co_await createOrSet(client, core("configmaps"), std::move(object), std::move(members));
}

Task<Result<>> ensureKubernetesService(client::Client &client, BootstrapOptions options) {
    if (options.serviceIps.empty())
        co_return Result<>{};
    CO_CHECK(co_await keepService(client, kubernetesService(options)));
    const bool v6 = isV6(options.serviceIps.front());
    std::vector<std::string> addresses;
    for (const std::string &address : options.serverAddresses)
        if (isV6(address) == v6) // the Service's first family
            addresses.push_back(address);
    if (addresses.empty())
        co_return Result<>{};
    std::ranges::sort(addresses);
    JsonObject endpoints = kubernetesEndpoints(options, addresses), slice = kubernetesSlice(options, addresses);
    std::vector<std::string> subsets(1, "subsets"), parts(1, "endpoints");
    parts.emplace_back("ports");
    CO_CHECK(co_await createOrSet(client, core("endpoints"), std::move(endpoints), std::move(subsets)));
    const api::ResourceInfo &slices = *api::findResource("discovery.k8s.io", "endpointslices");
    CO_TRY(const std::optional<JsonObject> present,
           co_await find(client, slices, std::string("default"), std::string("kubernetes")));
    if (present && textAt(*present, "addressType") != textAt(slice, "addressType")) // which cannot be changed
        CO_CHECK(co_await client.remove(slices, std::string("default"), std::string("kubernetes")));
    co_return co_await createOrSet(client, slices, std::move(slice), std::move(parts));
}

Task<Result<>> bootstrapCluster(client::Client &client, BootstrapOptions options) {
    CO_CHECK(co_await ensureNamespaces(client));
    CO_CHECK(co_await ensureRbac(client));
    CO_CHECK(co_await ensurePriorityClasses(client));
    CO_CHECK(co_await ensureFlowControl(client));
    CO_CHECK(co_await ensureAuthenticationConfig(client, options));
    co_return co_await ensureKubernetesService(client, std::move(options));
}

} // namespace coracle::apiserver
