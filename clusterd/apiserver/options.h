#pragma once

#include "clusterd/apiserver/admission/admission.h"
#include "clusterd/apiserver/authentication/authenticator.h"
#include "clusterd/apiserver/authorization/authorizer.h"
#include "clusterd/apiserver/request_limits.h"
#include "clusterd/apiserver/strategy/strategy.h"
#include "clusterd/datastore/backend.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/config/runtime_config.h"

#include <functional>
#include <string>

namespace coracle::apiserver {

class ConnectHandlers;
class Store;

/// What /version says. The defaults are this build's Kubernetes level.
struct VersionInfo {
    std::string major = "1", minor = "36";
    std::string gitVersion = "v1.36.2+clusterd1";
    std::string gitCommit;
    std::string buildDate;
};

/// Documents that other parts make: the service account issuer's metadata and keys. Null: not served.
struct PublishedDocuments {
    std::function<std::string()> openidConfiguration;
    std::function<std::string()> jwks;
};

/// What an ApiServer is put together from. Everything referred to outlives it.
struct ApiServerOptions {
    Store &store; ///< made first, because authorization and admission read it; started and stopped by the server
    datastore::Backend &backend;
    Clock &clock;
    Random &random;
    Executor executor; ///< of the server's own background tasks; serial
    Authenticator &authenticator;
    Authorizer &authorizer;
    AdmissionChain &admission;
    StrategyTable &strategies;
    ConnectHandlers *connect = nullptr; ///< null: logs, exec and the like are not served
    bool anonymous = true;              ///< requests without credentials are system:anonymous; else 401
    std::string advertiseAddress;       ///< "host:port" that discovery names
    RequestLimits limits = {};
    std::chrono::seconds eventTtl{3600};      ///< Events live this long after their last write
    config::RuntimeConfig runtimeConfig = {}; ///< which built-in resources are served
    VersionInfo version = {};
    PublishedDocuments documents = {};
};

} // namespace coracle::apiserver
