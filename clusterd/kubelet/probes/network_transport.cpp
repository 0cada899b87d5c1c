#include "clusterd/kubelet/probes/probe_transport.h"

#include "clusterd/kubelet/cri/grpc_client.h"
#include "core/http/client.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

/// Upstream's limits for the body that a probe looks at and for redirects.
constexpr size_t kBodyBytesMax = 10 << 10;
constexpr int kRedirectsMax = 10;

class NetworkTransport final : public ProbeTransport {
public:
    Task<Result<HttpOutcome>> http(HttpCheck check, std::chrono::seconds timeout) override {
        using namespace boost::asio::experimental::awaitable_operators;
        // The time is that of the whole exchange: connecting, redirects and bodies together.
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, timeout);
        auto ended = co_await (exchange(std::move(check), timeout) || timer.async_wait(boost::asio::use_awaitable));
        if (ended.index() == 1)
            co_return errors::timeout("context deadline exceeded (Client.Timeout exceeded while awaiting the answer)");
        co_return std::get<0>(std::move(ended));
    }

    Task<Result<>> tcp(std::string host, uint16_t port, std::chrono::seconds timeout) override {
        CO_CHECK(co_await http::connectTcp(host, port, timeout));
        co_return Result<>{};
    }

    Task<Result<>> grpc(std::string host, uint16_t port, std::string service, std::chrono::seconds timeout) override {
        return cri::grpcHealthCheck(host, port, service, timeout);
    }

private:
    static Task<Result<HttpOutcome>> exchange(HttpCheck check, std::chrono::seconds timeout) {
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
