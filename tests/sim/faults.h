#pragma once

#include "clusterd/apiserver/user.h"
#include "core/client/client.h"
#include "tests/sim/server.h"
#include "tests/sim/world.h"

#include <memory>
#include <string>

namespace coracle::sim {

/// How often what goes wrong on the way to the API; of 10,000 calls. All zero: a good network.
struct FaultRates {
    uint64_t requestLost = 0; ///< it never arrives
    uint64_t answerLost = 0;  ///< it is done, but the client hears nothing
    uint64_t conflict = 0;    ///< an update fails as if somebody else had written
    uint64_t slow = 0;        ///< it takes up to slowest
    uint64_t watchBroken = 0; ///< of events: the watch ends
    uint64_t watchExpired = 0;
    uint64_t eventSlow = 0;
    Duration slowest = std::chrono::seconds(5);
};

/// The way of all parts to the API server.
class Network {
public:
    Network(World &world, Server &server) : m_world(world), m_server(server), m_random(world.seed, "network") {}

    FaultRates rates;

    World &world() { return m_world; }
    Server &server() { return m_server; }
    SeededRandom &random() { return m_random; }
    uint64_t calls = 0, faults = 0;

private:
    World &m_world;
    Server &m_server;
    SeededRandom m_random;
};

/// One part's client. Its calls go on at the server when the part dies, and fail when the server dies; they can be cut
/// off altogether.
class NetworkClient final : public client::Client {
public:
    NetworkClient(Network &network, apiserver::UserInfo user) : m_network(network), m_user(std::move(user)) {}

    bool cut = false;       ///< nothing gets through
    bool faultless = false; ///< for who only looks

    Task<Result<client::ObjectPtr>> get(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                                        std::string subresource) override;
    Task<Result<client::ObjectList>> list(const api::ResourceInfo &resource, std::string namespaceName,
                                          client::ListOptions options) override;
    Task<Result<std::unique_ptr<client::Watch>>> watch(const api::ResourceInfo &resource, std::string namespaceName,
                                                       client::WatchOptions options) override;
    Task<Result<client::ObjectPtr>> create(const api::ResourceInfo &resource, std::string namespaceName,
                                           std::string json, client::WriteOptions options, std::string name) override;
    Task<Result<client::ObjectPtr>> update(const api::ResourceInfo &resource, std::string namespaceName,
                                           std::string name, std::string json, client::WriteOptions options) override;
    Task<Result<client::ObjectPtr>> patch(const api::ResourceInfo &resource, std::string namespaceName,
                                          std::string name, client::PatchType type, std::string body,
                                          client::WriteOptions options) override;
    Task<Result<>> remove(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                          client::DeleteOptions options) override;
    Resources resources() const override;

private:
    template<class T>
    using Request = std::function<Task<Result<T>>(client::Client &)>;
    enum class Kind { Read, Write, Update };
    template<class T>
    Task<Result<T>> call(Kind kind, std::string what, Request<T> request);

    Network &m_network;
    const apiserver::UserInfo m_user;
};

} // namespace coracle::sim
