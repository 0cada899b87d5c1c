#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/warnings.h"

#include <fmt/format.h>

/// networking.k8s.io.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");

void checkHost(Checker &check, const FieldPath &path, std::string_view host) {
    if (host.empty())
        return;
    if (isIp(host))
        check.errors.invalid(path, host, "must be a DNS name, not an IP address");
    else
        check.errors.invalidEach(
            path, host, host.find('*') != host.npos ? wildcardSubdomainErrors(host) : dns1123SubdomainErrors(host));
}

void checkBackend(Checker &check, const FieldPath &path, const JsonObject &backend) {
    const bool service = hasAt(backend, "service"), resource = hasAt(backend, "resource");
    if (service && resource)
        check.errors.invalid(path, "", "cannot set both resource and service backends");
    else if (resource) {
        check.requiredText(path / "resource", objectAt(backend, "resource"), "kind");
        check.requiredText(path / "resource", objectAt(backend, "resource"), "name");
    } else {
        const JsonObject &target = objectAt(backend, "service");
        const FieldPath own = path / "service";
        check.requiredText(own, target, "name", dns1123LabelErrors);
        const std::string_view name = textAt(target, "port", "name");
        const int64_t number = intAt(target, "port", "number");
        if (!name.empty() && number != 0)
            check.errors.invalid(own, "", "cannot set both port name & port number");
        else if (!name.empty())
            check.errors.invalidEach(own / "port" / "name", name, portNameErrors(name));
        else if (number == 0)
            check.errors.required(own, "port name or number is required");
        else
            check.portNumber(own / "port" / "number", number);
    }
}

void checkPath(Checker &check, const FieldPath &path, const JsonObject &rule) {
    static constexpr std::string_view kTypes[] = {"Exact", "ImplementationSpecific", "Prefix"};
    const std::string_view type = textAt(rule, "pathType"), text = textAt(rule, "path");
    if (type.empty()) {
        check.errors.required(path / "pathType", "pathType must be specified");
    } else if (!oneOf(type, kTypes)) {
        check.errors.notSupported(path / "pathType", type, kTypes);
    } else if (type == "ImplementationSpecific" ? !text.empty() && !text.starts_with('/') : !text.starts_with('/')) {
        check.errors.invalid(path / "path", text, "must be an absolute path");
    } else if (type != "ImplementationSpecific") {
        for (const std::string_view wrong : {"//", "/./", "/../", "%2f", "%2F"})
            if (text.find(wrong) != text.npos)
                check.errors.invalid(path / "path", text, fmt::format("must not contain '{}'", wrong));
        for (const std::string_view wrong : {"/..", "/."})
            if (text.ends_with(wrong))
                check.errors.invalid(path / "path", text, fmt::format("cannot end with '{}'", wrong));
    }
    checkBackend(check, path / "backend", objectAt(rule, "backend"));
}

void validateIngress(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    const JsonArray &rules = arrayAt(spec, "rules"), &tls = arrayAt(spec, "tls");
    if (rules.empty() && !hasAt(spec, "defaultBackend"))
        check.errors.invalid(kSpec, rules, "either `defaultBackend` or `rules` must be specified");
    if (hasAt(spec, "defaultBackend"))
        checkBackend(check, kSpec / "defaultBackend", objectAt(spec, "defaultBackend"));
    for (size_t i = 0; i < rules.size(); ++i) {
        const JsonObject &rule = asObject(rules[i]);
        const FieldPath own = (kSpec / "rules")[i];
        checkHost(check, own / "host", textAt(rule, "host"));
        if (!hasAt(rule, "http"))
            continue;
        const JsonArray &paths = arrayAt(rule, "http", "paths");
        if (paths.empty())
            check.errors.required(own / "http" / "paths");
        for (size_t j = 0; j < paths.size(); ++j)
            checkPath(check, (own / "http" / "paths")[j], asObject(paths[j]));
    }
    for (size_t i = 0; i < tls.size(); ++i) {
        const JsonArray &hosts = arrayAt(asObject(tls[i]), "hosts");
        for (size_t j = 0; j < hosts.size(); ++j)
            checkHost(check, ((kSpec / "tls")[i] / "hosts")[j], asText(hosts[j]));
        check.optionalText((kSpec / "tls")[i], asObject(tls[i]), "secretName", dns1123SubdomainErrors);
    }
    check.optionalText(kSpec, spec, "ingressClassName", dns1123SubdomainErrors);
}

