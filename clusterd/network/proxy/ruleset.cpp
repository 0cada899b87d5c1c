#include "clusterd/network/proxy/ruleset.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::network::proxy {

namespace {

/// The packet mark that asks for masquerading, as kube-proxy's default --iptables-masquerade-bit=14.
constexpr std::string_view kMasqueradeMark = "0x4000";

/// A short stable name for a chain or set: 64-bit FNV-1a.
std::string hashed(std::string_view prefix, std::string_view text) {
    uint64_t hash = 14695981039346656037ull;
    for (unsigned char c : text)
        hash = (hash ^ c) * 1099511628211ull;
    return fmt::format("{}-{:016x}", prefix, hash);
}

class Builder {
public:
    explicit Builder(const Desired &desired)
        : m_desired(desired),
          m_ip(desired.family == Family::IPv4 ? "ip" : "ip6"),
          m_addressType(desired.family == Family::IPv4 ? "ipv4_addr" : "ipv6_addr") {}

    Ruleset build() {
        declareSets();
        declareBaseChains();
        for (const ServicePort &service : m_desired.services)
            addService(service);
        for (const HostPort &port : m_desired.hostPorts)
            addHostPort(port);
        return std::move(m_rules);
    }

private:
    void declareSets() {
        m_rules.sets["service-ips"].declaration =
            fmt::format("map service-ips {{ type {} . inet_proto . inet_service : verdict; }}", m_addressType);
        m_rules.sets["no-endpoint-services"].declaration =
            fmt::format("map no-endpoint-services {{ type {} . inet_proto . inet_service : verdict; }}", m_addressType);
        m_rules.sets["service-nodeports"].declaration =
            "map service-nodeports { type inet_proto . inet_service : verdict; }";
        m_rules.sets["no-endpoint-nodeports"].declaration =
            "map no-endpoint-nodeports { type inet_proto . inet_service : verdict; }";
    }

    std::vector<std::string> &chain(const std::string &name) { return m_rules.chains[name].rules; }

    void declareBaseChains() {
        auto base = [this](const char *name, const char *header) { m_rules.chains[name].header = header; };
        base("nat-prerouting", "type nat hook prerouting priority dstnat; policy accept;");
        base("nat-output", "type nat hook output priority -100; policy accept;");
        base("nat-postrouting", "type nat hook postrouting priority srcnat; policy accept;");
        base("filter-input", "type filter hook input priority -110; policy accept;");
        base("filter-forward", "type filter hook forward priority -110; policy accept;");
        base("filter-output", "type filter hook output priority -110; policy accept;");
        for (const char *hook : {"nat-prerouting", "nat-output"})
            chain(hook) = {"jump services"};
        for (const char *hook : {"filter-input", "filter-forward", "filter-output"})
            chain(hook) = {"ct state new jump no-endpoints"};
        chain("services") = {
            fmt::format("{} daddr . meta l4proto . th dport vmap @service-ips", m_ip),
            fmt::format("fib daddr type local {} daddr != {} meta l4proto . th dport vmap @service-nodeports", m_ip,
                        m_desired.family == Family::IPv4 ? "127.0.0.0/8" : "::1")};
        chain("no-endpoints") = {
            fmt::format("{} daddr . meta l4proto . th dport vmap @no-endpoint-services", m_ip),
            fmt::format("fib daddr type local {} daddr != {} meta l4proto . th dport vmap @no-endpoint-nodeports", m_ip,
                        m_desired.family == Family::IPv4 ? "127.0.0.0/8" : "::1")};
        chain("refuse") = {"reject"};
        chain("mark-for-masquerade") = {fmt::format("meta mark set meta mark or {}", kMasqueradeMark)};
        chain("nat-postrouting") = {fmt::format(
            "meta mark and {0} != 0 meta mark set meta mark xor {0} masquerade fully-random", kMasqueradeMark)};
        if (!m_desired.podCidr.empty() && !m_desired.clusterCidr.empty())
            chain("nat-postrouting")
                .push_back(fmt::format("{0} saddr {1} {0} daddr != {2} fib daddr type != {{ multicast, local }} "
                                       "masquerade fully-random",
                                       m_ip, m_desired.podCidr, m_desired.clusterCidr));
    }

    void addService(const ServicePort &service) {
        const std::string key = fmt::format("{}/{}", service.name, service.protocol);
        std::vector<const Endpoint *> all, local;
        for (const Endpoint &endpoint : service.endpoints) {
            addEndpoint(service, key, endpoint);
            if (endpoint.cluster)
                all.push_back(&endpoint);
            if (endpoint.local)
                local.push_back(&endpoint);
        }
        const auto &internal = service.internalLocal ? local : all;
        const auto &external = service.externalLocal ? local : all;

        const std::string target = fmt::format("{} . {} . {}", service.clusterIp, service.protocol, service.port);
        if (internal.empty()) {
            // Local policy without a local endpoint drops; a service without any endpoint refuses.
            m_rules.sets["no-endpoint-services"].elements[target] = all.empty() ? "goto refuse" : "drop";
        } else {
            const std::string name = hashed("service", key);
            addDispatch(name, service, key, internal);
            // Only what comes from outside the pods needs the way back through this node.
            if (!m_desired.clusterCidr.empty())
                chain(name).insert(chain(name).begin(),
                                   fmt::format("{} daddr {} {} saddr != {} jump mark-for-masquerade", m_ip,
                                               service.clusterIp, m_ip, m_desired.clusterCidr));
            m_rules.sets["service-ips"].elements[target] = "goto " + name;
        }
        if (service.nodePort != 0 || !service.externalIps.empty())
            addExternal(service, key, all, external);
    }

