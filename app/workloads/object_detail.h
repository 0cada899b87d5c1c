#pragma once

#include "app/access/permissions.h"
#include "app/clusters/cluster.h"
#include "app/models/object_watch.h"
#include "app/models/row_list_model.h"
#include "app/workloads/detail_rows.h"

namespace coracle::app {

/// An object of any kind for its detail page: what every kind has. View-models of single kinds derive from it and fill
/// in more when the object changes. GUI thread.
class ObjectDetail : public coracle::app::ObjectWatch {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster READ cluster WRITE setCluster NOTIFY identityChanged)
    Q_PROPERTY(QString kindKey READ kindKey WRITE setKindKey NOTIFY identityChanged)
    Q_PROPERTY(QString namespaceName READ namespaceName WRITE setNamespaceName NOTIFY identityChanged)
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY identityChanged)
    /// "Deployment".
    Q_PROPERTY(QString kind READ kind NOTIFY identityChanged)
    Q_PROPERTY(QString uid READ uid NOTIFY detailChanged)
    Q_PROPERTY(QDateTime created READ created NOTIFY detailChanged)
    Q_PROPERTY(bool deleting READ deleting NOTIFY detailChanged)
    Q_PROPERTY(QString labels READ labels NOTIFY detailChanged)
    /// The controller that made it: its kind's key and name; empty: none.
    Q_PROPERTY(QString ownerKindKey READ ownerKindKey NOTIFY detailChanged)
    Q_PROPERTY(QString ownerName READ ownerName NOTIFY detailChanged)
    /// The object as YAML, without managedFields. Made when it is read.
    Q_PROPERTY(QString yaml READ yaml NOTIFY detailChanged)
    Q_PROPERTY(coracle::app::RowListModel *facts READ facts CONSTANT)
    Q_PROPERTY(coracle::app::RowListModel *conditions READ conditions CONSTANT)
    /// Rows of ActionRow.
    Q_PROPERTY(coracle::app::RowListModel *actions READ actions CONSTANT)
    /// What the user may do where the object is.
    Q_PROPERTY(coracle::app::Permissions *rights READ rights CONSTANT)

public:
    explicit ObjectDetail(QObject *parent = nullptr);

    Cluster *cluster() const { return m_cluster; }
    void setCluster(Cluster *cluster);
    QString kindKey() const { return m_kindKey; }
    void setKindKey(const QString &kindKey);
    QString namespaceName() const { return m_namespaceName; }
    void setNamespaceName(const QString &name);
    QString name() const { return m_name; }
    void setName(const QString &name);
    QString kind() const;
    QString uid() const { return object()["metadata"]["uid"].toString(); }
    QDateTime created() const { return timeOf(object()["metadata"]["creationTimestamp"]); }
    bool deleting() const { return object()["metadata"]["deletionTimestamp"].isString(); }
    QString labels() const { return pairsText(object()["metadata"]["labels"].toObject()); }
    QString ownerKindKey() const { return m_ownerKindKey; }
    QString ownerName() const { return m_ownerName; }
    QString yaml() const;
    RowListModel *facts() { return &m_facts; }
    RowListModel *conditions() { return &m_conditions; }
    RowListModel *actions() { return &m_actions; }
    Permissions *rights() { return &m_rights; }

Q_SIGNALS:
    void identityChanged();
    void detailChanged();

protected:
    /// The object is another than before; detailChanged() follows.
    virtual void update() {}
    virtual QList<FactRow> makeFacts() const { return {}; }

private:
    void identify();
    void takeObject();
    void takeOwner();
    void takeActions();

    QPointer<Cluster> m_cluster;
    QString m_kindKey, m_namespaceName, m_name;
    Permissions m_rights;
    QString m_ownerKindKey, m_ownerName;
    RowListModel m_facts{FactRow::staticMetaObject};
    RowListModel m_conditions{ConditionRow::staticMetaObject};
    RowListModel m_actions{ActionRow::staticMetaObject};
};

/// JSON as YAML, for reading.
QString yamlText(const QJsonObject &object);

} // namespace coracle::app
