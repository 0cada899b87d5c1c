#pragma once

#include "app/clusters/cluster.h"
#include "app/models/collection_watch.h"
#include "app/models/row_list_model.h"
#include "app/workloads/event_list.h"

namespace coracle::app {

/// An event with what it is about.
struct EventFeedRow : EventRow {
    Q_GADGET
    Q_PROPERTY(QString kindKey MEMBER kindKey)
    Q_PROPERTY(QString objectName MEMBER objectName)
    Q_PROPERTY(QString namespaceName MEMBER namespaceName)

public:
    QString kindKey; ///< empty: the cluster does not know the kind
    QString objectName, namespaceName;
};

struct EventFilter {
    bool warningsOnly = false;
    QString kind;   ///< of the object; empty: any
    QString search; ///< words that must all occur in reason, message or object
};

/// The newest first, at most EventFeed::kRowsMax. No state; any thread.
QList<EventFeedRow> eventFeedRows(const QList<QJsonObject> &events, const EventFilter &filter,
                                  const ResourceCatalog &catalog);

/// The events of the cluster's chosen namespace, or of all, live. GUI thread.
class EventFeed : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster MEMBER m_cluster WRITE setCluster NOTIFY clusterChanged)
    Q_PROPERTY(bool warningsOnly READ warningsOnly WRITE setWarningsOnly NOTIFY filterChanged)
    Q_PROPERTY(QString kind READ kind WRITE setKind NOTIFY filterChanged)
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY filterChanged)
    /// The kinds that there are events of.
    Q_PROPERTY(QStringList kinds MEMBER m_kinds NOTIFY kindsChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)

public:
    static constexpr int kRowsMax = 200;

    explicit EventFeed(QObject *parent = nullptr);
    void setCluster(Cluster *cluster);
    bool warningsOnly() const { return m_filter.warningsOnly; }
    void setWarningsOnly(bool only);
    QString kind() const { return m_filter.kind; }
    void setKind(const QString &kind);
    QString search() const { return m_filter.search; }
    void setSearch(const QString &search);
    ViewState::Value state() const { return m_watch.state(); }
    QString errorText() const { return QString::fromStdString(m_watch.error().message); }

    Q_INVOKABLE void retry() { m_watch.retry(); }

Q_SIGNALS:
    void clusterChanged();
    void filterChanged();
    void kindsChanged();
    void stateChanged();

private:
    void restart();
    void show();

    QPointer<Cluster> m_cluster;
    EventFilter m_filter;
    QStringList m_kinds;
    CollectionWatch m_watch;
};

} // namespace coracle::app
