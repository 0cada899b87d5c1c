#include "core/api/default_rules.h"

namespace coracle::api {
namespace {

using namespace tree;

void servicePort(object &port) {
    if (isUnset(port, "targetPort") && has(port, "port"))
        port["targetPort"] = value(port.at("port"));
}

void sessionAffinity(object &spec) {
    if (textAt(spec, "sessionAffinity") != "ClientIP") {
        spec.erase("sessionAffinityConfig");
        return;
    }
    constexpr int64_t kThreeHours = 10800;
    object *config = ensureObject(spec, "sessionAffinityConfig");
    object *clientIp = config ? ensureObject(*config, "clientIP") : nullptr;
    if (clientIp)
        setIfAbsent(*clientIp, "timeoutSeconds", kThreeHours);
}

void serviceSpec(object &spec) {
    sessionAffinity(spec);
    const std::string type(textAt(spec, "type"));
    const bool loadBalancer = type == "LoadBalancer", nodePort = type == "NodePort", clusterIp = type == "ClusterIP";
    if (loadBalancer || nodePort || (clusterIp && !isUnset(spec, "externalIPs")))
        setIfUnset(spec, "externalTrafficPolicy", "Cluster");
    if (loadBalancer || nodePort || clusterIp)
        setIfUnset(spec, "internalTrafficPolicy", "Cluster");
    if (loadBalancer)
        setIfAbsent(spec, "allocateLoadBalancerNodePorts", true);
}

void service(object &service) {
    object *spec = objectAt(service, "spec");
    object *status = objectAt(service, "status");
    object *balancer = status ? objectAt(*status, "loadBalancer") : nullptr;
    if (!spec || !balancer || textAt(*spec, "type") != "LoadBalancer")
        return;
    eachObject(*balancer, "ingress", [](object &ingress) {
        if (!isUnset(ingress, "ip"))
            setIfAbsent(ingress, "ipMode", "VIP");
    });
}

void nameSpace(object &object) {
    tree::object *metadata = objectAt(object, "metadata");
    if (!metadata || textAt(*metadata, "name").empty())
        return;
    if (tree::object *labels = ensureObject(*metadata, "labels"))
        (*labels)["kubernetes.io/metadata.name"] = value(textAt(*metadata, "name"));
}

void nodeStatus(object &status) {
    if (isUnset(status, "allocatable") && !isUnset(status, "capacity"))
        status["allocatable"] = value(status.at("capacity"));
}

void fillAbsent(object &target, const object *source) {
    if (!source)
        return;
    for (const auto &[name, amount] : *source) {
        if (!target.contains(name))
            target.emplace(name, amount);
    }
}

void limitRangeItem(object &item) {
    if (textAt(item, "type") != "Container")
        return;
    const object max = objectAt(item, "max") ? *objectAt(item, "max") : object();
    const object min = objectAt(item, "min") ? *objectAt(item, "min") : object();
    if (object *limits = ensureObject(item, "default"))
        fillAbsent(*limits, &max);
    const object limits = objectAt(item, "default") ? *objectAt(item, "default") : object();
    if (object *requests = ensureObject(item, "defaultRequest")) {
        fillAbsent(*requests, &limits);
        fillAbsent(*requests, &min);
    }
    for (const char *key : {"default", "defaultRequest"}) {
        if (isUnset(item, key))
            item.erase(key);
    }
}

constexpr DefaultRule kRules[] = {
    {"core/v1", "Service", service},         {"core/v1", "ServiceSpec", serviceSpec},
    {"core/v1", "ServicePort", servicePort}, {"core/v1", "Namespace", nameSpace},
    {"core/v1", "NodeStatus", nodeStatus},   {"core/v1", "LimitRangeItem", limitRangeItem},
};

} // namespace

std::span<const DefaultRule> coreDefaultRules() {
    return kRules;
}

} // namespace coracle::api
