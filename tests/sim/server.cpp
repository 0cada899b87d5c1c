#include "tests/sim/server.h"

#include "clusterd/apiserver/admission/plugins.h"
#include "clusterd/apiserver/api_server.h"
#include "clusterd/apiserver/bootstrap/cluster_keeper.h"
#include "clusterd/apiserver/registry/store.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/cluster/review_actions.h"
#include "clusterd/datastore/sqlite_backend.h"
#include "tests/clusterd/apiserver/support/test_policies.h"
#include "tests/sim/blocking_backend.h"

#include <fmt/format.h>
#include <limits>
#include <stdexcept>

namespace coracle::sim {

using namespace apiserver;

namespace {

constexpr const char *kHost = "server";

/// The datastore sees no time pass: what it does by the clock (compaction, ends of leases) it does on its own threads,
/// whose order is not the simulation's.
test::ManualClock stoppedClock;

const pki::KeyPair &tokenKey() {
    static const pki::KeyPair key = *pki::KeyPair::generateEcdsa();
    return key;
}

std::unique_ptr<datastore::Backend> makeBackend(const datastore::testing::CrashDisk &disk) {
    datastore::SqliteOptions options{.path = "/disk/state.db", .clock = &stoppedClock, .vfs = disk.vfs()};
    options.compactInterval = Duration::zero();
    options.checkpointFrames = std::numeric_limits<int>::max(); // another thread's work
    return std::make_unique<BlockingBackend>(datastore::createSqliteBackend(std::move(options)));
}

} // namespace

struct Server::Life {
    Life(World &world, Random &random, const datastore::testing::CrashDisk &disk)
        : clock(world.clock),
          backend(makeBackend(disk)),
          store(*backend, world.clock),
          clusterAuthorizer(store),
          strategies(makeStrategyTable(store, world.clock, random, ServiceNetworks())),
          tokens(store, world.clock, random, {.signingKey = tokenKey(), .verificationKeys = {tokenKey().publicKey()}}),
          gate(world.executor()) {
        auto chain = makeAdmissionChain(store, clusterAuthorizer, random, {});
        if (!chain)
            throw std::runtime_error(chain.error().message);
        admission = std::move(*chain);
        api = std::make_unique<ApiServer>(ApiServerOptions{.store = store,
                                                           .backend = *backend,
                                                           .clock = world.clock,
                                                           .random = random,
                                                           .executor = world.executor(),
                                                           .authenticator = authenticator,
                                                           .authorizer = authorizer,
                                                           .admission = *admission,
                                                           .strategies = *strategies});
        reviews = std::make_unique<cluster::ReviewActions>(api->registry(), authenticator, authorizer, tokens);
        ownClient = api->localClient({.name = "system:apiserver", .groups = {std::string(kSystemMasters)}});
        keeper = std::make_unique<ClusterKeeper>(
            *ownClient, store, world.clock, random, world.executor(),
            KeeperOptions{BootstrapOptions{.serverAddresses = {"192.0.2.1"}, .serviceIps = {"10.43.0.1"}},
                          ServiceNetworks(), kHost});
    }

    Task<> start(std::string *failure) {
        auto started = backend->start();
        if (started)
            started = co_await api->start();
        if (!started) {
            *failure = started.error().message;
            co_return;
        }
        gate.spawn([this] { return bootstrap(); });
    }
    /// As long as the disk is full nothing can be made.
    Task<> bootstrap() {
        auto hooks = keeper->hooks();
        for (;;) {
            auto done = co_await hooks.front().run();
            if (done)
                co_return;
            auto slept = co_await clock.sleep(std::chrono::seconds(1));
            if (!slept)
                co_return;
        }
    }
    Task<> stop() {
        co_await keeper->stop();
        store.stop();
        co_await gate.close();
        co_await api->stop();
    }

    Clock &clock;
    std::unique_ptr<datastore::Backend> backend;
    Store store;
    test::OpenAuthenticator authenticator;
    test::OpenAuthorizer authorizer;
    test::OpenClusterAuthorizer clusterAuthorizer;
    std::unique_ptr<StrategyTable> strategies;
    std::unique_ptr<AdmissionChain> admission;
    ServiceAccountTokens tokens;
    Gate gate;
    std::unique_ptr<ApiServer> api;
    std::unique_ptr<cluster::ReviewActions> reviews;
    std::unique_ptr<client::Client> ownClient;
    std::unique_ptr<ClusterKeeper> keeper;
    std::map<std::string, std::unique_ptr<client::Client>> clients; ///< by user
};

Server::Server(World &world) : m_world(world), m_random(world.seed, "server") {}

Server::~Server() {
    if (m_life)
        die(Death::Killed);
}

bool Server::start() {
    m_life = std::make_unique<Life>(m_world, m_random, m_disk);
    ++m_lives;
    std::string failure;
    m_world.finish(m_life->start(&failure));
    if (failure.empty()) {
        m_world.note(fmt::format("server: life {} begins", m_lives));
        return true;
    }
    if (!m_diskFull)
        throw std::runtime_error("the API server does not start: " + failure);
    m_world.note("server: does not start");
    die(Death::Killed);
    return false;
}

void Server::setDiskFull(bool full) {
    m_diskFull = full;
    m_disk.setFull(full);
}

void Server::die(Death death) {
    m_world.note(fmt::format("server: dies, {}", death == Death::Killed ? "killed" : "power cut"));
    ++m_lives;
    std::unique_ptr<Life> life = std::move(m_life);
    m_disk.cutPowerAfter(1);
    m_world.finish(life->stop());
    life->backend->stop();
    life.reset();
    using Lost = datastore::testing::CrashDisk::Lost;
    constexpr Lost kLost[] = {Lost::Everything, Lost::Some, Lost::Nothing};
    m_disk.powerOn(death == Death::Killed ? Lost::Nothing : kLost[m_random.below(3)], m_random.next());
}

Gate &Server::gate() {
    return m_life->gate;
}

client::Client &Server::client(const UserInfo &user) {
    auto &client = m_life->clients[user.name];
    if (!client)
        client = m_life->api->localClient(user);
    return *client;
}

void Server::compact() {
    datastore::Backend &backend = *m_life->backend;
    const datastore::Revision revision = backend.currentRevision();
    if (revision > backend.compactRevision())
        m_world.finish([](datastore::Backend *store, datastore::Revision to) -> Task<> {
            (void)co_await store->compact(to);
        }(&backend, revision));
}

} // namespace coracle::sim
