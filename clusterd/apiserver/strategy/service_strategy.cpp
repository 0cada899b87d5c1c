#include "clusterd/apiserver/strategy/node_port_allocator.h"
#include "clusterd/apiserver/strategy/service_families.h"
#include "clusterd/apiserver/strategy/service_ip_allocator.h"
#include "clusterd/apiserver/strategy/service_spec.h"
#include "clusterd/apiserver/strategy/service_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/warnings.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

/// clusterIP and clusterIPs[0] are the same thing; whichever the client set fills the other.
void mirrorClusterIps(JsonObject &spec, const JsonObject *old) {
    const std::string_view ip = textAt(spec, "clusterIP");
    const JsonArray &ips = arrayAt(spec, "clusterIPs");
    if (!ip.empty() && ips.empty())
        spec["clusterIPs"] = JsonArray{JsonValue(std::string(ip))};
    if (!old)
        return;
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

/// Node ports that an update left out, by the names of their ports.
void keepNodePorts(JsonObject &spec, const JsonObject &old) {
    if (!needsNodePorts(old) || !needsNodePorts(spec) || arrayAt(spec, "ports").empty())
        return;
    std::set<int> used = nodePortsOf(spec);
    for (JsonValue &value : ensureArray(spec, "ports")) {
        if (!value.is_object() || intAt(asObject(value), "nodePort") != 0)
            continue;
        JsonObject &port = value.get_object();
        for (const JsonValue &before : arrayAt(old, "ports"))
            if (const auto number = static_cast<int>(intAt(asObject(before), "nodePort"));
                number != 0 && textAt(asObject(before), "name") == textAt(port, "name") && used.insert(number).second)
                port["nodePort"] = number;
    }
}

/// What an update left out but the Service still has (a client that replaces its manifest).
void keepAllocated(JsonObject &spec, const JsonObject &old) {
    if (needsClusterIp(old) && needsClusterIp(spec)) {
        if (textAt(spec, "clusterIP").empty())
            copyMember(spec, old, "clusterIP");
        if (arrayAt(spec, "clusterIPs").empty() && sameMember(spec, old, "clusterIP"))
            copyMember(spec, old, "clusterIPs");
    }
    keepNodePorts(spec, old);
    if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && intAt(spec, "healthCheckNodePort") == 0)
        copyMember(spec, old, "healthCheckNodePort");
}

/// Members that the new type does not have go away where the client did not change them.
void dropOldType(JsonObject &spec, const JsonObject &old) {
    auto dropSame = [&](std::string_view name) {
        if (sameMember(spec, old, name))
            spec.erase(name);
    };
    if (!isExternalName(old) && isExternalName(spec))
        for (const std::string_view name : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"})
            dropSame(name);
    if (mayHaveNodePorts(old) && !mayHaveNodePorts(spec)) {
        const std::set<int> before = nodePortsOf(old);
        if (!arrayAt(spec, "ports").empty())
            for (JsonValue &port : ensureArray(spec, "ports"))
                if (port.is_object() && before.contains(static_cast<int>(intAt(asObject(port), "nodePort"))))
                    port.get_object().erase("nodePort");
    }
    if (isExternallyAccessible(old) && !isExternallyAccessible(spec))
        dropSame("externalTrafficPolicy");
    if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec))
        dropSame("healthCheckNodePort");
    if (isLoadBalancer(old) && !isLoadBalancer(spec))
        for (const std::string_view name : {"allocateLoadBalancerNodePorts", "loadBalancerClass"})
            dropSame(name);
}

class ServiceStrategy final : public Strategy {
public:
    ServiceStrategy(ServiceIpAllocator &ips, const Reader &reader, Random &random, const ServiceNetworks &networks)
        : m_ips(ips), m_ports(reader, random, networks) {}

    void prepareForCreate(const StrategyContext &, JsonObject &object) const override {
        object["status"] = JsonObject{{"loadBalancer", JsonObject()}};
        JsonObject &spec = ensureObject(object, "spec");
        mirrorClusterIps(spec, nullptr);
        fillFamilies(spec, nullptr);
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
        fillFamilies(spec, &before);
        if (!isLoadBalancer(spec) && isLoadBalancer(before))
            object["status"] = JsonObject{{"loadBalancer", JsonObject()}};
    }

