#include "app/session/forward_listener.h"

#include "app/session/forward_connection.h"

#include <QJsonArray>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

namespace coracle::app {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

namespace {

constexpr size_t kConnectionsMax = 64; ///< of one forward; more wait in the listener's queue

/// The first pod that is ready and stays.
Result<std::string> choosePod(const std::string &body) {
    TRY(const QJsonObject list, parseObject(QByteArray::fromStdString(body)));
    for (const QJsonValue &pod : list["items"].toArray())
        for (const QJsonValue &condition : pod["status"]["conditions"].toArray())
            if (condition["type"] == QLatin1String("Ready") && condition["status"] == QLatin1String("True") &&
                !pod["metadata"]["deletionTimestamp"].isString())
                return pod["metadata"]["name"].toString().toStdString();
    return errors::notFound("pods", "", "no pod is ready");
}

class Forward : public std::enable_shared_from_this<Forward> {
public:
    Forward(NetworkThread &network, HttpClientPtr client, ForwardTarget target, QPointer<QObject> context,
            ForwardHandlers handlers)
        : m_network(network),
          m_client(std::move(client)),
          m_target(std::move(target)),
          m_context(std::move(context)),
          m_handlers(std::move(handlers)),
          m_acceptor(network.executor()),
          m_changed(network.executor()) {}

    static Task<> run(std::shared_ptr<Forward> self) {
        if (const auto port = self->listen(); !port) {
            self->tell([self, port] { self->m_handlers.listening(port); });
            co_return;
        } else {
            self->tell([self, port] { self->m_handlers.listening(port); });
        }
        while (!self->m_stopped) {
            if (self->m_connections.size() >= kConnectionsMax) {
                co_await self->m_changed.wait();
                continue;
            }
            auto [error, socket] = co_await self->m_acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
            if (error)
                break;
            auto connection = std::make_shared<ForwardConnection>(self->m_network, std::move(socket));
            self->m_connections.insert(connection);
            self->m_network.spawn([self, connection] { return carry(self, connection); });
        }
    }

    /// Network thread.
    void stop() {
        m_stopped = true;
        boost::system::error_code ignored;
        m_acceptor.close(ignored);
        m_changed.notifyAll();
        for (const auto &connection : m_connections)
            connection->close();
    }

    std::atomic<bool> cancelled = false;

private:
    Result<quint16> listen() {
        boost::system::error_code error;
        const Tcp::endpoint place(asio::ip::address_v4::loopback(), m_target.localPort);
        (void)m_acceptor.open(place.protocol(), error);
        if (!error)
            (void)m_acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
        if (!error)
            (void)m_acceptor.bind(place, error);
        if (!error)
            (void)m_acceptor.listen(asio::socket_base::max_listen_connections, error);
        if (error == asio::error::address_in_use)
            return errors::badRequest("port " + std::to_string(m_target.localPort) +
                                      " of this device is in use: choose another one");
        if (error)
            return errors::internal("port " + std::to_string(m_target.localPort) + ": " + error.message());
        return m_acceptor.local_endpoint().port();
    }

    Task<Result<std::string>> podName() {
        if (!m_target.podName.isEmpty())
            co_return m_target.podName.toStdString();
        http::ClientRequest request;
        request.target = withQuery(QStringLiteral("/api/v1/namespaces/%1/pods").arg(m_target.namespaceName),
                                   {{QStringLiteral("labelSelector"), m_target.podSelector},
                                    {QStringLiteral("fieldSelector"), QStringLiteral("status.phase=Running")}})
                             .toStdString();
        CO_TRY(const auto response, co_await m_client->send(std::move(request)));
        CO_TRY(const std::string body, co_await response->readAll());
        if (response->status() >= 400)
            co_return errors::internal("the pods cannot be listed: " + body);
        co_return choosePod(body);
    }

    static Task<> carry(std::shared_ptr<Forward> self, std::shared_ptr<ForwardConnection> connection) {
        self->report(*connection, true);
        Result<std::string> pod = co_await self->podName();
        Result<> end;
        if (pod) {
            const std::string target =
                "/api/v1/namespaces/" + self->m_target.namespaceName.toStdString() + "/pods/" + *pod + "/portforward";
            std::function<void()> moved = [self, connection] { self->report(*connection, false); };
            end = co_await connection->carry(self->m_client, target, self->m_target.podPort, moved);
        } else {
            end = Failure(pod.error());
        }
        connection->close();
        self->m_sent += connection->sentBytes();
        self->m_received += connection->receivedBytes();
        self->m_connections.erase(connection);
        self->m_changed.notifyAll();
        self->report(*connection, true);
        if (!end && !self->m_stopped)
            self->tell([self, status = end.error()] { self->m_handlers.failed(status); });
    }

    void report(const ForwardConnection &, bool always) {
        constexpr std::chrono::milliseconds kInterval{250};
        const auto now = std::chrono::steady_clock::now();
        if (!always && now - m_reported < kInterval)
            return;
        m_reported = now;
        ForwardTraffic traffic{
            .connections = static_cast<int>(m_connections.size()), .sentBytes = m_sent, .receivedBytes = m_received};
        for (const auto &connection : m_connections) {
            traffic.sentBytes += connection->sentBytes();
            traffic.receivedBytes += connection->receivedBytes();
        }
        tell([self = shared_from_this(), traffic] { self->m_handlers.traffic(traffic); });
    }

    void tell(std::function<void()> call) {
        m_network.callOnGui(m_context, [self = shared_from_this(), call = std::move(call)] {
            if (!self->cancelled)
                call();
        });
    }

    NetworkThread &m_network;
    HttpClientPtr m_client;
    const ForwardTarget m_target;
    const QPointer<QObject> m_context;
    const ForwardHandlers m_handlers;
    Tcp::acceptor m_acceptor;
    AsyncEvent m_changed;
    std::set<std::shared_ptr<ForwardConnection>> m_connections;
    bool m_stopped = false;
    qint64 m_sent = 0, m_received = 0; ///< of connections that have ended
    std::chrono::steady_clock::time_point m_reported;
};

} // namespace

Subscription startForward(NetworkThread &network, HttpClientPtr client, ForwardTarget target, QPointer<QObject> context,
                          ForwardHandlers handlers) {
    auto forward = std::make_shared<Forward>(network, std::move(client), std::move(target), std::move(context),
                                             std::move(handlers));
    network.spawn([forward] { return Forward::run(forward); });
    return Subscription([forward, &network] {
        forward->cancelled = true;
        network.post([forward] { forward->stop(); });
    });
}

} // namespace coracle::app
