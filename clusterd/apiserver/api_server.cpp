#include "clusterd/apiserver/api_server.h"

#include "clusterd/apiserver/handlers/authorization_stage.h"
#include "clusterd/apiserver/handlers/connect_handlers.h"
#include "clusterd/apiserver/handlers/resource_handlers.h"
#include "clusterd/apiserver/handlers/status_body.h"
#include "clusterd/apiserver/handlers/system_handlers.h"
#include "clusterd/apiserver/local_client.h"
#include "core/base/gate.h"
#include "core/base/log.h"

#include <atomic>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr Duration kHookRetry = std::chrono::milliseconds(500);

} // namespace

struct ApiServer::State {
    explicit State(ApiServerOptions given)
        : options(std::move(given)),
          gate(options.executor),
          registry(
              {options.store, options.backend, options.clock, options.random, options.admission, options.strategies}),
          resourceHandlers(registry, resources, options.random, options.connect),
          systemHandlers(options, resources, health) {}

    struct Hook {
        std::string name;
        std::function<Task<Result<>>()> run;
        std::shared_ptr<std::atomic<bool>> done = std::make_shared<std::atomic<bool>>(false);
    };

    Task<> serve(http::Request &request, http::ResponseWriter &writer);
    Task<Result<>> admit(Exchange &exchange);
    Task<> runHook(Hook hook);

    ApiServerOptions options;
    Gate gate;
    ResourceTable resources;
    HealthChecks health;
    Registry registry;
    ResourceHandlers resourceHandlers;
    SystemHandlers systemHandlers;
    std::vector<Hook> hooks;
    std::atomic<bool> serving = false;
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
    state.serving = true;
    for (State::Hook &hook : state.hooks)
        state.gate.spawn([&state, hook] { return state.runHook(hook); });
    co_return Result<>{};
}

Task<> ApiServer::stop() {
    State &state = *m_state;
    state.serving = false;
    state.options.store.stop();
    co_await state.gate.close();
}

std::unique_ptr<client::Client> ApiServer::localClient(UserInfo user) {
    return createLocalClient(m_state->registry, std::move(user));
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

Task<Result<>> ApiServer::State::admit(Exchange &exchange) {
    CO_CHECK(co_await authenticateStage(exchange, options.authenticator, options.anonymous));
    CO_CHECK(impersonateStage(exchange, options.authorizer));
    CO_CHECK(authorizeStage(exchange, options.authorizer));
    if (!serving && exchange.info.isResource)
        co_return errors::serviceUnavailable("the API server is starting or stopping");
    co_return Result<>{};
}

Task<> ApiServer::State::serve(http::Request &request, http::ResponseWriter &writer) {
    Exchange exchange{request, writer};
    exchange.info = RequestInfo::from(request.method, request.target);
    auto admitted = co_await admit(exchange);
    if (!admitted)
        co_await sendFailure(exchange, std::move(admitted).error());
    else if (exchange.info.isResource)
        co_await resourceHandlers.handle(exchange);
    else
        co_await systemHandlers.handle(exchange);
}

} // namespace coracle::apiserver
