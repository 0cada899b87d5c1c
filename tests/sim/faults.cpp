#include "tests/sim/faults.h"

#include "core/base/async_event.h"
#include "core/base/gate.h"

#include <fmt/format.h>

namespace coracle::sim {

namespace {

constexpr Duration kTrip = std::chrono::microseconds(500); // half of the time that a good network takes

Failure refused() {
    return errors::serviceUnavailable("connection refused");
}
Failure reset() {
    return errors::serviceUnavailable("connection reset by peer");
}
Failure noAnswer() {
    return errors::timeout("the answer did not come in time");
}

/// A call on its way: the part waits for it, the server works on it, and either may die.
template<class T>
struct Call {
    explicit Call(Executor executor) : changed(std::move(executor)) {}
    std::optional<Result<T>> result;
    bool broken = false;
    AsyncEvent changed;
};

/// Ends the call when the server's coroutine ends, however it does.
template<class T>
class Answer {
public:
    explicit Answer(std::shared_ptr<Call<T>> call) : m_call(std::move(call)) {}
    Answer(const Answer &) = delete;
    Answer &operator=(const Answer &) = delete;
    ~Answer() {
        m_call->broken = !m_call->result;
        m_call->changed.notifyAll();
    }

private:
    std::shared_ptr<Call<T>> m_call;
};

std::string outcome(const Result<client::ObjectPtr> &result) {
    if (result && !*result)
        return "done"; // a sub-resource that has no object to show
    return result ? fmt::format("{} {}", (*result)->key(), (*result)->resourceVersion())
                  : fmt::format("{} {}", result.error().code, result.error().reason);
}
std::string outcome(const Result<> &result) {
    return result ? "removed" : fmt::format("{} {}", result.error().code, result.error().reason);
}
std::string outcome(const Result<client::ObjectList> &) {
    return {};
}

} // namespace

template<class T>
Task<Result<T>> NetworkClient::call(Kind kind, std::string what, Request<T> request) {
    World &world = m_network.world();
    Server &server = m_network.server();
    SeededRandom &random = m_network.random();
    static const FaultRates kNone;
    const FaultRates &rates = faultless ? kNone : m_network.rates;
    ++m_network.calls;
    const bool lost = random.chance(rates.requestLost) || cut;
    const bool answerLost = kind != Kind::Read && random.chance(rates.answerLost);
    const bool conflict = kind == Kind::Update && random.chance(rates.conflict);
    const bool slow = random.chance(rates.slow);
    Duration trip = kTrip + std::chrono::microseconds(random.below(500));
    if (slow)
        trip += Duration(static_cast<int64_t>(random.below(static_cast<uint64_t>(rates.slowest.count()))));
    if (faultless)
        trip = Duration::zero();
    m_network.faults += lost || answerLost || conflict || slow;
    if (lost) {
        auto waited = co_await world.clock.sleep(trip);
        if (!waited)
            co_return reset();
        co_return noAnswer();
    }
    if (!server.up())
        co_return refused();
    if (conflict)
        co_return errors::conflict("", "", what, "the simulation says so");
    auto going = std::make_shared<Call<T>>(world.executor());
    server.gate().spawn([going, request, trip, what, kind, this_user = m_user, &world, &server]() -> Task<> {
        const Answer<T> answer(going);
        auto travelled = co_await world.clock.sleep(trip);
        if (!travelled)
            co_return;
        auto result = co_await request(server.client(this_user));
        if (kind != Kind::Read)
            world.note(fmt::format("{} {}: {}", this_user.name, what, outcome(result)));
        going->result = std::move(result);
    });
    while (!going->result && !going->broken)
        co_await going->changed.wait();
    if (going->broken || !going->result)
        co_return reset();
    auto returned = co_await world.clock.sleep(trip);
    if (!returned)
        co_return reset();
    if (answerLost)
        co_return noAnswer();
    co_return std::move(*going->result);
}

namespace {

class NetworkWatch final : public client::Watch {
public:
    NetworkWatch(Network &network, const NetworkClient &client, std::unique_ptr<client::Watch> real)
        : m_network(network), m_client(client), m_life(network.server().life()), m_real(std::move(real)) {}

