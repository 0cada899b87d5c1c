#pragma once

#include "app/clusters/cluster.h"
#include "app/models/collection_watch.h"
#include "app/models/row_list_model.h"
#include "app/nodes/node_rows.h"

namespace coracle::app {

/// The nodes of a cluster, those in trouble first; current by a watch. At most CollectionWatch::kObjectsMax. GUI
/// thread.
class NodeList : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster READ cluster WRITE setCluster NOTIFY clusterChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)

public:
    explicit NodeList(QObject *parent = nullptr);
    Cluster *cluster() const { return m_cluster; }
    void setCluster(Cluster *cluster);
    ViewState::Value state() const { return m_watch.state(); }
    QString errorText() const { return QString::fromStdString(m_watch.error().message); }
    Q_INVOKABLE void retry() { m_watch.retry(); }

Q_SIGNALS:
    void clusterChanged();
    void stateChanged();

private:
    QPointer<Cluster> m_cluster;
    CollectionWatch m_watch;
};

} // namespace coracle::app
