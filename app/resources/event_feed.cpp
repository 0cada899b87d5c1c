#include "app/resources/event_feed.h"

#include <QHash>
#include <algorithm>

namespace coracle::app {

QList<EventFeedRow> eventFeedRows(const QList<QJsonObject> &events, const EventFilter &filter,
                                  const ResourceCatalog &catalog) {
    QHash<QString, QJsonObject> objects; // what an event is about, by its uid
    QList<QJsonObject> wanted;
    for (const QJsonObject &event : events) {
        if (filter.warningsOnly && event["type"] != QLatin1String("Warning"))
            continue;
        if (!filter.kind.isEmpty() && event["involvedObject"]["kind"] != filter.kind)
            continue;
        objects.insert(event["metadata"]["uid"].toString(), event["involvedObject"].toObject());
        wanted.append(event);
    }
    const QStringList words = filter.search.split(u' ', Qt::SkipEmptyParts);
    QList<EventFeedRow> rows;
    for (const EventRow &event : eventRows(wanted)) {
        const QString text = event.reason + u' ' + event.message + u' ' + event.object;
        if (!std::all_of(words.begin(), words.end(),
                         [&](const QString &word) { return text.contains(word, Qt::CaseInsensitive); }))
            continue;
        const QJsonObject object = objects.value(event.key);
        const ResourceKind *kind = catalog.findByKind(object["apiVersion"].toString(), object["kind"].toString());
        EventFeedRow row;
        static_cast<EventRow &>(row) = event;
        row.kindKey = kind ? kind->key() : QString();
        row.objectName = object["name"].toString();
        row.namespaceName = object["namespace"].toString();
        rows.append(row);
        if (rows.size() == EventFeed::kRowsMax)
            break;
    }
    return rows;
}

EventFeed::EventFeed(QObject *parent) : RowListModel(EventFeedRow::staticMetaObject, parent) {
    connect(&m_watch, &CollectionWatch::stateChanged, this, &EventFeed::stateChanged);
    connect(&m_watch, &CollectionWatch::changed, this, &EventFeed::show);
}

void EventFeed::setCluster(Cluster *cluster) {
    if (m_cluster == cluster)
        return;
    if (m_cluster)
        disconnect(m_cluster, nullptr, this, nullptr);
    m_cluster = cluster;
    if (cluster)
        connect(cluster, &Cluster::namespaceNameChanged, this, &EventFeed::restart);
    Q_EMIT clusterChanged();
    restart();
}

void EventFeed::setWarningsOnly(bool only) {
    m_filter.warningsOnly = only;
    Q_EMIT filterChanged();
    show();
}

void EventFeed::setKind(const QString &kind) {
    m_filter.kind = kind;
    Q_EMIT filterChanged();
    show();
}

void EventFeed::setSearch(const QString &search) {
    m_filter.search = search;
    Q_EMIT filterChanged();
    show();
}

void EventFeed::restart() {
    CollectionWatch::Query query;
    if (m_cluster)
        query.path = m_cluster->catalog()->path(QStringLiteral("events"), m_cluster->namespaceName());
    m_watch.start(query.path.isEmpty() ? nullptr : m_cluster->session(), query);
}

void EventFeed::show() {
    if (!m_cluster)
        return;
    const QList<QJsonObject> events = m_watch.objects().values();
    QStringList kinds;
    for (const QJsonObject &event : events)
        if (const QString kind = event["involvedObject"]["kind"].toString(); !kinds.contains(kind))
            kinds.append(kind);
    kinds.sort();
    if (kinds != m_kinds) {
        m_kinds = kinds;
        Q_EMIT kindsChanged();
    }
    set(eventFeedRows(events, m_filter, *m_cluster->catalog()));
}

} // namespace coracle::app
