#include "clusterd/apiserver/handlers/system_handlers.h"

#include "clusterd/apiserver/handlers/discovery.h"
#include "clusterd/apiserver/handlers/negotiation.h"
#include "clusterd/apiserver/registry/store.h"
#include "core/api/openapi.h"
#include "core/base/metrics.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr std::string_view kCompiler = "g++ " __VERSION__;
#if defined(__aarch64__)
constexpr std::string_view kPlatform = "linux/arm64";
#elif defined(__arm__)
constexpr std::string_view kPlatform = "linux/arm";
#else
constexpr std::string_view kPlatform = "linux/amd64";
#endif

constexpr std::array<std::string_view, 3> kHealthEndpoints = {"healthz", "livez", "readyz"};

/// The version of aggregated discovery that the client prefers over the old documents, if any.
std::string_view aggregatedVersion(std::string_view accept) {
    for (const MediaType &media : parseMediaTypes(accept)) {
        bool aggregated = media.parameter("as") == "APIGroupDiscoveryList" &&
                          media.parameter("g") == "apidiscovery.k8s.io" && media.type == "application/json";
        if (aggregated && (media.parameter("v") == "v2" || media.parameter("v") == "v2beta1"))
            return media.parameter("v") == "v2" ? "v2" : "v2beta1";
        if (!aggregated && (media.type == "application/json" || media.type == "*/*") && media.parameter("as").empty())
            return {};
    }
    return {};
}

/// FNV-1a as hexadecimal text: only to tell documents apart.
std::string etagOf(std::string_view text) {
    uint64_t hash = 14695981039346656037u;
    for (unsigned char c : text)
        hash = (hash ^ c) * 1099511628211u;
    return fmt::format("\"{:016X}\"", hash);
}

Task<> sendCacheable(Exchange &exchange, std::string contentType, std::string body, bool immutable = false) {
    http::Headers headers = responseHeaders(exchange, contentType);
    std::string etag = etagOf(body);
    headers.set("Cache-Control", immutable ? "public, immutable" : "public");
    headers.add("ETag", etag);
    headers.add("Vary", "Accept");
    bool known = exchange.request.headers.get("If-None-Match") == etag;
    std::vector<http::Chunk> chunks;
    if (!known)
        chunks.push_back(http::Chunk::own(std::move(body)));
    BodySourcePtr source = bodyOf(std::move(chunks));
    co_await sendBody(exchange, known ? 304 : 200, std::move(headers), std::move(source));
}

/// Of a built-in or custom resource, as its metrics name it.
coracle::metrics::Family<coracle::metrics::Gauge> &objectCounts() {
    static auto &family = coracle::metrics::registry().gauge(
        "apiserver_resource_objects", "Number of stored objects at the time of last check split by kind.",
        {"group", "resource"});
    return family;
}

} // namespace

SystemHandlers::SystemHandlers(const ApiServerOptions &options, const ResourceTable &resources,
                               const HealthChecks &health, std::function<void()> refreshMetrics)
    : m_options(options), m_resources(resources), m_health(health), m_refreshMetrics(std::move(refreshMetrics)) {
    coracle::metrics::registry()
        .gauge("kubernetes_build_info",
               "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, "
               "build date, Go version, and compiler from which Kubernetes was built, and platform on which it is "
               "running.",
               {"build_date", "compiler", "git_commit", "git_tree_state", "git_version", "go_version", "major", "minor",
                "platform"})
        .with({options.version.buildDate, kCompiler, options.version.gitCommit, "clean", options.version.gitVersion, "",
               options.version.major, options.version.minor, kPlatform})
        .set(1);
}

Task<> SystemHandlers::handle(Exchange &exchange) {
    auto handled = co_await dispatch(exchange);
    if (!handled)
        co_await sendFailure(exchange, std::move(handled).error());
}

Task<Result<>> SystemHandlers::dispatch(Exchange &exchange) {
    std::vector<std::string> parts = exchange.request.target.segments;
    if (!parts.empty() && parts.back().empty())
        parts.pop_back();
    const std::string &method = exchange.request.method;
    if (method != "GET" && method != "HEAD")
        co_return errors::methodNotAllowed("the server does not allow this method on the requested resource");
    std::string root = parts.empty() ? std::string() : parts[0];
    if (root.empty()) {
        co_await sendJson(exchange, 200, paths());
    } else if (root == "version" && parts.size() == 1) {
        co_await sendJson(exchange, 200, versionDocument());
    } else if (std::ranges::find(kHealthEndpoints, root) != kHealthEndpoints.end()) {
        std::string check;
        for (size_t i = 1; i < parts.size(); ++i)
            check += (i > 1 ? "/" : "") + parts[i];
        HealthChecks::Report report = m_health.report(root, check, exchange.request.target);
        co_await sendText(exchange, report.code, std::move(report.text));
    } else if (root == "metrics" && parts.size() == 1) {
        http::Headers headers = responseHeaders(exchange, "text/plain; version=0.0.4; charset=utf-8");
        BodySourcePtr body = bodyOf(metrics());
        co_await sendBody(exchange, 200, std::move(headers), std::move(body));
    } else if (root == "api" || root == "apis") {
        co_return co_await discover(exchange);
    } else if (root == "openapi") {
        co_return co_await openapi(exchange);
    } else if (exchange.info.path == "/.well-known/openid-configuration" && m_options.documents.openidConfiguration) {
        co_await sendJson(exchange, 200, m_options.documents.openidConfiguration());
    } else if (exchange.info.path == "/openid/v1/jwks" && m_options.documents.jwks) {
        http::Headers headers = responseHeaders(exchange, "application/jwk-set+json");
        std::vector<http::Chunk> body;
        body.push_back(http::Chunk::own(m_options.documents.jwks()));
        (void)co_await exchange.writer.send(200, std::move(headers), std::move(body));
    } else {
        co_return errors::noRoute();
    }
    co_return Result<>{};
}

