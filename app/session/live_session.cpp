#include "app/session/live_session.h"

#include "app/session/forward_listener.h"

#include "core/http/client.h"

#include <QRandomGenerator>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kRetryFirstMs = 500;
constexpr int kRetryLongestMs = 30'000;
constexpr int kHeartLeastMs = 5'000; ///< a watch that ends sooner is a fault, not a time-out
const QString kVersionPath = QStringLiteral("/version");
const QString kHeartPath = QStringLiteral("/api/v1/namespaces?watch=true&fieldSelector=metadata.name%3Dkube-system");

int retryDelayMs(int attempts) {
    const int longest = std::min(kRetryLongestMs, kRetryFirstMs << std::min(attempts, 6));
    return longest / 2 + static_cast<int>(QRandomGenerator::global()->bounded(longest / 2 + 1));
}

} // namespace

LiveSession::LiveSession(NetworkThread &network, std::unique_ptr<Link> link, QObject *parent)
    : Session(parent), m_network(network), m_link(std::move(link)) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &LiveSession::connectLink);
    connect(m_link.get(), &Link::ready, this, [this](const QString &path) {
        m_client = http::Client::create({.unixSocket = path.toStdString(), .idleConnectionsMax = 4});
        greet();
    });
    connect(m_link.get(), &Link::asked, this, &LiveSession::setQuestion);
    connect(m_link.get(), &Link::hostKeyAccepted, this, &Session::hostKeyAccepted);
    connect(m_link.get(), &Link::broken, this, &LiveSession::lost);
    connect(m_link.get(), &Link::failed, this, [this](const Status &status, bool needsUser) {
        if (!needsUser)
            return lost(status);
        disconnectLink();
        setState(State::Refused, status);
    });
}

LiveSession::~LiveSession() = default;

void LiveSession::open() {
    if (state() != State::Closed && state() != State::Refused)
        return;
    m_attempts = 0;
    setState(State::Connecting);
    connectLink();
}

void LiveSession::close() {
    disconnectLink();
    m_retry.stop();
    setState(State::Closed);
}

void LiveSession::disconnectLink() {
    ++m_connection;
    m_heart.reset();
    m_client.reset();
    m_link->close();
}

void LiveSession::retry() {
    if (state() == State::Refused || state() == State::Closed)
        open();
    else if (m_retry.isActive())
        m_retry.start(0);
}

void LiveSession::answer(const QString &text, bool remember) {
    if (question().open())
        m_link->answer(SshQuestion(question()), text, remember);
}

void LiveSession::decline() {
    if (question().open())
        m_link->answer(SshQuestion(question()), std::nullopt, false);
}

void LiveSession::connectLink() {
    m_link->open();
}

void LiveSession::greet() {
    QElapsedTimer timer;
    timer.start();
    sendJson({.path = kVersionPath}, this, [this, timer, connection = m_connection](Result<QJsonObject> version) {
        if (connection != m_connection)
            return;
        if (!version)
            return lost(version.error());
        setLatencyMs(static_cast<int>(timer.elapsed()));
        m_attempts = 0;
        setState(State::Connected);
        if (connection == m_connection) // whoever heard of it may have closed the session
            listen();
    });
}

void LiveSession::measureLatency() {
    if (state() != State::Connected)
        return;
    QElapsedTimer timer;
    timer.start();
    sendJson({.path = kVersionPath}, this,
             [this, timer, connection = m_connection](const Result<QJsonObject> &version) {
                 if (version && connection == m_connection)
                     setLatencyMs(static_cast<int>(timer.elapsed()));
             });
}

void LiveSession::listen() {
    StreamHandlers handlers{.lines = [](QByteArrayList) -> Then { return [] {}; },
                            .ended =
                                [this](Result<> end) {
                                    // The server ends every watch after a while: that is no loss.
                                    if (end && m_heartAge.elapsed() > kHeartLeastMs)
                                        return greet();
                                    lost(end ? unreachable("the server ended the connection").error() : end.error());
                                }};
    m_heartAge.start();
    m_heart = stream({.path = kHeartPath}, this, std::move(handlers));
}

void LiveSession::lost(Status status) {
    if (state() == State::Closed)
        return;
    disconnectLink();
    setState(state() == State::Connecting ? State::Connecting : State::Reconnecting, std::move(status));
    m_retry.start(retryDelayMs(m_attempts++));
}

void LiveSession::start(ApiRequest request, QObject *context, Decode decode) {
    if (!m_client)
        return m_network.callOnGui(
            context, decode(unreachable(error().message.empty() ? "the cluster is not connected" : error().message)));
    startRequest(m_network, m_client, std::move(request), context, std::move(decode));
}

Subscription LiveSession::stream(ApiRequest request, QObject *context, StreamHandlers handlers) {
    if (m_client)
        return startStream(m_network, m_client, std::move(request), context, std::move(handlers));
    auto cancelled = std::make_shared<bool>(false);
    m_network.callOnGui(context, [cancelled, ended = std::move(handlers.ended)] {
        if (!*cancelled)
            ended(unreachable("the cluster is not connected"));
    });
    return Subscription([cancelled] { *cancelled = true; });
}

std::unique_ptr<Channel> LiveSession::makeChannel(ApiRequest request, QStringList protocols) {
    return startChannel(m_network, m_client, std::move(request), std::move(protocols));
}

Subscription LiveSession::forward(ForwardTarget target, QObject *context, ForwardHandlers handlers) {
    if (m_client)
        return startForward(m_network, m_client, std::move(target), context, std::move(handlers));
    m_network.callOnGui(context,
                        [listening = std::move(handlers.listening)] { listening(unreachable("not connected")); });
    return {};
}

} // namespace coracle::app