    Task<Result<client::WatchEvent>> next() override {
        SeededRandom &random = m_network.random();
        if (m_client.cut || m_network.server().life() != m_life)
            co_return reset();
        auto event = co_await m_real->next();
        if (!event || m_client.faultless)
            co_return event;
        const FaultRates &rates = m_network.rates;
        if (m_client.cut || random.chance(rates.watchBroken))
            co_return reset();
        if (random.chance(rates.watchExpired))
            co_return errors::expired("too old resource version");
        Duration trip = kTrip;
        if (random.chance(rates.eventSlow))
            trip += Duration(static_cast<int64_t>(random.below(static_cast<uint64_t>(rates.slowest.count()))));
        if (!(co_await m_network.world().clock.sleep(trip)))
            co_return reset();
        co_return event;
    }

private:
    Network &m_network;
    const NetworkClient &m_client;
    const int m_life;
    std::unique_ptr<client::Watch> m_real;
};

} // namespace

Task<Result<client::ObjectPtr>> NetworkClient::get(const api::ResourceInfo &resource, std::string namespaceName,
                                                   std::string name, std::string subresource) {
    Request<client::ObjectPtr> request = [&resource, namespaceName, name, subresource](client::Client &client) {
        return client.get(resource, namespaceName, name, subresource);
    };
    return call<client::ObjectPtr>(Kind::Read, {}, std::move(request));
}

Task<Result<client::ObjectList>> NetworkClient::list(const api::ResourceInfo &resource, std::string namespaceName,
                                                     client::ListOptions options) {
    Request<client::ObjectList> request = [&resource, namespaceName, options](client::Client &client) {
        return client.list(resource, namespaceName, options);
    };
    return call<client::ObjectList>(Kind::Read, {}, std::move(request));
}

Task<Result<std::unique_ptr<client::Watch>>>
NetworkClient::watch(const api::ResourceInfo &resource, std::string namespaceName, client::WatchOptions options) {
    World &world = m_network.world();
    if (!faultless && !(co_await world.clock.sleep(kTrip)))
        co_return reset();
    if (cut || !m_network.server().up())
        co_return refused();
    client::Client &real = m_network.server().client(m_user);
    CO_TRY(std::unique_ptr<client::Watch> watch,
           co_await real.watch(resource, std::move(namespaceName), std::move(options)));
    std::unique_ptr<client::Watch> wrapped = std::make_unique<NetworkWatch>(m_network, *this, std::move(watch));
    co_return wrapped;
}

Task<Result<client::ObjectPtr>> NetworkClient::create(const api::ResourceInfo &resource, std::string namespaceName,
                                                      std::string json, client::WriteOptions options,
                                                      std::string name) {
    std::string what = fmt::format("create {} {} {}", resource.resource, namespaceName, options.subresource);
    Request<client::ObjectPtr> request = [&resource, namespaceName, json, options, name](client::Client &client) {
        return client.create(resource, namespaceName, json, options, name);
    };
    return call<client::ObjectPtr>(Kind::Write, std::move(what), std::move(request));
}

Task<Result<client::ObjectPtr>> NetworkClient::update(const api::ResourceInfo &resource, std::string namespaceName,
                                                      std::string name, std::string json,
                                                      client::WriteOptions options) {
    std::string what = fmt::format("update {} {}", resource.resource, options.subresource);
    Request<client::ObjectPtr> request = [&resource, namespaceName, json, options, name](client::Client &client) {
        return client.update(resource, namespaceName, name, json, options);
    };
    return call<client::ObjectPtr>(Kind::Update, std::move(what), std::move(request));
}

Task<Result<client::ObjectPtr>> NetworkClient::patch(const api::ResourceInfo &resource, std::string namespaceName,
                                                     std::string name, client::PatchType type, std::string body,
                                                     client::WriteOptions options) {
    std::string what = fmt::format("patch {} {}", resource.resource, options.subresource);
    Request<client::ObjectPtr> request = [&resource, namespaceName, body, options, name, type](client::Client &client) {
        return client.patch(resource, namespaceName, name, type, body, options);
    };
    return call<client::ObjectPtr>(Kind::Write, std::move(what), std::move(request));
}

Task<Result<>> NetworkClient::remove(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                                     client::DeleteOptions options) {
    std::string what = fmt::format("remove {} {}/{}", resource.resource, namespaceName, name);
    Request<void> request = [&resource, namespaceName, name, options](client::Client &client) {
        return client.remove(resource, namespaceName, name, options);
    };
    return call<void>(Kind::Write, std::move(what), std::move(request));
}

client::Client::Resources NetworkClient::resources() const {
    Server &server = m_network.server();
    return server.up() ? server.client(m_user).resources() : client::Client::resources();
}

} // namespace coracle::sim
