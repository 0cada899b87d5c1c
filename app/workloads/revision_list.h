#pragma once

#include "app/clusters/cluster.h"
#include "app/models/collection_watch.h"
#include "app/models/row_list_model.h"
#include "app/workloads/detail_rows.h"

namespace coracle::app {

struct RevisionRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(int revision MEMBER revision)
    Q_PROPERTY(bool current MEMBER current)
    Q_PROPERTY(QDateTime created MEMBER created)
    Q_PROPERTY(QString images MEMBER images)
    Q_PROPERTY(QString cause MEMBER cause)
    Q_PROPERTY(QString difference MEMBER difference)

public:
    QString key; ///< the ReplicaSet's or ControllerRevision's name: the argument of the action "rollback"
    int revision = 0;
    bool current = false;
    QDateTime created;
    QString images;
    QString cause;      ///< kubernetes.io/change-cause
    QString difference; ///< what going back to it changes in the template; empty: nothing
};

/// The revisions of the workload `ownerUid` among these ReplicaSets or ControllerRevisions, the newest first; the
/// newest is the current one.
QList<RevisionRow> revisionRows(const QList<QJsonObject> &objects, const QString &ownerUid);

/// The revisions of a Deployment, StatefulSet or DaemonSet, current by a watch. GUI thread.
class RevisionList : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster MEMBER m_cluster WRITE setCluster NOTIFY queryChanged)
    Q_PROPERTY(QString kindKey MEMBER m_kindKey WRITE setKindKey NOTIFY queryChanged)
    Q_PROPERTY(QString namespaceName MEMBER m_namespaceName WRITE setNamespaceName NOTIFY queryChanged)
    /// Of the workload's pods.
    Q_PROPERTY(QString podSelector MEMBER m_podSelector WRITE setPodSelector NOTIFY queryChanged)
    Q_PROPERTY(QString ownerUid MEMBER m_ownerUid WRITE setOwnerUid NOTIFY queryChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)

public:
    explicit RevisionList(QObject *parent = nullptr);
    void setCluster(Cluster *cluster);
    void setKindKey(const QString &kindKey);
    void setNamespaceName(const QString &name);
    void setPodSelector(const QString &selector);
    void setOwnerUid(const QString &uid);
    ViewState::Value state() const { return m_watch.state(); }

Q_SIGNALS:
    void queryChanged();
    void stateChanged();

private:
    void restart();

    QPointer<Cluster> m_cluster;
    QString m_kindKey, m_namespaceName, m_podSelector, m_ownerUid;
    CollectionWatch m_watch;
};

} // namespace coracle::app
