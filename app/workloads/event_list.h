#pragma once

#include "app/clusters/cluster.h"
#include "app/models/collection_watch.h"
#include "app/models/row_list_model.h"

#include <QDateTime>

namespace coracle::app {

struct EventRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString reason MEMBER reason)
    Q_PROPERTY(QString message MEMBER message)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString object MEMBER object)
    Q_PROPERTY(int times MEMBER times)
    Q_PROPERTY(QDateTime last MEMBER last)

public:
    QString key, reason, message, tone;
    QString object; ///< "Pod/web-1"
    int times = 1;
    QDateTime last;
};

/// The newest first.
QList<EventRow> eventRows(const QList<QJsonObject> &events);

/// The events of one object, current by a watch. GUI thread.
class EventList : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster MEMBER m_cluster WRITE setCluster NOTIFY queryChanged)
    Q_PROPERTY(QString namespaceName MEMBER m_namespaceName WRITE setNamespaceName NOTIFY queryChanged)
    /// The object's; empty: nothing is shown.
    Q_PROPERTY(QString kind MEMBER m_kind WRITE setKind NOTIFY queryChanged)
    Q_PROPERTY(QString name MEMBER m_name WRITE setName NOTIFY queryChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)

public:
    explicit EventList(QObject *parent = nullptr);
    void setCluster(Cluster *cluster);
    void setNamespaceName(const QString &name);
    void setKind(const QString &kind);
    void setName(const QString &name);
    ViewState::Value state() const { return m_watch.state(); }
    QString errorText() const { return QString::fromStdString(m_watch.error().message); }

Q_SIGNALS:
    void queryChanged();
    void stateChanged();

private:
    void restart();

    QPointer<Cluster> m_cluster;
    QString m_namespaceName, m_kind, m_name;
    CollectionWatch m_watch;
};

} // namespace coracle::app
