#include "clusterd/apiserver/strategy/service_allocator.h"
#include "clusterd/apiserver/strategy/service_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

using Family = ServiceAllocator::Family;

bool isHeadless(const JsonObject &spec) {
    return textAt(spec, "clusterIP") == "None";
}
bool needsIp(const JsonObject &spec) {
    return textAt(spec, "type") != "ExternalName" && !isHeadless(spec);
}
bool needsPorts(const JsonObject &spec) {
    const std::string_view type = textAt(spec, "type");
    return type == "NodePort" || (type == "LoadBalancer" && (!hasAt(spec, "allocateLoadBalancerNodePorts") ||
                                                             flagAt(spec, "allocateLoadBalancerNodePorts")));
}
bool mayHavePorts(const JsonObject &spec) {
    return textAt(spec, "type") == "NodePort" || textAt(spec, "type") == "LoadBalancer";
}
bool needsHealthPort(const JsonObject &spec) {
    return textAt(spec, "type") == "LoadBalancer" && textAt(spec, "externalTrafficPolicy") == "Local";
}

std::vector<std::string> ipsOf(const JsonObject &spec) {
    std::vector<std::string> ips;
    for (const JsonValue &ip : arrayAt(spec, "clusterIPs"))
        if (isIp(asText(ip)))
            ips.emplace_back(asText(ip));
    return ips;
}

using NodePort = std::pair<int, std::string>;

std::vector<NodePort> portsOf(const JsonObject &spec) {
    std::vector<NodePort> ports;
    for (const JsonValue &port : arrayAt(spec, "ports"))
        if (const int64_t number = intAt(asObject(port), "nodePort"); number != 0)
            ports.emplace_back(static_cast<int>(number), textAt(asObject(port), "protocol"));
    if (const int64_t number = intAt(spec, "healthCheckNodePort"); number != 0)
        ports.emplace_back(static_cast<int>(number), "TCP");
    return ports;
}

/// clusterIP and clusterIPs[0] are the same thing; whichever the client set fills the other.
void mirrorClusterIps(JsonObject &spec, const JsonObject *old) {
    const std::string_view ip = textAt(spec, "clusterIP");
    const JsonArray &ips = arrayAt(spec, "clusterIPs");
    if (!old) {
        if (!ip.empty() && ips.empty())
            spec["clusterIPs"] = JsonArray{JsonValue(std::string(ip))};
        else if (ip.empty() && !ips.empty())
            spec["clusterIP"] = std::string(asText(ips.front()));
        return;
    }
    const bool sameIp = sameMember(spec, *old, "clusterIP"), sameIps = sameMember(spec, *old, "clusterIPs");
    if (!sameIp && sameIps) {
        if (ip.empty())
            spec.erase("clusterIPs");
        else
            spec["clusterIPs"] = JsonArray{JsonValue(std::string(ip))};
    } else if (sameIp && !sameIps && !ips.empty()) {
        spec["clusterIP"] = std::string(asText(ips.front()));
    }
}

/// What an update left out but the Service still has (a client that replaces its manifest).
void keepAllocated(JsonObject &spec, const JsonObject &old) {
    if (needsIp(old) && needsIp(spec)) {
        if (textAt(spec, "clusterIP").empty())
            copyMember(spec, old, "clusterIP");
        if (arrayAt(spec, "clusterIPs").empty() && sameMember(spec, old, "clusterIP"))
            copyMember(spec, old, "clusterIPs");
    }
    if (needsPorts(old) && needsPorts(spec) && !arrayAt(spec, "ports").empty())
        for (JsonValue &value : ensureArray(spec, "ports")) {
            if (!value.is_object() || intAt(asObject(value), "nodePort") != 0)
                continue;
            JsonObject &port = value.get_object();
            for (const JsonValue &before : arrayAt(old, "ports"))
                if (intAt(asObject(before), "port") == intAt(port, "port") &&
                    textAt(asObject(before), "protocol") == textAt(port, "protocol"))
                    copyMember(port, asObject(before), "nodePort");
        }
    if (needsHealthPort(old) && needsHealthPort(spec) && intAt(spec, "healthCheckNodePort") == 0)
        copyMember(spec, old, "healthCheckNodePort");
    for (const std::string_view name : {"ipFamilyPolicy", "ipFamilies"})
        if (!hasAt(spec, name) && textAt(spec, "type") != "ExternalName")
            copyMember(spec, old, name);
}

