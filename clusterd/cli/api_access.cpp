#include "clusterd/cli/api_access.h"

#include "core/base/files.h"
#include "core/client/http_client.h"
#include "core/config/kubeconfig.h"
#include "core/config/values.h"
#include "core/http/client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <fmt/format.h>

namespace coracle::cli {

namespace fs = std::filesystem;

struct ApiAccess::State {
    boost::asio::io_context context;
    std::string caPem;
    std::shared_ptr<http::Client> http;
    std::unique_ptr<client::Client> client;

    template<class T>
    T run(Task<T> task) {
        context.restart();
        auto future = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
        context.run();
        return future.get();
    }
};

namespace {

/// Embedded material, or that of the file that is named instead.
Result<std::string> material(const std::string &embedded, const std::string &file) {
    return embedded.empty() && !file.empty() ? readFile(file, 1u << 20) : Result<std::string>(embedded);
}

/// "https://host:port" into both; brackets of IPv6 addresses go.
std::pair<std::string, uint16_t> hostAndPort(const std::string &server) {
    std::string host = server.substr(server.find("//") + 2);
    uint16_t port = 443;
    if (const size_t colon = host.rfind(':'); colon != host.npos && host.find(']', colon) == host.npos) {
        port = config::parsePort(host.substr(colon + 1)).value_or(port);
        host.resize(colon);
    }
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    return {host, port};
}

} // namespace

ApiAccess::ApiAccess(std::unique_ptr<State> state) : m_state(std::move(state)) {}
ApiAccess::ApiAccess(ApiAccess &&) noexcept = default;
ApiAccess::~ApiAccess() = default;

Result<ApiAccess> ApiAccess::open(const Invocation &invocation, const std::string &kubeconfigFlag) {
    const char *variable = std::getenv("KUBECONFIG");
    const fs::path file = !kubeconfigFlag.empty() ? fs::path(kubeconfigFlag)
                          : variable              ? fs::path(variable)
                                                  : invocation.product.kubeconfig;
    TRY(const std::string text, readFile(file, 1u << 20));
    auto config = config::Kubeconfig::parse(text);
    if (!config)
        return Failure(withContext(file.string(), std::move(config).error()));
    const auto *context = config->context(config->currentContext);
    const auto *cluster = context ? config->cluster(context->cluster) : nullptr;
    const auto *user = context ? config->user(context->user) : nullptr;
    if (!cluster || !user || !config::parseServerUrl(cluster->server))
        return errors::other(
            fmt::format("{}: the current context names no cluster with an https server and a user", file.string()));
    http::ClientTls tls{.serverName = cluster->tlsServerName, .insecureSkipVerify = cluster->insecureSkipTlsVerify};
    TRY(tls.caPem, material(cluster->caPem, cluster->caFile));
    TRY(tls.certificatePem, material(user->certificatePem, user->certificateFile));
    TRY(tls.privateKeyPem, material(user->keyPem, user->keyFile));
    TRY(const std::string token, material(user->token, user->tokenFile));
    auto state = std::make_unique<State>();
    state->caPem = tls.caPem;
    http::ClientOptions options{.tls = std::move(tls)};
    std::tie(options.host, options.port) = hostAndPort(cluster->server);
    state->http = http::Client::create(std::move(options));
    state->client = client::createHttpClient(state->http, token);
    return ApiAccess(std::move(state));
}

const std::string &ApiAccess::caPem() const {
    return m_state->caPem;
}

Result<> ApiAccess::create(const api::ResourceInfo &resource, std::string namespaceName, std::string json) {
    CHECK(m_state->run(m_state->client->create(resource, std::move(namespaceName), std::move(json))));
    return {};
}

Result<> ApiAccess::remove(const api::ResourceInfo &resource, std::string namespaceName, std::string name) {
    return m_state->run(m_state->client->remove(resource, std::move(namespaceName), std::move(name)));
}

Result<std::vector<client::ObjectPtr>> ApiAccess::list(const api::ResourceInfo &resource, std::string namespaceName,
                                                       std::string fieldSelector) {
    TRY(auto list, m_state->run(m_state->client->list(resource, std::move(namespaceName),
                                                      {.fieldSelector = std::move(fieldSelector)})));
    return std::move(list.items);
}

} // namespace coracle::cli
