#include "app/models/collection_watch.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace coracle::app {

namespace {

constexpr int kRetryMs = 3'000;
constexpr int kWatchLeastMs = 2'000; ///< a watch that ends sooner is not begun again at once

QString uidOf(const QJsonObject &object) {
    return object["metadata"]["uid"].toString();
}

} // namespace

CollectionWatch::CollectionWatch(QObject *parent) : QObject(parent) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &CollectionWatch::retry);
}

void CollectionWatch::start(Session *session, const Query &query) {
    if (m_session == session && m_query == query)
        return;
    if (m_session)
        disconnect(m_session, nullptr, this, nullptr);
    m_session = session;
    m_query = query;
    m_objects.clear();
    setState(ViewState::Loading);
    Q_EMIT changed();
    if (session)
        connect(session, &Session::stateChanged, this, [this] {
            if (m_session->state() == Session::State::Connected)
                return retry();
            ++m_generation;
            m_watch.reset();
            if (m_state == ViewState::Ready || m_state == ViewState::Empty)
                setState(ViewState::Stale, m_session->error());
        });
    retry();
}

void CollectionWatch::retry() {
    ++m_generation;
    m_retry.stop();
    m_watch.reset();
    if (!m_query.path.isEmpty() && m_session && m_session->state() == Session::State::Connected)
        list();
}

void CollectionWatch::list() {
    const QString path = withQuery(m_query.path, {{QStringLiteral("limit"), QString::number(int{kObjectsMax})},
                                                  {QStringLiteral("labelSelector"), m_query.labelSelector},
                                                  {QStringLiteral("fieldSelector"), m_query.fieldSelector}});
    m_session->sendJson({.path = path}, this, [this, generation = m_generation](const Result<QJsonObject> &list) {
        if (generation != m_generation)
            return;
        if (!list) {
            const Status &status = list.error();
            setState(m_objects.isEmpty() ? ViewState::Error : ViewState::Stale, status);
            if (status.code == 0 || status.code == 429 || status.code >= 500)
                m_retry.start(kRetryMs);
            return;
        }
        m_objects.clear();
        for (const QJsonValue &item : list->value("items").toArray())
            m_objects.insert(item["metadata"]["uid"].toString(), item.toObject());
        settle();
        watch(list->value("metadata")["resourceVersion"].toString());
    });
}

void CollectionWatch::watch(const QString &resourceVersion) {
    const QString path = withQuery(m_query.path, {{QStringLiteral("watch"), QStringLiteral("true")},
                                                  {QStringLiteral("resourceVersion"), resourceVersion},
                                                  {QStringLiteral("labelSelector"), m_query.labelSelector},
                                                  {QStringLiteral("fieldSelector"), m_query.fieldSelector}});
    Session::StreamHandlers handlers;
    handlers.lines = [self = QPointer<CollectionWatch>(this)](const QByteArrayList &lines) -> Session::Then {
        QList<QJsonObject> events;
        for (const QByteArray &line : lines)
            if (!line.isEmpty())
                events.append(QJsonDocument::fromJson(line).object());
        return [self, events] {
            for (const QJsonObject &event : events)
                self->take(event);
            self->settle();
        };
    };
    handlers.ended = [this](const Result<> &end) { endedWith(end); };
    m_watchAge.start();
    m_watch = m_session->stream({.path = path}, this, std::move(handlers));
}

void CollectionWatch::take(const QJsonObject &event) {
    const QString type = event["type"].toString();
    const QJsonObject object = event["object"].toObject();
    if (type == u"DELETED")
        m_objects.remove(uidOf(object));
    else if ((type == u"ADDED" || type == u"MODIFIED") &&
             (m_objects.size() < kObjectsMax || m_objects.contains(uidOf(object))))
        m_objects.insert(uidOf(object), object);
}

void CollectionWatch::settle() {
    setState(m_objects.isEmpty() ? ViewState::Empty : ViewState::Ready);
    Q_EMIT changed();
}

void CollectionWatch::endedWith(const Result<> &end) {
    m_watch.reset();
    if (end && m_watchAge.elapsed() > kWatchLeastMs)
        return retry();
    m_retry.start(kRetryMs);
}

void CollectionWatch::setState(ViewState::Value state, const Status &status) {
    if (m_state == state && m_error.message == status.message)
        return;
    m_state = state;
    m_error = status;
    Q_EMIT stateChanged();
}

} // namespace coracle::app