/// Members that the new type does not have go away where the client did not change them.
void dropOldType(JsonObject &spec, const JsonObject &old) {
    auto dropSame = [&](std::string_view name) {
        if (sameMember(spec, old, name))
            spec.erase(name);
    };
    if (textAt(old, "type") != "ExternalName" && textAt(spec, "type") == "ExternalName")
        for (const std::string_view name :
             {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"})
            dropSame(name);
    if (mayHavePorts(old) && !mayHavePorts(spec)) {
        const std::vector<NodePort> before = portsOf(old);
        if (!arrayAt(spec, "ports").empty())
            for (JsonValue &port : ensureArray(spec, "ports"))
                if (port.is_object() && std::ranges::any_of(before, [&](const NodePort &one) {
                        return one.first == intAt(asObject(port), "nodePort");
                    }))
                    port.get_object().erase("nodePort");
        dropSame("externalTrafficPolicy");
    }
    if (needsHealthPort(old) && !needsHealthPort(spec))
        dropSame("healthCheckNodePort");
    if (textAt(old, "type") == "LoadBalancer" && textAt(spec, "type") != "LoadBalancer")
        for (const std::string_view name : {"allocateLoadBalancerNodePorts", "loadBalancerClass"})
            dropSame(name);
}

class ServiceStrategy final : public Strategy {
public:
    ServiceStrategy(const Reader &reader, Random &random, const ServiceNetworks &networks)
        : m_allocator(reader, random, networks) {}

    void prepareForCreate(const StrategyContext &, JsonObject &object) const override {
        object["status"] = JsonObject{{"loadBalancer", JsonObject()}};
        mirrorClusterIps(ensureObject(object, "spec"), nullptr);
    }

    void prepareForUpdate(const StrategyContext &context, JsonObject &object, const JsonObject &old) const override {
        Strategy::prepareForUpdate(context, object, old);
        if (context.subresource == "status")
            return;
        JsonObject &spec = ensureObject(object, "spec");
        const JsonObject &before = objectAt(old, "spec");
        keepAllocated(spec, before);
        mirrorClusterIps(spec, &before);
        dropOldType(spec, before);
        if (textAt(spec, "type") != "LoadBalancer" && textAt(before, "type") == "LoadBalancer")
            object["status"] = JsonObject{{"loadBalancer", JsonObject()}};
    }

    void validate(const StrategyContext &, const JsonObject &object, std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        validateService(check, object);
        checkFamilies(check, objectAt(object, "spec"));
    }

    void validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                        std::vector<StatusCause> &causes) const override {
        if (context.subresource == "status")
            return;
        validate(context, object, causes);
        Checker check(causes);
        validateServiceUpdate(check, object, old);
    }

    bool allowCreateOnUpdate() const override { return true; }

    Result<> allocate(const StrategyContext &context, JsonObject &object, const JsonObject *old) const override {
        if (context.subresource == "status")
            return {};
        JsonObject &spec = ensureObject(object, "spec");
        fillFamilies(spec);
        Taken taken;
        std::vector<StatusCause> causes;
        const JsonObject &before = old ? objectAt(*old, "spec") : kNoObject;
        allocateIps(spec, before, taken, causes);
        if (causes.empty())
            allocatePorts(spec, before, taken, causes);
        if (!causes.empty())
            giveBack(taken);
        if (!causes.empty())
            return errors::invalid("Service", "", textAt(object, "metadata", "name"), std::move(causes));
        return {};
    }

    void release(const StrategyContext &, const JsonObject &gone, const JsonObject *kept) const override {
        const JsonObject &spec = objectAt(gone, "spec"), &rest = kept ? objectAt(*kept, "spec") : kNoObject;
        const std::vector<std::string> keptIps = ipsOf(rest);
        for (const std::string &ip : ipsOf(spec))
            if (needsIp(spec) && std::ranges::find(keptIps, ip) == keptIps.end())
                m_allocator.releaseIp(ip);
        const std::vector<NodePort> keptPorts = portsOf(rest);
        for (const NodePort &port : portsOf(spec))
            if (std::ranges::find(keptPorts, port) == keptPorts.end())
                m_allocator.releasePort(port.first, port.second);
    }

private:
    struct Taken {
        std::vector<std::string> ips;
        std::vector<NodePort> ports;
    };

    void giveBack(const Taken &taken) const {
        for (const std::string &ip : taken.ips)
            m_allocator.releaseIp(ip);
        for (const NodePort &port : taken.ports)
            m_allocator.releasePort(port.first, port.second);
    }

    /// What the cluster's ranges allow.
    void checkFamilies(Checker &check, const JsonObject &spec) const {
        const JsonArray &families = arrayAt(spec, "ipFamilies");
        const bool selectorless = isHeadless(spec) && objectAt(spec, "selector").empty();
        for (size_t i = 0; i < families.size() && !selectorless; ++i) {
            const std::string_view word = asText(families[i]);
            if (word == "IPv4" ? !m_allocator.serves(Family::IPv4)
                               : word == "IPv6" && !m_allocator.serves(Family::IPv6))
                check.errors.invalid(FieldPath("spec.ipFamilies")[i], word, "not configured on this cluster");
        }
        if (textAt(spec, "ipFamilyPolicy") == "RequireDualStack" && !m_allocator.dualStack() && !selectorless)
            check.errors.invalid(FieldPath("spec.ipFamilyPolicy"), "RequireDualStack",
                                 "this cluster is not configured for dual-stack services");
    }

    void fillFamilies(JsonObject &spec) const {
        if (textAt(spec, "type") == "ExternalName")
            return;
        JsonArray families = arrayAt(spec, "ipFamilies");
        const bool selectorless = isHeadless(spec) && objectAt(spec, "selector").empty();
        const std::vector<std::string> ips = ipsOf(spec);
        std::string policy(textAt(spec, "ipFamilyPolicy"));
        if (policy.empty())
            policy = ips.size() == 2 || families.size() == 2 || (selectorless && families.empty()) ? "RequireDualStack"
                                                                                                   : "SingleStack";
        if (families.empty())
            for (const std::string &ip : ips)
                families.emplace_back(ServiceAllocator::name(ServiceAllocator::familyOf(ip)));
        if (families.empty())
            families.emplace_back(ServiceAllocator::name(m_allocator.defaultFamily()));
        const bool second = policy != "SingleStack" && (m_allocator.dualStack() || selectorless);
        if (second && families.size() == 1)
            families.push_back(asText(families[0]) == "IPv4" ? "IPv6" : "IPv4");
        if (policy == "SingleStack" && families.size() > 1)
            families.resize(1); // a change back to one family gives the second address back
        spec["ipFamilies"] = std::move(families);
        spec["ipFamilyPolicy"] = policy;
    }

    void allocateIps(JsonObject &spec, const JsonObject &old, Taken &taken, std::vector<StatusCause> &causes) const {
        if (!needsIp(spec))
            return;
        FieldErrors errors(causes);
        const std::vector<std::string> held = needsIp(old) ? ipsOf(old) : std::vector<std::string>();
        const std::vector<std::string> wanted = ipsOf(spec);
        const JsonArray families = arrayAt(spec, "ipFamilies");
        JsonArray ips;
        for (size_t i = 0; i < families.size(); ++i) {
            std::string ip = i < wanted.size() ? wanted[i] : std::string();
            if (!ip.empty() && std::ranges::find(held, ip) == held.end()) {
                if (const auto took = m_allocator.takeIp(ip); !took)
                    errors.invalid(FieldPath("spec.clusterIPs"), arrayAt(spec, "clusterIPs"),
                                   fmt::format("failed to allocate IP {}: {}", ip, took.error().message));
                else
                    taken.ips.push_back(ip);
            } else if (ip.empty()) {
                auto given = m_allocator.allocateIp(asText(families[i]) == "IPv6" ? Family::IPv6 : Family::IPv4);
                if (!given) {
                    errors.invalid(FieldPath("spec.clusterIPs"), arrayAt(spec, "clusterIPs"),
                                   "failed to allocate a serviceIP: " + given.error().message);
                    return;
                }
                taken.ips.push_back(ip = *given);
            }
            ips.emplace_back(ip);
        }
        if (ips.empty())
            return;
        spec["clusterIP"] = ips.front();
        spec["clusterIPs"] = std::move(ips);
    }

    void allocatePorts(JsonObject &spec, const JsonObject &old, Taken &taken, std::vector<StatusCause> &causes) const {
        FieldErrors errors(causes);
        const std::vector<NodePort> held = portsOf(old);
        auto take = [&](int number, const std::string &protocol, const FieldPath &path) {
            const NodePort port(number, protocol);
            if (std::ranges::find(held, port) != held.end())
                return;
            if (const auto took = m_allocator.takePort(number, protocol); !took)
                errors.invalid(path, int64_t(number), took.error().message);
            else
                taken.ports.push_back(port);
        };
        if (mayHavePorts(spec) && !arrayAt(spec, "ports").empty()) {
            JsonArray &ports = ensureArray(spec, "ports");
            // Ports that are asked for come first, so that no automatic one takes them.
            for (size_t i = 0; i < ports.size(); ++i)
                if (const int64_t number = intAt(asObject(ports[i]), "nodePort"); number != 0)
                    take(static_cast<int>(number), std::string(textAt(asObject(ports[i]), "protocol")),
                         FieldPath("spec.ports")[i] / "nodePort");
            for (size_t i = 0; i < ports.size() && needsPorts(spec) && causes.empty(); ++i)
                givePort(ports, i, taken, errors);
        }
        if (!needsHealthPort(spec) || !causes.empty())
            return;
        if (const int64_t number = intAt(spec, "healthCheckNodePort"); number != 0) {
            take(static_cast<int>(number), "TCP", FieldPath("spec.healthCheckNodePort"));
        } else if (auto given = m_allocator.allocatePort("TCP"); given) {
            taken.ports.emplace_back(*given, "TCP");
            spec["healthCheckNodePort"] = *given;
        } else {
            errors.invalid(FieldPath("spec.healthCheckNodePort"), int64_t(0), given.error().message);
        }
    }

    void givePort(JsonArray &ports, size_t index, Taken &taken, FieldErrors &errors) const {
        JsonObject &port = ports[index].as_object();
        if (intAt(port, "nodePort") != 0)
            return;
        const std::string protocol(textAt(port, "protocol"));
        // One port number for several protocols shares its node port where that is free for this protocol too.
        for (size_t i = 0; i < index; ++i) {
            const JsonObject &other = asObject(ports[i]);
            const auto number = static_cast<int>(intAt(other, "nodePort"));
            if (number != 0 && intAt(other, "port") == intAt(port, "port") && textAt(other, "protocol") != protocol &&
                m_allocator.takePort(number, protocol)) {
                taken.ports.emplace_back(number, protocol);
                port["nodePort"] = number;
                return;
            }
        }
        const auto given = m_allocator.allocatePort(protocol);
        if (!given) {
            errors.invalid(FieldPath("spec.ports")[index] / "nodePort", int64_t(0),
                           "failed to allocate a nodePort: " + given.error().message);
            return;
        }
        taken.ports.emplace_back(*given, protocol);
        port["nodePort"] = *given;
    }

    mutable ServiceAllocator m_allocator;
};

} // namespace

void addServiceStrategies(StrategyMap &map, const Reader &reader, Random &random, const ServiceNetworks &networks) {
    map.make<ServiceStrategy>("", "services", reader, random, networks);
}

} // namespace coracle::apiserver