void validateIngressClass(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    if (textAt(spec, "controller").size() > 250)
        check.errors.tooLong(kSpec / "controller", 250);
    check.requiredText(kSpec, spec, "controller", domainPrefixedPathErrors);
    if (!hasAt(spec, "parameters"))
        return;
    const JsonObject &parameters = objectAt(spec, "parameters");
    const FieldPath path = kSpec / "parameters";
    static constexpr std::string_view kScopes[] = {"Cluster", "Namespace"};
    check.requiredText(path, parameters, "kind");
    check.requiredText(path, parameters, "name");
    check.requiredWord(path, parameters, "scope", kScopes);
    const bool inNamespace = textAt(parameters, "scope") == "Namespace";
    if (inNamespace && textAt(parameters, "namespace").empty())
        check.errors.required(path / "namespace", "`parameters.scope` is set to 'Namespace'");
    if (!inNamespace && !textAt(parameters, "namespace").empty())
        check.errors.forbidden(path / "namespace", "`parameters.scope` is set to 'Cluster'");
}

void validateIngressClassUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.immutable(kSpec, objectAt(object, "spec"), objectAt(old, "spec"), "controller");
}

void checkIpBlock(Checker &check, const FieldPath &path, const JsonObject &block) {
    const std::string_view text = textAt(block, "cidr");
    if (text.empty()) {
        check.errors.required(path / "cidr");
        return;
    }
    check.cidr(path / "cidr", text);
    const std::optional<Cidr> outer = parseCidr(text);
    const JsonArray &excepts = arrayAt(block, "except");
    for (size_t i = 0; i < excepts.size(); ++i) {
        const FieldPath own = (path / "except")[i];
        check.cidr(own, asText(excepts[i]));
        const std::optional<Cidr> inner = parseCidr(asText(excepts[i]));
        if (outer && inner && (inner->prefix <= outer->prefix || !outer->contains(inner->bytes)))
            check.errors.invalid(own, asText(excepts[i]), "must be a strict subset of `cidr`");
    }
}

void checkPeers(Checker &check, const FieldPath &path, const JsonArray &peers) {
    for (size_t i = 0; i < peers.size(); ++i) {
        const JsonObject &peer = asObject(peers[i]);
        const bool pods = hasAt(peer, "podSelector"), spaces = hasAt(peer, "namespaceSelector"),
                   block = hasAt(peer, "ipBlock");
        if (!pods && !spaces && !block)
            check.errors.required(path[i], "must specify a peer");
        if (block && (pods || spaces))
            check.errors.forbidden(path[i], "may not specify both ipBlock and another peer");
        check.labelSelector(path[i] / "podSelector", objectAt(peer, "podSelector"));
        check.labelSelector(path[i] / "namespaceSelector", objectAt(peer, "namespaceSelector"));
        if (block)
            checkIpBlock(check, path[i] / "ipBlock", objectAt(peer, "ipBlock"));
    }
}

void checkPolicyPorts(Checker &check, const FieldPath &path, const JsonArray &ports) {
    static constexpr std::string_view kProtocols[] = {"TCP", "UDP", "SCTP"};
    for (size_t i = 0; i < ports.size(); ++i) {
        const JsonObject &port = asObject(ports[i]);
        check.optionalWord(path[i], port, "protocol", kProtocols);
        const JsonValue *number = memberAt(port, "port");
        if (number)
            check.portNumberOrName(path[i] / "port", *number);
        if (!hasAt(port, "endPort"))
            continue;
        if (!number || number->is_string())
            check.errors.invalid(path[i] / "endPort", intAt(port, "endPort"),
                                 number ? "may not be specified when `port` is non-numeric"
                                        : "must not be specified when `port` is not specified");
        else if (intAt(port, "endPort") < asInt(*number))
            check.errors.invalid(path[i] / "endPort", intAt(port, "endPort"),
                                 fmt::format("must be greater than or equal to `port` value: {}", asInt(*number)));
    }
}

void validateNetworkPolicy(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    check.labelSelector(kSpec / "podSelector", objectAt(spec, "podSelector"));
    for (const bool ingress : {true, false}) {
        const std::string_view list = ingress ? "ingress" : "egress", peers = ingress ? "from" : "to";
        const JsonArray &rules = arrayAt(spec, list);
        for (size_t i = 0; i < rules.size(); ++i) {
            checkPolicyPorts(check, (kSpec / list)[i] / "ports", arrayAt(asObject(rules[i]), "ports"));
            checkPeers(check, (kSpec / list)[i] / peers, arrayAt(asObject(rules[i]), peers));
        }
    }
    static constexpr std::string_view kTypes[] = {"Ingress", "Egress"};
    const JsonArray &types = arrayAt(spec, "policyTypes");
    if (types.size() > 2)
        check.errors.invalid(kSpec / "policyTypes", types, "may not specify more than two policyTypes");
    else
        for (size_t i = 0; i < types.size(); ++i)
            if (!oneOf(asText(types[i]), kTypes))
                check.errors.notSupported((kSpec / "policyTypes")[i], asText(types[i]), kTypes);
}

/// The class of an Ingress stands in its spec; the annotation of earlier times is for reading only.
class IngressStrategy final : public RuleStrategy {
public:
    IngressStrategy() : RuleStrategy(validateIngress, nullptr, {.warn = warn}) {}

