#include "clusterd/kubelet/probes/probe_transport.h"

#include "clusterd/kubelet/cri/grpc_client.h"
#include "core/http/client.h"

#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

/// Upstream's limits for the body that a probe looks at and for redirects.
constexpr size_t kBodyBytesMax = 10 << 10;
constexpr int kRedirectsMax = 10;

class NetworkTransport final : public ProbeTransport {
public:
    Task<Result<HttpOutcome>> http(HttpCheck check, std::chrono::seconds timeout) override {
        for (int i = 0; i <= kRedirectsMax; ++i) {
            std::string location;
            CO_TRY(auto outcome, co_await once(check, timeout, location));
            // A redirect within the host is followed; one to elsewhere counts as success (prober/http).
            if (outcome.status < 300 || outcome.status >= 400 || !location.starts_with('/'))
                co_return outcome;
            check.path = location;
        }
        co_return errors::other(fmt::format("stopped after {} redirects", kRedirectsMax));
    }

    Task<Result<>> tcp(std::string host, uint16_t port, std::chrono::seconds timeout) override {
        CO_CHECK(co_await http::connectTcp(host, port, timeout));
        co_return Result<>{};
    }

    Task<Result<>> grpc(std::string host, uint16_t port, std::string service, std::chrono::seconds timeout) override {
        return cri::grpcHealthCheck(host, port, service, timeout);
    }

private:
    static Task<Result<HttpOutcome>> once(HttpCheck check, std::chrono::seconds timeout, std::string &location) {
        http::ClientOptions options;
        options.host = check.host;
        options.port = check.port;
        options.connectTimeout = timeout;
        options.idleConnectionsMax = 0;
        if (check.scheme == "https") {
            options.tls.emplace();
            options.tls->insecureSkipVerify = true;
        }
        auto client = http::Client::create(options);
        http::ClientRequest request;
        request.target = check.path.starts_with('/') ? check.path : "/" + check.path;
        request.headerTimeout = timeout;
        for (auto &[name, value] : check.headers)
            request.headers.set(name, value);
        CO_TRY(auto response, co_await client->send(std::move(request)));
        HttpOutcome outcome{response->status(), {}};
        location = response->headers().get("Location");
        auto body = co_await response->readSome();
        if (body)
            outcome.body = body->substr(0, kBodyBytesMax);
        co_return outcome;
    }
};

} // namespace

ProbeTransport &networkProbeTransport() {
    static NetworkTransport transport;
    return transport;
}

} // namespace coracle::kubelet
