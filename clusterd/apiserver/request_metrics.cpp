#include "clusterd/apiserver/request_metrics.h"

#include "clusterd/apiserver/handlers/resource_table.h"

#include <algorithm>
#include <array>

namespace coracle::apiserver {

namespace {

/// kube-apiserver's buckets.
const std::vector<double> kDurationBounds = {0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2,
                                             3,     4,     5,    6,   8,   10,  15,  20,  30,  45,   60};
const std::vector<double> kSizeBounds = {1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

constexpr std::array<std::string_view, 8> kCountedPaths = {"/",           "/healthz",    "/livez",  "/metrics",
                                                           "/openapi/v2", "/openapi/v3", "/readyz", "/version"};

/// The verbs of the metrics are those of HTTP where there is one, and Kubernetes' own where that says more.
std::string_view verbLabel(const Exchange &exchange) {
    const RequestInfo &info = exchange.info;
    const std::string &method = exchange.request.method;
    static constexpr std::array<std::string_view, 4> kConnect = {"attach", "exec", "portforward", "proxy"};
    if (info.isResource && std::ranges::find(kConnect, info.subresource) != kConnect.end())
        return "CONNECT";
    if (info.verb == "list")
        return "LIST";
    if (info.verb == "watch")
        return "WATCH";
    if (info.verb == "deletecollection")
        return "DELETECOLLECTION";
    if (method == "PATCH" && exchange.request.headers.get("Content-Type").starts_with("application/apply-patch"))
        return "APPLY";
    static constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    const auto known = std::ranges::find(kMethods, method);
    return known == kMethods.end() ? "other" : *known;
}

} // namespace

struct RequestMetrics::Labels {
    std::string_view verb, group, version, resource, subresource, scope, dryRun;
};

Task<Result<>> ObservedWriter::send(int status, http::Headers headers, std::vector<http::Chunk> body) {
    if (m_takenOver)
        co_return errors::timeout("the request was answered already, because it took too long");
    m_status = status;
    for (const http::Chunk &chunk : body)
        m_bytes += chunk.bytes.size();
    co_return co_await m_inner.send(status, std::move(headers), std::move(body));
}

Task<Result<>> ObservedWriter::start(int status, http::Headers headers) {
    if (m_takenOver)
        co_return errors::timeout("the request was answered already, because it took too long");
    m_status = status;
    co_return co_await m_inner.start(status, std::move(headers));
}

Task<Result<>> ObservedWriter::write(std::vector<http::Chunk> chunks) {
    for (const http::Chunk &chunk : chunks)
        m_bytes += chunk.bytes.size();
    return m_inner.write(std::move(chunks));
}

Task<Result<std::shared_ptr<http::Stream>>> ObservedWriter::upgrade(http::Headers headers) {
    m_status = 101;
    return m_inner.upgrade(std::move(headers));
}

RequestMetrics::RequestMetrics(const ResourceTable &resources, const InFlightLimiter &limiter)
    : m_resources(resources),
      m_limiter(limiter),
      m_total(metrics::registry().counter(
          "apiserver_request_total",
          "Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, "
          "component, and HTTP response code.",
          {"code", "component", "dry_run", "group", "resource", "scope", "subresource", "verb", "version"})),
      m_terminations(metrics::registry().counter(
          "apiserver_request_terminations_total", "Number of requests which apiserver terminated in self-defense.",
          {"code", "component", "group", "resource", "scope", "subresource", "verb", "version"})),
      m_durations(metrics::registry().histogram(
          "apiserver_request_duration_seconds",
          "Response latency distribution in seconds for each verb, dry run value, group, version, resource, "
          "subresource, scope and component.",
          {"component", "dry_run", "group", "resource", "scope", "subresource", "verb", "version"}, kDurationBounds)),
      m_sizes(metrics::registry().histogram(
          "apiserver_response_sizes",
          "Response size distribution in bytes for each group, version, verb, resource, subresource, scope and "
          "component.",
          {"component", "group", "resource", "scope", "subresource", "verb", "version"}, kSizeBounds)),
      m_inFlight(metrics::registry().gauge(
          "apiserver_current_inflight_requests",
          "Number of requests that are served now, for each kind (mutating, readOnly).", {"request_kind"})),
      m_longRunning(metrics::registry().gauge(
          "apiserver_longrunning_requests",
          "Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and "
          "component.",
          {"component", "group", "resource", "scope", "subresource", "verb", "version"})) {}

bool RequestMetrics::labelsOf(const Exchange &exchange, Labels &labels) const {
    const RequestInfo &info = exchange.info;
    labels.verb = verbLabel(exchange);
    if (!info.isResource) {
        const auto known = std::ranges::find(kCountedPaths, std::string_view(info.path));
        if (known == kCountedPaths.end())
            return false;
        labels.subresource = *known;
        return true;
    }
    const ResourcePtr resource = m_resources.find(info.group, info.version, info.resource);
    if (!resource || (!info.subresource.empty() && !resource->hasSubresource(info.subresource)))
        return false;
    labels.group = info.group;
    labels.version = info.version;
    labels.resource = info.resource;
    labels.subresource = info.subresource;
    labels.scope = !info.name.empty() || labels.verb == "POST" ? "resource"
                   : !info.namespaceName.empty()               ? "namespace"
                                                               : "cluster";
    labels.dryRun = exchange.param("dryRun") == "All" ? "All" : "";
    return true;
}

void RequestMetrics::observe(const Exchange &exchange, const ObservedWriter &answer, Duration elapsed) {
    Labels l;
    if (!labelsOf(exchange, l))
        return;
    const std::string code = std::to_string(answer.status());
    m_total.with({code, "apiserver", l.dryRun, l.group, l.resource, l.scope, l.subresource, l.verb, l.version}).add();
    if (isLongRunning(exchange.info))
        return; // how long and how much says nothing about these
    m_durations.with({"apiserver", l.dryRun, l.group, l.resource, l.scope, l.subresource, l.verb, l.version})
        .observe(std::chrono::duration<double>(elapsed).count());
    if (l.verb == "GET" || l.verb == "LIST")
        m_sizes.with({"apiserver", l.group, l.resource, l.scope, l.subresource, l.verb, l.version})
            .observe(static_cast<double>(answer.bytes()));
}

void RequestMetrics::terminated(const Exchange &exchange, int code) {
    Labels l;
    if (labelsOf(exchange, l))
        m_terminations
            .with({std::to_string(code), "apiserver", l.group, l.resource, l.scope, l.subresource, l.verb, l.version})
            .add();
}

metrics::Gauge *RequestMetrics::longRunning(const Exchange &exchange) {
    Labels l;
    if (!isLongRunning(exchange.info) || !labelsOf(exchange, l))
        return nullptr;
    return &m_longRunning.with({"apiserver", l.group, l.resource, l.scope, l.subresource, l.verb, l.version});
}

void RequestMetrics::refresh() {
    m_inFlight.with({"mutating"}).set(m_limiter.mutating());
    m_inFlight.with({"readOnly"}).set(m_limiter.reading());
}

} // namespace coracle::apiserver
