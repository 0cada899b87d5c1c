#include "app/workloads/workload_kinds.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QLocale>

namespace coracle::app {

namespace {

struct Kind {
    const char *key, *title, *icon, *page;
};

const Kind kKinds[]{
    {"deployments.apps", QT_TRANSLATE_NOOP("WorkloadKinds", "Deployments"), "deployment", "workload"},
    {"statefulsets.apps", QT_TRANSLATE_NOOP("WorkloadKinds", "StatefulSets"), "statefulset", "workload"},
    {"daemonsets.apps", QT_TRANSLATE_NOOP("WorkloadKinds", "DaemonSets"), "daemonset", "workload"},
    {"jobs.batch", QT_TRANSLATE_NOOP("WorkloadKinds", "Jobs"), "job", "workload"},
    {"cronjobs.batch", QT_TRANSLATE_NOOP("WorkloadKinds", "CronJobs"), "cronjob", "workload"},
    {"pods", QT_TRANSLATE_NOOP("WorkloadKinds", "Pods"), "pod", "pod"},
    {"replicasets.apps", QT_TRANSLATE_NOOP("WorkloadKinds", "ReplicaSets"), "workload", "workload"},
};

/// Only how many: no object's content is asked for.
const QByteArray kMetadataOnly = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

} // namespace

WorkloadKinds::WorkloadKinds(QObject *parent) : RowListModel(WorkloadKindRow::staticMetaObject, parent) {
    m_recount.setSingleShot(true);
    m_recount.setInterval(kRecountMs);
    connect(&m_recount, &QTimer::timeout, this, &WorkloadKinds::refresh);
    show();
}

void WorkloadKinds::setCluster(Cluster *cluster) {
    if (m_cluster == cluster)
        return;
    if (m_cluster)
        disconnect(m_cluster, nullptr, this, nullptr);
    m_cluster = cluster;
    if (cluster) {
        connect(cluster, &Cluster::namespaceNameChanged, this, &WorkloadKinds::refresh);
        connect(cluster, &Cluster::connectionChanged, this, [this] {
            if (m_cluster->connected())
                refresh();
        });
    }
    Q_EMIT clusterChanged();
    refresh();
}

void WorkloadKinds::setShown(QAbstractItemModel *model) {
    if (m_shown == model)
        return;
    if (m_shown)
        disconnect(m_shown, nullptr, this, nullptr);
    m_shown = model;
    if (model) {
        const auto recount = [this] {
            if (!m_recount.isActive())
                m_recount.start();
        };
        connect(model, &QAbstractItemModel::rowsInserted, this, recount);
        connect(model, &QAbstractItemModel::rowsRemoved, this, recount);
        connect(model, &QAbstractItemModel::dataChanged, this, recount);
    }
    Q_EMIT shownChanged();
}

void WorkloadKinds::refresh() {
    m_recount.stop();
    ++m_generation;
    if (!m_cluster || !m_cluster->connected())
        return;
    for (const Kind &kind : kKinds)
        askCount(QLatin1String(kind.key));
}

void WorkloadKinds::askCount(const QString &kindKey) {
    const QString path = withQuery(m_cluster->catalog()->path(kindKey, m_cluster->namespaceName()),
                                   {{QStringLiteral("limit"), QStringLiteral("1")}});
    m_cluster->session()->sendJson({.path = path, .accept = kMetadataOnly}, this,
                                   [this, kindKey, generation = m_generation](const Result<QJsonObject> &list) {
                                       if (generation != m_generation)
                                           return;
                                       if (list)
                                           m_counts[kindKey] =
                                               list->value("items").toArray().size() +
                                               list->value("metadata")["remainingItemCount"].toInteger();
                                       else
                                           m_counts.remove(kindKey);
                                       show();
                                   });
}

void WorkloadKinds::show() {
    QList<WorkloadKindRow> rows;
    for (const Kind &kind : kKinds) {
        const auto known = m_counts.constFind(QLatin1String(kind.key));
        rows.append({.key = QLatin1String(kind.key),
                     .title = QCoreApplication::translate("WorkloadKinds", kind.title),
                     .icon = QLatin1String(kind.icon),
                     .page = QLatin1String(kind.page),
                     .count = known == m_counts.constEnd() ? QString() : QLocale().toString(*known)});
    }
    set(rows);
}

QString WorkloadKinds::pageOf(const QString &kindKey) const {
    for (const Kind &kind : kKinds)
        if (kindKey == QLatin1String(kind.key))
            return QLatin1String(kind.page);
    return {};
}

} // namespace coracle::app
