#pragma once

#include "app/session/http_operations.h"
#include "app/session/link.h"

#include <QElapsedTimer>
#include <QTimer>

namespace coracle::app {

/// A session with a running clusterd behind a Link. When the connection is lost it comes back by itself, with growing
/// pauses from half a second to half a minute. A long watch is what notices the loss, so that an idle session costs
/// nothing.
class LiveSession final : public Session {
    Q_OBJECT

public:
    LiveSession(NetworkThread &network, std::unique_ptr<Link> link, QObject *parent = nullptr);
    ~LiveSession() override;

    void open() override;
    void close() override;
    void retry() override;
    void measureLatency() override;
    void answer(const QString &text, bool remember) override;
    void decline() override;
    Subscription stream(ApiRequest request, QObject *context, StreamHandlers handlers) override;
    Subscription forward(ForwardTarget target, QObject *context, ForwardHandlers handlers) override;

protected:
    void start(ApiRequest request, QObject *context, Decode decode) override;
    std::unique_ptr<Channel> makeChannel(ApiRequest request, QStringList protocols) override;

private:
    void connectLink();
    void disconnectLink();
    void greet();
    void listen();
    void lost(Status status);

    NetworkThread &m_network;
    std::unique_ptr<Link> m_link;
    HttpClientPtr m_client; ///< null while there is no link
    Subscription m_heart;
    QElapsedTimer m_heartAge;
    QTimer m_retry;
    int m_attempts = 0;
    int m_connection = 0; ///< its number: what an earlier one still answers does not count
};

} // namespace coracle::app
