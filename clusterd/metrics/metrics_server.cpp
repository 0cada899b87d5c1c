#include "clusterd/metrics/metrics_server.h"

#include "clusterd/apiserver/handlers/resource_table.h"
#include "clusterd/apiserver/registry/registry.h"
#include "clusterd/metrics/metrics_sources.h"
#include "core/base/async_event.h"
#include "core/base/gate.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::metrics {

namespace {

constexpr std::string_view kGroup = "metrics.k8s.io";
constexpr size_t kScrapesAtOnce = 16;
constexpr auto kScrapeTimeout = std::chrono::seconds(10);
constexpr size_t kAnswerBytesMax = 16u << 20;
constexpr const char *kReaderRole = R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
"metadata":{"name":"system:aggregated-metrics-reader","labels":{
"rbac.authorization.k8s.io/aggregate-to-admin":"true",
"rbac.authorization.k8s.io/aggregate-to-edit":"true",
"rbac.authorization.k8s.io/aggregate-to-view":"true"}},
"rules":[{"apiGroups":["metrics.k8s.io"],"resources":["pods","nodes"],"verbs":["get","list","watch"]}]})";

} // namespace

struct MetricsServer::State {
    explicit State(MetricsServerParts given)
        : parts(std::move(given)),
          store(parts.resolution),
          nodes(parts.reader, store, parts.clock),
          pods(parts.reader, store, parts.clock),
          gate(parts.executor),
          done(parts.executor) {}

    /// How a node's kubelet is reached. A change of the Node may be one of its address.
    struct Kubelet {
        int64_t revision = 0;
        std::shared_ptr<http::Client> client;
        bool failing = false;
    };

    Task<> run();
    Task<> scrapeAll();
    Task<> work();
    Task<> scrape(api::ObjectPtr node);
    Task<Result<std::string>> fetch(const api::Object &node);

    MetricsServerParts parts;
    MetricsStore store;
    NodeMetricsSource nodes;
    PodMetricsSource pods;
    std::map<std::string, Kubelet, std::less<>> kubelets; ///< by the node's name
    std::vector<api::ObjectPtr> waiting;                  ///< to be scraped in this round
    size_t working = 0;
    Gate gate;
    AsyncEvent done; ///< a worker of the round has ended
};

MetricsServer::MetricsServer(MetricsServerParts parts) : m_state(std::make_unique<State>(std::move(parts))) {}

MetricsServer::~MetricsServer() = default;

void MetricsServer::serve(apiserver::Registry &registry, apiserver::ResourceTable &resources) {
    std::vector<api::ResourcePtr> served;
    for (const api::ResourceInfo &resource : api::optionalResources()) {
        if (resource.group != kGroup)
            continue;
        served.emplace_back(std::shared_ptr<const void>(), &resource);
        if (resource.namespaced)
            registry.addSource(resource, m_state->pods);
        else
            registry.addSource(resource, m_state->nodes);
    }
    resources.replace({}, served);
}

void MetricsServer::start() {
    m_state->gate.spawn([state = m_state.get()] { return state->run(); });
}

Task<> MetricsServer::stop() {
    return m_state->gate.close();
}

Task<> MetricsServer::State::run() {
    while (!gate.closed()) {
        co_await scrapeAll();
        if (parts.measured && !gate.closed())
            parts.measured(store);
        auto slept = co_await parts.clock.sleep(parts.resolution);
        if (!slept)
            co_return;
    }
}

Task<> MetricsServer::State::scrapeAll() {
    static const api::ResourceInfo &resource = *api::findResource("", "v1", "nodes");
    waiting = parts.reader.list(resource, "");
    std::set<std::string> names;
    for (const api::ObjectPtr &node : waiting)
        names.emplace(node->name());
    store.retain(names);
    std::erase_if(kubelets, [&](const auto &entry) { return !names.contains(entry.first); });
    const size_t workers = std::min(waiting.size(), kScrapesAtOnce);
    for (size_t i = 0; i < workers && !gate.closed(); ++i) {
        ++working;
        gate.spawn([this] { return work(); });
    }
    while (working > 0 && !gate.closed())
        co_await done.wait();
}

Task<> MetricsServer::State::work() {
    while (!waiting.empty() && !gate.closed()) {
        api::ObjectPtr node = std::move(waiting.back());
        waiting.pop_back();
        co_await scrape(std::move(node));
    }
    --working;
    done.notifyAll();
}

Task<> MetricsServer::State::scrape(api::ObjectPtr node) {
    const std::string name(node->name());
    auto text = co_await fetch(*node);
    const bool failed = !text.has_value();
    if (const auto at = kubelets.find(name); at != kubelets.end()) {
        if (failed && !at->second.failing)
            log::warning("metrics-server", "node {} can't be measured: {}", name, text.error().message);
        at->second.failing = failed;
    }
    if (!failed)
        store.put(name, parseResourceMetrics(*text, parts.clock.now()));
}

Task<Result<std::string>> MetricsServer::State::fetch(const api::Object &node) {
    Kubelet &kubelet = kubelets[std::string(node.name())];
    if (!kubelet.client || kubelet.revision != node.resourceVersion()) {
        CO_TRY(kubelet.client, parts.kubelets.kubelet(node));
        kubelet.revision = node.resourceVersion();
    }
    const std::shared_ptr<http::Client> client = kubelet.client; // the entry may go meanwhile
    http::ClientRequest request;
    request.target = "/metrics/resource";
    request.headerTimeout = kScrapeTimeout;
    CO_TRY(auto response, co_await client->send(std::move(request)));
    CO_TRY(std::string body, co_await response->readAll(kAnswerBytesMax));
    if (response->status() != 200)
        co_return errors::other(fmt::format("the kubelet answered {} to /metrics/resource", response->status()));
    co_return body;
}

Task<Result<>> ensureReaderRole(client::Client &client) {
    static const api::ResourceInfo &resource = *api::findResource("rbac.authorization.k8s.io", "v1", "clusterroles");
    auto made = co_await client.create(resource, {}, kReaderRole);
    if (!made && !isAlreadyExists(made.error()))
        co_return std::unexpected(made.error());
    co_return Result<>();
}

} // namespace coracle::metrics
