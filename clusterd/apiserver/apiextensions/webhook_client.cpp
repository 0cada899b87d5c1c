#include "clusterd/apiserver/apiextensions/webhook_client.h"

#include "clusterd/apiserver/handlers/proxy_target.h"
#include "clusterd/apiserver/registry/document.h"
#include "core/api/canonical_json.h"
#include "core/api/codec.h"
#include "core/api/json_writer.h"

#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::chrono::seconds kTimeout(30);
constexpr size_t kAnswerBytesMax = 64u << 20;
constexpr size_t kPlacesMax = 8;
constexpr std::string_view kForm = "; desired format: https://host[/path]";

/// The parts of an URL, as far as a webhook's has them.
struct Url {
    std::string_view scheme, user, host, port, path, query, fragment;

    static Url parse(std::string_view text) {
        Url url;
        const auto cut = [&text](char mark) {
            const size_t at = text.find(mark);
            std::string_view rest = at == text.npos ? std::string_view() : text.substr(at + 1);
            text = text.substr(0, at);
            return rest;
        };
        url.fragment = cut('#');
        url.query = cut('?');
        const size_t colon = text.find("://");
        if (colon == text.npos)
            return url;
        url.scheme = text.substr(0, colon);
        text.remove_prefix(colon + 3);
        const size_t slash = text.find('/');
        url.path = slash == text.npos ? std::string_view() : text.substr(slash);
        text = text.substr(0, slash);
        if (const size_t at = text.rfind('@'); at != text.npos) {
            url.user = text.substr(0, at);
            text.remove_prefix(at + 1);
        }
        const size_t bracket = text.find(']'), portAt = text.find(':', bracket == text.npos ? 0 : bracket);
        url.port = portAt == text.npos ? std::string_view() : text.substr(portAt + 1);
        url.host = text.substr(0, portAt);
        if (url.host.starts_with('[') && url.host.ends_with(']'))
            url.host = url.host.substr(1, url.host.size() - 2);
        return url;
    }
};

void validateUrl(std::string_view text, const FieldPath &path, FieldErrors &errors) {
    const Url url = Url::parse(text);
    if (url.scheme != "https")
        errors.invalid(path, url.scheme, fmt::format("'https' is the only allowed URL scheme{}", kForm));
    if (url.host.empty())
        errors.invalid(path, url.host, fmt::format("host must be specified{}", kForm));
    if (!url.user.empty())
        errors.invalid(path, url.user, fmt::format("user information is not permitted in the URL{}", kForm));
    if (!url.fragment.empty())
        errors.invalid(path, url.fragment, fmt::format("fragments are not permitted in the URL{}", kForm));
    if (!url.query.empty())
        errors.invalid(path, url.query, fmt::format("query parameters are not permitted in the URL{}", kForm));
}

void validateService(const JsonObject &service, const FieldPath &path, FieldErrors &errors) {
    if (textAt(service, "name").empty())
        errors.required(path / "name", "service name is required");
    if (textAt(service, "namespace").empty())
        errors.required(path / "namespace", "service namespace is required");
    if (const JsonValue *port = memberAt(service, "port"); port && (asInt(*port) < 1 || asInt(*port) > 65535))
        errors.invalid(path / "port", asInt(*port), "port is not valid: must be between 1 and 65535, inclusive");
    if (const JsonValue *place = memberAt(service, "path"); place && !asText(*place).starts_with('/'))
        errors.invalid(path / "path", asText(*place), "must start with a '/'");
}

} // namespace

void validateWebhookConfig(const JsonObject &config, const FieldPath &path, FieldErrors &errors) {
    const JsonValue *url = memberAt(config, "url"), *service = memberAt(config, "service");
    if (!url == !service)
        errors.required(path, "exactly one of url or service is required");
    else if (url)
        validateUrl(asText(*url), path / "url", errors);
    else
        validateService(asObject(*service), path / "service", errors);
}

