#include "clusterd/apiserver/api_server.h"

#include "clusterd/apiserver/apiextensions/definition_controller.h"
#include "clusterd/apiserver/handlers/authorization_stage.h"
#include "clusterd/apiserver/handlers/connect_handlers.h"
#include "clusterd/apiserver/handlers/resource_handlers.h"
#include "clusterd/apiserver/handlers/status_body.h"
#include "clusterd/apiserver/handlers/system_handlers.h"
#include "clusterd/apiserver/local_client.h"
#include "clusterd/apiserver/request_metrics.h"
#include "core/api/time.h"
#include "core/base/gate.h"
#include "core/base/log.h"

#include <atomic>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr Duration kHookRetry = std::chrono::milliseconds(500);
constexpr Duration kDrainStep = std::chrono::milliseconds(10);

} // namespace

struct ApiServer::State {
    explicit State(ApiServerOptions given)
        : options(std::move(given)),
          gate(options.executor),
          resources(options.runtimeConfig),
          registry({options.store, options.backend, options.clock, options.random, options.admission,
                    options.strategies, options.eventTtl}),
          resourceHandlers(registry, resources, options.random, options.connect, options.limits.watchTimeoutMin),
          systemHandlers(options, resources, health, [this] { requestMetrics.refresh(); }),
          limiter(options.limits),
          requestMetrics(resources, limiter),
          ownClient(createLocalClient(registry, resources, {.name = "system:apiserver"})),
          definitions({options.store, registry, resources, *ownClient, options.clock, gate}) {
        options.admission.connect(*ownClient);
        options.strategies.connect(*ownClient);
    }

    struct Hook {
        std::string name;
        std::function<Task<Result<>>()> run;
        std::shared_ptr<std::atomic<bool>> done = std::make_shared<std::atomic<bool>>(false);
    };

    Task<> serve(http::Request &request, http::ResponseWriter &writer);
    Task<Result<InFlightLimiter::Place>> admit(Exchange &exchange);
    Task<> dispatch(Exchange &exchange);
    Task<> dispatchTimed(Exchange &exchange, ObservedWriter &answer, Duration timeout);
    Task<> expire(Exchange &exchange, ObservedWriter &answer, Duration timeout);
    Result<Duration> timeoutOf(const Exchange &exchange) const;
    Task<> runHook(Hook hook);

    ApiServerOptions options;
    Gate gate;
    ResourceTable resources;
    HealthChecks health;
    Registry registry;
    ResourceHandlers resourceHandlers;
    SystemHandlers systemHandlers;
    InFlightLimiter limiter;
    RequestMetrics requestMetrics;
    std::unique_ptr<client::Client> ownClient; ///< what admission and allocators write with
    DefinitionController definitions;
    std::vector<Hook> hooks;
    std::atomic<bool> serving = false;
    std::atomic<bool> draining = false;
};

ApiServer::ApiServer(ApiServerOptions options) : m_state(std::make_unique<State>(std::move(options))) {
    State &state = *m_state;
    state.health.add("ping", [] { return Result<>{}; });
    state.health.add("log", [] { return Result<>{}; });
    state.health.add("etcd", [&state] { return state.options.store.health(); });
    state.health.add(
        "informer-sync",
        [&state]() -> Result<> {
            if (state.serving)
                return {};
            return errors::serviceUnavailable("the store is not loaded yet");
        },
        HealthChecks::Kind::Ready);
    state.health.add(
        "shutdown",
        [&state]() -> Result<> {
            if (!state.draining)
                return {};
            return errors::serviceUnavailable("the server is stopping");
        },
        HealthChecks::Kind::Ready);
}

ApiServer::~ApiServer() = default;

void ApiServer::addHealthCheck(std::string name, HealthChecks::Check check, HealthChecks::Kind kind) {
    m_state->health.add(std::move(name), std::move(check), kind);
}

void ApiServer::addPostStartHook(std::string name, std::function<Task<Result<>>()> hook) {
    State::Hook entry{name, std::move(hook)};
    m_state->health.add("poststarthook/" + name, [done = entry.done]() -> Result<> {
        if (*done)
            return {};
        return errors::serviceUnavailable("not finished");
    });
    m_state->hooks.push_back(std::move(entry));
}

Registry &ApiServer::registry() {
    return m_state->registry;
}
ResourceTable &ApiServer::resources() {
    return m_state->resources;
}
const Reader &ApiServer::reader() const {
    return m_state->options.store;
}
bool ApiServer::ready() const {
    return m_state->health.ready();
}

Task<Result<>> ApiServer::start() {
    State &state = *m_state;
    CO_CHECK(co_await state.options.store.start(state.gate));
    CO_CHECK(co_await state.definitions.start());
    state.serving = true;
    for (State::Hook &hook : state.hooks)
        state.gate.spawn([&state, hook] { return state.runHook(hook); });
    co_return Result<>{};
}

Task<> ApiServer::drain(Duration most) {
    State &state = *m_state;
    state.draining = true;
    const SteadyTime end = state.options.clock.steadyNow() + most;
    while (state.limiter.reading() + state.limiter.mutating() > 0 && state.options.clock.steadyNow() < end &&
           co_await state.options.clock.sleep(kDrainStep)) {
    }
    state.serving = false;
    state.definitions.stop();
    state.options.store.stop();
}

