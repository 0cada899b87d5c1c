#include "clusterd/network/dns/cluster_zone.h"

#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/discovery_v1.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace coracle::network::dns {

namespace {

constexpr uint32_t kTtlSeconds = 5;
constexpr std::string_view kServiceNameLabel = "kubernetes.io/service-name";

std::string lowerCase(std::string text) {
    for (char &c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
}

std::vector<std::string_view> split(std::string_view name) {
    std::vector<std::string_view> labels;
    while (!name.empty()) {
        const size_t dot = std::min(name.find('.'), name.size());
        labels.push_back(name.substr(0, dot));
        name.remove_prefix(std::min(dot + 1, name.size()));
    }
    return labels;
}

bool endsWithZone(std::string_view name, std::string_view zone) {
    return name == zone ||
           (name.size() > zone.size() && name.ends_with(zone) && name[name.size() - zone.size() - 1] == '.');
}

bool isIpv6(std::string_view address) {
    return address.find(':') != std::string_view::npos;
}

/// 10.1.2.3 -> 10-1-2-3, the name of an endpoint without a host name.
std::string dashed(std::string address) {
    std::replace(address.begin(), address.end(), '.', '-');
    std::replace(address.begin(), address.end(), ':', '-');
    return address;
}

bool isWanted(Type asked, Type type) {
    return asked == type || asked == Type::Any;
}

} // namespace

std::optional<std::string> reverseAddress(std::string_view name) {
    static constexpr std::string_view kV4 = ".in-addr.arpa", kV6 = ".ip6.arpa";
    if (name.ends_with(kV4)) {
        auto labels = split(name.substr(0, name.size() - kV4.size()));
        if (labels.size() != 4)
            return std::nullopt;
        const std::string text = fmt::format("{}.{}.{}.{}", labels[3], labels[2], labels[1], labels[0]);
        in_addr parsed{};
        return ::inet_pton(AF_INET, text.c_str(), &parsed) == 1 ? std::optional(text) : std::nullopt;
    }
    if (!name.ends_with(kV6))
        return std::nullopt;
    auto labels = split(name.substr(0, name.size() - kV6.size()));
    if (labels.size() != 32)
        return std::nullopt;
    std::array<uint8_t, 16> bytes{};
    for (size_t i = 0; i < 32; ++i) {
        unsigned nibble = 0;
        const std::string_view label = labels[31 - i];
        if (label.size() != 1 || std::from_chars(label.data(), label.data() + 1, nibble, 16).ec != std::errc())
            return std::nullopt;
        bytes[i / 2] = static_cast<uint8_t>(bytes[i / 2] << 4 | nibble);
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    return std::string(text.data());
}

ClusterZone::ClusterZone(std::string zone, client::Informer &services, client::Informer &slices,
                         client::Informer &namespaces)
    : m_zone(std::move(zone)), m_slices(slices), m_namespaces(namespaces) {
    services.addHandler(
        [this](const client::ObjectPtr &before, const client::ObjectPtr &after) { serviceChanged(before, after); });
    slices.addHandler(
        [this](const client::ObjectPtr &before, const client::ObjectPtr &after) { sliceChanged(before, after); });
}

std::string ClusterZone::serviceName(const std::string &key) const {
    const size_t slash = key.find('/');
    return fmt::format("{}.{}.svc.{}", std::string_view(key).substr(slash + 1), std::string_view(key).substr(0, slash),
                       m_zone);
}

void ClusterZone::forgetReverse(const std::string &key) {
    for (auto at = m_reverse.begin(); at != m_reverse.end();) {
        at->second.erase(key);
        at = at->second.empty() ? m_reverse.erase(at) : std::next(at);
    }
}

void ClusterZone::serviceChanged(const client::ObjectPtr &before, const client::ObjectPtr &after) {
    const std::string key = (after ? after : before)->key();
    forgetReverse(key);
    auto decoded = after ? api::decode<corev1::Service>(*after) : Result<corev1::Service>(errors::other("gone"));
    if (!decoded) {
        m_services.erase(key);
        return;
    }
    const corev1::ServiceSpec &spec = decoded->spec;
    Service &service = m_services[key];
    service = Service();
    service.headless = spec.clusterIP == "None";
    service.publishNotReady = spec.publishNotReadyAddresses;
    if (spec.type == "ExternalName")
        service.externalName = lowerCase(spec.externalName);
    else if (!service.headless)
        service.clusterIps = spec.clusterIPs.empty() && !spec.clusterIP.empty()
                                 ? std::vector<std::string>{spec.clusterIP}
                                 : spec.clusterIPs;
    for (const corev1::ServicePort &port : spec.ports)
        if (!service.headless)
            service.ports.insert({port.name, lowerCase(port.protocol), static_cast<uint16_t>(port.port)});
    for (const std::string &ip : service.clusterIps)
        m_reverse[ip][key] = serviceName(key);
    if (service.headless)
        rebuildEndpoints(std::string(after->namespaceName()), std::string(after->name()));
}

void ClusterZone::sliceChanged(const client::ObjectPtr &before, const client::ObjectPtr &after) {
    const client::ObjectPtr &slice = after ? after : before;
    if (const auto name = slice->label(kServiceNameLabel))
        rebuildEndpoints(std::string(slice->namespaceName()), std::string(*name));
}

void ClusterZone::rebuildEndpoints(const std::string &namespaceName, const std::string &name) {
    const std::string key = namespaceName + "/" + name;
    auto found = m_services.find(key);
    if (found == m_services.end() || !found->second.headless)
        return;
    Service &service = found->second;
    service.endpoints.clear();
    service.ports.clear();
    forgetReverse(key);
    for (const client::ObjectPtr &object : m_slices.listNamespace(namespaceName)) {
        if (object->label(kServiceNameLabel) != name)
            continue;
        auto slice = api::decode<discoveryv1::EndpointSlice>(*object);
        if (!slice || slice->addressType == "FQDN")
            continue;
        for (const auto &port : slice->ports)
            if (port.port)
                service.ports.insert({port.name.value_or(""), lowerCase(port.protocol.value_or("TCP")),
                                      static_cast<uint16_t>(*port.port)});
        for (const auto &endpoint : slice->endpoints) {
            if (!endpoint.conditions.ready.value_or(true) && !service.publishNotReady)
                continue;
            for (const std::string &address : endpoint.addresses) {
                std::string hostname = endpoint.hostname.value_or("");
                if (hostname.empty())
                    hostname = dashed(address);
                m_reverse[address][key] = hostname + "." + serviceName(key);
                service.endpoints.push_back({lowerCase(std::move(hostname)), address});
            }
        }
    }
}

const ClusterZone::Service *ClusterZone::find(std::string_view namespaceName, std::string_view name) const {
    auto found = m_services.find(fmt::format("{}/{}", namespaceName, name));
    return found == m_services.end() ? nullptr : &found->second;
}

bool ClusterZone::owns(const Question &question) const {
    if (endsWithZone(question.name, m_zone))
        return true;
    const auto address = reverseAddress(question.name);
    return address && m_reverse.contains(*address);
}

ClusterZone::Lookup ClusterZone::negative(ResponseCode code) const {
    Lookup lookup;
    lookup.answer.code = code;
    lookup.answer.authoritative = true;
    lookup.answer.authorities.push_back(Record::soa(m_zone, kTtlSeconds, 1));
    return lookup;
}

ClusterZone::Lookup ClusterZone::resolve(const Question &question) const {
    if (!endsWithZone(question.name, m_zone))
        return resolveReverse(question);
    if (question.name == m_zone) {
        Lookup lookup = negative(ResponseCode::NoError);
        if (isWanted(question.type, Type::Soa))
            lookup.answer.answers = std::exchange(lookup.answer.authorities, {});
        return lookup;
    }
    const std::string_view local = std::string_view(question.name).substr(0, question.name.size() - m_zone.size() - 1);
    if (local == "dns-version") {
        Lookup lookup = negative(ResponseCode::NoError);
        if (isWanted(question.type, Type::Txt)) {
            lookup.answer.authorities.clear();
            lookup.answer.answers.push_back(Record::txt(question.name, kTtlSeconds, "1.1.0"));
        }
        return lookup;
    }
    auto labels = split(local);
    if (labels.back() == "svc") {
        labels.pop_back();
        return resolveService(question, labels);
    }
    // 10-42-0-7.demo.pod.cluster.local: the address is in the name.
    if (labels.size() == 3 && labels[2] == "pod" && m_namespaces.get(labels[1])) {
        std::string address(labels[0]);
        std::replace(address.begin(), address.end(), '-', '.');
        in_addr parsed{};
        if (::inet_pton(AF_INET, address.c_str(), &parsed) == 1) {
            Lookup lookup = negative(ResponseCode::NoError);
            addAddresses(question, {address}, lookup.answer);
            return lookup;
        }
    }
    const bool between = local == "pod" || (labels.size() == 2 && labels[1] == "pod" && m_namespaces.get(labels[0]));
    return negative(between ? ResponseCode::NoError : ResponseCode::NameError);
}

void ClusterZone::addAddresses(const Question &question, const std::vector<std::string> &ips, Answer &answer) const {
    for (const std::string &ip : ips)
        if (isWanted(question.type, isIpv6(ip) ? Type::Aaaa : Type::A))
            answer.answers.push_back(Record::address(question.name, kTtlSeconds, ip));
    if (!answer.answers.empty())
        answer.authorities.clear();
}

void ClusterZone::addSrv(const Question &question, const Service &service, const std::string &target,
                         std::string_view port, std::string_view protocol, Answer &answer) const {
    for (const Port &candidate : service.ports) {
        if ((!port.empty() && candidate.name != port) || (!protocol.empty() && candidate.protocol != protocol))
            continue;
        if (!service.headless) {
            answer.answers.push_back(Record::srv(question.name, kTtlSeconds, candidate.number, target));
            continue;
        }
        for (const Endpoint &endpoint : service.endpoints)
            answer.answers.push_back(
                Record::srv(question.name, kTtlSeconds, candidate.number, endpoint.hostname + "." + target));
    }
    if (answer.answers.empty())
        return;
    answer.authorities.clear();
    for (const std::string &ip : service.clusterIps)
        answer.additionals.push_back(Record::address(target, kTtlSeconds, ip));
    for (const Endpoint &endpoint : service.endpoints)
        answer.additionals.push_back(Record::address(endpoint.hostname + "." + target, kTtlSeconds, endpoint.address));
}

/// labels is what stands before ".svc.<zone>": [_port, _proto,] [host,] service, namespace.
ClusterZone::Lookup ClusterZone::resolveService(const Question &question,
                                                const std::vector<std::string_view> &labels) const {
    if (labels.empty() || (labels.size() == 1 && m_namespaces.get(labels[0])))
        return negative(ResponseCode::NoError);
    if (labels.size() < 2)
        return negative(ResponseCode::NameError);
    const std::string_view namespaceName = labels[labels.size() - 1], name = labels[labels.size() - 2];
    const Service *service = find(namespaceName, name);
    if (!service)
        return negative(ResponseCode::NameError);
    const std::string target = fmt::format("{}.{}.svc.{}", name, namespaceName, m_zone);
    Lookup lookup = negative(ResponseCode::NoError);

    if (labels.size() == 2) {
        if (!service->externalName.empty()) {
            lookup.answer.authorities.clear();
            lookup.answer.answers.push_back(Record::cname(question.name, kTtlSeconds, service->externalName));
            lookup.externalTarget = question.type == Type::Cname ? std::string() : service->externalName;
            return lookup;
        }
        std::vector<std::string> ips = service->clusterIps;
        for (const Endpoint &endpoint : service->endpoints)
            ips.push_back(endpoint.address);
        addAddresses(question, ips, lookup.answer);
        if (isWanted(question.type, Type::Srv))
            addSrv(question, *service, target, {}, {}, lookup.answer);
        if (service->headless && service->endpoints.empty())
            return negative(ResponseCode::NameError);
        return lookup;
    }
    if (labels.size() == 3) {
        std::vector<std::string> ips;
        for (const Endpoint &endpoint : service->endpoints)
            if (endpoint.hostname == labels[0])
                ips.push_back(endpoint.address);
        if (ips.empty())
            return negative(ResponseCode::NameError);
        addAddresses(question, ips, lookup.answer);
        return lookup;
    }
    if (labels.size() != 4 || !labels[0].starts_with('_') || !labels[1].starts_with('_'))
        return negative(ResponseCode::NameError);
    const std::string_view port = labels[0].substr(1), protocol = labels[1].substr(1);
    const bool known = std::any_of(service->ports.begin(), service->ports.end(), [&](const Port &candidate) {
        return candidate.name == port && candidate.protocol == protocol;
    });
    if (!known)
        return negative(ResponseCode::NameError);
    if (isWanted(question.type, Type::Srv))
        addSrv(question, *service, target, port, protocol, lookup.answer);
    return lookup;
}

ClusterZone::Lookup ClusterZone::resolveReverse(const Question &question) const {
    Lookup lookup = negative(ResponseCode::NoError);
    const auto address = reverseAddress(question.name);
    const auto found = address ? m_reverse.find(*address) : m_reverse.end();
    if (found == m_reverse.end())
        return negative(ResponseCode::NameError);
    if (isWanted(question.type, Type::Ptr)) {
        lookup.answer.authorities.clear();
        for (const auto &[key, name] : found->second)
            lookup.answer.answers.push_back(Record::ptr(question.name, kTtlSeconds, name));
    }
    return lookup;
}

} // namespace coracle::network::dns
