#pragma once

#include "app/models/view_state.h"
#include "app/session/session.h"

#include <QAbstractListModel>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// The daemon's own log, followed: from a level on, and with a text in it. Keeps the last kLinesMax lines. GUI thread.
class DaemonLog : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Session *session READ session WRITE setSession NOTIFY sourceChanged)
    /// "debug", "info", "warning" or "error".
    Q_PROPERTY(QString level READ level WRITE setLevel NOTIFY sourceChanged)
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    static constexpr qsizetype kLinesMax = 2'000;
    enum Role { TimeRole = Qt::UserRole + 1, ComponentRole, MessageRole, ToneRole };

    explicit DaemonLog(QObject *parent = nullptr);

    Session *session() const { return m_session; }
    void setSession(Session *session);
    QString level() const { return m_level; }
    void setLevel(const QString &level);
    QString search() const { return m_search; }
    void setSearch(const QString &text);
    ViewState::Value state() const { return m_state; }
    QString errorText() const { return m_errorText; }
    int count() const { return static_cast<int>(m_shown.size()); }
    Q_INVOKABLE void retry();

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void sourceChanged();
    void searchChanged();
    void stateChanged();
    void countChanged();

private:
    struct Line {
        QString time, component, message, level;
    };
    static QList<Line> parse(const QByteArrayList &lines);
    bool shows(const Line &line) const;
    void take(const QList<Line> &lines);
    void ended(const Result<> &end);
    void setState(ViewState::Value state, const QString &errorText = {});

    QPointer<Session> m_session;
    QString m_level = QStringLiteral("info"), m_search;
    ViewState::Value m_state = ViewState::Loading;
    QString m_errorText;
    QList<Line> m_lines; ///< all, the oldest first
    QList<Line> m_shown; ///< those that the search finds
    Subscription m_stream;
    QTimer m_again;
};

} // namespace coracle::app
