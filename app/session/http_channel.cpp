#include "app/session/http_operations.h"
#include "app/session/http_request.h"

#include "core/base/async_event.h"
#include "core/http/websocket.h"

#include <atomic>
#include <deque>

namespace coracle::app {

namespace {

/// Received bytes that the GUI has not taken yet; more are not read from the server.
constexpr qint64 kUntakenBytesMax = 256 << 10;

class HttpChannel final : public Channel {
public:
    HttpChannel(NetworkThread &network, HttpClientPtr client, const ApiRequest &request, const QStringList &protocols)
        : m_network(network), m_shared(std::make_shared<Shared>(network)) {
        std::vector<std::string> names;
        for (const QString &protocol : protocols)
            names.push_back(protocol.toStdString());
        m_shared->client = std::move(client);
        m_shared->channel = this;
        m_shared->self = this;
        m_job = network.spawn([shared = m_shared, made = httpRequest(request), names = std::move(names)] {
            return run(shared, made, names);
        });
    }

    ~HttpChannel() override {
        m_shared->gone = true;
        m_job->cancel();
        // Its parts belong to the network thread, and so does their end.
        m_network.post([shared = std::move(m_shared)] {
            if (shared->socket)
                shared->socket->abort();
        });
    }

    void write(QByteArray message) override {
        m_queuedBytes += message.size();
        m_network.post([shared = m_shared, message = std::move(message)] {
            shared->outgoing.push_back(message);
            startWriting(shared);
        });
    }

    void close() override {
        m_network.post([shared = m_shared] {
            shared->closing = true;
            startWriting(shared);
        });
    }

    qint64 queuedBytes() const override { return m_queuedBytes; }

private:
    struct Shared {
        explicit Shared(NetworkThread &thread) : network(thread), taken(thread.executor()) {}

        NetworkThread &network;
        HttpClientPtr client;
        QPointer<QObject> channel;
        HttpChannel *self = nullptr; ///< used on the GUI thread, while channel is there
        std::atomic<bool> gone = false;
        // Network thread only:
        std::shared_ptr<http::WebSocket> socket; ///< once connected
        std::deque<QByteArray> outgoing;         ///< in order; kept until the socket is there
        bool writing = false, closing = false;
        qint64 untakenBytes = 0;
        AsyncEvent taken;
    };
    using SharedPtr = std::shared_ptr<Shared>;

    static Task<> run(SharedPtr shared, http::ClientRequest request, std::vector<std::string> protocols) {
        Status end{.code = 0};
        Result<http::WebSocketConnection> connection = unreachable("the cluster is not connected");
        if (shared->client)
            connection = co_await http::connectWebSocket(*shared->client, std::move(request), std::move(protocols));
        if (!connection) {
            end = connection.error();
        } else {
            shared->socket = std::move(connection->socket);
            tell(shared, [shared, protocol = QString::fromStdString(connection->protocol)] {
                Q_EMIT shared->self->opened(protocol);
            });
            startWriting(shared);
            end = co_await read(shared);
            shared->socket.reset();
        }
        tell(shared, [shared, end] { Q_EMIT shared->self->closed(end); });
    }

    static Task<Status> read(SharedPtr shared) {
        const std::shared_ptr<http::WebSocket> socket = shared->socket;
        for (;;) {
            const auto message = co_await socket->read();
            if (!message)
                co_return unreachable(message.error().message).error();
            if (message->type == http::WebSocketMessageType::Close) {
                const bool good = message->closeCode == http::kWebSocketNormal || message->closeCode == 1005;
                co_return Status{.code = good ? 0 : 500, .message = good ? std::string() : message->data};
            }
            const auto size = static_cast<qint64>(message->data.size());
            shared->untakenBytes += size;
            tell(shared, [shared, size, bytes = QByteArray::fromStdString(message->data)] {
                shared->network.post([shared, size] {
                    shared->untakenBytes -= size;
                    shared->taken.notifyAll();
                });
                Q_EMIT shared->self->received(bytes);
            });
            while (shared->untakenBytes > kUntakenBytesMax && !shared->gone)
                co_await shared->taken.wait();
        }
    }

    static void tell(const SharedPtr &shared, std::function<void()> call) {
        shared->network.callOnGui(shared->channel, [shared, call = std::move(call)] {
            if (!shared->gone)
                call();
        });
    }

    static void startWriting(const SharedPtr &shared) {
        if (!shared->socket || std::exchange(shared->writing, true))
            return;
        shared->network.spawn([shared] { return writeAll(shared); });
    }

    /// One at a time, so that messages keep their order.
    static Task<> writeAll(SharedPtr shared) {
        const std::shared_ptr<http::WebSocket> socket = shared->socket;
        while (socket && !shared->gone && !shared->outgoing.empty()) {
            std::string message = shared->outgoing.front().toStdString();
            const auto size = static_cast<qint64>(message.size());
            shared->outgoing.pop_front();
            const auto written = co_await socket->write(http::WebSocketMessageType::Binary, std::move(message));
            if (!written)
                shared->outgoing.clear(); // reading meets the same end and tells why
            tell(shared, [shared, size] {
                shared->self->m_queuedBytes -= size;
                Q_EMIT shared->self->written(size);
            });
        }
        shared->writing = false;
        if (socket && shared->closing) {
            const auto closed = co_await socket->close(http::kWebSocketNormal);
            (void)closed;
        }
    }

    NetworkThread &m_network;
    SharedPtr m_shared;
    std::shared_ptr<NetworkThread::Job> m_job;
    qint64 m_queuedBytes = 0;
};

} // namespace

std::unique_ptr<Channel> startChannel(NetworkThread &network, HttpClientPtr client, ApiRequest request,
                                      QStringList protocols) {
    return std::make_unique<HttpChannel>(network, std::move(client), request, protocols);
}

} // namespace coracle::app