Task<Result<>> SystemHandlers::discover(Exchange &exchange) {
    std::vector<std::string> parts = exchange.request.target.segments;
    if (!parts.empty() && parts.back().empty())
        parts.pop_back();
    bool core = parts[0] == "api";
    std::optional<std::string> document;
    if (parts.size() == 1) {
        std::string_view version = aggregatedVersion(exchange.request.headers.get("Accept"));
        if (!version.empty()) {
            co_await sendCacheable(
                exchange, fmt::format("application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList", version),
                discovery::aggregated(m_resources, core, version));
            co_return Result<>{};
        }
        document = core ? discovery::apiVersions(m_options.advertiseAddress) : discovery::groupList(m_resources);
    } else if (parts.size() == 2) {
        document = core ? discovery::resourceList(m_resources, "", parts[1]) : discovery::group(m_resources, parts[1]);
    } else if (parts.size() == 3 && !core) {
        document = discovery::resourceList(m_resources, parts[1], parts[2]);
    }
    if (!document)
        co_return errors::noRoute();
    std::string_view kind = "APIResourceList";
    if (parts.size() < 3)
        kind = parts.size() == 1 ? (core ? "APIVersions" : "APIGroupList") : (core ? kind : "APIGroup");
    CO_TRY(Negotiated negotiated, negotiate(exchange.accept()));
    co_await sendDocument(exchange, 200, std::move(negotiated), *api::findType("meta/v1", kind), std::move(*document));
    co_return Result<>{};
}

Task<Result<>> SystemHandlers::openapi(Exchange &exchange) {
    std::string_view path = exchange.info.path;
    const ResourceTable::Resources resources = m_resources.all();
    const std::string_view accept = exchange.request.headers.get("Accept");
    const bool asksProtobuf = accept.find(api::kOpenApiV2ProtobufAsked) != std::string_view::npos ||
                              accept.find(api::kOpenApiV2ProtobufType) != std::string_view::npos;
    if (path == "/openapi/v2" && asksProtobuf) {
        std::string type(api::kOpenApiV2ProtobufType);
        co_await sendCacheable(exchange, std::move(type), api::openApiV2Protobuf(*resources));
        co_return Result<>{};
    }
    CO_CHECK(negotiate(accept));
    std::string document;
    if (path == "/openapi/v2") {
        document = api::openApiV2(*resources);
    } else if (path == "/openapi/v3" || path == "/openapi/v3/") {
        document = openApiIndex();
    } else {
        // /openapi/v3/api/v1, /openapi/v3/apis/<group>/<version>
        std::vector<std::string> parts = exchange.request.target.segments;
        if (parts.size() == 4 && parts[2] == "api")
            document = api::openApiV3("", parts[3], *resources);
        else if (parts.size() == 5 && parts[2] == "apis")
            document = api::openApiV3(parts[3], parts[4], *resources);
    }
    if (document.empty())
        co_return errors::noRoute();
    // A document that was asked for by its hash never changes.
    std::string_view hash = exchange.param("hash");
    bool immutable = !hash.empty() && hash == api::openApiHash(document);
    co_await sendCacheable(exchange, "application/json", std::move(document), immutable);
    co_return Result<>{};
}

std::string SystemHandlers::openApiIndex() {
    std::lock_guard lock(m_openApiMutex);
    const uint64_t generation = m_resources.generation();
    if (m_openApiIndexOf != generation) {
        m_openApiIndex = api::openApiV3Index(*m_resources.all());
        m_openApiIndexOf = generation;
    }
    return m_openApiIndex;
}

std::string SystemHandlers::versionDocument() const {
    const VersionInfo &version = m_options.version;
    return json::serialize(json::object{{"major", version.major},
                                        {"minor", version.minor},
                                        {"emulationMajor", version.major},
                                        {"emulationMinor", version.minor},
                                        {"minCompatibilityMajor", version.major},
                                        {"minCompatibilityMinor", "35"},
                                        {"gitVersion", version.gitVersion},
                                        {"gitCommit", version.gitCommit},
                                        {"gitTreeState", "clean"},
                                        {"buildDate", version.buildDate},
                                        {"goVersion", ""},
                                        {"compiler", kCompiler},
                                        {"platform", kPlatform}});
}

std::string SystemHandlers::paths() const {
    json::array list{"/.well-known/openid-configuration", "/api", "/api/v1", "/apis"};
    ResourceTable::Groups groups = m_resources.groups();
    for (const ResourceTable::Group &group : *groups) {
        if (group.name.empty())
            continue;
        list.emplace_back(fmt::format("/apis/{}", group.name));
        for (const ResourceTable::Version &version : group.versions)
            list.emplace_back(fmt::format("/apis/{}/{}", group.name, version.name));
    }
    for (const char *path :
         {"/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/openid/v1/jwks", "/readyz", "/version"})
        list.emplace_back(path);
    return json::serialize(json::object{{"paths", std::move(list)}});
}

std::string SystemHandlers::metrics() const {
    m_refreshMetrics();
    for (const ResourcePtr &resource : *m_resources.all())
        if (!resource->storagePrefix.empty())
            objectCounts()
                .with({resource->group, resource->resource})
                .set(static_cast<double>(m_options.store.snapshot(*resource).table.size()));
    return coracle::metrics::registry().text() + coracle::metrics::processText();
}

} // namespace coracle::apiserver