    void addExternal(const ServicePort &service, const std::string &key, const std::vector<const Endpoint *> &all,
                     const std::vector<const Endpoint *> &external) {
        const std::string nodePort = fmt::format("{} . {}", service.protocol, service.nodePort);
        const bool refuses = external.empty();
        const std::string verdict = all.empty() ? "goto refuse" : "drop";
        const std::string name = hashed("external", key);
        if (!refuses) {
            std::vector<std::string> rules;
            if (!service.sourceRanges.empty() && service.nodePort == 0)
                rules.push_back(fmt::format("{} saddr != {{ {} }} drop", m_ip, fmt::join(service.sourceRanges, ", ")));
            const std::string everywhere = hashed("service-all", key);
            if (service.externalLocal) {
                // Pods of this cluster and the node itself may use every endpoint (kube-proxy does the same).
                if (!m_desired.podCidr.empty())
                    rules.push_back(fmt::format("{} saddr {} goto {}", m_ip, m_desired.podCidr, everywhere));
                rules.push_back("fib saddr type local jump mark-for-masquerade");
                rules.push_back(fmt::format("fib saddr type local goto {}", everywhere));
                addDispatch(everywhere, service, key, all);
                const std::string localOnly = hashed("service-local", key);
                addDispatch(localOnly, service, key, external);
                rules.push_back("goto " + localOnly);
            } else {
                addDispatch(everywhere, service, key, all);
                rules.push_back("jump mark-for-masquerade");
                rules.push_back("goto " + everywhere);
            }
            chain(name) = std::move(rules);
        }
        if (service.nodePort != 0)
            m_rules.sets[refuses ? "no-endpoint-nodeports" : "service-nodeports"].elements[nodePort] =
                refuses ? verdict : "goto " + name;
        for (const std::string &ip : service.externalIps)
            m_rules.sets[refuses ? "no-endpoint-services" : "service-ips"]
                .elements[fmt::format("{} . {} . {}", ip, service.protocol, service.port)] =
                refuses ? verdict : "goto " + name;
    }

    std::string endpointChain(const std::string &key, const Endpoint &endpoint) const {
        return hashed("endpoint", fmt::format("{} {} {}", key, endpoint.address, endpoint.port));
    }

    std::string affinitySet(const std::string &key, const Endpoint &endpoint) const {
        return hashed("affinity", fmt::format("{} {} {}", key, endpoint.address, endpoint.port));
    }

    void addEndpoint(const ServicePort &service, const std::string &key, const Endpoint &endpoint) {
        std::vector<std::string> rules;
        // A pod that reaches itself through its service would see its own address as the peer's.
        rules.push_back(fmt::format("{} saddr {} jump mark-for-masquerade", m_ip, endpoint.address));
        if (service.affinitySeconds > 0) {
            const std::string set = affinitySet(key, endpoint);
            m_rules.sets[set].declaration = fmt::format("set {} {{ type {}; flags dynamic,timeout; timeout {}s; }}",
                                                        set, m_addressType, service.affinitySeconds);
            rules.push_back(fmt::format("update @{} {{ {} saddr }}", set, m_ip));
        }
        rules.push_back(
            fmt::format("meta l4proto {} dnat to {}", service.protocol, socketText(endpoint.address, endpoint.port)));
        chain(endpointChain(key, endpoint)) = std::move(rules);
    }

    void addDispatch(const std::string &name, const ServicePort &service, const std::string &key,
                     const std::vector<const Endpoint *> &endpoints) {
        std::vector<std::string> rules;
        if (service.affinitySeconds > 0)
            for (const Endpoint *endpoint : endpoints)
                rules.push_back(fmt::format("{} saddr @{} goto {}", m_ip, affinitySet(key, *endpoint),
                                            endpointChain(key, *endpoint)));
        std::vector<std::string> choices;
        for (size_t i = 0; i < endpoints.size(); ++i)
            choices.push_back(fmt::format("{} : goto {}", i, endpointChain(key, *endpoints[i])));
        rules.push_back(fmt::format("numgen random mod {} vmap {{ {} }}", endpoints.size(), fmt::join(choices, ", ")));
        chain(name) = std::move(rules);
    }