Task<> ApiServer::stop() {
    State &state = *m_state;
    state.serving = false;
    state.options.store.stop();
    co_await state.gate.close();
}

std::unique_ptr<client::Client> ApiServer::localClient(UserInfo user) {
    return createLocalClient(m_state->registry, m_state->resources, std::move(user));
}

http::Handler ApiServer::handler() {
    return [state = m_state.get()](http::Request &request, http::ResponseWriter &writer) {
        return state->serve(request, writer);
    };
}

http::Refusal ApiServer::refusal(int status) {
    Status refused{.code = status};
    if (status == 413)
        refused =
            errors::tooLarge(fmt::format("Request entity too large: limit is {}", http::Limits().bodyBytesMax)).error();
    else if (status == 400)
        refused = errors::badRequest("the request is no valid HTTP").error();
    else
        refused.message = http::reasonPhrase(status);
    return {"application/json", statusBody(refused)};
}

Task<> ApiServer::State::runHook(Hook hook) {
    while (true) {
        auto result = co_await hook.run();
        if (result)
            break;
        log::warning("apiserver", "post-start hook {} failed and is tried again: {}", hook.name,
                     result.error().message);
        if (!(co_await options.clock.sleep(kHookRetry)))
            co_return;
    }
    *hook.done = true;
}

Task<Result<InFlightLimiter::Place>> ApiServer::State::admit(Exchange &exchange) {
    CO_CHECK(co_await authenticateStage(exchange, options.authenticator, options.anonymous));
    CO_TRY(InFlightLimiter::Place place, limiter.enter(exchange.info, exchange.user));
    CO_CHECK(impersonateStage(exchange, options.authorizer));
    CO_CHECK(authorizeStage(exchange, options.authorizer));
    if (!serving && exchange.info.isResource)
        co_return errors::serviceUnavailable("the API server is starting or stopping");
    co_return place;
}

/// The time of the request, which the client may shorten.
Result<Duration> ApiServer::State::timeoutOf(const Exchange &exchange) const {
    const Duration longest = options.limits.requestTimeout;
    const std::string_view asked = exchange.param("timeout");
    if (asked.empty())
        return longest;
    auto given = api::DurationText::parse(asked);
    if (!given || given->value <= Duration::zero())
        return errors::badRequest(fmt::format("invalid timeout specified in the request URL - \"{}\"", asked));
    return longest <= Duration::zero() ? given->value : std::min<Duration>(longest, given->value);
}

Task<> ApiServer::State::dispatch(Exchange &exchange) {
    if (exchange.info.isResource)
        co_await resourceHandlers.handle(exchange);
    else
        co_await systemHandlers.handle(exchange);
}

/// Answers in the handler's stead when the time is over. The handler goes on, as what it writes may be halfway done.
Task<> ApiServer::State::expire(Exchange &exchange, ObservedWriter &answer, Duration timeout) {
    if (!(co_await options.clock.sleep(timeout)) || answer.begun())
        co_return;
    constexpr int kTimeout = 504;
    Exchange late{exchange.request, answer.takeOver(kTimeout)};
    late.info = exchange.info;
    late.auditId = exchange.auditId;
    requestMetrics.terminated(late, kTimeout);
    co_await sendFailure(late,
                         errors::timeout("Timeout: request did not complete within the allotted timeout").error());
}

/// Only what changes something can take long (a webhook, a slow disk): reads are served from memory.
Task<> ApiServer::State::dispatchTimed(Exchange &exchange, ObservedWriter &answer, Duration timeout) {
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    Gate timer(co_await boost::asio::this_coro::executor);
    timer.spawn([&] { return expire(exchange, answer, timeout); });
    co_await dispatch(exchange);
    co_await timer.close();
}

Task<> ApiServer::State::serve(http::Request &request, http::ResponseWriter &writer) {
    ObservedWriter answer(writer);
    Exchange exchange{request, answer};
    exchange.auditId = auditIdOf(request, options.random);
    exchange.info = RequestInfo::from(request.method, request.target);
    // Also where the client goes away, which ends this coroutine.
    const struct Observation {
        State &state;
        const Exchange &exchange;
        const ObservedWriter &answer;
        SteadyTime began;
        ~Observation() { state.requestMetrics.observe(exchange, answer, state.options.clock.steadyNow() - began); }
    } observation{*this, exchange, answer, options.clock.steadyNow()};
    auto place = co_await admit(exchange);
    if (!place) {
        if (place.error().code == 429)
            requestMetrics.terminated(exchange, 429);
        co_await sendFailure(exchange, std::move(place).error());
        co_return;
    }
    const RequestMetrics::LongRunning counted(requestMetrics.longRunning(exchange));
    auto timeout = timeoutOf(exchange);
    const bool timed = isMutating(exchange.info) && !isLongRunning(exchange.info);
    if (!timeout)
        co_await sendFailure(exchange, std::move(timeout).error());
    else if (timed && *timeout > Duration::zero())
        co_await dispatchTimed(exchange, answer, *timeout);
    else
        co_await dispatch(exchange);
}

} // namespace coracle::apiserver
