#include "clusterd/cluster/control_plane.h"

#include "clusterd/apiserver/admission/admission_config.h"
#include "clusterd/apiserver/api_server.h"
#include "clusterd/apiserver/authentication/request_authenticator.h"
#include "clusterd/apiserver/authorization/authorizers.h"
#include "clusterd/apiserver/bootstrap/cluster_keeper.h"
#include "clusterd/apiserver/bootstrap/identity_lease.h"
#include "clusterd/apiserver/handlers/node_connector.h"
#include "clusterd/apiserver/handlers/pod_connect.h"
#include "clusterd/apiserver/registry/store.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/cluster/appliance_parts.h"
#include "clusterd/cluster/controller_set.h"
#include "clusterd/cluster/elected_part.h"
#include "clusterd/cluster/event_loop.h"
#include "clusterd/cluster/review_actions.h"
#include "clusterd/datastore/sqlite_backend.h"
#include "clusterd/etcd/server.h"
#include "clusterd/metrics/metrics_server.h"
#include "clusterd/scheduler/scheduler.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/json/serialize.hpp>
#include <climits>
#include <fmt/format.h>
#include <grp.h>
#include <unistd.h>

namespace coracle::cluster {

namespace asio = boost::asio;
using apiserver::UserInfo;

namespace {

constexpr auto kDrain = std::chrono::seconds(10); // running requests may end
constexpr auto kCut = std::chrono::seconds(1);    // then what is passed through to pods is cut
constexpr const char *kSocketGroup = "clusterd";

UserInfo masterUser(std::string name) {
    return {.name = std::move(name),
            .groups = {std::string(apiserver::kSystemMasters), std::string(apiserver::kSystemAuthenticated)}};
}

std::optional<gid_t> socketGroup() {
    const struct group *found = ::getgrnam(kSocketGroup);
    return found ? std::optional(found->gr_gid) : std::nullopt;
}

std::string hostName() {
    char name[HOST_NAME_MAX + 1] = "";
    ::gethostname(name, HOST_NAME_MAX);
    return name;
}

std::string hostPort(const std::string &address, uint16_t port) {
    return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                  : fmt::format("[{}]:{}", address, port);
}

} // namespace

struct ControlPlane::State {
    explicit State(ControlPlaneParts p) : parts(std::move(p)), apiStrand(asio::make_strand(parts.apiExecutor)) {}

