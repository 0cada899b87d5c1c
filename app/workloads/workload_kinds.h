#pragma once

#include "app/clusters/cluster.h"
#include "app/models/row_list_model.h"

#include <QTimer>

namespace coracle::app {

struct WorkloadKindRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString icon MEMBER icon)
    Q_PROPERTY(QString page MEMBER page)
    Q_PROPERTY(QString count MEMBER count)

public:
    QString key; ///< the kind's key in the catalog
    QString title, icon;
    QString page;  ///< the id of the page that shows one of them
    QString count; ///< localised; empty while it is not known
};

/// The kinds of the workloads page with how many there are of each, in the cluster's chosen namespace. They are counted
/// when the page opens, on refresh(), and once in kRecountMs while something changes in the list that is shown
/// (`shown`): a watch of every kind would cost more than the number is worth. GUI thread.
class WorkloadKinds : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster READ cluster WRITE setCluster NOTIFY clusterChanged)
    Q_PROPERTY(QAbstractItemModel *shown READ shown WRITE setShown NOTIFY shownChanged)

public:
    static constexpr int kRecountMs = 2'000;

    explicit WorkloadKinds(QObject *parent = nullptr);
    Cluster *cluster() const { return m_cluster; }
    void setCluster(Cluster *cluster);

    QAbstractItemModel *shown() const { return m_shown; }
    void setShown(QAbstractItemModel *model);

    Q_INVOKABLE void refresh();
    Q_INVOKABLE QString pageOf(const QString &kindKey) const;

Q_SIGNALS:
    void clusterChanged();
    void shownChanged();

private:
    void askCount(const QString &kindKey);
    void show();

    QPointer<Cluster> m_cluster;
    QPointer<QAbstractItemModel> m_shown;
    QTimer m_recount;
    QHash<QString, qint64> m_counts;
    int m_generation = 0; ///< answers to an older question are dropped
};

} // namespace coracle::app