    void validate(const StrategyContext &, const JsonObject &object, std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        validateIngress(check, object);
        const std::string_view annotation = textAt(object, "metadata", "annotations", kClass),
                               name = textAt(object, "spec", "ingressClassName");
        if (!annotation.empty() && !name.empty() && annotation != name)
            check.errors.invalid(FieldPath("metadata.annotations").key(kClass), annotation,
                                 "must match `ingressClassName` when both are specified");
    }

private:
    static constexpr std::string_view kClass = "kubernetes.io/ingress.class";

    static void warn(WarningList &warnings, const JsonObject &object, const JsonObject *old) {
        if (!old && hasAt(object, "metadata", "annotations", kClass))
            warnings.push_back(
                fmt::format("annotation {} is deprecated, please use 'spec.ingressClassName' instead", quoted(kClass)));
    }
};

void warnNetworkPolicy(WarningList &warnings, const JsonObject &object, const JsonObject *) {
    for (const auto &[list, peers] : {std::pair<std::string_view, std::string_view>("ingress", "from"),
                                      std::pair<std::string_view, std::string_view>("egress", "to")}) {
        const JsonArray &rules = arrayAt(object, "spec", list);
        for (size_t i = 0; i < rules.size(); ++i) {
            const JsonArray &items = arrayAt(asObject(rules[i]), peers);
            for (size_t j = 0; j < items.size(); ++j) {
                const FieldPath own = (((kSpec / list)[i] / peers)[j]) / "ipBlock";
                const JsonObject &block = objectAt(asObject(items[j]), "ipBlock");
                warnCidr(warnings, own / "cidr", textAt(block, "cidr"));
                const JsonArray &excepts = arrayAt(block, "except");
                for (size_t k = 0; k < excepts.size(); ++k)
                    warnCidr(warnings, (own / "except")[k], asText(excepts[k]));
            }
        }
    }
}

void validateServiceCidr(Checker &check, const JsonObject &object) {
    const JsonArray &cidrs = arrayAt(object, "spec", "cidrs");
    const FieldPath path = kSpec / "cidrs";
    if (cidrs.empty()) {
        check.errors.required(path, "at least one CIDR required");
        return;
    }
    if (cidrs.size() > 2) {
        check.errors.invalid(path, cidrs, "may only hold up to 2 values");
        return;
    }
    int families[2] = {0, 0};
    for (size_t i = 0; i < cidrs.size(); ++i) {
        const std::string_view text = asText(cidrs[i]);
        check.cidr(path[i], text);
        ++families[text.find(':') != text.npos];
        const std::optional<Cidr> parsed = parseCidr(text);
        if (parsed && parsed->text() != text)
            check.errors.invalid(path[i], text, fmt::format("must be in canonical form ({})", quoted(parsed->text())));
    }
    if (families[0] > 1 || families[1] > 1)
        check.errors.invalid(path, cidrs,
                             "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and "
                             "2001:db8::/96");
}

/// The second family may be added, nothing else.
void validateServiceCidrUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    const JsonArray &now = arrayAt(object, "spec", "cidrs"), &before = arrayAt(old, "spec", "cidrs");
    const bool extended = before.size() == 1 && now.size() == 2 && now[0] == before[0];
    if (now != before && !extended)
        check.errors.immutable(kSpec / "cidrs", now);
}

void validateIpAddress(Checker &check, const JsonObject &object) {
    const std::string_view name = textAt(object, "metadata", "name");
    if (canonicalIp(name) != name)
        check.errors.invalid(FieldPath("metadata.name"), name, "must be a canonical format IP address");
    const FieldPath path = kSpec / "parentRef";
    if (!hasAt(object, "spec", "parentRef")) {
        check.errors.required(path);
        return;
    }
    const JsonObject &parent = objectAt(object, "spec", "parentRef");
    check.optionalText(path, parent, "group", dns1123SubdomainErrors);
    check.requiredText(path, parent, "resource", pathSegmentErrors);
    check.requiredText(path, parent, "name", pathSegmentErrors);
    check.optionalText(path, parent, "namespace", pathSegmentErrors);
}

void validateIpAddressUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    if (!sameMember(object, old, "spec"))
        check.errors.immutable(kSpec, Shown::member(object, "spec"));
}

} // namespace

void addNetworkingStrategies(StrategyMap &map) {
    const std::string group = "networking.k8s.io";
    map.make<IngressStrategy>(group, "ingresses");
    map.make<RuleStrategy>(group, "ingressclasses", validateIngressClass, validateIngressClassUpdate);
    map.make<RuleStrategy>(group, "networkpolicies", validateNetworkPolicy, nullptr,
                           RuleStrategy::Options{.warn = warnNetworkPolicy});
    map.make<RuleStrategy>(group, "servicecidrs", validateServiceCidr, validateServiceCidrUpdate);
    map.make<RuleStrategy>(group, "ipaddresses", validateIpAddress, validateIpAddressUpdate);
}

} // namespace coracle::apiserver
