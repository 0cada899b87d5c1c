#include "app/logs/log_reader.h"

#include "app/actions/toasts.h"

#include <QDir>
#include <QLocale>
#include <QSaveFile>
#include <QStandardPaths>
#include <algorithm>

namespace coracle::app {

namespace {

/// Lines of several containers are sorted by time as far as they come within this.
constexpr int kMergeMs = 120;
const QString kSaveBytesMax = QString::number(48 << 20);

Result<> writeFile(const QString &name, const QByteArray &bytes) {
    QDir().mkpath(QFileInfo(name).path());
    QSaveFile file(name);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return errors::internal(name.toStdString() + ": " + file.errorString().toStdString());
    return {};
}

void tellSaved(const QString &file, const Result<> &result) {
    if (result)
        Toasts::instance().done(LogReader::tr("The log is in %1").arg(QDir::toNativeSeparators(file)));
    else
        Toasts::instance().failed(
            LogReader::tr("The log cannot be saved: %1").arg(QString::fromStdString(result.error().message)));
}

} // namespace

LogReader::LogReader(QObject *parent) : QObject(parent) {
    m_merge.setSingleShot(true);
    m_merge.setInterval(kMergeMs);
    connect(&m_merge, &QTimer::timeout, this, &LogReader::flush);
    connect(&m_sources, &LogSources::lines, this, &LogReader::take);
    connect(&m_sources, &LogSources::changed, this, [this] {
        Q_EMIT stateChanged();
        Q_EMIT statusChanged();
    });
}

template<class Value>
void LogReader::change(Value &member, const Value &value) {
    if (member == value)
        return;
    member = value;
    restart();
}

void LogReader::setCluster(Cluster *cluster) {
    if (m_cluster != cluster) {
        m_cluster = cluster;
        restart();
    }
}
void LogReader::setNamespaceName(const QString &name) {
    change(m_query.namespaceName, name);
}
void LogReader::setPodName(const QString &name) {
    change(m_query.podName, name);
}
void LogReader::setPodSelector(const QString &selector) {
    change(m_query.podSelector, selector);
}
void LogReader::setContainer(const QString &container) {
    change(m_query.container, container);
}
void LogReader::setPrevious(bool previous) {
    change(m_query.previous, previous);
}
void LogReader::setSinceSeconds(int seconds) {
    change(m_query.sinceSeconds, seconds);
}

void LogReader::restart() {
    Q_EMIT queryChanged();
    if (std::exchange(m_restarting, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_restarting = false;
            retry();
        },
        Qt::QueuedConnection);
}

void LogReader::retry() {
    clear();
    m_sources.start(m_cluster ? m_cluster->session() : nullptr,
                    m_cluster ? m_cluster->catalog()->path(QStringLiteral("pods"), m_query.namespaceName) : QString(),
                    m_query);
}

void LogReader::take(const QList<LogLine> &lines) {
    for (const LogLine &line : lines)
        m_waiting.push_back(line);
    while (static_cast<qsizetype>(m_waiting.size()) > LogBuffer::kLinesMax) {
        m_waiting.pop_front();
        ++m_waitingDropped;
    }
    if (m_paused)
        Q_EMIT statusChanged();
    else if (m_sources.names().size() <= 1)
        flush();
    else if (!m_merge.isActive())
        m_merge.start();
}

void LogReader::flush() {
    if (m_paused || m_waiting.empty())
        return;
    if (m_sources.names().size() > 1)
        std::stable_sort(m_waiting.begin(), m_waiting.end(),
                         [](const LogLine &a, const LogLine &b) { return a.timeMs < b.timeMs; });
    for (LogLine &line : m_waiting)
        m_buffer.append(std::move(line));
    m_waiting.clear();
    m_waitingDropped = 0;
    m_search.follow(m_buffer);
    Q_EMIT linesChanged();
    Q_EMIT statusChanged();
    if (!m_search.text().isEmpty())
        Q_EMIT searchChanged();
}

void LogReader::setPaused(bool paused) {
    if (m_paused == paused)
        return;
    m_paused = paused;
    flush();
    Q_EMIT pausedChanged();
    Q_EMIT statusChanged();
}

void LogReader::setSearch(const QString &text) {
    if (m_search.text() == text)
        return;
    m_search.setText(text, m_buffer);
    m_currentHit = -1;
    Q_EMIT searchChanged();
    Q_EMIT linesChanged();
}

void LogReader::goToHit(int direction, qint64 fromLine) {
    const qsizetype count = m_search.count();
    if (count == 0)
        return;
    const qint64 from = m_currentHit >= 0 ? m_currentHit : fromLine;
    qsizetype index = m_search.indexFrom(direction > 0 && m_currentHit >= 0 ? from + 1 : from);
    if (direction < 0)
        --index;
    m_currentHit = m_search.lineAt((index + count) % count);
    Q_EMIT searchChanged();
    Q_EMIT hitShown(m_currentHit);
}

QString LogReader::hitText() const {
    if (m_search.text().isEmpty())
        return {};
    const QLocale locale;
    const QString count = locale.toString(m_search.count());
    return m_currentHit < 0 ? tr("%n line(s)", nullptr, static_cast<int>(m_search.count()))
                            : tr("%1 of %2").arg(locale.toString(m_search.indexFrom(m_currentHit) + 1), count);
}

void LogReader::clear() {
    m_waiting.clear();
    m_waitingDropped = 0;
    m_buffer.clear();
    m_search.setText(m_search.text(), m_buffer);
    m_currentHit = -1;
    Q_EMIT linesChanged();
    Q_EMIT searchChanged();
}

ViewState::Value LogReader::state() const {
    if (!m_buffer.isEmpty() || !m_waiting.empty())
        return m_sources.state() == ViewState::Stale ? ViewState::Stale : ViewState::Ready;
    if (!m_sources.errorText().isEmpty())
        return ViewState::Error;
    return m_sources.state() == ViewState::Ready ? ViewState::Empty : m_sources.state();
}

QString LogReader::errorText() const {
    return m_sources.errorText();
}

QString LogReader::statusText() const {
    const QLocale locale;
    if (m_paused) {
        const qint64 waiting = static_cast<qint64>(m_waiting.size()) + m_waitingDropped;
        return waiting > 0 ? tr("Paused, %n new line(s)", nullptr, static_cast<int>(waiting)) : tr("Paused");
    }
    if (m_sources.leftOut() > 0)
        return tr("Following %1 of %2 containers")
            .arg(locale.toString(m_sources.names().size()),
                 locale.toString(m_sources.names().size() + m_sources.leftOut()));
    if (m_sources.isReading() && !m_query.previous)
        return tr("Following");
    return m_sources.names().isEmpty() ? tr("No container has started yet") : tr("Ended");
}

QStringList LogReader::prefixes() const {
    return m_query.podName.isEmpty() ? m_sources.names() : QStringList();
}

QString LogReader::fileName() const {
    QString subject = m_query.podName.isEmpty() ? m_query.podSelector : m_query.podName;
    for (QChar &c : subject)
        if (!c.isLetterOrNumber() && c != u'-' && c != u'.')
            c = u'_';
    return QStringLiteral("%1/%2_%3_%4.log")
        .arg(QStandardPaths::writableLocation(QStandardPaths::DownloadLocation), m_query.namespaceName, subject,
             QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")));
}

void LogReader::save() {
    const QString file = fileName();
    if (m_query.podName.isEmpty() || !m_cluster)
        return saveBuffer(file);
    const QString container = m_query.container.isEmpty() ? containers().value(0) : m_query.container;
    const QString path =
        withQuery(QStringLiteral("/api/v1/namespaces/%1/pods/%2/log").arg(m_query.namespaceName, m_query.podName),
                  {{QStringLiteral("container"), container},
                   {QStringLiteral("timestamps"), QStringLiteral("true")},
                   {QStringLiteral("limitBytes"), kSaveBytesMax},
                   {QStringLiteral("previous"), m_query.previous ? QStringLiteral("true") : QString()}});
    m_cluster->session()->send(
        {.path = path, .accept = "*/*"}, this, [file](const QByteArray &log) { return writeFile(file, log); },
        [file](const Result<> &result) { tellSaved(file, result); });
}

void LogReader::saveBuffer(const QString &file) {
    QByteArray bytes;
    const QStringList names = prefixes();
    for (qint64 i = m_buffer.first(); i < m_buffer.end(); ++i) {
        const LogLine &line = m_buffer.at(i);
        if (line.timeMs > 0)
            bytes += QDateTime::fromMSecsSinceEpoch(line.timeMs, Qt::UTC).toString(Qt::ISODateWithMs).toUtf8() + ' ';
        if (!names.isEmpty())
            bytes += names.value(line.source).toUtf8() + ' ';
        bytes += line.text.toUtf8() + '\n';
    }
    tellSaved(file, writeFile(file, bytes));
}

} // namespace coracle::app