    void validate(const StrategyContext &, const JsonObject &object, std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        validateService(check, object, nullptr);
        checkFamilies(object, nullptr, causes);
    }

    void validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                        std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        if (context.subresource == "status") {
            validateServiceStatus(check, object);
            return;
        }
        validateServiceUpdate(check, object, old);
        checkFamilies(object, &objectAt(old, "spec"), causes);
    }

    void warnings(const StrategyContext &context, const JsonObject &object, const JsonObject *,
                  std::vector<std::string> &warnings) const override {
        if (context.subresource.empty())
            warnService(warnings, object);
    }

    bool allowCreateOnUpdate() const override { return true; }

    Task<Result<>> allocate(const StrategyContext &context, JsonObject &object, const JsonObject *old) const override {
        if (context.subresource == "status")
            co_return Result<>{};
        const ServiceIpAllocator::Request request{context.namespaceName,
                                                  std::string(textAt(object, "metadata", "name")), context.dryRun};
        JsonObject &spec = ensureObject(object, "spec");
        const JsonObject *before = old ? &objectAt(*old, "spec") : nullptr;
        const JsonObject &held = before ? *before : kNoObject;
        Taken taken;
        std::vector<StatusCause> causes;
        co_await allocateIps(spec, held, request, taken, causes);
        if (causes.empty())
            allocatePorts(spec, held, taken, causes);
        if (!causes.empty())
            for (const std::string &ip : taken.ips)
                co_await m_ips.release(ip, request);
        if (!causes.empty() || context.dryRun)
            for (const int port : taken.ports)
                m_ports.release(port);
        if (!causes.empty())
            co_return errors::invalid("Service", "", request.service, std::move(causes));
        co_return Result<>{};
    }

    Task<> release(const StrategyContext &context, const JsonObject &gone, const JsonObject *kept) const override {
        if (context.dryRun)
            co_return;
        const JsonObject &spec = objectAt(gone, "spec"), &rest = kept ? objectAt(*kept, "spec") : kNoObject;
        const std::set<int> keptPorts = nodePortsOf(rest);
        for (const int port : nodePortsOf(spec))
            if (!keptPorts.contains(port))
                m_ports.release(port);
        const ServiceIpAllocator::Request request{context.namespaceName, std::string(textAt(gone, "metadata", "name"))};
        const std::vector<std::string> ips = clusterIpsOf(spec), keptIps = clusterIpsOf(rest);
        for (const std::string &ip : ips)
            if (std::ranges::find(keptIps, ip) == keptIps.end())
                co_await m_ips.release(ip, request);
    }

