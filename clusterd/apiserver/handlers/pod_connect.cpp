#include "clusterd/apiserver/handlers/pod_connect.h"

#include "clusterd/apiserver/handlers/forwarding.h"
#include "clusterd/apiserver/handlers/proxy_target.h"
#include "clusterd/apiserver/handlers/websocket_streams.h"
#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/document.h"
#include "core/api/time.h"
#include "core/http/websocket.h"

#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr std::string_view kContainerLists[] = {"containers", "initContainers", "ephemeralContainers"};
constexpr size_t kErrorBytesMax = 4096; ///< of a kubelet's error text that is passed on

const api::ResourceInfo &resource(std::string_view name) {
    return *api::findResource("", "v1", name);
}

bool hasContainer(const json::object &pod, std::string_view name) {
    for (std::string_view list : kContainerLists)
        for (const json::value &container : arrayAt(pod, "spec", list))
            if (textAt(asObject(container), "name") == name)
                return true;
    return false;
}

std::string containerNames(const json::object &pod, std::string_view list) {
    std::string names;
    for (const json::value &container : arrayAt(pod, "spec", list))
        names += fmt::format("{}{}", names.empty() ? "" : " ", textAt(asObject(container), "name"));
    return names;
}

/// The container that a request means: the named one, or the only one.
Result<std::string> chooseContainer(const json::object &pod, std::string_view podName, std::string_view asked) {
    if (!asked.empty()) {
        if (hasContainer(pod, asked))
            return std::string(asked);
        return errors::badRequest(fmt::format("container {} is not valid for pod {}", asked, podName));
    }
    const json::array &containers = arrayAt(pod, "spec", "containers");
    if (containers.size() == 1)
        return std::string(textAt(asObject(containers.front()), "name"));
    std::string message = fmt::format("a container name must be specified for pod {}, choose one of: [{}]", podName,
                                      containerNames(pod, "containers"));
    if (std::string init = containerNames(pod, "initContainers"); !init.empty())
        message += fmt::format(" or one of the init containers: [{}]", init);
    if (std::string debug = containerNames(pod, "ephemeralContainers"); !debug.empty())
        message += fmt::format(" or one of the ephemeral containers: [{}]", debug);
    return errors::badRequest(std::move(message));
}

struct NumberRule {
    std::string_view name;
    int64_t least;
    std::string_view words;
};
constexpr NumberRule kLogNumbers[] = {{"sinceSeconds", 1, "must be greater than 0"},
                                      {"tailLines", 0, "must be greater than or equal to 0"},
                                      {"limitBytes", 1, "must be greater than 0"}};

Result<> checkLogOptions(const Exchange &exchange, std::string_view pod) {
    std::vector<StatusCause> causes;
    for (const NumberRule &rule : kLogNumbers) {
        std::string_view text = exchange.param(rule.name);
        int64_t value = 0;
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (text.empty())
            continue;
        if (error != std::errc() || end != text.data() + text.size())
            return errors::badRequest(fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", text));
        if (value < rule.least)
            causes.push_back(
                {"FieldValueInvalid", fmt::format("Invalid value: {}: {}", value, rule.words), std::string(rule.name)});
    }
    std::string_view sinceTime = exchange.param("sinceTime");
    if (!sinceTime.empty() && !api::Time::parse(sinceTime))
        return errors::badRequest(fmt::format("sinceTime \"{}\" is not a time in the form of RFC 3339", sinceTime));
    if (!sinceTime.empty() && exchange.request.target.hasParam("sinceSeconds"))
        causes.push_back(
            {"FieldValueForbidden", "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified", ""});
    if (!causes.empty())
        return errors::invalid("PodLogOptions", "", pod, std::move(causes));
    return {};
}

class Query {
public:
    void add(std::string_view name, std::string_view value) {
        m_text += fmt::format("{}{}={}", m_text.empty() ? '?' : '&', name, http::percentEncode(value));
    }
    const std::string &text() const { return m_text; }

private:
    std::string m_text;
};

std::string logTarget(const Exchange &exchange, const RequestScope &scope, std::string_view container) {
    Query query;
    for (std::string_view name :
         {"follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes", "stream"})
        if (std::string_view value = exchange.param(name); !value.empty())
            query.add(name, value);
    return fmt::format("/containerLogs/{}/{}/{}{}", scope.namespaceName, scope.name, container, query.text());
}

std::string execTarget(const Exchange &exchange, const RequestScope &scope, std::string_view container) {
    Query query;
    constexpr std::pair<std::string_view, std::string_view> kStreams[] = {
        {"stdin", "input"}, {"stdout", "output"}, {"stderr", "error"}, {"tty", "tty"}};
    for (const auto &[name, kubeletName] : kStreams)
        if (exchange.request.target.flag(name))
            query.add(kubeletName, "1");
    for (std::string_view word : exchange.request.target.params("command"))
        query.add("command", word);
    return fmt::format("/{}/{}/{}/{}{}", scope.subresource, scope.namespaceName, scope.name, container, query.text());
}

} // namespace

Task<Result<>> ClusterConnect::handle(Exchange &exchange, RequestScope &scope) {
    if (scope.subresource == "proxy")
        co_return co_await proxy(exchange, scope);
    if (scope.subresource == "log")
        co_return co_await log(exchange, scope);
    co_return co_await stream(exchange, scope);
}

