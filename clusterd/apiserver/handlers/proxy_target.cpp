#include "clusterd/apiserver/handlers/proxy_target.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/document.h"

#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

struct Reference {
    std::string scheme, name, port;
};

Result<Reference> parseReference(std::string_view text) {
    size_t first = text.find(':'), last = text.rfind(':');
    if (first == text.npos)
        return Reference{"", std::string(text), ""};
    if (first == last)
        return Reference{"", std::string(text.substr(0, first)), std::string(text.substr(first + 1))};
    Reference reference{std::string(text.substr(0, first)), std::string(text.substr(first + 1, last - first - 1)),
                        std::string(text.substr(last + 1))};
    if ((reference.scheme == "http" || reference.scheme == "https") && reference.name.find(':') == std::string::npos)
        return reference;
    return errors::badRequest(fmt::format("invalid request \"{}\": it must be [scheme:]name[:port]", text));
}

uint16_t portNumber(std::string_view text) {
    uint16_t port = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() ? port : 0;
}

const api::ResourceInfo &resource(std::string_view name) {
    return *api::findResource("", "v1", name);
}

Result<ProxyTarget> podTarget(const RequestScope &scope, const Reference &reference, const Reader &reader) {
    api::ObjectPtr pod = reader.get(resource("pods"), scope.namespaceName, reference.name);
    if (!pod)
        return errors::notFound("pods", "", reference.name);
    TRY(json::object object, documentOf(*pod));
    ProxyTarget target{.host = std::string(textAt(object, "status", "podIP")), .tls = reference.scheme == "https"};
    if (target.host.empty())
        return errors::badRequest("address not allowed: the pod has no address yet");
    target.port = portNumber(reference.port);
    for (const json::value &container : arrayAt(object, "spec", "containers")) {
        for (const json::value &port : arrayAt(asObject(container), "ports")) {
            bool named = !reference.port.empty() && textAt(asObject(port), "name") == reference.port;
            if (target.port == 0 && (named || reference.port.empty()))
                target.port = static_cast<uint16_t>(intAt(asObject(port), "containerPort"));
        }
    }
    if (target.port == 0 && !reference.port.empty())
        return errors::badRequest(fmt::format("invalid port \"{}\"", reference.port));
    if (target.port == 0)
        target.port = 80;
    return target;
}

/// The service port that the reference means: by name, by number, or the only one.
const json::object *servicePort(const json::object &service, const std::string &asked) {
    const json::array &ports = arrayAt(service, "spec", "ports");
    for (const json::value &port : ports) {
        const json::object &entry = asObject(port);
        if (asked.empty() ? ports.size() == 1 || textAt(entry, "name").empty()
                          : textAt(entry, "name") == asked || std::to_string(intAt(entry, "port")) == asked)
            return &entry;
    }
    return nullptr;
}

Failure noEndpoints(const Reference &reference) {
    return errors::serviceUnavailable(fmt::format("no endpoints available for service \"{}\"", reference.name));
}

Result<ProxyTarget> serviceTarget(const RequestScope &scope, const Reference &reference, const Reader &reader) {
    api::ObjectPtr service = reader.get(resource("services"), scope.namespaceName, reference.name);
    if (!service)
        return errors::notFound("services", "", reference.name);
    TRY(json::object object, documentOf(*service));
    const json::object *port = servicePort(object, reference.port);
    if (!port)
        return errors::serviceUnavailable(
            fmt::format("no service port \"{}\" found for service \"{}\"", reference.port, reference.name));
    std::string_view portName = textAt(*port, "name");
    const api::ResourceInfo *slices = api::findResource("discovery.k8s.io", "v1", "endpointslices");
    for (const api::ObjectPtr &slice : reader.list(*slices, scope.namespaceName)) {
        if (slice->label("kubernetes.io/service-name") != reference.name)
            continue;
        TRY(json::object endpoints, documentOf(*slice));
        for (const json::value &slicePort : arrayAt(endpoints, "ports")) {
            if (textAt(asObject(slicePort), "name") != portName)
                continue;
            for (const json::value &endpoint : arrayAt(endpoints, "endpoints")) {
                const json::array &addresses = arrayAt(asObject(endpoint), "addresses");
                const json::value *ready = memberAt(objectAt(asObject(endpoint), "conditions"), "ready");
                if (addresses.empty() || (ready && ready->is_bool() && !ready->get_bool()))
                    continue;
                return ProxyTarget{.host = std::string(asText(addresses.front())),
                                   .port = static_cast<uint16_t>(intAt(asObject(slicePort), "port")),
                                   .tls = reference.scheme == "https"};
            }
        }
    }
    return noEndpoints(reference);
}

} // namespace

Result<ProxyTarget> ProxyTarget::of(const RequestScope &scope, const Reader &reader) {
    TRY(Reference reference, parseReference(scope.name));
    if (scope.resource.resource == "pods")
        return podTarget(scope, reference, reader);
    if (scope.resource.resource == "services")
        return serviceTarget(scope, reference, reader);
    api::ObjectPtr node = reader.get(resource("nodes"), {}, reference.name);
    if (!node)
        return errors::notFound("nodes", "", reference.name);
    return ProxyTarget{.node = node};
}

std::string proxyPath(std::string_view rawTarget, bool namespaced) {
    std::string_view path = rawTarget.substr(0, rawTarget.find('?'));
    std::string query(rawTarget.substr(path.size()));
    // /api/v1/namespaces/<ns>/pods/<name>/proxy/..., /api/v1/nodes/<name>/proxy/...
    for (int segments = namespaced ? 7 : 5; segments > 0 && !path.empty(); --segments) {
        size_t slash = path.find('/', 1);
        path.remove_prefix(slash == path.npos ? path.size() : slash);
    }
    return (path.empty() ? std::string("/") : std::string(path)) + query;
}

} // namespace coracle::apiserver
