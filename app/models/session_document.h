#pragma once

#include "app/models/view_state.h"
#include "app/session/session.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// A JSON document that a session gives and keeps current: asks when it is connected, keeps the last one, marked stale,
/// when the connection is lost, and asks again by itself after faults that pass. GUI thread.
class SessionDocument : public QObject {
    Q_OBJECT
    QML_ANONYMOUS
    Q_PROPERTY(coracle::app::Session *session READ session WRITE setSession NOTIFY sourceChanged)
    Q_PROPERTY(QString path READ path WRITE setPath NOTIFY sourceChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)

public:
    Session *session() const { return m_session; }
    void setSession(Session *session);
    QString path() const { return m_path; }
    void setPath(const QString &path);
    ViewState::Value state() const { return m_state; }
    QString errorText() const { return m_errorText; }
    /// Empty before it is loaded.
    const QJsonObject &document() const { return m_document; }

    Q_INVOKABLE void retry();

Q_SIGNALS:
    void sourceChanged();
    void stateChanged();
    void documentChanged();

protected:
    explicit SessionDocument(QObject *parent);

    /// Connected, and there is a path: ask for the document. Answers go to take() and failedWith().
    virtual void ask() = 0;
    /// Another document is asked for from now on.
    virtual void forget() { m_document = {}; }

    /// Forgets what is known and asks anew; several calls in one event ask once.
    void restart();
    void get(const QString &path, std::function<void(const QJsonObject &)> use);
    void watch(const QString &path, std::function<Session::Then(QByteArrayList)> lines);
    void watchEnded(const Result<> &end);
    void take(const QJsonObject &document, ViewState::Value state = ViewState::Ready);
    void failedWith(const Status &status);

private:
    void follow(Session *session);
    void showDisconnected();
    void setState(ViewState::Value state, const Status &status = {});

    QPointer<Session> m_session;
    QString m_path;
    bool m_restarting = false;
    ViewState::Value m_state = ViewState::Loading;
    QString m_errorText;
    QJsonObject m_document;
    Subscription m_watch;
    QElapsedTimer m_watchAge;
    QTimer m_retry;
    int m_generation = 0; ///< answers to an older question are dropped
};

} // namespace coracle::app
