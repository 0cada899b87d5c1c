#include "app/appliance/daemon_log.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QLocale>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kAgainMs = 3'000;

template<class Line>
void keepLast(QList<Line> &lines) {
    if (lines.size() > DaemonLog::kLinesMax)
        lines.remove(0, lines.size() - DaemonLog::kLinesMax);
}

} // namespace

DaemonLog::DaemonLog(QObject *parent) : QAbstractListModel(parent) {
    m_again.setSingleShot(true);
    m_again.setInterval(kAgainMs);
    connect(&m_again, &QTimer::timeout, this, &DaemonLog::retry);
}

void DaemonLog::setSession(Session *session) {
    if (m_session == session)
        return;
    if (m_session)
        disconnect(m_session, nullptr, this, nullptr);
    m_session = session;
    if (session)
        connect(session, &Session::stateChanged, this, &DaemonLog::retry);
    retry();
    Q_EMIT sourceChanged();
}

void DaemonLog::setLevel(const QString &level) {
    if (m_level == level)
        return;
    m_level = level;
    retry();
    Q_EMIT sourceChanged();
}

void DaemonLog::setSearch(const QString &text) {
    if (m_search == text)
        return;
    m_search = text;
    beginResetModel();
    m_shown.clear();
    std::copy_if(m_lines.cbegin(), m_lines.cend(), std::back_inserter(m_shown),
                 [this](const Line &line) { return shows(line); });
    endResetModel();
    Q_EMIT searchChanged();
    Q_EMIT countChanged();
}

void DaemonLog::retry() {
    m_again.stop();
    m_stream.reset();
    if (!m_session || m_session->state() != Session::State::Connected) {
        setState(m_lines.isEmpty() ? ViewState::Loading : ViewState::Stale,
                 m_session ? QString::fromStdString(m_session->error().message) : QString());
        return;
    }
    // The daemon sends its last lines first, so that what was known comes again.
    beginResetModel();
    m_lines.clear();
    m_shown.clear();
    endResetModel();
    Q_EMIT countChanged();
    setState(ViewState::Ready);
    const QString path = withQuery(QStringLiteral("/appliance/v1/logs"),
                                   {{"follow", "true"}, {"level", m_level}, {"tailLines", QString::number(kLinesMax)}});
    m_stream =
        m_session->stream({.path = path}, this,
                          {.lines = [self = QPointer<DaemonLog>(this)](const QByteArrayList &lines) -> Session::Then {
                               return [self, parsed = parse(lines)] { self->take(parsed); };
                           },
                           .ended = [this](const Result<> &end) { ended(end); }});
}

void DaemonLog::ended(const Result<> &end) {
    m_stream.reset();
    if (!end && !isUnreachable(end.error()))
        return setState(ViewState::Error, QString::fromStdString(end.error().message));
    m_again.start();
}

QList<DaemonLog::Line> DaemonLog::parse(const QByteArrayList &lines) {
    QList<Line> parsed;
    for (const QByteArray &text : lines) {
        const QJsonObject line = QJsonDocument::fromJson(text).object();
        if (line.isEmpty())
            continue;
        const QDateTime time = QDateTime::fromString(line["time"].toString(), Qt::ISODateWithMs).toLocalTime();
        parsed.append({.time = QLocale().toString(time.time(), QStringLiteral("HH:mm:ss")),
                       .component = line["component"].toString(),
                       .message = line["message"].toString(),
                       .level = line["level"].toString()});
    }
    return parsed;
}

bool DaemonLog::shows(const Line &line) const {
    return m_search.isEmpty() || line.message.contains(m_search, Qt::CaseInsensitive) ||
           line.component.contains(m_search, Qt::CaseInsensitive);
}

void DaemonLog::take(const QList<Line> &lines) {
    m_lines += lines;
    keepLast(m_lines);
    QList<Line> found;
    std::copy_if(lines.cbegin(), lines.cend(), std::back_inserter(found),
                 [this](const Line &line) { return shows(line); });
    keepLast(found);
    if (found.isEmpty())
        return;
    if (const qsizetype excess = m_shown.size() + found.size() - kLinesMax; excess > 0) {
        beginRemoveRows({}, 0, static_cast<int>(excess) - 1);
        m_shown.remove(0, excess);
        endRemoveRows();
    }
    beginInsertRows({}, count(), count() + static_cast<int>(found.size()) - 1);
    m_shown += found;
    endInsertRows();
    Q_EMIT countChanged();
}

void DaemonLog::setState(ViewState::Value state, const QString &errorText) {
    m_state = state;
    m_errorText = errorText;
    Q_EMIT stateChanged();
}

int DaemonLog::rowCount(const QModelIndex &parent) const {
    return parent.isValid() ? 0 : count();
}

QVariant DaemonLog::data(const QModelIndex &index, int role) const {
    if (!index.isValid() || index.row() >= count())
        return {};
    const Line &line = m_shown[index.row()];
    switch (role) {
    case TimeRole:
        return line.time;
    case ComponentRole:
        return line.component;
    case MessageRole:
        return line.message;
    case ToneRole:
        return line.level == u"error" || line.level == u"warning" ? line.level : QString();
    default:
        return {};
    }
}

QHash<int, QByteArray> DaemonLog::roleNames() const {
    return {{TimeRole, "time"}, {ComponentRole, "component"}, {MessageRole, "message"}, {ToneRole, "tone"}};
}

} // namespace coracle::app
