#pragma once

#include "app/clusters/cluster.h"
#include "app/models/row_list_model.h"

#include <QHash>

namespace coracle::app {

struct KindRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString kind MEMBER kind)
    Q_PROPERTY(QString group MEMBER group)
    Q_PROPERTY(QString version MEMBER version)
    Q_PROPERTY(QString iconName MEMBER icon)
    Q_PROPERTY(QString apiVersion MEMBER apiVersion)
    Q_PROPERTY(QString count MEMBER count)
    Q_PROPERTY(bool namespaced MEMBER namespaced)

public:
    QString key;   ///< of the kind in the catalog
    QString kind;  ///< "Deployment"
    QString group; ///< "apps"; "core" for the one without a name
    QString version;
    QString apiVersion; ///< "apps/v1"
    QString icon;
    QString count; ///< localised; empty while it is not known
    bool namespaced = true;
};

/// The kinds of which there can be a list, that fit all words of the search, group by group: the core first, then
/// Kubernetes' own, then what was added (CRDs). No state; any thread.
QList<KindRow> kindRows(const QList<ResourceKind> &kinds, const QString &search);

/// Every kind that the cluster serves, with how many objects there are of it in the cluster's chosen namespace. They
/// are counted once, a few at a time, when the page opens and on refresh(). GUI thread.
class KindList : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster MEMBER m_cluster WRITE setCluster NOTIFY clusterChanged)
    Q_PROPERTY(QString search MEMBER m_search WRITE setSearch NOTIFY searchChanged)
    /// Kinds without objects are left out, once they are counted.
    Q_PROPERTY(bool onlyUsed MEMBER m_onlyUsed WRITE setOnlyUsed NOTIFY searchChanged)

public:
    explicit KindList(QObject *parent = nullptr);
    void setCluster(Cluster *cluster);
    void setSearch(const QString &search);
    void setOnlyUsed(bool onlyUsed);

    Q_INVOKABLE void refresh();

Q_SIGNALS:
    void clusterChanged();
    void searchChanged();

private:
    void show();
    void countNext();

    QPointer<Cluster> m_cluster;
    QString m_search;
    bool m_onlyUsed = false;
    QStringList m_waiting; ///< keys to count
    QHash<QString, qint64> m_counts;
    int m_generation = 0; ///< answers to an older question are dropped
};

} // namespace coracle::app