    void addHostPort(const HostPort &port) {
        const std::string name =
            hashed("hostport", fmt::format("{} {} {} {}", port.name, port.protocol, port.hostIp, port.hostPort));
        chain(name) = {"jump mark-for-masquerade",
                       fmt::format("meta l4proto {} dnat to {}", port.protocol, socketText(port.address, port.port))};
        if (port.hostIp.empty())
            m_rules.sets["service-nodeports"].elements[fmt::format("{} . {}", port.protocol, port.hostPort)] =
                "goto " + name;
        else
            m_rules.sets["service-ips"]
                .elements[fmt::format("{} . {} . {}", port.hostIp, port.protocol, port.hostPort)] = "goto " + name;
    }

    std::string socketText(const std::string &address, uint16_t port) const {
        return m_desired.family == Family::IPv4 ? fmt::format("{}:{}", address, port)
                                                : fmt::format("[{}]:{}", address, port);
    }

    const Desired &m_desired;
    std::string m_ip, m_addressType;
    Ruleset m_rules;
};

std::string elementText(const std::string &key, const std::string &value) {
    return value.empty() ? key : key + " : " + value;
}

/// Writes commands for one table.
class Commands {
public:
    Commands(std::string_view family, std::string_view table) : m_table(fmt::format("{} {}", family, table)) {}

    void line(std::string text) { m_text += std::move(text) + "\n"; }
    void addChain(const std::string &name, const Ruleset::Chain &chain) {
        line(chain.header.empty() ? fmt::format("add chain {} {}", m_table, name)
                                  : fmt::format("add chain {} {} {{ {} }}", m_table, name, chain.header));
    }
    void addRules(const std::string &name, const Ruleset::Chain &chain) {
        for (const std::string &rule : chain.rules)
            line(fmt::format("add rule {} {} {}", m_table, name, rule));
    }
    void addSet(const Ruleset::Set &set) {
        // "map name { ... }" -> "add map <table> name { ... }"
        const size_t space = set.declaration.find(' ');
        line(fmt::format("add {} {} {}", set.declaration.substr(0, space), m_table, set.declaration.substr(space + 1)));
    }
    void elements(std::string_view verb, const std::string &set, const std::map<std::string, std::string> &elements) {
        if (elements.empty())
            return;
        std::vector<std::string> texts;
        for (const auto &[key, value] : elements)
            texts.push_back(elementText(key, value));
        line(fmt::format("{} element {} {} {{ {} }}", verb, m_table, set, fmt::join(texts, ", ")));
    }
    const std::string &table() const { return m_table; }
    std::string take() { return std::move(m_text); }

private:
    std::string m_table, m_text;
};

} // namespace

Ruleset buildRuleset(const Desired &desired) {
    return Builder(desired).build();
}

std::string replaceCommands(std::string_view family, std::string_view table, const Ruleset &ruleset) {
    Commands commands(family, table);
    // Adding first makes the deletion succeed where the table was not there.
    commands.line(fmt::format("add table {}", commands.table()));
    commands.line(fmt::format("delete table {}", commands.table()));
    commands.line(fmt::format("add table {}", commands.table()));
    return commands.take() + updateCommands(family, table, Ruleset(), ruleset);
}

std::string updateCommands(std::string_view family, std::string_view table, const Ruleset &from, const Ruleset &to) {
    Commands commands(family, table);
    auto before = [&](const std::string &name) {
        auto found = from.chains.find(name);
        return found == from.chains.end() ? nullptr : &found->second;
    };
    for (const auto &[name, set] : to.sets)
        if (!from.sets.contains(name))
            commands.addSet(set);
    for (const auto &[name, chain] : to.chains)
        if (!before(name))
            commands.addChain(name, chain);
    for (const auto &[name, chain] : to.chains) {
        const Ruleset::Chain *old = before(name);
        if (old && *old == chain)
            continue;
        if (old)
            commands.line(fmt::format("flush chain {} {}", commands.table(), name));
        commands.addRules(name, chain);
    }
    static const std::map<std::string, std::string> kNone;
    for (const auto &[name, set] : to.sets) {
        const auto old = from.sets.find(name);
        const auto &known = old == from.sets.end() ? kNone : old->second.elements;
        std::map<std::string, std::string> gone, fresh;
        for (const auto &[key, value] : known)
            if (auto kept = set.elements.find(key); kept == set.elements.end() || kept->second != value)
                gone.emplace(key, value);
        for (const auto &[key, value] : set.elements)
            if (auto kept = known.find(key); kept == known.end() || kept->second != value)
                fresh.emplace(key, value);
        commands.elements("delete", name, gone);
        commands.elements("add", name, fresh);
    }
    // What refers to a chain or set is gone by now: all chains are emptied before the first is deleted.
    std::vector<std::string> obsolete;
    for (const auto &[name, chain] : from.chains)
        if (!to.chains.contains(name))
            obsolete.push_back(name);
    for (const std::string &name : obsolete)
        commands.line(fmt::format("flush chain {} {}", commands.table(), name));
    for (const std::string &name : obsolete)
        commands.line(fmt::format("delete chain {} {}", commands.table(), name));
    for (const auto &[name, set] : from.sets)
        if (!to.sets.contains(name))
            commands.line(fmt::format("delete {} {} {}", set.declaration.substr(0, set.declaration.find(' ')),
                                      commands.table(), name));
    return commands.take();
}

} // namespace coracle::network::proxy
