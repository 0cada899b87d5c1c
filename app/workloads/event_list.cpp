#include "app/workloads/event_list.h"

#include "app/workloads/detail_rows.h"

#include <algorithm>

namespace coracle::app {

namespace {

/// Events of events.k8s.io and of old clients keep their time in different fields.
QDateTime lastOf(const QJsonObject &event) {
    for (const QJsonValue &time : {event["series"]["lastObservedTime"], event["lastTimestamp"], event["eventTime"],
                                   event["firstTimestamp"], event["metadata"]["creationTimestamp"]})
        if (const QDateTime at = timeOf(time); at.isValid())
            return at;
    return {};
}

} // namespace

QList<EventRow> eventRows(const QList<QJsonObject> &events) {
    QList<EventRow> rows;
    for (const QJsonObject &event : events)
        rows.append(
            {.key = event["metadata"]["uid"].toString(),
             .reason = event["reason"].toString(),
             .message = event["message"].toString(),
             .tone = event["type"] == QLatin1String("Warning") ? QStringLiteral("warning") : QStringLiteral("neutral"),
             .object = event["involvedObject"]["kind"].toString() + u'/' + event["involvedObject"]["name"].toString(),
             .times = std::max({1, event["count"].toInt(), event["series"]["count"].toInt()}),
             .last = lastOf(event)});
    std::sort(rows.begin(), rows.end(),
              [](const EventRow &a, const EventRow &b) { return a.last != b.last ? a.last > b.last : a.key < b.key; });
    return rows;
}

EventList::EventList(QObject *parent) : RowListModel(EventRow::staticMetaObject, parent) {
    connect(&m_watch, &CollectionWatch::stateChanged, this, &EventList::stateChanged);
    connect(&m_watch, &CollectionWatch::changed, this, [this] { set(eventRows(m_watch.objects().values())); });
}

void EventList::setCluster(Cluster *cluster) {
    m_cluster = cluster;
    restart();
}

void EventList::setNamespaceName(const QString &name) {
    m_namespaceName = name;
    restart();
}

void EventList::setKind(const QString &kind) {
    m_kind = kind;
    restart();
}

void EventList::setName(const QString &name) {
    m_name = name;
    restart();
}

void EventList::restart() {
    Q_EMIT queryChanged();
    CollectionWatch::Query query;
    if (m_cluster && !m_kind.isEmpty() && !m_name.isEmpty()) {
        query.path = m_cluster->catalog()->path(QStringLiteral("events"), m_namespaceName);
        query.fieldSelector = QStringLiteral("involvedObject.kind=%1,involvedObject.name=%2").arg(m_kind, m_name);
    }
    m_watch.start(query.path.isEmpty() ? nullptr : m_cluster->session(), query);
}

} // namespace coracle::app
