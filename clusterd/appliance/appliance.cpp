#include "clusterd/appliance/appliance.h"

#include "clusterd/appliance/configuration_routes.h"
#include "clusterd/appliance/data_api.h"
#include "clusterd/appliance/metrics_routes.h"
#include "clusterd/appliance/nodes.h"
#include "clusterd/appliance/notice_rules.h"
#include "clusterd/appliance/oidc.h"
#include "clusterd/appliance/operation_routes.h"
#include "clusterd/appliance/registries.h"
#include "clusterd/appliance/status_routes.h"
#include "clusterd/appliance/tokens.h"
#include "clusterd/kubelet/node/machine_info.h"
#include "core/base/gate.h"

namespace coracle::appliance {

namespace {

constexpr std::string_view kPrefix = "/appliance/";
constexpr std::string_view kVersion = "v1";

} // namespace

struct Appliance::State {
    explicit State(ApplianceParts given)
        : parts(std::move(given)),
          clock(parts.status.clock),
          startedAt(clock.now()),
          gate(parts.executor),
          operations(clock, parts.random, parts.executor),
          restarter(parts.trial, operations, clock, parts.restart),
          ticker(clock, gate),
          notices(clock),
          metrics{
              .reader = parts.status.reader, .ownNode = parts.status.nodeName, .dataFolder = parts.status.dataFolder},
          data({.data = parts.data,
                .reader = parts.status.reader,
                .clock = clock,
                .random = parts.random,
                .operations = operations,
                .restarter = restarter,
                .trial = parts.trial,
                .log = parts.log,
                .version = parts.status.version,
                .kubernetesVersion = parts.status.kubernetesVersion,
                .nodeName = parts.status.nodeName,
                .status = [this] { return describeStatus(parts.status, startedAt, false); },
                .configuration = [this] { return describeConfiguration(parts.configuration); }}) {
        addRoutes();
        addNotices();
        restarter.adopt();
    }

    void addRoutes();
    void addNotices();
    Task<> begin();
    bool ready() const;
    Task<> serve(http::Request &request, http::ResponseWriter &writer) const;
    Task<Result<>> authorize(const http::Request &request) const;

    ApplianceParts parts;
    Clock &clock;
    const WallTime startedAt;
    Gate gate;
    Operations operations;
    Restarter restarter;
    Ticker ticker;
    Notices notices;
    MetricsKeeper metrics;
    DataApi data;
    Router router;
};

void Appliance::State::addRoutes() {
    addStatusRoutes(
        router,
        {.status = parts.status, .trial = parts.trial, .ticker = ticker, .notices = notices, .startedAt = startedAt});
    addOperationRoutes(router, operations, clock);
    addTokenRoutes(router, {.client = parts.client,
                            .clock = clock,
                            .random = parts.random,
                            .caHash = parts.caHash,
                            .server = parts.status.apiUrl});
    addConfigurationRoutes(router, parts.configuration, restarter);
    addOidcRoutes(router, parts.configuration, restarter);
    addRegistryRoutes(router, parts.registries);
    addCertificateRoutes(router, parts.certificates, restarter, clock);
    addNodeRoutes(router, {.client = parts.client,
                           .reader = parts.status.reader,
                           .clock = clock,
                           .operations = operations,
                           .ownNode = parts.status.nodeName,
                           .mayReboot = runsAsService,
                           .reboot = rebootMachine});
    addMetricsRoutes(router, metrics);
    addLogRoutes(router, parts.log, clock);
    data.addRoutes(router);
}

void Appliance::State::addNotices() {
    auto list = [this](std::string_view group, std::string_view resource) {
        return parts.status.reader.list(*api::findResource(group, "v1", resource), "");
    };
    notices.add([this, list](std::vector<Notice> &all) {
        noticeComponents(parts.status.components(), all);
        noticeNodes(list("", "nodes"), all);
        noticePods(list("", "pods"), clock.now(), all);
        noticeClaims(list("", "persistentvolumeclaims"), clock.now(), all);
    });
    notices.add([this](std::vector<Notice> &all) {
        const kubelet::DiskUsage disk = kubelet::diskUsage(parts.status.dataFolder);
        const kubelet::MemoryUsage memory = kubelet::memoryUsage();
        noticeMachine({.diskBytes = disk.capacityBytes,
                       .diskAvailableBytes = disk.availableBytes,
                       .memoryBytes = memory.totalBytes,
                       .memoryAvailableBytes = memory.availableBytes,
                       .dataFolder = parts.status.dataFolder.string()},
                      all);
    });
    notices.add([this](std::vector<Notice> &all) {
        noticeCertificates(parts.certificates.list(), parts.certificates, clock.now(), all);
        noticeRegistries(parts.registries.file, all);
        noticeChange(parts.trial.record(), pendingRestart(parts.configuration), clock.now(), all);
    });
}

Task<> Appliance::State::begin() {
    std::function<bool()> isReady = [this] { return ready(); };
    co_await restarter.resume(std::move(isReady));
    co_await data.tidy();
}

/// The API answers, and the node of this machine is Ready by the word of the kubelet that this process started: the one
/// before it may have renewed the node's lease a moment before it ended.
bool Appliance::State::ready() const {
    return parts.apiReady() &&
           (parts.status.nodeName.empty() || nodeReadySince(parts.status.reader, parts.status.nodeName, startedAt));
}

Task<Result<>> Appliance::State::authorize(const http::Request &request) const {
    auto user = co_await parts.authenticator.authenticate(request);
    if (!user)
        co_return std::unexpected(std::move(user).error());
    if (!*user || !(*user)->inGroup(apiserver::kSystemMasters))
        co_return errors::forbidden("appliance", "", "",
                                    "only root and members of the group clusterd may use the appliance API");
    co_return Result<>();
}

Task<> Appliance::State::serve(http::Request &request, http::ResponseWriter &writer) const {
    auto allowed = co_await authorize(request);
    if (!allowed) {
        co_await sendFailure(writer, std::move(allowed).error());
        co_return;
    }
    Call call{.request = request, .writer = writer};
    std::vector<std::string> segments = request.target.segments;
    if (segments.size() < 2 || segments[1] != kVersion) {
        co_await sendFailure(writer, errors::noRoute().error());
        co_return;
    }
    segments.erase(segments.begin(), segments.begin() + 2);
    if (!segments.empty() && segments.back().empty())
        segments.pop_back(); // a slash at the end
    co_await router.serve(call, std::move(segments));
}

Appliance::Appliance(ApplianceParts parts) : m_state(std::make_unique<State>(std::move(parts))) {}

Appliance::~Appliance() = default;

void Appliance::start() {
    State *state = m_state.get();
    state->gate.spawn([state] { return state->begin(); });
}

void Appliance::measured(const metrics::MetricsStore &store) {
    m_state->metrics.measured(store);
}

Task<> Appliance::stop() {
    State &state = *m_state;
    co_await state.operations.stop();
    state.ticker.stop();
    state.metrics.changes.close();
    state.parts.log.changes().close();
    co_await state.gate.close();
}

http::Handler Appliance::handler(http::Handler next) {
    return [state = m_state.get(), next = std::move(next)](http::Request &request, http::ResponseWriter &writer) {
        const bool local = request.peer && request.peer->uid;
        if (local && request.target.path.starts_with(kPrefix))
            return state->serve(request, writer);
        return next(request, writer);
    };
}

std::vector<std::string> Appliance::routes() const {
    std::vector<std::string> all;
    for (const Router::Route &route : m_state->router.routes())
        all.push_back(route.method + " " + route.path);
    return all;
}

} // namespace coracle::appliance