private:
    struct Taken {
        std::vector<std::string> ips;
        std::vector<int> ports;
    };

    /// Before validation, which looks at the outcome; what is wrong is told by checkFamilies().
    void fillFamilies(JsonObject &spec, const JsonObject *old) const {
        std::vector<StatusCause> ignored;
        fillServiceFamilies(m_ips, spec, old, ignored);
    }
    void checkFamilies(const JsonObject &object, const JsonObject *old, std::vector<StatusCause> &causes) const {
        JsonObject spec = objectAt(object, "spec");
        if (causes.empty()) // else it would be told twice
            fillServiceFamilies(m_ips, spec, old, causes);
    }

    Task<> allocateIps(JsonObject &spec, const JsonObject &old, const ServiceIpAllocator::Request &request,
                       Taken &taken, std::vector<StatusCause> &causes) const {
        if (!needsClusterIp(spec))
            co_return;
        const FieldPath path("spec.clusterIPs");
        FieldErrors errors(causes);
        const std::vector<std::string> held = clusterIpsOf(old), wanted = clusterIpsOf(spec);
        const JsonArray families = arrayAt(spec, "ipFamilies");
        JsonArray ips;
        for (size_t i = 0; i < families.size() && causes.empty(); ++i) {
            std::string ip = i < wanted.size() ? wanted[i] : std::string();
            if (ip.empty()) {
                const IpFamily family = asText(families[i]) == "IPv6" ? IpFamily::IPv6 : IpFamily::IPv4;
                auto given = co_await m_ips.allocate(family, request);
                if (given)
                    taken.ips.push_back(ip = *given);
                else
                    errors.invalid(path, arrayAt(spec, "clusterIPs"),
                                   "failed to allocate a serviceIP: " + given.error().message);
            } else if (std::ranges::find(held, ip) == held.end()) {
                auto took = co_await m_ips.take(ip, request);
                if (took)
                    taken.ips.push_back(ip);
                else
                    errors.invalid(path, arrayAt(spec, "clusterIPs"),
                                   fmt::format("failed to allocate IP {}: {}", ip, took.error().message));
            }
            ips.emplace_back(ip);
        }
        if (ips.empty() || !causes.empty())
            co_return;
        spec["clusterIP"] = ips.front();
        spec["clusterIPs"] = std::move(ips);
    }

    void allocatePorts(JsonObject &spec, const JsonObject &old, Taken &taken, std::vector<StatusCause> &causes) const {
        FieldErrors errors(causes);
        std::set<int> own = nodePortsOf(old); // a number that the Service has serves all its protocols
        auto take = [&](int number, const FieldPath &path) {
            if (!own.insert(number).second)
                return;
            if (const auto took = m_ports.take(number); !took)
                errors.invalid(path, int64_t(number), took.error().message);
            else
                taken.ports.push_back(number);
        };
        if (mayHaveNodePorts(spec) && !arrayAt(spec, "ports").empty()) {
            JsonArray &ports = ensureArray(spec, "ports");
            // Ports that are asked for come first, so that no automatic one takes them.
            for (size_t i = 0; i < ports.size(); ++i)
                if (const int64_t number = intAt(asObject(ports[i]), "nodePort"); number != 0)
                    take(static_cast<int>(number), FieldPath("spec.ports")[i] / "nodePort");
            for (size_t i = 0; i < ports.size() && needsNodePorts(spec) && causes.empty(); ++i)
                givePort(ports, i, taken, errors);
        }
        if (!needsHealthCheckPort(spec) || !causes.empty())
            return;
        const FieldPath path("spec.healthCheckNodePort");
        if (const int64_t number = intAt(spec, "healthCheckNodePort"); number != 0) {
            take(static_cast<int>(number), path);
        } else if (auto given = m_ports.allocate(); given) {
            taken.ports.push_back(*given);
            spec["healthCheckNodePort"] = *given;
        } else {
            errors.invalid(path, int64_t(0), "failed to allocate a nodePort: " + given.error().message);
        }
    }

    void givePort(JsonArray &ports, size_t index, Taken &taken, FieldErrors &errors) const {
        JsonObject &port = ports[index].as_object();
        if (intAt(port, "nodePort") != 0)
            return;
        // One port number for several protocols has one node port.
        for (const JsonValue &value : ports) {
            const JsonObject &other = asObject(value);
            if (const int64_t number = intAt(other, "nodePort");
                number != 0 && intAt(other, "port") == intAt(port, "port") &&
                textAt(other, "protocol") != textAt(port, "protocol")) {
                port["nodePort"] = number;
                return;
            }
        }
        const auto given = m_ports.allocate();
        if (!given) {
            errors.invalid(FieldPath("spec.ports")[index] / "nodePort", int64_t(0),
                           "failed to allocate a nodePort: " + given.error().message);
            return;
        }
        taken.ports.push_back(*given);
        port["nodePort"] = *given;
    }

    ServiceIpAllocator &m_ips;
    mutable NodePortAllocator m_ports;
};

} // namespace

void addServiceStrategies(StrategyMap &map, ServiceIpAllocator &ips, const Reader &reader, Random &random,
                          const ServiceNetworks &networks) {
    map.make<ServiceStrategy>("", "services", ips, reader, random, networks);
}

} // namespace coracle::apiserver
