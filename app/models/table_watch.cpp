#include "app/models/table_watch.h"

#include <QJsonDocument>
#include <algorithm>

namespace coracle::app {

namespace {

const QByteArray kTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
const QString kPageSize = QStringLiteral("500");
constexpr int kRetryMs = 3'000;
constexpr int kWatchLeastMs = 2'000; ///< a watch that ends sooner is not begun again at once
constexpr int kGone = 410;

struct TableEvents {
    QList<TableRow> updated;
    QStringList removed;
    QString resourceVersion;
    Result<> end;
};

/// A batch of watch events; of several events of one object only the last counts. An object may come back with the
/// same uid: when it leaves a selector and enters it again.
TableEvents readEvents(const QByteArrayList &lines) {
    TableEvents events;
    QHash<QString, qsizetype> places; ///< in all
    QList<std::pair<TableRow, bool>> all;
    for (const QByteArray &line : lines) {
        const QJsonObject event = QJsonDocument::fromJson(line).object();
        const QString type = event["type"].toString();
        const QJsonObject object = event["object"].toObject();
        if (type == u"ERROR") {
            events.end = Failure(statusFrom(object));
            break;
        }
        const TablePage page = readTable(object);
        if (!page.resourceVersion.isEmpty())
            events.resourceVersion = page.resourceVersion;
        for (const TableRow &row : page.rows) {
            events.resourceVersion = row.resourceVersion;
            if (type == u"BOOKMARK")
                continue;
            const auto place = places.constFind(row.uid);
            if (place != places.constEnd()) {
                all[*place] = {row, type == u"DELETED"};
            } else {
                places.insert(row.uid, all.size());
                all.append({row, type == u"DELETED"});
            }
        }
    }
    for (const auto &[row, removed] : all) {
        if (removed)
            events.removed.append(row.uid);
        else
            events.updated.append(row);
    }
    return events;
}

} // namespace

TableWatch::TableWatch(QObject *parent) : QObject(parent) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &TableWatch::retry);
}

TableWatch::~TableWatch() = default;

void TableWatch::start(Session *session, TableQuery query) {
    stop();
    m_session = session;
    m_query = std::move(query);
    if (!session)
        return;
    connect(session, &Session::stateChanged, this, &TableWatch::followSession);
    followSession();
}

void TableWatch::followSession() {
    if (m_session->state() == Session::State::Connected)
        return retry();
    ++m_generation;
    m_watch.reset();
    m_retry.stop();
    Q_EMIT stale(m_session->error());
}

void TableWatch::stop() {
    ++m_generation;
    m_watch.reset();
    m_retry.stop();
    if (m_session)
        disconnect(m_session, nullptr, this, nullptr);
    m_session = nullptr;
}

void TableWatch::retry() {
    m_retry.stop();
    if (!m_session || m_session->state() != Session::State::Connected)
        return;
    ++m_generation;
    m_watch.reset();
    m_listed.clear();
    list({});
}

void TableWatch::list(const QString &continueToken) {
    const QString path = withQuery(m_query.path, {{QStringLiteral("limit"), kPageSize},
                                                  {QStringLiteral("continue"), continueToken},
                                                  {QStringLiteral("labelSelector"), m_query.labelSelector},
                                                  {QStringLiteral("fieldSelector"), m_query.fieldSelector}});
    m_session->send({.path = path, .accept = kTable}, this, parseTable,
                    [this, generation = m_generation](Result<TablePage> page) {
                        if (generation != m_generation)
                            return;
                        if (!page)
                            return failedWith(page.error());
                        take(*page);
                    });
}

void TableWatch::take(const TablePage &page) {
    if (!page.columns.isEmpty())
        Q_EMIT columnsChanged(page.columns);
    for (const TableRow &row : page.rows)
        m_listed.insert(row.uid);
    if (!page.rows.isEmpty())
        Q_EMIT updated(page.rows);
    m_resourceVersion = page.resourceVersion;
    if (!page.continueToken.isEmpty())
        return list(page.continueToken);
    Q_EMIT synced(std::exchange(m_listed, {}));
    watch();
}

void TableWatch::watch() {
    const QString path = withQuery(m_query.path, {{QStringLiteral("watch"), QStringLiteral("true")},
                                                  {QStringLiteral("allowWatchBookmarks"), QStringLiteral("true")},
                                                  {QStringLiteral("resourceVersion"), m_resourceVersion},
                                                  {QStringLiteral("labelSelector"), m_query.labelSelector},
                                                  {QStringLiteral("fieldSelector"), m_query.fieldSelector}});
    Session::StreamHandlers handlers;
    handlers.lines = [self = QPointer<TableWatch>(this)](const QByteArrayList &lines) -> Session::Then {
        return [self, events = readEvents(lines)] {
            if (!events.resourceVersion.isEmpty())
                self->m_resourceVersion = events.resourceVersion;
            if (!events.updated.isEmpty())
                Q_EMIT self->updated(events.updated);
            if (!events.removed.isEmpty())
                Q_EMIT self->removed(events.removed);
            if (!events.end)
                self->endedWith(events.end);
        };
    };
    handlers.ended = [this](const Result<> &end) { endedWith(end); };
    m_watchAge.start();
    m_watch = m_session->stream({.path = path, .accept = kTable}, this, std::move(handlers));
}

void TableWatch::endedWith(Result<> end) {
    m_watch.reset();
    if (!m_session)
        return;
    if (!end && end.error().code == kGone)
        return retry();
    if (end && m_watchAge.elapsed() > kWatchLeastMs)
        return watch();
    // A lost connection is told by the session; other errors are tried again after a while.
    m_retry.start(kRetryMs);
}

void TableWatch::failedWith(const Status &status) {
    const bool expired = status.code == kGone; // between two pages: the list begins anew
    if (!expired)
        Q_EMIT failed(status);
    if (expired || status.code == 0 || status.code >= 500 || status.code == 429)
        m_retry.start(std::max(kRetryMs, status.retryAfterSeconds * 1000));
}

} // namespace coracle::app