Result<ClusterConnect::Pod> ClusterConnect::findPod(const RequestScope &scope) const {
    api::ObjectPtr stored = m_reader.get(resource("pods"), scope.namespaceName, scope.name);
    if (!stored)
        return errors::notFound("pods", "", scope.name);
    TRY(json::object object, documentOf(*stored));
    std::string node(textAt(object, "spec", "nodeName"));
    return Pod{std::move(object), std::move(node)};
}

Result<std::shared_ptr<http::Client>> ClusterConnect::kubeletOf(const Pod &pod, const RequestScope &scope) {
    if (pod.node.empty())
        return errors::badRequest(fmt::format("pod {} does not have a host assigned", scope.name));
    api::ObjectPtr node = m_reader.get(resource("nodes"), {}, pod.node);
    if (!node)
        return errors::notFound("nodes", "", pod.node);
    return m_nodes.kubelet(*node);
}

Task<Result<>> ClusterConnect::log(Exchange &exchange, RequestScope &scope) {
    if (exchange.info.verb != "get")
        co_return errors::methodNotAllowed("the server does not allow this method on the requested resource");
    CO_CHECK(checkLogOptions(exchange, scope.name));
    CO_TRY(Pod pod, findPod(scope));
    CO_TRY(std::string container, chooseContainer(pod.object, scope.name, exchange.param("container")));
    if (pod.node.empty()) { // no container has run yet
        co_await sendText(exchange, 200, std::string());
        co_return Result<>{};
    }
    CO_TRY(std::shared_ptr<http::Client> client, kubeletOf(pod, scope));
    http::ClientRequest request;
    request.target = logTarget(exchange, scope, container);
    CO_TRY(std::unique_ptr<http::ClientResponse> response, co_await client->send(std::move(request)));
    if (response->status() != 200) {
        CO_TRY(std::string text, co_await response->readAll(kErrorBytesMax));
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
            text.pop_back();
        if (response->status() == 400)
            co_return errors::badRequest(std::move(text));
        if (response->status() == 404)
            co_return Failure(Status{.code = 404, .reason = "NotFound", .message = std::move(text)});
        co_return errors::internal(fmt::format("the kubelet answered with {}: {}", response->status(), text));
    }
    CO_CHECK(co_await exchange.writer.start(200, responseHeaders(exchange, "text/plain")));
    co_await streamBody(exchange, *response);
    co_return Result<>{};
}

Task<Result<>> ClusterConnect::stream(Exchange &exchange, RequestScope &scope) {
    bool forward = scope.subresource == "portforward";
    if (exchange.info.verb != "get" && exchange.info.verb != "create")
        co_return errors::methodNotAllowed("the server does not allow this method on the requested resource");
    CO_TRY(Pod pod, findPod(scope));
    std::string_view phase = textAt(pod.object, "status", "phase");
    if (forward ? phase != "Running" : phase == "Succeeded" || phase == "Failed")
        co_return errors::badRequest(
            forward
                ? fmt::format("unable to forward port because pod is not running. Current status={}", phase)
                : fmt::format("cannot exec or attach to a container in a completed pod; current phase is {}", phase));
    if (!exchange.request.upgrade)
        co_return errors::badRequest("Upgrade request required");
    bool webSocket = http::isWebSocketRequest(exchange.request);
    if (!webSocket && !exchange.request.headers.hasToken("Upgrade", "SPDY/3.1"))
        co_return errors::badRequest("unable to upgrade: the protocols SPDY/3.1 and websocket are supported");
    std::string target;
    if (forward) {
        Query query;
        for (std::string_view port : exchange.request.target.params("ports"))
            query.add("port", port);
        target = fmt::format("/portForward/{}/{}{}", scope.namespaceName, scope.name, query.text());
    } else {
        if (scope.subresource == "exec" && !exchange.request.target.hasParam("command"))
            co_return errors::badRequest("you must specify at least 1 command for the container");
        CO_TRY(std::string container, chooseContainer(pod.object, scope.name, exchange.param("container")));
        target = execTarget(exchange, scope, container);
    }
    CO_TRY(std::shared_ptr<http::Client> client, kubeletOf(pod, scope));
    if (!webSocket)
        co_return co_await forwardUpgrade(exchange, std::move(client), std::move(target));
    if (forward)
        co_return co_await tunnelWebSocket(exchange, std::move(client), std::move(target));
    StreamSet streams;
    streams.stdin = exchange.request.target.flag("stdin");
    streams.stdout = exchange.request.target.flag("stdout");
    streams.stderr = exchange.request.target.flag("stderr");
    streams.tty = exchange.request.target.flag("tty");
    co_return co_await translateWebSocket(exchange, std::move(client), std::move(target), streams);
}

Task<Result<>> ClusterConnect::proxy(Exchange &exchange, RequestScope &scope) {
    CO_TRY(ProxyTarget target, ProxyTarget::of(scope, m_reader));
    std::shared_ptr<http::Client> client;
    if (target.node) {
        CO_TRY(client, m_nodes.kubelet(*target.node));
    } else {
        client = m_nodes.endpoint(target.host, target.port, target.tls);
    }
    std::string path = proxyPath(exchange.request.rawTarget, scope.resource.namespaced);
    if (exchange.request.upgrade)
        co_return co_await forwardUpgrade(exchange, std::move(client), std::move(path));
    co_return co_await forwardRequest(exchange, std::move(client), std::move(path));
}

} // namespace coracle::apiserver