    ControlPlaneParts parts;
    Executor apiStrand; ///< the API server's own tasks
    std::unique_ptr<datastore::Backend> backend;
    std::unique_ptr<etcd::Server> etcd;
    std::unique_ptr<apiserver::Store> store;
    std::unique_ptr<apiserver::ClusterAuthorizer> authorizer;
    apiserver::ServiceNetworks networks;
    std::unique_ptr<apiserver::StrategyTable> strategies;
    std::unique_ptr<apiserver::AdmissionChain> admission;
    std::shared_ptr<apiserver::ServiceAccountTokens> serviceAccounts;
    std::unique_ptr<apiserver::Authenticator> authenticator;
    std::unique_ptr<apiserver::NodeConnector> nodes;
    std::unique_ptr<apiserver::ClusterConnect> connect;
    std::unique_ptr<apiserver::ApiServer> api;
    std::unique_ptr<metrics::MetricsServer> metrics; ///< null with --disable metrics-server
    std::unique_ptr<ReviewActions> reviews;
    std::unique_ptr<client::Client> applianceClient;
    std::unique_ptr<appliance::Appliance> appliance;
    std::unique_ptr<http::Server> listener;
    std::unique_ptr<apiserver::ClusterKeeper> keeper;
    std::unique_ptr<client::Client> bootstrapClient;
    std::unique_ptr<ElectedPart<ControllerSet>> controllers;
    std::unique_ptr<ElectedPart<scheduler::Scheduler>> scheduler;
    uint16_t port = 0;
};

ControlPlane::ControlPlane(ControlPlaneParts parts) : m_state(std::make_unique<State>(std::move(parts))) {}

ControlPlane::~ControlPlane() = default;

uint16_t ControlPlane::port() const {
    return m_state->port;
}

std::unique_ptr<client::Client> ControlPlane::client(UserInfo user) {
    return m_state->api->localClient(std::move(user));
}

Task<Result<>> ControlPlane::start() {
    CO_CHECK(startDatastore());
    CO_CHECK(makeApiServer());
    CO_CHECK(co_await startApiServer());
    if (m_state->parts.config.controllers)
        startControllers();
    if (m_state->parts.config.scheduler) {
        CO_CHECK(startScheduler());
    }
    co_return Result<>();
}

Task<> ControlPlane::stop() {
    State &state = *m_state;
    if (state.scheduler)
        co_await state.scheduler->end();
    if (state.controllers)
        co_await state.controllers->end();
    if (state.keeper)
        co_await runOn(state.apiStrand, state.keeper->stop());
    if (state.metrics)
        co_await runOn(state.apiStrand, state.metrics->stop());
    if (state.appliance)
        co_await runOn(state.apiStrand, state.appliance->stop());
    if (state.api)
        co_await runOn(state.apiStrand, state.api->drain(kDrain));
    if (state.listener)
        co_await runOn(state.apiStrand, state.listener->stop(kCut));
    if (state.api)
        co_await runOn(state.apiStrand, state.api->stop());
    if (state.etcd)
        co_await state.etcd->stop();
    if (state.backend)
        state.backend->stop();
}

Result<> ControlPlane::startDatastore() {
    const auto file = m_state->parts.paths.database();
    CHECK(makeFolder(file.parent_path(), 0700));
    m_state->backend = datastore::createSqliteBackend({.path = file.string(), .clock = &m_state->parts.clock});
    CHECK(m_state->backend->start());
    startEtcd();
    return {};
}

void ControlPlane::startEtcd() {
    State &state = *m_state;
    auto started = etcd::Server::start(*state.backend, state.parts.apiExecutor,
                                       {.socket = state.parts.paths.kineSocket(), .clock = state.parts.clock});
    if (started)
        state.etcd = std::move(*started);
    else // only programs beside the cluster need it
        log::warning("cluster", "the etcd interface to the datastore is not served: {}", started.error().message);
}

Result<> ControlPlane::makeApiServer() {
    using namespace apiserver;
    State &state = *m_state;
    const ControlPlaneParts &parts = state.parts;
    state.store = std::make_unique<Store>(*state.backend, parts.clock);
    state.authorizer = makeAuthorizer(*state.store);
    ServiceNetworks networks{
        .cidrs = {}, .nodePortFirst = parts.config.nodePorts.first, .nodePortLast = parts.config.nodePorts.last};
    for (const config::Cidr &cidr : parts.config.serviceCidrs)
        networks.cidrs.push_back(cidr.text());
    state.networks = networks;
    state.strategies = makeStrategyTable(*state.store, parts.clock, parts.random, networks);
    CHECK(makeAdmission());

    ServiceAccountOptions accounts{.issuer = "https://kubernetes.default.svc." + parts.config.clusterDomain,
                                   .signingKey = parts.certificates.serviceKeys.front()};
    for (const pki::KeyPair &key : parts.certificates.serviceKeys)
        accounts.verificationKeys.push_back(key.publicKey());
    state.serviceAccounts =
        std::make_shared<ServiceAccountTokens>(*state.store, parts.clock, parts.random, std::move(accounts));
    const UserInfo administrator{.name = "system:admin", .groups = {std::string(kSystemMasters)}};
    AuthenticatorOptions authentication{
        .requestHeaderNames = {"system:auth-proxy"},
        .credentials = std::make_shared<const StaticCredentials>(
            std::vector<StaticCredentials::Entry>{{.secret = parts.tokens.admin, .user = administrator}}),
        .serviceAccounts = state.serviceAccounts,
        .socketGroup = socketGroup()};
    TRY(authentication.clientCas, pki::CertificatePool::fromPem(parts.certificates.clientCaPem));
    TRY(authentication.requestHeaderCas, pki::CertificatePool::fromPem(parts.certificates.requestHeaderCaPem));
    state.authenticator = makeAuthenticator(*state.store, parts.clock, std::move(authentication));

    state.nodes = createNodeConnector([&certificates = parts.certificates] {
        return http::ClientTls{.caPem = certificates.serverCaPem,
                               .certificatePem = certificates.apiToKubelet.chainPem,
                               .privateKeyPem = certificates.apiToKubelet.keyPem};
    });
    state.connect = std::make_unique<ClusterConnect>(*state.store, *state.nodes);
    ServiceAccountTokens &tokens = *state.serviceAccounts;
    state.api = std::make_unique<ApiServer>(
        ApiServerOptions{.store = *state.store,
                         .backend = *state.backend,
                         .clock = parts.clock,
                         .random = parts.random,
                         .executor = state.apiStrand,
                         .authenticator = *state.authenticator,
                         .authorizer = *state.authorizer,
                         .admission = *state.admission,
                         .strategies = *state.strategies,
                         .connect = state.connect.get(),
                         .anonymous = parts.config.apiserver.anonymousAuth,
                         .advertiseAddress = hostPort(parts.advertiseAddress, parts.config.httpsPort),
                         .limits = {.maxRequestsInFlight = parts.config.apiserver.maxRequestsInflight,
                                    .maxMutatingRequestsInFlight = parts.config.apiserver.maxMutatingRequestsInflight,
                                    .requestTimeout = parts.config.apiserver.requestTimeout,
                                    .watchTimeoutMin = parts.config.apiserver.minRequestTimeout},
                         .eventTtl = parts.config.apiserver.eventTtl,
                         .runtimeConfig = parts.config.apiserver.runtimeConfig,
                         .documents = {.openidConfiguration =
                                           [&tokens] {
                                               return boost::json::serialize(
                                                   tokens.discoveryDocument(tokens.issuer() + "/openid/v1/jwks"));
                                           },
                                       .jwks = [&tokens] { return boost::json::serialize(tokens.keySet()); }}});
    state.reviews =
        std::make_unique<ReviewActions>(state.api->registry(), *state.authenticator, *state.authorizer, tokens);
    return {};
}

Result<> ControlPlane::makeAdmission() {
    State &state = *m_state;
    const config::ApiserverArguments &arguments = state.parts.config.apiserver;
    for (const std::string &name : arguments.withoutEffect)
        log::warning("cluster", "--kube-apiserver-arg {}: accepted, but without effect in this version", name);
    apiserver::AdmissionOptions options{.enable = arguments.enableAdmissionPlugins,
                                        .disable = arguments.disableAdmissionPlugins,
                                        .notReadyTolerationSeconds = arguments.notReadyTolerationSeconds,
                                        .unreachableTolerationSeconds = arguments.unreachableTolerationSeconds};
    if (!arguments.admissionConfigFile.empty())
        CHECK(apiserver::readAdmissionConfig(arguments.admissionConfigFile, options));
    auto chain = apiserver::makeAdmissionChain(*state.store, *state.authorizer, state.parts.random, options);
    if (!chain)
        return Failure(withContext("--kube-apiserver-arg", std::move(chain).error()));
    state.admission = std::move(*chain);
    return {};
}

Task<Result<>> ControlPlane::startApiServer() {
    State &state = *m_state;
    // Listening comes first: a port that is taken is the commonest reason not to start, and the port may be chosen
    // here.
    CO_CHECK(listen());
    const ControlPlaneParts &parts = state.parts;
    apiserver::BootstrapOptions bootstrap{.serverAddresses = {parts.advertiseAddress},
                                          .serverPort =
                                              parts.config.advertisePort ? parts.config.advertisePort : state.port,
                                          .clientCaPem = parts.certificates.clientCaPem,
                                          .requestHeaderCaPem = parts.certificates.requestHeaderCaPem};
    for (const config::Cidr &cidr : parts.config.serviceCidrs)
        bootstrap.serviceIps.push_back(cidr.at(1).text());
    state.bootstrapClient = state.api->localClient(masterUser("system:apiserver"));
    state.keeper = std::make_unique<apiserver::ClusterKeeper>(
        *state.bootstrapClient, *state.store, parts.clock, parts.random, state.apiStrand,
        apiserver::KeeperOptions{std::move(bootstrap), state.networks, hostName()});
    for (apiserver::ClusterKeeper::Hook &hook : state.keeper->hooks())
        state.api->addPostStartHook(std::move(hook.name), std::move(hook.run));
    serveMetrics();
    CO_CHECK(co_await runOn(state.apiStrand, state.api->start()));
    if (state.metrics)
        asio::post(state.apiStrand, [&state] { state.metrics->start(); });
    asio::post(state.apiStrand, [&state] { state.appliance->start(); });
    co_return Result<>();
}

void ControlPlane::serveMetrics() {
    State &state = *m_state;
    if (state.parts.config.disabled.contains("metrics-server"))
        return;
    state.metrics = std::make_unique<metrics::MetricsServer>(metrics::MetricsServerParts{
        .reader = *state.store,
        .kubelets = *state.nodes,
        .clock = state.parts.clock,
        .executor = state.apiStrand,
        .measured = [&state](const metrics::MetricsStore &store) { state.appliance->measured(store); }});
    state.metrics->serve(state.api->registry(), state.api->resources());
    state.api->addPostStartHook("metrics-server/reader-role",
                                [client = state.bootstrapClient.get()] { return metrics::ensureReaderRole(*client); });
}

Result<> ControlPlane::listen() {
    State &state = *m_state;
    const ControlPlaneParts &parts = state.parts;
    CHECK(makeAppliance());
    state.listener = http::Server::create(parts.apiExecutor, state.appliance->handler(state.api->handler()), {},
                                          apiserver::ApiServer::refusal);
    http::TlsOptions tls{.identity = {parts.certificates.apiServing.chainPem, parts.certificates.apiServing.keyPem},
                         .clientCaPem = parts.certificates.clientCaPem};
    auto port = state.listener->listenTls(parts.config.bindAddress.text(), parts.config.httpsPort, std::move(tls));
    if (!port)
        return Failure(withContext("cannot serve the API; another port can be chosen by --https-listen-port",
                                   std::move(port).error()));
    state.port = *port;
    CHECK(makeFolder(parts.paths.run));
    CHECK(state.listener->listenUnix(parts.paths.apiSocket(), 0660));
    if (auto group = socketGroup();
        group && ::chown(parts.paths.apiSocket().c_str(), static_cast<uid_t>(-1), *group) != 0)
        log::warning("cluster", "cannot give {} to group {}", parts.paths.apiSocket().string(), kSocketGroup);
    return {};
}

Result<> ControlPlane::makeAppliance() {
    State &state = *m_state;
    state.applianceClient = state.api->localClient(masterUser("system:appliance"));
    TRY(auto parts, applianceParts({.plane = state.parts,
                                    .client = *state.applianceClient,
                                    .reader = *state.store,
                                    .authenticator = *state.authenticator,
                                    .executor = state.apiStrand,
                                    .apiReady = [&state] { return state.api->ready(); },
                                    .datastoreHealth = [&state] { return state.store->health(); },
                                    .backend = *state.backend}));
    state.appliance = std::make_unique<appliance::Appliance>(std::move(parts));
    return {};
}

client::LeaderElectionOptions ControlPlane::election(const config::LeaderElectionArguments &arguments,
                                                     std::string component) {
    return {.leaseName = arguments.resourceName.empty() ? std::move(component) : arguments.resourceName,
            .leaseNamespace = arguments.resourceNamespace,
            .identity = m_state->parts.identity,
            .times = {.leaseDuration = arguments.leaseDuration,
                      .renewDeadline = arguments.renewDeadline,
                      .retryPeriod = arguments.retryPeriod},
            .rivals = [&store = *m_state->store] { return apiserver::hasOtherServers(store, hostName()); }};
}

void ControlPlane::startControllers() {
    State &state = *m_state;
    const ControlPlaneParts &parts = state.parts;
    for (const std::string &name : parts.config.controllerManager.withoutEffect)
        log::warning("cluster", "--kube-controller-manager-arg {}: without effect in this version", name);
    state.controllers = std::make_unique<ElectedPart<ControllerSet>>(
        state.api->localClient(masterUser("system:kube-controller-manager")), [&parts](client::Client &client) {
            ControllerSettings settings{.clusterCidrs = parts.config.clusterCidrs,
                                        .arguments = parts.config.controllerManager,
                                        .localStorage = !parts.config.disabled.contains("local-storage"),
                                        .localStoragePath = parts.config.localStoragePath.string()};
            return std::make_unique<ControllerSet>(client, parts.certificates, parts.clock, parts.random,
                                                   parts.controlExecutor, std::move(settings));
        });
    const config::LeaderElectionArguments &arguments = parts.config.controllerManagerElection;
    if (arguments.leaderElect)
        state.controllers->elect(parts.clock, parts.random, parts.controlExecutor,
                                 election(arguments, "kube-controller-manager"));
    state.controllers->begin();
}

Result<> ControlPlane::startScheduler() {
    State &state = *m_state;
    const ControlPlaneParts &parts = state.parts;
    for (const std::string &name : parts.config.kubeScheduler.withoutEffect)
        log::warning("cluster", "--kube-scheduler-arg {}: without effect in this version", name);
    scheduler::SchedulerConfiguration configuration;
    if (const auto &file = parts.config.kubeScheduler.configFile; !file.empty()) {
        TRY(configuration, scheduler::SchedulerConfiguration::load(file));
    }
    // The file says what arguments would; arguments themselves go before it.
    std::vector<config::ComponentArgument> said;
    for (const auto &[name, value] : configuration.leaderElection)
        said.push_back({.name = name, .value = value});
    said.insert(said.end(), parts.config.schedulerArguments.begin(), parts.config.schedulerArguments.end());
    TRY(const auto arguments, config::LeaderElectionArguments::from(said));
    state.scheduler = std::make_unique<ElectedPart<scheduler::Scheduler>>(
        state.api->localClient(masterUser("system:kube-scheduler")), [&parts, configuration](client::Client &client) {
            return std::make_unique<scheduler::Scheduler>(client, parts.clock, parts.random, parts.controlExecutor,
                                                          configuration);
        });
    if (arguments.leaderElect)
        state.scheduler->elect(parts.clock, parts.random, parts.controlExecutor, election(arguments, "kube-scheduler"));
    state.scheduler->begin();
    return {};
}

} // namespace coracle::cluster
