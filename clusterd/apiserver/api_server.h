#pragma once

#include "clusterd/apiserver/health.h"
#include "clusterd/apiserver/options.h"
#include "clusterd/apiserver/registry/reader.h"
#include "core/client/client.h"
#include "core/http/server.h"

#include <functional>
#include <memory>
#include <string>

namespace coracle::apiserver {

class Registry;
class ResourceTable;

/// The Kubernetes API server without its listeners: a handler for an http::Server, and clients for the parts of the
/// same process. Thread-safe after start().
class ApiServer {
public:
    explicit ApiServer(ApiServerOptions options);
    ApiServer(const ApiServer &) = delete;
    ApiServer &operator=(const ApiServer &) = delete;
    ~ApiServer(); ///< stop() must have ended

    /// Before start(): checks of /livez and /readyz, work that makes the server's own objects once it serves, and
    /// sub-resources that other parts implement.
    void addHealthCheck(std::string name, HealthChecks::Check check,
                        HealthChecks::Kind kind = HealthChecks::Kind::Live);
    /// Runs after start(); /readyz has a check poststarthook/<name> that passes when it has succeeded. Failures are
    /// retried.
    void addPostStartHook(std::string name, std::function<Task<Result<>>()> hook);
    Registry &registry();
    ResourceTable &resources();

    /// Loads the store. On the executor of the options; afterwards requests are served.
    Task<Result<>> start();
    /// The first step of stopping: /readyz fails, running requests may end for up to the time, then watches end. The
    /// listeners must still be there, and are stopped next.
    Task<> drain(Duration most);
    /// Ends background tasks.
    Task<> stop();

    http::Handler handler();
    /// How the listener answers what never reaches the handler: as a Status, as clients expect it.
    static http::Refusal refusal(int status);
    std::unique_ptr<client::Client> localClient(UserInfo user);
    const Reader &reader() const;
    bool ready() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace coracle::apiserver
