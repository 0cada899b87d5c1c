#include "app/models/session_document.h"

#include <QMetaObject>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kRetryMs = 3'000;
constexpr int kWatchLeastMs = 2'000; ///< a watch that ends sooner is not begun again at once

/// The server may answer otherwise in a moment, without anything else having changed.
bool passes(const Status &status) {
    return isUnreachable(status) || status.code == 429 || status.code == 500 || status.code >= 502;
}

} // namespace

SessionDocument::SessionDocument(QObject *parent) : QObject(parent) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &SessionDocument::retry);
}

void SessionDocument::setSession(Session *session) {
    if (m_session == session)
        return;
    if (m_session)
        disconnect(m_session, nullptr, this, nullptr);
    m_session = session;
    if (session)
        follow(session);
    restart();
}

void SessionDocument::follow(Session *session) {
    connect(session, &Session::stateChanged, this, [this] {
        if (m_session->state() == Session::State::Connected)
            return retry();
        ++m_generation;
        m_watch.reset();
        showDisconnected();
    });
}

void SessionDocument::showDisconnected() {
    const Status &why = m_session->error();
    if (!m_document.isEmpty())
        setState(ViewState::Stale, why);
    else
        setState(why.message.empty() ? ViewState::Loading : ViewState::Error, why);
}

void SessionDocument::setPath(const QString &path) {
    if (m_path == path)
        return;
    m_path = path;
    restart();
}

void SessionDocument::restart() {
    Q_EMIT sourceChanged();
    if (std::exchange(m_restarting, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_restarting = false;
            forget();
            m_document = {};
            setState(ViewState::Loading);
            Q_EMIT documentChanged();
            retry();
        },
        Qt::QueuedConnection);
}

void SessionDocument::retry() {
    ++m_generation;
    m_retry.stop();
    m_watch.reset();
    if (m_path.isEmpty() || !m_session)
        return;
    if (m_session->state() == Session::State::Connected)
        ask();
    else
        showDisconnected();
}

void SessionDocument::get(const QString &path, std::function<void(const QJsonObject &)> use) {
    m_session->sendJson({.path = path}, this, [this, use, generation = m_generation](Result<QJsonObject> document) {
        if (generation != m_generation)
            return;
        if (!document)
            return failedWith(document.error());
        use(*document);
    });
}

void SessionDocument::watch(const QString &path, std::function<Session::Then(QByteArrayList)> lines) {
    m_watchAge.start();
    m_watch = m_session->stream({.path = path}, this,
                                {.lines = std::move(lines), .ended = [this](const Result<> &end) { watchEnded(end); }});
}

void SessionDocument::watchEnded(const Result<> &end) {
    m_watch.reset();
    if (!end && !passes(end.error()))
        return failedWith(end.error());
    // Every watch ends after a while; a lost connection is told by the session.
    m_retry.start(end && m_watchAge.elapsed() > kWatchLeastMs ? 0 : kRetryMs);
}

void SessionDocument::take(const QJsonObject &document, ViewState::Value state) {
    m_document = document;
    setState(state);
    Q_EMIT documentChanged();
}

void SessionDocument::failedWith(const Status &status) {
    setState(m_document.isEmpty() ? ViewState::Error : ViewState::Stale, status);
    if (passes(status))
        m_retry.start(std::max(kRetryMs, status.retryAfterSeconds * 1000));
}

void SessionDocument::setState(ViewState::Value state, const Status &status) {
    const QString text = QString::fromStdString(status.message);
    if (m_state == state && m_errorText == text)
        return;
    m_state = state;
    m_errorText = text;
    Q_EMIT stateChanged();
}

} // namespace coracle::app