Result<std::shared_ptr<WebhookClient>> WebhookClient::create(const JsonObject &config, const Reader &reader) {
    std::shared_ptr<WebhookClient> client(new WebhookClient(reader));
    if (!api::json::decodeBase64(textAt(config, "caBundle"), client->m_tls.caPem))
        return errors::other("the webhook's caBundle is no base64");
    if (const JsonValue *service = memberAt(config, "service")) {
        const JsonObject &reference = asObject(*service);
        const JsonValue *port = memberAt(reference, "port"), *path = memberAt(reference, "path");
        client->m_serviceNamespace = textAt(reference, "namespace");
        client->m_serviceName = textAt(reference, "name");
        client->m_servicePort = std::to_string(port ? asInt(*port) : 443);
        client->m_target = path ? asText(*path) : "/";
        client->m_tls.serverName = fmt::format("{}.{}.svc", client->m_serviceName, client->m_serviceNamespace);
        client->m_url =
            fmt::format("https://{}:{}{}", client->m_tls.serverName, client->m_servicePort, client->m_target);
        return client;
    }
    client->m_url = textAt(config, "url");
    const Url url = Url::parse(client->m_url);
    client->m_place.host = url.host;
    if (!url.port.empty()) {
        const auto [end, error] =
            std::from_chars(url.port.data(), url.port.data() + url.port.size(), client->m_place.port);
        if (error != std::errc() || end != url.port.data() + url.port.size())
            return errors::other(fmt::format("the webhook's URL {} has no valid port", client->m_url));
    }
    client->m_target = url.path.empty() ? "/" : std::string(url.path);
    return client;
}

Result<WebhookClient::Place> WebhookClient::servicePlace() const {
    static const api::ResourceInfo &services = *api::findResource("", "v1", "services");
    if (const api::ObjectPtr service = m_reader.get(services, m_serviceNamespace, m_serviceName)) {
        TRY(JsonObject object, documentOf(*service));
        uint16_t port = 443;
        std::from_chars(m_servicePort.data(), m_servicePort.data() + m_servicePort.size(), port);
        if (textAt(object, "spec", "type") == "ExternalName")
            return Place{std::string(textAt(object, "spec", "externalName")), port};
    }
    const RequestScope scope{.resource = services,
                             .namespaceName = m_serviceNamespace,
                             .name = fmt::format("https:{}:{}", m_serviceName, m_servicePort)};
    TRY(ProxyTarget target, ProxyTarget::of(scope, m_reader));
    return Place{target.host, target.port};
}

std::shared_ptr<http::Client> WebhookClient::clientFor(const Place &place) {
    std::lock_guard lock(m_mutex);
    const auto found = m_clients.find(place);
    if (found != m_clients.end())
        return found->second;
    if (m_clients.size() >= kPlacesMax) // endpoints that went away
        m_clients.clear();
    http::ClientOptions options;
    options.host = place.host;
    options.port = place.port;
    options.tls = m_tls;
    std::shared_ptr<http::Client> client = http::Client::create(std::move(options));
    m_clients[place] = client;
    return client;
}

Task<Result<JsonObject>> WebhookClient::post(JsonObject body) {
    const auto failed = [this](Status status) {
        return errors::other(fmt::format("Post \"{}?timeout=30s\": {}", m_url, status.message));
    };
    Place place = m_place;
    if (!m_serviceName.empty()) {
        auto found = servicePlace();
        if (!found)
            co_return failed(found.error());
        place = *found;
    }
    const std::shared_ptr<http::Client> client = clientFor(place);
    http::ClientRequest request;
    request.method = "POST";
    request.target = m_target + "?timeout=30s";
    request.headers.add("Content-Type", "application/json");
    request.headers.add("Accept", "application/json");
    request.body = api::json::canonicalText(body);
    request.headerTimeout = kTimeout;
    auto response = co_await client->send(std::move(request));
    if (!response)
        co_return failed(response.error());
    auto text = co_await (*response)->readAll(kAnswerBytesMax);
    if (!text)
        co_return failed(text.error());
    if ((*response)->status() < 200 || (*response)->status() > 299)
        co_return errors::other(fmt::format("the server responded with status {}", (*response)->status()));
    auto answer = api::parseJson(*text);
    if (!answer || !answer->is_object())
        co_return failed(answer ? Status{.message = "the answer is not a JSON object"} : answer.error());
    co_return std::move(answer->get_object());
}

} // namespace coracle::apiserver
